#!/usr/bin/env python3
"""A power cut at any moment loses no label that was answered and no batch that was asked for, and the campaign goes on to the same journal and metrics.

    tests/restart/power_cut.py LIBPOWER_CUT [SLUICE] [--work DIR]

kill -9 cannot show whether data reach the disk: the page cache outlives a process. LIBPOWER_CUT (power_cut.cpp), preloaded into a run on one rank, writes down what a disk could hold at
each moment: nothing but what was synced, or all names, of contents that were. From each of these run folders the campaign is gone on with.
Exit status 0, or 1 and the reason.
"""

import argparse
import csv
import hashlib
import pathlib
import shutil
import sys
import time

import launching  # first: finds a Python that has numpy and h5py
from launching import Failure, content, require_nothing_twice, require_same, whole_lines, write_campaign

BATCH = {"batch": 4, "iterations": 2}
CAMPAIGNS = {
    "steps": {"campaign": BATCH, "surrogate": {"kind": "ridge-ensemble", "members": 4}, "acquisition": {"kind": "ucb"}},
    # Its training, too, is on the disk every few steps.
    "two-index": {
        "campaign": BATCH | {"iterations": 1},
        "pool": {"rows": 500, "test": 20},
        "problem": {"kind": "ternary"},
        "checkpoint": {"seconds": 0},
        "strategy": {"kind": "two-index", "members": 2, "components": 2, "width": 8, "steps_least": 100, "steps_most": 100},
    },
}
PERSON = {"campaign": BATCH, "problem": {"kind": "ask-tell"}, "surrogate": {"kind": "ridge-ensemble", "members": 4}, "acquisition": {"kind": "ucb"}}


class Sluice:
    def __init__(self, program, library):
        self.program, self.library = program, library

    def __call__(self, *command, **variables):
        launching.Job(1, [self.program, *command], pathlib.Path(command[1]).parent, variables).succeed()

    def cut(self, folder, states, *command):
        """What could be left of the folder at each moment of a command, in order: from each, what was found there by name."""
        folder.mkdir(exist_ok=True)
        states.mkdir()
        self(*command, LD_PRELOAD=str(self.library), POWER_CUT_ROOT=str(folder), POWER_CUT_STATES=str(states))
        return sorted(states.iterdir())


def fingerprint(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(str(path.relative_to(folder)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest() for path in files)).hexdigest()


def different(states):
    """The first of those that are the same."""
    return list({fingerprint(state): state for state in reversed(states)}.values())


def require_growth(states):
    """Whole lines of a journal that were on the disk once are there ever after."""
    seen = b""
    for state in states:
        lines = whole_lines(content(state / "run" / "journal.jsonl"))
        if not lines.startswith(seen):
            raise Failure(f"{state}: lines of the journal that were on the disk before are lost: {len(seen)} bytes then, {len(lines)} now")
        require_nothing_twice(lines)
        seen = lines


def cut_everywhere(sluice, work, campaign, sections):
    """A campaign undisturbed, then one whose every possible remains are gone on with."""
    file = write_campaign(work, campaign, **sections)
    undisturbed = work / f"{campaign}-undisturbed.run"
    sluice("run", file, "--run-dir", undisturbed)
    disk = work / f"{campaign}-disk"
    states = sluice.cut(disk, work / f"{campaign}-states", "run", file, "--run-dir", disk / "run")
    kept = [state for state in states if state.name.endswith("-kept")]
    require_growth(kept)
    for name in ("journal.jsonl", "metrics.csv", "campaign.toml", "sessions.jsonl"):
        if content(kept[-1] / "run" / name) != content(disk / "run" / name):
            raise Failure(f"{disk}: the campaign is over, and {name} is not on the disk")
    require_same("journal.jsonl", kept[-1] / "run", undisturbed)
    remains = different(states)
    for state in remains:
        sluice("run", file, "--run-dir", state / "run")
        for compared in ("journal.jsonl", "metrics.csv"):
            require_same(compared, state / "run", undisturbed)
        if b"trying the one before" in content(state / "run" / "run.log"):
            raise Failure(f"{state}: a checkpoint had its name before it was on the disk")
    print(f"{campaign}: {len(states)} moments, {len(remains)} different remains, and from each the same journal and metrics", flush=True)


def cut_a_person(sluice, work):
    """What ask has handed out and tell has taken is on the disk when they end; whatever a cut leaves, the same batch is asked for again, and answers are taken."""
    file = write_campaign(work, "person", **PERSON)
    disk, batch = work / "person-disk", work / "batch.csv"
    moments = 0
    for step in range(2):
        states = sluice.cut(disk, work / f"person-ask-{step}", "ask", file, "-o", batch, "--run-dir", disk / "run")
        asked = content(batch)
        last = [state for state in states if state.name.endswith("-kept")][-1]
        rows = [line["row"] for line in csv.DictReader(asked.decode().splitlines())]
        if content(last / "run" / "journal.jsonl") != content(disk / "run" / "journal.jsonl") or not rows:
            raise Failure(f"{last}: ask has handed a batch out that is not on the disk")
        for state in different(states):
            sluice("ask", file, "-o", batch, "--run-dir", state / "run")
            if content(batch) != asked:
                raise Failure(f"{state}: after a power cut, ask hands out another batch")
        answers = work / "answers.csv"
        answers.write_text("row,y\n" + "".join(f"{row},{int(row) % 11}\n" for row in rows))
        told = sluice.cut(disk, work / f"person-tell-{step}", "tell", file, answers, "--run-dir", disk / "run")
        last = [state for state in told if state.name.endswith("-kept")][-1]
        if content(last / "run" / "journal.jsonl") != content(disk / "run" / "journal.jsonl"):
            raise Failure(f"{last}: tell has ended, and not all answers are on the disk")
        require_nothing_twice(content(last / "run" / "journal.jsonl"))
        moments += len(states) + len(told)
    print(f"ask and tell: {moments} moments, no batch and no answer lost", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=pathlib.Path, help="power_cut.cpp, as a shared library")
    parser.add_argument("sluice", nargs="?", type=pathlib.Path, default=launching.SLUICE, help="the program (default: %(default)s)")
    parser.add_argument("--work", type=pathlib.Path, help="folder to work in")
    arguments = parser.parse_args()
    begin = time.monotonic()
    work = launching.work_folder(arguments.work, "power-cut")
    sluice = Sluice(arguments.sluice.resolve(), arguments.library.resolve())
    try:
        launching.make_pool(sluice.program, work, 300, 3)
        for campaign, sections in CAMPAIGNS.items():
            cut_everywhere(sluice, work, campaign, sections)
        cut_a_person(sluice, work)
    except (Failure, OSError, ValueError) as failure:
        sys.exit(f"power_cut: FAILED, files in {work}: {failure}")
    shutil.rmtree(work)
    print(f"power_cut: passed in {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
