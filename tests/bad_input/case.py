"""What a bad input is, and how cases are made."""

import dataclasses
import pathlib
import typing

from spoiling import replace_in


@dataclasses.dataclass
class Case:
    """One bad input. The command runs in a folder of its own that holds

    pool.h5, campaign.toml        closed pool, valid
    small.run                     a finished run of it
    ask.toml, asked.run           a campaign of ask and tell, of which two answers of the first batch were taken
    asked.csv, told.csv           the batch as asked for, and the two answers
    """

    name: str
    prepare: typing.Callable[[pathlib.Path], typing.Any]  # spoils something in that folder
    command: str  # what follows `sluice`; if empty, prepare returns it
    says: list  # fragments of what it says, all expected; <text> stands for the line of campaign.toml that holds text
    status: int = 1
    lines: int = 1  # of the whole message
    environment: dict = dataclasses.field(default_factory=dict)
    noise: str = ""  # what libraries say and cannot be kept from saying: a pattern of texts
    may_write: str = ""  # what may change: a pattern of paths
    disk: int = 0  # bytes of a file system mounted at disk/; skipped by who may not mount


CASES = []


def case(name, command, *says, **more):
    """Decorates what spoils the folder."""

    def add(prepare):
        CASES.append(Case(name, prepare, command, list(says), **more))
        return prepare

    return add


def plain_case(name, command, *says, **more):
    """Nothing but the command is wrong."""
    case(name, command, *says, **more)(lambda at: None)


# What a failed start may leave in its run folder: that it was tried.
TRIED = r"[a-z]+\.run/(run\.log|sessions\.jsonl|stages\.csv|campaign\.toml|metrics\.csv)"


def not_started(problems=1):
    return f"{problems} problem{'s' * (problems > 1)} in campaign.toml; nothing was started"


def campaign_case(name, old, new, *says, problems=1, **more):
    """The campaign file with one text replaced by another. `problems`: 0 where the file as a whole cannot be read."""
    if problems:
        says = (*says, not_started(problems))
        more.setdefault("lines", problems + 1)
    case(f"campaign file: {name}", "run campaign.toml", *says, **more)(lambda at: replace_in(at / "campaign.toml", old, new))
