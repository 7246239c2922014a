#!/usr/bin/env python3
"""Every bad input is refused promptly, once, and by name.

    tests/bad_input/bad_inputs.py SLUICE [--ranks 4] [--only PATTERN] [--sample N] [--within SECONDS] [--list]

Makes a small valid pool, campaign and run, and then gives SLUICE one bad input after another, each in a fresh copy of them
and under mpirun. A case passes if the program

  - ends with the expected status (1, unless the case says otherwise) within the given seconds, and never hangs;
  - says what the case expects: the file and the place in it, what was found, what is allowed;
  - says it once, not once per rank, and nothing else: no MPI_ABORT, no crash, no noise of a library;
  - leaves everything as it was: no file of the user or of a run has changed, and none has been left lying about.

Needs numpy and h5py. The last line is `N passed, M failed`, and how many were skipped where
no disk can be mounted; exit status 1 if any failed.
"""

import argparse
import collections
import concurrent.futures
import importlib
import os
import pathlib
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import typing

from case import CASES
from small_files import ASK_TELL, CAMPAIGN, write_pool

HANG = 20  # s after which a case is killed

ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_odls_base_sigkill_timeout": "0",  # s for which mpirun lets other ranks live after one that failed: none may need them, and every case would take them
}


class Ended(typing.NamedTuple):
    status: typing.Optional[int]  # None: hung
    seconds: float
    out: str
    err: str


def end_session(process):
    """Ends mpirun and all that it has started, also what has left its process group."""
    process.terminate()
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        pass
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            session = int((entry / "stat").read_text().rpartition(")")[2].split()[3])
            if session == process.pid:
                os.kill(int(entry.name), signal.SIGKILL)
        except (OSError, ValueError, IndexError):
            continue
    process.wait()


def launch(binary, ranks, command, folder, environment=None):
    """Runs `sluice COMMAND` under mpirun; never longer than HANG seconds."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(["mpirun", "-n", str(ranks), binary, *shlex.split(command)], cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   env={**os.environ, **ENVIRONMENT, **(environment or {})}, start_new_session=True)
        try:
            status = process.wait(HANG)
        except subprocess.TimeoutExpired:
            status = None
            end_session(process)
        seconds = time.monotonic() - start
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(re.sub(r"\x1b\[[0-9;]*[mK]|\r", "", stream.read().decode(errors="replace")))  # Open MPI gives rank 0 a terminal
    return Ended(status, seconds, *texts)


# What mpirun itself says of a program that has ended with a status other than 0.
MPIRUN = re.compile(r"-{50,}\n(?:Primary job +terminated normally|mpirun detected that one or more processes exited).*?-{50,}\n", re.S)


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def complaints(case, ended, says, before, after, within):
    """Everything that is wrong with how the program took a bad input."""
    if ended.status is None:
        yield f"hangs: killed after {HANG} s"
    elif ended.status != case.status:
        yield f"exit status {ended.status} instead of {case.status}"
    elif ended.seconds > within:
        yield f"took {ended.seconds:.1f} s, more than {within:g} s"
    message = [line for line in re.sub(case.noise, "", MPIRUN.sub("", ended.err)).splitlines() if line.strip()]
    if case.status == 0:  # a warning, and what follows
        message = [line for line in (ended.out + ended.err).splitlines() if line.startswith("warning: ")] + message
    text = "\n".join(message) if case.status != 0 else ended.out + ended.err
    for fragment in says:
        if fragment not in text:
            yield f"does not say: {fragment}"
    if len(message) != case.lines:
        yield f"says {len(message)} lines instead of {case.lines}" + (" (one per rank?)" if len(set(message)) < len(message) else "")
    if "MPI_ABORT" in ended.err + ended.out:
        yield "ends by MPI_Abort"
    changed = [path for path in {*before, *after} if before.get(path) != after.get(path)]
    for path in sorted(changed):
        if path.endswith("/journal.jsonl") and not before.get(path) and not after.get(path):
            continue  # an empty one claims nothing
        if path.endswith(".run/lock"):
            continue  # says who was at work last
        if case.may_write and re.fullmatch(case.may_write, path):
            continue
        yield f"{path} was {'changed' if path in before and path in after else 'removed' if path in before else 'left lying about'}"
    if case.status == 0 and not after["small.run/journal.jsonl"].startswith(b"".join(before["small.run/journal.jsonl"].splitlines(keepends=True)[:-1])):
        yield "the journal has lost lines"


def prepare_template(binary, ranks, folder):
    """The valid files of which each case gets a copy."""
    folder.mkdir()
    write_pool(folder / "pool.h5")
    (folder / "campaign.toml").write_text(CAMPAIGN)
    (folder / "ask.toml").write_text(ASK_TELL)
    (folder / "empty.run").mkdir()

    def succeed(command):
        ended = launch(binary, ranks, command, folder)
        if ended.status != 0:
            sys.exit(f"bad_inputs: a valid `sluice {command}` ends with status {ended.status}:\n{ended.out}{ended.err}")

    succeed("run campaign.toml")
    succeed("ask ask.toml -o asked.csv")
    header, *lines = (folder / "asked.csv").read_text().splitlines()
    (folder / "told.csv").write_text("\n".join([header, *(line.replace(",,", ",0.5,") for line in lines[:2])]) + "\n")
    succeed("tell ask.toml told.csv")


def run_case(case, binary, ranks, template, folder, within):
    shutil.copytree(template, folder)
    if case.disk:
        (folder / "disk").mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={case.disk}", "tmpfs", folder / "disk"], capture_output=True).returncode != 0:
            shutil.rmtree(folder)
            return None
    prepared = case.prepare(folder)
    command = prepared if isinstance(prepared, str) else case.command
    says = prepared if isinstance(prepared, list) and prepared and isinstance(prepared[0], str) else case.says
    text = (folder / "campaign.toml").read_text() if (folder / "campaign.toml").exists() else ""
    line = lambda match: str(next((n for n, found in enumerate(text.splitlines(), 1) if match[1] in found), match[0]))
    says = [re.sub(r"(?<=campaign\.toml:)<(.+?)>", line, fragment) for fragment in says]
    before = contents(folder)
    ended = launch(binary, ranks, command, folder, case.environment)
    found = list(complaints(case, ended, says, before, contents(folder), within))
    if case.disk:
        subprocess.run(["umount", folder / "disk"], check=True)
    shutil.rmtree(folder)
    return command, ended, found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sluice", type=pathlib.Path)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="cases that run at the same time")
    parser.add_argument("--only", default="", metavar="PATTERN", help="only cases in whose name this regular expression is found")
    parser.add_argument("--sample", type=int, metavar="N", help="only this many of them, drawn at random")
    parser.add_argument("--within", type=float, default=5, metavar="SECONDS", help="longest time to the end of a refused input")
    parser.add_argument("--list", action="store_true", help="only name the cases")
    arguments = parser.parse_args()
    for file in sorted((pathlib.Path(__file__).parent / "cases").glob("*.py")):
        importlib.import_module(f"cases.{file.stem}")  # adds its cases
    cases = [case for case in CASES if re.search(arguments.only, case.name)]
    if arguments.sample is not None:
        cases = random.sample(cases, min(arguments.sample, len(cases)))
    twice = [name for name, count in collections.Counter(case.name for case in CASES).items() if count > 1]
    if twice:
        sys.exit(f"bad_inputs: names that are not unique: {', '.join(twice)}")
    if arguments.list:
        print("\n".join(case.name for case in cases))
        return 0
    start = time.monotonic()
    failed, skipped, slowest = [], 0, 0
    with tempfile.TemporaryDirectory(prefix="sluice-bad-input-") as work:
        work = pathlib.Path(work)
        sluice, template = arguments.sluice.resolve(), work / "template"
        prepare_template(sluice, arguments.ranks, template)
        pool = concurrent.futures.ThreadPoolExecutor(arguments.jobs)
        outcomes = pool.map(lambda number, case: run_case(case, sluice, arguments.ranks, template, work / f"case{number}", arguments.within), range(len(cases)), cases)
        for case, outcome in zip(cases, outcomes):
            if outcome is None:
                skipped += 1
                print(f"skipped         {case.name}: no disk can be mounted here", flush=True)
                continue
            command, ended, found = outcome
            slowest = max(slowest, ended.seconds)
            print(f"{'FAILED' if found else 'passed'}  {ended.seconds:4.1f} s  {case.name}", flush=True)
            if found:
                failed.append(case.name)
                print(f"        sluice {command}")
                print("".join(f"        - {one}\n" for one in found), end="")
                print("".join(f"        | {line}\n" for line in (ended.out + ended.err).splitlines()), end="", flush=True)
    print(f"{time.monotonic() - start:.0f} s in all, the slowest case {slowest:.1f} s")
    print("".join(f"failed: {name}\n" for name in failed), end="")
    print(f"{len(cases) - len(failed) - skipped} passed, {len(failed)} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
