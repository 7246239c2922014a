#!/usr/bin/env python3
"""A representation that is stopped or killed anywhere goes on to the same latents, on any number of ranks; what it writes is a pool that select, inspect and run take.

    tests/restart/represent.py [SLUICE] [--kills 4] [--seed 1] [--work DIR]

SIGUSR1 and --time-limit must end with status 2 within 10 s and leave no latents; SIGKILL of all ranks at a random moment must cost time and nothing else.
Exit status 0, or 1 and the reason.
"""

import argparse
import os
import pathlib
import random
import shutil
import signal
import sys
import time

import launching  # first: finds a Python that has the next two
from launching import Failure, Job, write_campaign
from signals import catches

import h5py
import numpy

ROWS, COLUMNS = 20_000, 24
LONGEST = 10  # s from a request to stop to the end
METHODS = {
    "entropic-autoencoder": ["--descents", 20, "--samplings", 15, "--encoders", 8, "--thinning", 40, "--hidden", "32,16", "--batch", 256],
    "vae": ["--descents", 40, "--hidden", "32,16", "--batch", 256],
    "autoencoder": ["--descents", 40, "--hidden", "32,16", "--batch", 256],
    "pca": [],
}


def data_sets(path):
    with h5py.File(path, "r") as file:
        return {name: file[name][...].tobytes() for name in file}


def require_stop(job, since, output, what):
    status = job.wait(3 * LONGEST)
    seconds = time.monotonic() - since
    if status not in (0, 2) or seconds > LONGEST or (status == 2 and output.exists()):
        raise Failure(f"{what}: status {status} after {seconds:.1f} s: {job.text}\n{job.tail()}")
    return status == 2


class Case:
    def __init__(self, sluice, work, method, chance):
        self.sluice, self.work, self.method, self.chance = sluice, work, method, chance
        self.output = work / f"{method}.h5"

    def start(self, ranks, output, *more):
        return Job(ranks, [self.sluice, "represent", self.work / "pool.h5", "--method", self.method, "-o", output, *METHODS[self.method], *more], self.work, {})

    def run(self, kills):
        whole, seconds = {}, float("inf")
        for ranks in (1, 2, 4):
            output = self.work / f"{self.method}-{ranks}.h5"
            job = self.start(ranks, output)
            job.succeed(300)
            seconds = min(seconds, time.monotonic() - job.started)
            whole[ranks] = data_sets(output)
            if whole[ranks] != whole[1]:
                raise Failure(f"{self.method}: {ranks} ranks write other latents than one")
        stops = killed = 0
        for number in range(kills):
            job = self.start(self.chance.choice([1, 2, 4]), self.output, *(["--time-limit", 0.5] if number % 3 == 2 else []))
            job.wait_until(lambda: job.ranks() and all(catches(pid, signal.SIGUSR1) for pid in job.ranks().values()), "the start")
            if not job.wait_for(self.chance.uniform(0.2, 0.6 * seconds)):
                pass
            elif number % 3 == 0:
                job.kill()
                killed += 1
            elif number % 3 == 1:
                for pid in job.ranks().values():
                    os.kill(pid, signal.SIGUSR1)
                stops += require_stop(job, time.monotonic(), self.output, f"{self.method}: SIGUSR1")
            if number % 3 == 2:
                stops += require_stop(job, job.started + 0.5 + 3, self.output, f"{self.method}: --time-limit")
            if self.output.exists():
                if data_sets(self.output) != whole[1]:
                    raise Failure(f"{self.method}: stopped and gone on, it writes other latents")
                self.output.unlink()
        self.start(self.chance.choice([1, 2]), self.output).succeed(300)
        if data_sets(self.output) != whole[1] or pathlib.Path(f"{self.output}.training.h5").exists():
            raise Failure(f"{self.method}: gone on, it writes other latents, or leaves its state")
        print(f"{self.method}: undisturbed {seconds:.1f} s at best; the same latents on 1, 2, 4 and after {stops} stops and {killed} kills", flush=True)


def use_latents(sluice, work):
    """The latents of a closed pool: rows are chosen among them, and a campaign finds labels by them."""
    pool = work / "entropic-autoencoder-1.h5"
    with h5py.File(pool, "r") as file, h5py.File(work / "pool.h5", "r") as first:
        if file["features"].shape[0] != ROWS or not numpy.array_equal(file["targets"][...], first["targets"][...]):
            raise Failure(f"{pool}: targets differ from the pool's")
    Job(2, [sluice, "select", pool, "--count", 20, "-o", work / "rows.csv"], work).succeed()
    Job(1, [sluice, "inspect", pool], work).succeed()
    file = write_campaign(work, "latent", campaign={"batch": 5, "iterations": 2}, pool={"file": pool.name}, surrogate={"kind": "ridge-ensemble"}, acquisition={"kind": "ucb"})
    Job(2, [sluice, "run", file, "--run-dir", work / "latent.run"], work).succeed()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sluice", nargs="?", type=pathlib.Path, default=launching.SLUICE, help="the program (default: %(default)s)")
    parser.add_argument("--kills", type=int, default=6, help="kills and stops of each method (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of moments")
    parser.add_argument("--work", type=pathlib.Path, help="folder to work in")
    arguments = parser.parse_args()
    begin = time.monotonic()
    work, chance, sluice = launching.work_folder(arguments.work, "represent"), random.Random(arguments.seed), arguments.sluice.resolve()
    try:
        launching.make_pool(sluice, work, ROWS, COLUMNS)
        for method in METHODS:
            Case(sluice, work, method, chance).run(arguments.kills if method != "pca" else 0)
        use_latents(sluice, work)
    except (Failure, OSError, ValueError) as failure:
        sys.exit(f"represent: FAILED, files in {work}: {failure}")
    shutil.rmtree(work)
    print(f"represent: passed in {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
