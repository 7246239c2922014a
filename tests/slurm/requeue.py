#!/usr/bin/env python3
"""A campaign that SLURM interrupts writes the same journal and metrics as one that is left alone.

    tests/slurm/requeue.py --sluice PATH --campaign FILE --work DIR [--launch COMMAND]

Runs the campaign undisturbed under mpirun, then through jobs/campaign.sbatch in a private SLURM (tools/slurm-testbed), where
it is asked to stop twice: by `scancel --signal=USR1` at a third of its way, and by SLURM itself at its time limit at about
two thirds. Everything is written under DIR/requeue-test, which is emptied first. Exit status 0, or 1 and the reason.

The campaign should take 20 to 30 s undisturbed (18 to 90 s work); the test takes twice that and about 30 s.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
TESTBED = REPOSITORY / "tools" / "slurm-testbed"
JOB = REPOSITORY / "jobs" / "campaign.sbatch"

LAUNCH = "mpirun -n 2 --oversubscribe --bind-to none"
SHORTEST, LONGEST = 18, 90  # s of an undisturbed run: shorter misses SLURM's look at the limits, longer is stopped too often

# slurmctld looks at time limits every 30 s from its start, and sends a signal if it would be late at the next look: a job of
# 60 s with a warning 25 s before its end gets it at the first look at which it has run for 60 - 25 - 30 = 5 s or more.
LIMIT_LOOK = 30
TIME_LIMIT = ["--time=1", "--signal=B:USR1@25"]
FIRST_STOP = 10  # s of progress after which it is stopped from here, or a third of the campaign if that is less
REQUEUE_GAP = 12  # s from sbatch or a signal to progress again: checkpoint, SLURM's wait (cred_expire), start of the ranks


class Failure(Exception):
    pass


def say(text):
    print(f"requeue: {text}", flush=True)


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def tail(path, lines=25):
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "(none)"


def labels(run_dir):
    journal = run_dir / "journal.jsonl"
    return journal.read_bytes().count(b'"event":"label"') if journal.exists() else 0


def environment(sluice, launch):
    env = {key: value for key, value in os.environ.items() if not key.startswith(("SLURM_", "SBATCH_", "OMPI_COMM_", "PMIX_"))}
    return env | {
        "SLUICE": str(sluice),
        "SLUICE_LAUNCH": launch,
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_mpi_yield_when_idle": "1",
        "OMP_PROC_BIND": "false",
        "OMP_NUM_THREADS": "1",
    }


def run_undisturbed(sluice, campaign, work, env):
    run_dir, log = work / "undisturbed.run", work / "undisturbed.log"
    say(f"undisturbed: {LAUNCH} {sluice} run {campaign}")
    start = time.monotonic()
    with log.open("w") as out:
        done = subprocess.run([*LAUNCH.split(), sluice, "run", campaign, "--run-dir", run_dir], cwd=work, env=env, stdout=out, stderr=out)
    seconds = time.monotonic() - start
    if done.returncode != 0:
        raise Failure(f"the undisturbed run exits {done.returncode}; the end of {log}:\n{tail(log)}")
    say(f"undisturbed: done in {seconds:.1f} s, {labels(run_dir)} labels")
    if not SHORTEST <= seconds <= LONGEST:
        raise Failure(f"the campaign takes {seconds:.1f} s undisturbed; this test needs {SHORTEST} to {LONGEST} s")
    return run_dir, seconds


def start_testbed(folder, env):
    up = run([TESTBED, "up", folder], env=env)
    if up.returncode != 0:
        raise Failure(f"no SLURM to test with:\n{up.stderr.strip()}")
    for name, value in re.findall(r"^export (\w+)=(.*)$", up.stdout, re.MULTILINE):
        env[name] = value


def job_fields(job, env):
    shown = run(["scontrol", "--oneliner", "show", "job", job], env=env)
    return dict(re.findall(r"(\w+)=(\S*)", shown.stdout))


def run_in_slurm(campaign, work, env, seconds, expected_labels):
    run_dir, log = work / "slurm.run", work / "slurm.log"
    # SLURM's first look at the limits should come well within the second session.
    first_stop = min(FIRST_STOP, seconds / 3)
    time.sleep(max(0.0, LIMIT_LOOK - (2 * first_stop + REQUEUE_GAP)))
    size = ["--nodes=1", "--ntasks-per-node=2", "--cpus-per-task=1"]
    submitted = run(["sbatch", "--parsable", *size, *TIME_LIMIT, f"--output={log}", JOB, campaign, "--run-dir", run_dir], cwd=work, env=env)
    if submitted.returncode != 0:
        raise Failure(f"sbatch: {submitted.stderr.strip()}")
    job = submitted.stdout.strip()
    say(f"SLURM: job {job}, {' '.join(TIME_LIMIT)}")

    start = time.monotonic()
    patience = 3 * seconds + 90
    signals_of_ours, shown = 0, None
    while True:
        fields = job_fields(job, env)
        state, restarts = fields.get("JobState"), int(fields.get("Restarts", 0))
        if (state, restarts) != shown:
            say(f"SLURM: {time.monotonic() - start:5.1f} s  {state}, restarts {restarts}, {labels(run_dir)} of {expected_labels} labels")
            shown = (state, restarts)
        if state not in ("PENDING", "CONFIGURING", "RUNNING", "SIGNALING", "COMPLETING"):
            break
        if state == "RUNNING" and not signals_of_ours and labels(run_dir) >= expected_labels * first_stop / seconds:
            say("SLURM: scancel --batch --signal=USR1")
            run(["scancel", "--batch", "--signal=USR1", job], env=env)
            signals_of_ours += 1
        if time.monotonic() - start > patience:
            raise Failure(f"job {job} is still {state} after {patience:.0f} s; the end of {log}:\n{tail(log)}")
        time.sleep(0.25)

    if state != "COMPLETED":
        raise Failure(f"job {job} ends {state}, exit code {fields.get('ExitCode')}; the end of {log}:\n{tail(log)}")
    if restarts < signals_of_ours + 1:
        raise Failure(f"job {job} restarted {restarts} times, {signals_of_ours} of them asked for here: none came from SLURM's time limit; a longer campaign may help")
    return run_dir, restarts


def require_same_bytes(name, one, other):
    first, second = (one / name).read_bytes(), (other / name).read_bytes()
    if first == second:
        say(f"{name}: the same {len(first)} bytes")
        return
    lines = zip(first.splitlines() + [b"(end)"], second.splitlines() + [b"(end)"])
    number, (left, right) = next((n, pair) for n, pair in enumerate(lines, 1) if pair[0] != pair[1])
    raise Failure(f"{name} differs from line {number}:\n  undisturbed: {left.decode()[:300]}\n  requeued:    {right.decode()[:300]}")


def require_restarts_recorded(run_dir, at_least):
    sessions = [json.loads(line) for line in (run_dir / "sessions.jsonl").read_text().splitlines()]
    ends = [session.get("ended", "killed") for session in sessions]
    say(f"sessions: {', '.join(ends)}")
    if ends.count("restart") < at_least or ends[-1] != "done":
        raise Failure(f"sessions.jsonl: {ends}; at least {at_least} must have ended in restart and the last in done")


def test(arguments, testbed):
    work = arguments.work.resolve() / "requeue-test"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    sluice, campaign = arguments.sluice.resolve(), arguments.campaign.resolve()
    env = environment(sluice, arguments.launch)

    undisturbed, seconds = run_undisturbed(sluice, campaign, work, env)
    start_testbed(testbed, env)
    requeued, restarts = run_in_slurm(campaign, work, env, seconds, labels(undisturbed))
    say(f"SLURM: completed after {restarts} restarts")
    require_same_bytes("journal.jsonl", undisturbed, requeued)
    require_same_bytes("metrics.csv", undisturbed, requeued)
    require_restarts_recorded(requeued, at_least=2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluice", type=pathlib.Path, required=True, help="the program")
    parser.add_argument("--campaign", type=pathlib.Path, required=True, help="its campaign file")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder to work in")
    parser.add_argument("--launch", default=LAUNCH, help="SLUICE_LAUNCH of the job (default: %(default)s)")
    arguments = parser.parse_args()

    signal.signal(signal.SIGTERM, lambda *_: sys.exit("requeue: terminated"))  # so that the testbed goes down
    start = time.monotonic()
    testbed = tempfile.mkdtemp(prefix="sluice-slurm-")
    try:
        test(arguments, testbed)
    except (Failure, OSError) as failure:
        sys.exit(f"requeue: FAILED: {failure}")
    finally:
        down = run([TESTBED, "down", testbed])
        if down.returncode != 0:
            say(f"the testbed in {testbed} did not come down: {down.stderr.strip()}")
    say(f"passed in {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
