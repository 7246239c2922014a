#!/usr/bin/env python3
"""A job that is asked to stop ends with status 2 within 10 s, wherever it is, and goes on to the same journal and metrics.

    tests/restart/signals.py [SLUICE] [--stage fit] [--cases N] [--seed 1] [--work DIR]

SIGTERM and SIGUSR1 are sent to each rank alone and to mpirun, on 1 and on 4 ranks, at a random moment of each stage: start-up (from when every rank
catches the signal), the fit of a surrogate, the scores of a pool, the choice of a batch, and in between. `--time-limit` ends jobs in each stage too.
The signals of a stage hit one campaign, which starts again after each; in the end, or when half of it is done, it runs on to the journal and metrics of
one that was left alone. `sluice select` must stop as well; it has nothing to go on from.

Open MPI 4.1: mpirun hands SIGUSR1 on. When it is sent SIGTERM it sends that to its ranks, kills what is left of them twice
odls_base_sigkill_timeout later (1 s by default, 3 s here) and ends with status 1 whatever they do: here the run folder must say "restart".
A process that is signalled before it has begun main, or mpirun before it has begun its ranks, ends by the signal: 128 + its number.

Exit status 0, or 1 and the reason. --stage and --cases (as many, drawn at random) make it shorter.
"""

import argparse
import collections
import itertools
import os
import pathlib
import random
import shutil
import signal
import sys
import time

import launching
from launching import Failure, Job, content, require_nothing_twice, require_same, session_ends, write_campaign

ROWS, COLUMNS = 400_000, 16
LONGEST = 10  # s from the signal to the end of the job
RANKS = (1, 4)
GRACE = 3  # s, odls_base_sigkill_timeout
SIGNALS = (signal.SIGTERM, signal.SIGUSR1)

SHORT_ITERATIONS = {"campaign": {"batch": 1, "iterations": 300}, "surrogate": {"kind": "ridge-ensemble", "members": 2}, "acquisition": {"kind": "ucb"}}
# Campaigns that spend nearly all their time in one stage: longer, on 2 cores, than a job may take to stop.
STAGES = {
    "start-up": SHORT_ITERATIONS,
    "between": SHORT_ITERATIONS,
    "fit": {
        "campaign": {"batch": 20, "iterations": 1},
        "surrogate": {"kind": "mlp-ensemble", "members": 4, "member_block": 1, "width": 512, "steps": 6000},
        "acquisition": {"kind": "ucb"},
    },
    "score": {
        "campaign": {"batch": 20, "iterations": 1},
        "surrogate": {"kind": "mlp-ensemble", "members": 6, "width": 512, "steps": 10},
        "acquisition": {"kind": "ucb"},
    },
    "select": {"campaign": {"batch": 30000, "iterations": 1}, "acquisition": {"kind": "random"}, "selection": {"kind": "max-dist"}},
}


def catches(pid, number):
    """Whether a process has a handler for the signal."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return bool(int(status.partition("SigCgt:")[2].split()[0], 16) >> (number - 1) & 1)


class Stage:
    def __init__(self, name, sluice, work, random):
        self.name, self.sluice, self.work, self.random = name, sluice, work, random
        self.file = write_campaign(work, name, **STAGES[name])
        self.folder, self.undisturbed = work / f"{name}.run", work / f"{name}-undisturbed.run"
        self.latest = 1 if STAGES[name] is SHORT_ITERATIONS else 3  # s of a session until the signal
        self.stops = collections.defaultdict(list)  # kind of stop -> s

    def start(self, ranks, folder, *more, variables={}):
        return Job(ranks, [self.sluice, "run", self.file, "--run-dir", folder, *more], self.work, variables)

    def run_undisturbed(self):
        job = self.start(2, self.undisturbed)
        job.succeed(600)
        require_nothing_twice(content(self.undisturbed / "journal.jsonl"))
        return time.monotonic() - job.started

    def wait_for_moment(self, job, ranks):
        """Every rank catches signals, and but for start-up the campaign has begun to work; then a random while."""
        sessions = len(session_ends(self.folder))

        def ready():
            if self.name != "start-up":
                return len(session_ends(self.folder)) > sessions
            found = job.ranks()
            return len(found) == ranks and all(catches(pid, number) for pid in found.values() for number in SIGNALS)

        if not (job.wait_until(ready, "the moment for a signal") and job.wait_for(self.random.uniform(0, self.latest))):
            raise Failure(f"ends with {job.mpirun.returncode} before the signal: {job.text}\n{job.tail()}")

    def signal(self, ranks, number, target):
        self.finish_if_half_done()
        sessions = len(session_ends(self.folder))
        # mpirun waits that long, too, when ranks end with a status other than 0.
        variables = {"OMPI_MCA_odls_base_sigkill_timeout": str(GRACE)} if (number, target) == (signal.SIGTERM, "mpirun") else {}
        job = self.start(ranks, self.folder, variables=variables)
        self.wait_for_moment(job, ranks)
        os.kill(job.mpirun.pid if target == "mpirun" else job.ranks()[target], number)
        self.require_stop(job, time.monotonic(), f"{signal.Signals(number).name} to {'mpirun' if target == 'mpirun' else 'one rank'}", sessions)

    def limit_time(self, ranks):
        self.finish_if_half_done()
        sessions, seconds = len(session_ends(self.folder)), round(self.random.uniform(0.2, self.latest), 2)
        job = self.start(ranks, self.folder, "--time-limit", seconds)
        job.wait_until(lambda: len(session_ends(self.folder)) > sessions, "a session")  # the limit counts from shortly before
        self.require_stop(job, time.monotonic() + seconds, "--time-limit", sessions)

    def require_stop(self, job, since, what, sessions):
        status = job.wait(3 * LONGEST + 30)
        seconds = time.monotonic() - since
        ends = session_ends(self.folder)[sessions:]
        line = f"{self.name}: {what}: status {status} after {seconds:.1f} s, session {ends}: {job.text}"
        # mpirun, sent SIGTERM, has a status of its own.
        if status != (1 if what == "SIGTERM to mpirun" else 2) or ends != ["restart"]:
            raise Failure(f"{line}\n{job.tail()}")
        if seconds > LONGEST:
            raise Failure(f"{line}: more than {LONGEST} s")
        self.stops[what].append(seconds)

    def finish_if_half_done(self):
        if len(content(self.folder / "journal.jsonl")) > len(content(self.undisturbed / "journal.jsonl")) / 2:
            self.finish()
            shutil.rmtree(self.folder)

    def finish(self):
        self.start(self.random.choice([1, 2, 3]), self.folder).succeed(600)
        for name in ("journal.jsonl", "metrics.csv"):
            require_same(name, self.folder, self.undisturbed)


def stop_too_early(stage):
    """Signals at any moment, also before a rank can catch them: 2, or ended by the signal; a run folder that is there goes on (Stage.finish)."""
    ends = collections.Counter()
    for number, target in itertools.product(SIGNALS, (0, "mpirun")):
        job = stage.start(2, stage.folder)
        job.wait_for(stage.random.uniform(0, 0.4))
        pid = job.mpirun.pid if target == "mpirun" else job.ranks().get(0)
        if pid is None or job.mpirun.poll() is not None:
            job.kill()
            continue
        os.kill(pid, number)
        status = job.wait(60)
        ends[status] += 1
        if status not in (2, 1, 128 + number, -number):
            raise Failure(f"{signal.Signals(number).name} to {target} early in start-up: status {status}: {job.text}\n{job.tail()}")
    return ends


def stop_selection(sluice, work, ranks, number, target, wait):
    """`sluice select` stops, too, and leaves nothing half-made. Returns seconds."""
    output = work / "rows.csv"
    job = Job(ranks, [sluice, "select", work / "pool.h5", "--count", 60_000, "-o", output], work)
    job.wait_until(lambda: len(job.ranks()) == ranks, "all ranks")
    job.wait_for(1 + wait)
    os.kill(job.mpirun.pid if target == "mpirun" else job.ranks()[target], number)
    since = time.monotonic()
    status = job.wait(3 * LONGEST)
    seconds = time.monotonic() - since
    if status != 2 or output.exists() or seconds > LONGEST:
        raise Failure(f"select: status {status} after {seconds:.1f} s, {output} {'exists' if output.exists() else 'is not there'}: {job.text}\n{job.tail()}")
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sluice", nargs="?", type=pathlib.Path, default=launching.SLUICE, help="the program (default: %(default)s)")
    parser.add_argument("--stage", choices=STAGES, action="append", help="only this one; may be given more than once")
    parser.add_argument("--cases", type=int, default=10**6, help="of each stage, at most (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="of moments, and of which cases")
    parser.add_argument("--work", type=pathlib.Path, help="folder to work in")
    arguments = parser.parse_args()

    begin = time.monotonic()
    work, chance, sluice = launching.work_folder(arguments.work, "signals"), random.Random(arguments.seed), arguments.sluice.resolve()
    try:
        launching.make_pool(sluice, work, ROWS, COLUMNS)
        cases = [(ranks, number, target) for ranks in RANKS for number in SIGNALS for target in (*range(ranks), "mpirun")]
        for name in arguments.stage or STAGES:
            stage = Stage(name, sluice, work, chance)
            seconds = stage.run_undisturbed()
            if name == "start-up":
                print(f"start-up: too early to be caught: statuses {dict(stop_too_early(stage))}", flush=True)
            for case in chance.sample(cases, min(arguments.cases, len(cases))):
                stage.signal(*case)
            for ranks in RANKS:
                stage.limit_time(ranks)
            stage.finish()
            print(f"{name}: undisturbed {seconds:.1f} s; the same journal and metrics after {sum(map(len, stage.stops.values()))} stops", flush=True)
            for what, times in sorted(stage.stops.items()):
                print(f"    {what:<22}{len(times):>3} times, ended after {min(times):4.1f} to {max(times):4.1f} s", flush=True)
            if name == "select":
                some = ((1, signal.SIGTERM, 0), (4, signal.SIGUSR1, 2), (4, signal.SIGUSR1, "mpirun"))
                times = [stop_selection(sluice, work, *case, chance.uniform(0, 3)) for case in some]
                print(f"    sluice select         {len(times):>3} times, ended after {min(times):4.1f} to {max(times):4.1f} s", flush=True)
    except (Failure, OSError, ValueError) as failure:
        sys.exit(f"signals: FAILED, files in {work}: {failure}")
    shutil.rmtree(work)
    print(f"signals: passed in {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
