#!/usr/bin/env python3
"""A benchmark that is killed or stopped at any moment, and started again on other ranks, writes the same results.

    tests/restart/benchmark.py [SLUICE] [--kills 6] [--seed 1] [--work DIR]

It runs undisturbed on 1 rank, on 2 and on 4, and then in a storm: every session, on a random 1 to 4 ranks, is ended by kill -9 of all ranks, by SIGUSR1 to one of them, or by
--time-limit, until the kills and stops are spent. All results.csv must be equal but for seconds, no label may be asked for twice, and runs that were done must not run again.
A stop must end with status 2 within 10 s. Exit status 0, or 1 and the reason.
"""

import argparse
import os
import pathlib
import random
import shutil
import signal
import sys
import time

import launching  # first: finds a Python that the others need
from launching import Failure, Job, content, require_nothing_twice, session_ends
from signals import catches

LONGEST = 10  # s from a request to stop to the end
SECONDS = 2  # the last columns of results.csv, which differ between runs
TEXT = """
[benchmark]
name = "storm"
seeds = [5, 6]

[common]
campaign = { batch = 4, iterations = 4, initial = { count = 12 } }
checkpoint.seconds = 0
pool = { rows = 3000, test = 200, scaling = "none" }
surrogate = { kind = "ridge-ensemble", members = 4 }

[problem.sine]
problem.kind = "sine"

[problem.damp]
problem.kind = "damp"

[method.random]
acquisition.kind = "random"

[method.qbc-div]
acquisition.kind = "variance"
selection.kind = "qbc-div"

[method.mi-lb]
strategy = { kind = "two-index", members = 4, member_block = 2, components = 2, width = 16, steps_least = 250, steps_most = 250 }
"""


def results(folder):
    return [line.rsplit(",", SECONDS)[0] for line in content(folder / "results.csv").decode().splitlines()]


def run_folders(folder):
    return sorted(path.parent for path in folder.glob("*/*/*/journal.jsonl"))


class Storm:
    def __init__(self, sluice, work, chance):
        self.sluice, self.work, self.chance = sluice, work, chance
        self.file, self.folder = work / "storm.toml", work / "storm"
        self.file.write_text(TEXT)

    def start(self, ranks, folder, *more):
        return Job(ranks, [self.sluice, "benchmark", self.file, "--run-dir", folder, "--threads", 1, "--set", f"benchmark.ranks_per_run={self.chance.choice([1, 2])}", *more], self.work)

    def run_undisturbed(self):
        self.expected, self.seconds = None, float("inf")
        for ranks in (1, 2, 4):
            folder = self.work / f"undisturbed-{ranks}"
            job = self.start(ranks, folder)
            job.succeed(400)
            self.seconds = min(self.seconds, time.monotonic() - job.started)
            self.expected = self.expected or results(folder)
            if results(folder) != self.expected or len(self.expected) != 1 + 2 * 2 * 3 * 5:
                raise Failure(f"{folder}: other results on {ranks} ranks than on one")

    def disturb(self, number):
        """One session. True if it was ended before its time."""
        done = [run for run in run_folders(self.folder) if (run / "steps.csv").exists()]
        sessions = {run: len(session_ends(run)) for run in done}
        ranks, how = self.chance.choice([1, 2, 3, 4]), ("kill", "signal", "limit")[number % 3]
        moment = self.chance.uniform(0.2, 0.5 * self.seconds)
        job = self.start(ranks, self.folder, *(["--time-limit", moment] if how == "limit" else []))
        ended = False
        if how == "limit":
            job.wait_until(lambda: b"to do" in content(job.log), "the start")  # the limit counts from shortly before
            ended = self.require_stop(job, time.monotonic() + moment)
        elif job.wait_until(lambda: len(job.ranks()) == ranks and all(catches(pid, signal.SIGUSR1) for pid in job.ranks().values()), "the start") and job.wait_for(moment):
            if how == "kill":
                job.kill()
                ended = True
            else:
                os.kill(self.chance.choice(list(job.ranks().values())), signal.SIGUSR1)
                ended = self.require_stop(job, time.monotonic())
        for run in run_folders(self.folder):
            require_nothing_twice(launching.whole_lines(content(run / "journal.jsonl")))
        for run, count in sessions.items():
            if len(session_ends(run)) != count:
                raise Failure(f"{run}: was done, and ran again")
        return ended

    def require_stop(self, job, since):
        status = job.wait(3 * LONGEST + 60)
        seconds = time.monotonic() - since
        if status not in (0, 2) or seconds > LONGEST:
            raise Failure(f"status {status} {seconds:.1f} s after it was asked to stop: {job.text}\n{job.tail()}")
        return status == 2

    def finish(self):
        self.start(self.chance.choice([1, 2, 4]), self.folder).succeed(400)
        if results(self.folder) != self.expected:
            raise Failure(f"{self.folder}: other results than undisturbed")
        shutil.rmtree(self.folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sluice", nargs="?", type=pathlib.Path, default=launching.SLUICE, help="the program (default: %(default)s)")
    parser.add_argument("--kills", type=int, default=6, help="kills and stops (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of moments and ranks")
    parser.add_argument("--work", type=pathlib.Path, help="folder to work in")
    arguments = parser.parse_args()
    begin = time.monotonic()
    work = launching.work_folder(arguments.work, "benchmark")
    storm = Storm(arguments.sluice.resolve(), work, random.Random(arguments.seed))
    try:
        storm.run_undisturbed()
        ended = 0
        for number in range(arguments.kills):
            ended += storm.disturb(number)
            if (storm.folder / "results.csv").exists():
                storm.finish()
        storm.finish()
        if 2 * ended < arguments.kills:
            raise Failure(f"only {ended} of {arguments.kills} sessions were ended before their time")
    except (Failure, OSError, ValueError) as failure:
        sys.exit(f"benchmark: FAILED, files in {work}: {failure}")
    shutil.rmtree(work)
    print(f"benchmark: undisturbed {storm.seconds:.1f} s at best; the same results on 1, 2, 4 ranks and after {ended} kills and stops, passed in {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
