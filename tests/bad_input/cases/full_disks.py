"""Disks that are full."""

import shutil

from case import case, plain_case

FULL = "No space left on device"


def fill(folder):
    with open(folder / "filler", "wb", buffering=0) as file:
        try:
            while file.write(b"x" * 512):
                pass
        except OSError:
            pass


@case("disk full: import", "import data.csv -o disk/new.h5", "disk/new.h5", FULL, disk=2**16)
def full_at_import(at):
    (at / "data.csv").write_text("a,b,c,d\n" + "1,2,3,4\n" * 30000)


plain_case("disk full: a run writes its checkpoint", "run campaign.toml --run-dir disk/new.run", "disk/new.run/checkpoint.h5.tmp: ", FULL, disk=2**15, may_write=r"disk/.*")
plain_case("disk full: generate", "generate ternary --rows 5000 -o disk/new.h5", "disk/new.h5", FULL, disk=2**14)


@case("disk full: select", "select pool.h5 --count 3 -o disk/rows.csv", "disk/rows.csv", FULL, disk=2**14)
def full_at_select(at):
    fill(at / "disk")


@case("disk full: ask", "ask ask.toml -o disk/batch.csv", "disk/batch.csv", FULL, disk=2**14)
def full_at_ask(at):
    fill(at / "disk")


@case("disk full: report", "report small.run -o disk/report.html", "disk/report.html", FULL, disk=2**14)
def full_at_report(at):
    fill(at / "disk")


@case("disk full: tell", "tell ask.toml answers.csv --run-dir disk/asked.run", "disk/asked.run/", FULL, disk=2**17, may_write=r"disk/asked\.run/stages\.csv")
def full_at_tell(at):
    shutil.copytree(at / "asked.run", at / "disk/asked.run")
    asked, told = ((at / name).read_text().splitlines() for name in ("asked.csv", "told.csv"))
    waiting = [line.split(",")[1] for line in asked[1:] if line.split(",")[1] not in {row.split(",")[1] for row in told[1:]}]
    (at / "answers.csv").write_text("row,gap\n" + "".join(f"{row},1\n" for row in waiting))
    fill(at / "disk")
