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
METHODS = {  # by name; what is more than a method's name has the method before a colon
    "entropic-autoencoder": ["--descents", 20, "--samplings", 15, "--encoders", 8, "--thinning", 40, "--hidden", "32,16", "--batch", 256],
    "vae": ["--descents", 40, "--hidden", "32,16", "--batch", 256],
    "autoencoder": ["--descents", 40, "--hidden", "32,16", "--batch", 256],
    "entropic-autoencoder:calibrated": ["--descents", 10, "--samplings", 10, "--encoders", 8, "--thinning", 10, "--hidden", "16", "--batch", 256, "--training-rows", 2000, "--calibration", "trials"],
    "entropic-autoencoder:moving": ["--dynamics", "pool.h5", "--units", 3, "--descents", 10, "--samplings", 5, "--encoders", 8, "--thinning", 10, "--hidden", "16", "--batch", 256],
    "entropic-autoencoder:images": ["--image", "8x8x1", "--filters", "4,8", "--decoder-filters", "6", "--scale", "pixels", "--descents", 3, "--samplings", 2, "--encoders", 4, "--thinning", 5,
                                    "--equilibration", 20, "--batch", 64, "--training-rows", 1000],  # fmt: skip
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
        self.pool = work / ("images.h5" if method.endswith(":images") else "pool.h5")
        self.output = work / f"{self.name}.h5"

    @property
    def name(self):
        return self.method.replace(":", "-")

    def start(self, ranks, output, *more):
        return Job(ranks, [self.sluice, "represent", self.pool, "--method", self.method.split(":")[0], "-o", output, *METHODS[self.method], *more], self.work, {})

    def run(self, kills):
        whole, seconds = {}, float("inf")
        for ranks in (1, 2, 4):
            output = self.work / f"{self.name}-{ranks}.h5"
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


def make_images(sluice, work):
    """Noisy bright spots of 8 x 8 bytes."""
    chance = numpy.random.default_rng(1)
    y, x = numpy.mgrid[:8, :8]
    place = 7 * chance.random((2, 3000, 1, 1))
    spots = 240 * numpy.exp(-((y - place[0]) ** 2 + (x - place[1]) ** 2) / 4) + 15 * chance.random((3000, 8, 8))
    numpy.savez(work / "images.npz", features=spots.astype(numpy.uint8).reshape(3000, 64))
    Job(1, [sluice, "import", work / "images.npz", "-o", work / "images.h5", "--type", "uint8"], work).succeed()


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
        make_images(sluice, work)
        for method in METHODS:
            Case(sluice, work, method, chance).run(arguments.kills if method != "pca" else 0)
        use_latents(sluice, work)
    except (Failure, OSError, ValueError) as failure:
        sys.exit(f"represent: FAILED, files in {work}: {failure}")
    shutil.rmtree(work)
    print(f"represent: passed in {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
