#!/usr/bin/env python3
"""Campaigns drawn at random, on pools that nobody would design, give the same answer on any number of ranks and after a kill.

    tests/restart/odd_pools.py [SLUICE] [--cases 12] [--first 0] [--work DIR]

A pool may have a single column, constant ones, duplicates, ties, units far apart, missing or equal labels, fewer rows than ranks. A campaign takes any of the methods that `sluice methods`
has, with any batch. It runs on one rank; on several; and once more on several, killed on its way and gone on with on another number. A campaign that fails must fail alike, with a message.
A case depends on its number alone: --first N --cases 1 repeats one. Exit status 0, or 1 and the reasons.
"""

import argparse
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

import launching  # first: finds a Python that has the next two
from launching import Failure, Job, content, require_nothing_twice, require_same, whole_lines

import h5py
import numpy as np

# Less work for those that train for long.
SHORT = {
    "adam-mlp-ensemble": {"epochs": 20},
    "deep-mlp-ensemble": {"epochs": 20, "width": 8, "depth": 2},
    "mc-dropout": {"epochs": 20},
    "classifier-ensemble": {"epochs": 20},
    "mc-dropout-classifier": {"epochs": 20},
    "two-index": {"members": 2, "components": 2, "width": 8, "steps_least": 30, "steps_most": 30},
}
MEMBERS = [2, 3, 5]
CLASSES = 3
MESSAGE = re.compile(r"^\S.*: .+")  # where: what


def methods(sluice):
    """Kinds by section."""
    table = subprocess.run([sluice, "methods"], capture_output=True, text=True, check=True).stdout
    kinds = {}
    for section, kind in re.findall(r"^\| `\[(\w+)\]` \| `([\w-]+)` \|", table, re.M):
        kinds.setdefault(section, []).append(kind)
    return kinds


def features(chance, numbers):
    """Features of a pool, and how they are stored."""
    rows, columns = chance.choice([5, 6, 9, 14, 23, 40, 77, 150, 333]), chance.choice([1, 1, 2, 3, 5, 8, 17, 40])
    x = numbers.normal(size=(rows, columns))
    match chance.choice(["plain", "bits", "bytes", "halves", "duplicates", "constant", "all constant", "units", "ties"]):
        case "bits":
            return x, {"features": np.packbits(x > 0, axis=1)}, {"encoding": "bits", "bits": columns}
        case "bytes":
            return x, {"features": np.clip(40 * x + 100, 0, 255).astype("u1")}, {}
        case "halves":
            return x, {"features": x.astype("f2")}, {}
        case "duplicates":
            x = x[numbers.integers(0, max(1, rows // 3), rows)]
        case "constant":
            x[:, numbers.integers(0, columns)] = 3.5
        case "all constant":
            x[:] = 1
        case "units":
            x *= 10 ** numbers.uniform(-6, 6, size=columns)
        case "ties":
            x = np.round(x)
    return x, {"features": x.astype("f4")}, {}


def labels(chance, numbers, x, targets, are_classes):
    y = np.stack([np.sin((t + 1) * x[:, 0]) for t in range(targets)], 1) + 0.3 * numbers.normal(size=(len(x), targets))
    if are_classes:
        return np.abs(np.round(y)) % CLASSES
    match chance.choice(["plain", "plain", "large", "small", "constant", "ties", "missing"]):
        case "large":
            y *= 1e9
        case "small":
            y *= 1e-9
        case "constant":
            y[:] = 2
        case "ties":
            y = np.round(y)
        case "missing":
            y[numbers.random(len(x)) < 0.3, 0] = np.nan
    return y


def write_pool(path, chance, targets, are_classes):
    numbers = np.random.default_rng(chance.randrange(2**32))
    x, arrays, attributes = features(chance, numbers)
    arrays |= {"targets": labels(chance, numbers, x, targets, are_classes), "target_names": np.array([f"t{t}" for t in range(targets)], "S")}
    with h5py.File(path, "w") as file:
        file.attrs.update({"sluice_pool": 1, "tile_rows": chance.choice([1, 2, 3, 7, 16, 64, 512]), "provenance": "odd", "encoding": "plain"} | attributes)
        for name, values in arrays.items():
            file[name] = values
    return len(x)


def toml(sections):
    """[(section, values)]; a list of tables has its double brackets in the name."""
    text = ""
    for section, values in sections:
        text += f"[{section}]\n" + "".join(f"{key} = {value if not isinstance(value, str) else repr(value)}\n" for key, value in values.items())
    return text


def campaign(chance, kinds, rows, targets, are_classes):
    """The text of a campaign file, which may be one that is refused."""
    goals = ["classify"] if are_classes else [chance.choice(["maximize", "minimize", "window"]) for _ in range(targets)]
    if not are_classes and chance.random() < 0.1:
        goals = ["predict"] * targets
    sections = [
        ("campaign", {"name": "odd", "seed": chance.randrange(1000), "batch": chance.choice([1, 2, 3, 5, 11]), "iterations": chance.choice([1, 2, 3]), "stop": "never"}),
        ("campaign.initial", {"count": min(rows, chance.choice([2, 3, 4, 6, 10])), "rule": "random"}),
        ("pool", {"file": "pool.h5", "scaling": chance.choice(["standard", "none"]), "residency": chance.choice(["memory", "stream"])} | ({"test": chance.choice([1, 2, 5])} if chance.random() < 0.3 else {})),
        *(("[target]", {"name": f"t{t}", "goal": goal} | ({"window": [-0.2, 0.4]} if goal == "window" else {}) | ({"classes": CLASSES} if goal == "classify" else {})) for t, goal in enumerate(goals)),
        ("problem", {"kind": "closed-pool"}),
    ]
    if chance.random() < 0.4:
        kind = chance.choice(kinds["strategy"])
        return toml([*sections, ("strategy", {"kind": kind} | SHORT.get(kind, {}))])
    surrogate = chance.choice(kinds["surrogate"])
    return toml([*sections, ("surrogate", {"kind": surrogate, "members": chance.choice(MEMBERS)} | SHORT.get(surrogate, {})),
                 ("acquisition", {"kind": chance.choice(kinds["acquisition"])}), ("selection", {"kind": chance.choice(kinds["selection"])})])  # fmt: skip


def write_case(chance, kinds, sluice, work):
    """A pool, and a campaign that goes with it."""
    targets, are_classes = chance.choice([1, 1, 1, 2, 3]), chance.random() < 0.1
    targets = 1 if are_classes else targets
    rows = write_pool(work / "pool.h5", chance, targets, are_classes)
    while True:
        (work / "odd.toml").write_text(campaign(chance, kinds, rows, targets, are_classes))
        if subprocess.run([sluice, "validate", "odd.toml"], cwd=work, capture_output=True).returncode == 0:
            return


def ended(job, folder):
    """Exit status, and what it said if it failed."""
    status = job.wait()
    if status not in (0, 1):
        raise Failure(f"exits {status}: {job.text}\n{job.tail()}")
    if status == 0:
        return ""
    said = [line for line in job.log.read_text().splitlines() if MESSAGE.match(line) and "mpirun" not in line]
    if not said:
        raise Failure(f"fails without a message: {job.text}\n{job.tail()}")
    return said[0].replace(folder.name, "")


def run_case(number, kinds, sluice, work):
    chance = random.Random(number)
    write_case(chance, kinds, sluice, work)
    ranks = chance.choice([2, 3, 4])

    def start(folder, count):
        return Job(count, [sluice, "run", "odd.toml", "--run-dir", folder, "--threads", str(chance.choice([1, 2]))], work)

    alone, together, killed = (work / name for name in ("alone.run", "together.run", "killed.run"))
    begun = time.monotonic()
    said = ended(start(alone, 1), alone)
    seconds = time.monotonic() - begun
    if ended(start(together, ranks), together) != said:
        raise Failure(f"{ranks} ranks end otherwise than one, which said: {said or 'done'}")
    job = start(killed, ranks)
    job.wait_for(chance.uniform(0, 1.5 * seconds))
    job.kill()
    if ended(start(killed, chance.choice([1, 2, 3])), killed) != said:
        raise Failure(f"it ends otherwise after a kill than without one, where it said: {said or 'done'}")
    if said:
        return f"refused alike: {said}"
    for folder in (together, killed):
        for name in ("journal.jsonl", "metrics.csv", "map.json"):
            require_same(name, folder, alone)
    journal = whole_lines(content(alone / "journal.jsonl"))
    require_nothing_twice(journal)
    if re.search(rb"\bnan\b", content(alone / "report.html")):
        raise Failure("the report says nan")
    labels_told = journal.count(b'"event":"label"')
    return f"{labels_told} labels, {ranks} ranks"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sluice", nargs="?", type=pathlib.Path, default=launching.SLUICE, help="the program (default: %(default)s)")
    parser.add_argument("--cases", type=int, default=12)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--work", type=pathlib.Path, help="where cases that fail are kept")
    arguments = parser.parse_args()
    sluice, failed = arguments.sluice.resolve(), 0
    work, kinds = launching.work_folder(arguments.work, "odd-pools"), methods(sluice)
    for number in range(arguments.first, arguments.first + arguments.cases):
        folder = work / str(number)
        folder.mkdir()
        try:
            print(f"{number}: {run_case(number, kinds, sluice, folder)}", flush=True)
            shutil.rmtree(folder)
        except Failure as failure:
            failed += 1
            print(f"{number}: FAILED, see {folder}: {failure}", flush=True)
    print(f"{arguments.cases - failed} passed, {failed} failed")
    if not failed:
        shutil.rmtree(work)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
