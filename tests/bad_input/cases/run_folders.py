"""Run folders whose journal or checkpoints are damaged, or of something else."""

import re
import shutil

import h5py

from case import case
from spoiling import change_in_checkpoint, cut

CONTINUE = "run campaign.toml --set campaign.iterations=3"
FOLDER = r"small\.run/.*"


def continues(name, *says, **more):
    """A damaged checkpoint is named, and the run goes on from the one before it or from the journal."""
    return case(f"checkpoint: {name}", CONTINUE, *says, "done after 3 iterations, 18 rows labelled", status=0, lines=more.pop("lines", 1), may_write=FOLDER, **more)


@continues("truncated", "small.run/checkpoint.h5: ", "truncated", "continuing small.run at iteration 2")
def truncated_checkpoint(at):
    cut(at / "small.run/checkpoint.h5", 3000)


@continues("a text file", "small.run/checkpoint.h5: ", "not an HDF5 file", "continuing small.run at iteration 2")
def text_checkpoint(at):
    (at / "small.run/checkpoint.h5").write_text("nothing of the kind\n" * 100)


@continues("empty", "small.run/checkpoint.h5: ", "not an HDF5 file", "continuing small.run at iteration 2")
def empty_checkpoint(at):
    (at / "small.run/checkpoint.h5").write_bytes(b"")


@continues("labels differ from their checksum", "small.run/checkpoint.h5: checksum of the state differs (file damaged)", "continuing small.run at iteration 2")
def changed_labels(at):
    change_in_checkpoint(at / "small.run/checkpoint.h5", "values")


@continues("row states differ from their checksum", "small.run/checkpoint.h5: checksum of /rows differs (file damaged)", "continuing small.run at iteration 2")
def changed_rows(at):
    with h5py.File(at / "small.run/checkpoint.h5", "r+") as file:
        file["rows"][33] ^= 1


@continues("newer format", "small.run/checkpoint.h5: checkpoint format 4; this program reads format 3", "continuing small.run at iteration 2")
def newer_checkpoint(at):
    with h5py.File(at / "small.run/checkpoint.h5", "r+") as file:
        file.attrs["sluice_checkpoint"] = 4


@continues("a pool in its place", "small.run/checkpoint.h5: not a checkpoint", "continuing small.run at iteration 2")
def pool_for_checkpoint(at):
    shutil.copy(at / "pool.h5", at / "small.run/checkpoint.h5")


@continues("both damaged", "small.run/checkpoint.h5: ", "small.run/checkpoint.prev.h5: ", "continuing small.run at iteration 2", lines=2)
def both_damaged(at):
    cut(at / "small.run/checkpoint.h5", 3000)
    cut(at / "small.run/checkpoint.prev.h5", 100)


@continues("last line of the journal half written", "continuing small.run at iteration 2: 13 rows labelled, 1 waited for", lines=0)
def half_a_line(at):
    cut(at / "small.run/journal.jsonl", -20)
    for name in ("checkpoint.h5", "checkpoint.prev.h5"):
        (at / "small.run" / name).unlink()


UNTOUCHED = r"small\.run/(run\.log|sessions\.jsonl|stages\.csv)"


def refused(name, *says, command=CONTINUE, **more):
    return case(name, command, *says, may_write=UNTOUCHED, **more)


@refused("run folder: of another campaign", "small.run: holds a run of another campaign ('small')", "choose another --run-dir", command="run campaign.toml --set campaign.seed=2")
def other_campaign(at):
    pass


@refused("run folder: pool has changed since", "small.run: the pool pool.h5 has changed since this run began (fingerprint ", "restore it, or choose another --run-dir")
def changed_pool(at):
    with h5py.File(at / "pool.h5", "r+") as file:
        file["features"][11, 2] += 1


@refused("journal: shorter than the checkpoint", "small.run/checkpoint.h5: knows ", "rows that journal.jsonl beside it does not hold any more; restore the journal from a copy")
def short_journal(at):
    lines = (at / "small.run/journal.jsonl").read_text().splitlines(keepends=True)
    (at / "small.run/journal.jsonl").write_text("".join(lines[:5]))


@refused("journal: missing beside a checkpoint", "small.run/checkpoint.h5: knows ", "rows that journal.jsonl beside it does not hold any more; restore the journal from a copy")
def no_journal(at):
    (at / "small.run/journal.jsonl").unlink()


def journal_case(name, number, change, *says):
    """One line of the journal changed."""

    def prepare(at):
        path = at / "small.run/journal.jsonl"
        lines = path.read_text().splitlines(keepends=True)
        lines[number - 1] = change(lines[number - 1])
        path.write_text("".join(lines))
        for checkpoint in ("checkpoint.h5", "checkpoint.prev.h5"):
            (at / "small.run" / checkpoint).unlink()

    refused(f"journal: {name}", *says)(prepare)


REMEDY = "restore the file from a copy, or start again in another run folder"
journal_case("a line in the middle damaged", 4, lambda line: line[:20] + "\x00#" + line[25:], "small.run/journal.jsonl:4: damaged: ", REMEDY)
journal_case("a line in the middle cut", 4, lambda line: line[:20] + "\n", "small.run/journal.jsonl:4: damaged: ", REMEDY)
journal_case("of a newer format", 1, lambda line: line.replace('"format":1', '"format":2'), "small.run/journal.jsonl:1: journal format 2; this program reads format 1")
journal_case("first line missing", 1, lambda line: "", "small.run/journal.jsonl:1: damaged: the first line must say which campaign it is")
journal_case("an answer twice", 4, lambda line: line + line, "small.run/journal.jsonl:5: damaged: row ", "is answered, but not waited for", REMEDY)
journal_case("an answer without values", 4, lambda line: re.sub(r'"values":\[.*\]', '"values":[]', line), "small.run/journal.jsonl:4: damaged: ", "0 values", "1 target", REMEDY)
journal_case("a row beyond the pool", 2, lambda line: re.sub(r'"rows":\[\d+', '"rows":[60', line), "small.run/journal.jsonl:2: damaged: row 60 is not a row of pool.h5", REMEDY)
journal_case("a batch missing", 2, lambda line: "", "small.run/journal.jsonl:2: damaged: row ", "is answered, but not waited for", REMEDY)
