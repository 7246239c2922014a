#!/usr/bin/env python3
"""Two programs in one run folder: the second is refused and nothing is asked for twice; or it waits, where the first ends soon.

    tests/restart/two_at_once.py [SLUICE] [--work DIR]

As when a job is submitted twice, or two people ask at the same moment. Exit status 0, or 1 and the reason.
"""

import argparse
import os
import pathlib
import shutil
import signal
import sys
import time

import launching  # first: finds a Python that has numpy and h5py
from launching import Failure, Job, content, require_nothing_twice, require_same, session_ends, write_campaign

SURROGATE = {"surrogate": {"kind": "ridge-ensemble", "members": 4}, "acquisition": {"kind": "ucb"}}
ALONE = {"campaign": {"batch": 5, "iterations": 20}, **SURROGATE}
PERSON = {"campaign": {"batch": 5, "iterations": 3}, "problem": {"kind": "ask-tell"}, **SURROGATE}
ASKS = 4


def require_refusal(job, folder, what):
    started = time.monotonic()
    status = job.wait(30)
    if status != 1 or f"{folder}: another sluice is at work there (" not in job.tail():
        raise Failure(f"{what}: exits {status} after {time.monotonic() - started:.1f} s\n{job.tail()}")


def run_twice(sluice, work):
    file = write_campaign(work, "alone", **ALONE)
    undisturbed, folder = work / "undisturbed.run", work / "alone.run"
    Job(2, [sluice, "run", file, "--run-dir", undisturbed], work).succeed(120)
    first_work, second_work = work / "first", work / "second"
    for own in (first_work, second_work):
        own.mkdir()
    first = Job(2, [sluice, "run", file, "--run-dir", folder], first_work)
    if not first.wait_until(lambda: b'"event":"label"' in content(folder / "journal.jsonl"), "the first label"):
        raise Failure(f"the campaign was over before another could begin\n{first.tail()}")
    for pid in first.ranks().values():  # so that it is at work as long as it has to be
        os.kill(pid, signal.SIGSTOP)
    try:
        require_refusal(Job(2, [sluice, "run", file, "--run-dir", folder], second_work), folder, "a second run")
    finally:
        for pid in first.ranks().values():
            os.kill(pid, signal.SIGCONT)
    first.succeed(120)
    for name in ("journal.jsonl", "metrics.csv"):
        require_same(name, folder, undisturbed)
    if session_ends(folder) != ["done"]:
        raise Failure(f"{folder / 'sessions.jsonl'}: sessions end {session_ends(folder)} instead of once")


def ask_at_once(sluice, work):
    file, folder = write_campaign(work, "person", **PERSON), work / "person.run"
    batches = [work / f"batch-{number}.csv" for number in range(ASKS)]
    asks = []
    for number, batch in enumerate(batches):
        own = work / f"ask-{number}"
        own.mkdir()
        asks.append(Job(1, [sluice, "ask", file, "-o", batch, "--run-dir", folder], own))
    for job in asks:
        job.succeed()
    if len({content(batch) for batch in batches}) != 1 or not content(batches[0]):
        raise Failure(f"{ASKS} asks at once hand out different batches")
    journal = content(folder / "journal.jsonl")
    require_nothing_twice(journal)
    if journal.count(b'"event":"batch"') != 1:
        raise Failure(f"{folder}: {ASKS} asks at once have written {journal.count(b'batch')} batches")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sluice", nargs="?", type=pathlib.Path, default=launching.SLUICE, help="the program (default: %(default)s)")
    parser.add_argument("--work", type=pathlib.Path, help="folder to work in")
    arguments = parser.parse_args()
    work, sluice = launching.work_folder(arguments.work, "two-at-once"), arguments.sluice.resolve()
    try:
        launching.make_pool(sluice, work, 20_000, 4)
        run_twice(sluice, work)
        ask_at_once(sluice, work)
    except (Failure, OSError, ValueError) as failure:
        sys.exit(f"two_at_once: FAILED, files in {work}: {failure}")
    shutil.rmtree(work)
    print("two_at_once: passed")


if __name__ == "__main__":
    main()
