#!/usr/bin/env python3
"""Every bad input is refused promptly, once, and by name.

    tests/bad_input/bad_inputs.py SLUICE [--ranks 4] [--only PATTERN] [--sample N] [--within SECONDS] [--list]

Makes a small valid pool, campaign and run, and then gives SLUICE one bad input after another, each in a fresh copy of them
and under mpirun. A case passes if the program

  - ends with the expected status (1, unless the case says otherwise) within the given seconds, and never hangs;
  - says what the case expects: the file and the place in it, what was found, what is allowed;
  - says it once, not once per rank, and nothing else: no MPI_ABORT, no crash, no noise of a library;
  - leaves everything as it was: no file of the user or of a run has changed, and none has been left lying about.

Needs numpy and h5py. The last line is `N passed, M failed`, and how many were skipped where
no disk can be mounted; exit status 1 if any failed.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import os
import pathlib
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import typing
import zipfile

import h5py
import numpy as np

HANG = 20  # s after which a case is killed

ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_odls_base_sigkill_timeout": "0",  # s for which mpirun lets other ranks live after one that failed: none may need them, and every case would take them
}

# ---- A valid pool, campaign and run -----------------------------------------------------------------------------------------

ROWS, COLUMNS, TILE = 60, 5, 8

CAMPAIGN = """\
[campaign]
name = "small"
seed = 1
batch = 4
iterations = 2
initial = { count = 6, rule = "random" }
stop = "never"

[pool]
file = "pool.h5"

[[target]]
name = "gap"
goal = "maximize"

[problem]
kind = "closed-pool"

[surrogate]
kind = "ridge-ensemble"
members = 4

[acquisition]
kind = "ucb"
kappa = 1.0

[selection]
kind = "top-k"
"""

SIMULATED = """\
[campaign]
name = "drawn"
batch = 4
iterations = 2
initial = { count = 6 }

[pool]
rows = 300
test = 20

[problem]
kind = "ternary"

[acquisition]
kind = "random"
"""

ASK_TELL = CAMPAIGN.replace('"small"', '"asked"').replace("closed-pool", "ask-tell")


def write_pool(path):
    random = np.random.default_rng(7)
    with h5py.File(path, "w") as file:
        file.attrs["sluice_pool"] = 1
        file.attrs["tile_rows"] = TILE
        file.attrs["provenance"] = "tests/bad_input"
        file.attrs["encoding"] = "plain"
        file["features"] = random.normal(size=(ROWS, COLUMNS)).astype("f4")
        file["columns"] = np.array([f"x{c}" for c in range(COLUMNS)], "S")
        file["targets"] = random.normal(size=(ROWS, 2))
        file["targets"][9] = np.nan
        file["target_names"] = np.array(["gap", "dipole"], "S")
        file["target_units"] = np.array(["eV", "D"], "S")
        file["ids"] = np.array([f"mol{r}" for r in range(ROWS)], "S")


# ---- Cases ------------------------------------------------------------------------------------------------------------------


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


def replace_in(path, old, new):
    text = path.read_text()
    assert old in text, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new, 1))


# ---- The campaign file ------------------------------------------------------------------------------------------------------

NOT_STARTED = "1 problem in campaign.toml; nothing was started"


def campaign_case(name, old, new, *says, problems=1, **more):
    """The campaign file with one text replaced by another. `problems`: 0 where the file as a whole cannot be read."""
    if problems:
        says = (*says, NOT_STARTED if problems == 1 else f"{problems} problems in campaign.toml; nothing was started")
        more.setdefault("lines", problems + 1)
    case(f"campaign file: {name}", "run campaign.toml", *says, **more)(lambda at: replace_in(at / "campaign.toml", old, new))


plain_case("campaign file: missing", "run nowhere.toml", "nowhere.toml: ", "No such file or directory")
plain_case("campaign file: a folder", "run small.run", "small.run: is a folder, not a file")
campaign_case("not TOML", "batch = 4", "batch = = 4", "campaign.toml:<batch>: not valid TOML", problems=0)
campaign_case("a key twice", "seed = 1", "seed = 1\nseed = 2", "campaign.toml:<seed = 2>: not valid TOML", "seed", problems=0)
campaign_case("a whole number too large for 64 bits", "seed = 1", "seed = 99999999999999999999", "campaign.toml:<seed>:", problems=0)
campaign_case("unknown section", "[surrogate]", "[checkpont]\nevery = 1\n\n[surrogate]",
              "campaign.toml:<[checkpont]>: [checkpont]: unknown section; did you mean [checkpoint]?")
campaign_case("unknown key", "kappa = 1.0", "kappo = 1.0", "campaign.toml:<kappo>: [acquisition] kappo: unknown key; did you mean kappa?")
campaign_case("unknown key like no other", "seed = 1", "temperature_of_furnace = 1", "campaign.toml:<temperature>: [campaign] temperature_of_furnace: unknown key; allowed: ", "batch, initial, iterations, name, seed, stop")
campaign_case("text for a whole number", "batch = 4", 'batch = "four"', "campaign.toml:<batch>: [campaign] batch = ", "four", "must be a whole number from 1 to 1000000")
campaign_case("real for a whole number", "batch = 4", "batch = 4.5", "campaign.toml:<batch>: [campaign] batch = 4.5: must be a whole number from 1 to 1000000")
campaign_case("below the range", "members = 4", "members = -3", "campaign.toml:<members>: [surrogate] members = -3: must be a whole number from 1 to 1000")
campaign_case("above the range", "members = 4", "members = 1001", "campaign.toml:<members>: [surrogate] members = 1001: must be a whole number from 1 to 1000")
campaign_case("not a finite number", "kappa = 1.0", "kappa = nan", "campaign.toml:<kappa>: [acquisition] kappa = nan: must be a number of at least 0")
campaign_case("missing key", 'name = "small"\n', "", "campaign.toml:<[campaign]>: [campaign] name: missing; a text")
campaign_case("missing section", '[problem]\nkind = "closed-pool"\n', "", "campaign.toml: [problem] kind: missing; must be one of ", '"closed-pool"')
campaign_case("wrong kind", '"ucb"', '"ucbb"', 'campaign.toml:<ucbb>: [acquisition] kind = ', 'ucbb', 'must be one of ', 'did you mean "ucb"?')
campaign_case("kind is a number", '"top-k"', "3", "campaign.toml:<kind = 3>: [selection] kind = 3: must be one of ", '"top-k"')
campaign_case("misspelt problem beside a rule of it", '"closed-pool"', '"closed-pol"', "campaign.toml:<closed-pol>: [problem] kind = ", 'did you mean "closed-pool"?')
campaign_case("window missing", '"maximize"', '"window"', "campaign.toml:<[[target]]>: [[target]] window: missing; must be [lowest, highest]")
campaign_case("window reversed", '"maximize"', '"window"\nwindow = [2.0, 1.0]', "campaign.toml:<window = [2>: [[target]] window = [2, 1]: must be [lowest, highest]")
campaign_case("window of three numbers", '"maximize"', '"window"\nwindow = [1, 2, 3]', "campaign.toml:<window = [1>: [[target]] window", "must be [lowest, highest]")
campaign_case("window without end", '"maximize"', '"window"\nwindow = [1, inf]', "campaign.toml:<window = [1>: [target] window = ", "must be a list of numbers")
campaign_case("window where none is wanted", '"maximize"', '"maximize"\nwindow = [1, 2]', 'campaign.toml:<window = [1>: [[target]] window: only for goal = "window"')
campaign_case("target twice", "[problem]", '[[target]]\nname = "gap"\n\n[problem]', 'campaign.toml:', '[[target]] name = "gap": appears twice')
campaign_case("target not in the pool", 'name = "gap"', 'name = "gab"', 'campaign.toml:<gab>: [[target]] name = "gab": not a target of pool.h5', "allowed: gap, dipole")
campaign_case("[target] for [[target]]", "[[target]]", "[target]", "campaign.toml:<[target]>: ", "[[target]]")


@case("campaign file: two targets and a number to stop at", "run campaign.toml", "campaign.toml:<stop>: [campaign] stop", "a number needs a single target", NOT_STARTED, lines=2)
def two_targets(at):
    replace_in(at / "campaign.toml", '"never"', "1.5")
    replace_in(at / "campaign.toml", "[problem]", '[[target]]\nname = "dipole"\n\n[problem]')


@case("campaign file: top-10 of a pool without labels", "ask campaign.toml -o x.csv", 'campaign.toml:<stop>: [campaign] stop = "top-10": only for a closed pool', 'allowed here: "never" or a number',
      NOT_STARTED, lines=2)
def top_10_of_ask_tell(at):
    (at / "campaign.toml").write_text(ASK_TELL.replace('"never"', '"top-10"'))


@case("campaign file: lower half of a pool without labels", "ask campaign.toml -o x.csv", 'campaign.toml:<initial>: [campaign.initial] rule = "lower-half": only for a closed pool', 'allowed here: "random", "rows", "file"',
      NOT_STARTED, lines=2)
def lower_half_of_ask_tell(at):
    (at / "campaign.toml").write_text(ASK_TELL.replace('"random"', '"lower-half"'))


campaign_case("unknown rule to stop", '"never"', '"top-20"', 'campaign.toml:<stop>: [campaign] stop = ', 'must be one of "top-10", "never", or a number')
campaign_case("stop at no number", '"never"', "nan", 'campaign.toml:<stop>: [campaign] stop = nan: must be one of "top-10", "never", or a number')

INITIAL = '{ count = 6, rule = "random" }'
campaign_case("initial is a number", INITIAL, "20", "campaign.toml:<initial>: [campaign] initial: must be a table")
campaign_case("no initial rows", INITIAL, "{ count = 0 }", "campaign.toml:<initial>: [campaign.initial] count = 0: must be a whole number of at least 1")
campaign_case("more initial rows than the pool has", INITIAL, '{ count = 61, rule = "random" }', "campaign.toml:<initial>: [campaign.initial] count = 61: pool.h5 has 60 rows")
campaign_case("unknown initial rule", INITIAL, '{ rule = "upper-half" }', "campaign.toml:<initial>: [campaign.initial] rule = ", 'must be one of "lower-half", "random", "rows", "file"')
campaign_case("initial rows without their rule", INITIAL, '{ rule = "random", rows = [1, 2] }', 'campaign.toml:<initial>: [campaign.initial] rows: a list of rows goes with rule = "rows"')
campaign_case("rule rows without rows", INITIAL, '{ rule = "rows" }', 'campaign.toml:<initial>: [campaign.initial] rows: a list of rows goes with rule = "rows"')
campaign_case("rule file without a file", INITIAL, '{ rule = "file" }', 'campaign.toml:<initial>: [campaign.initial] file: a CSV file goes with rule = "file"')
campaign_case("initial rows out of range", INITIAL, '{ rule = "rows", rows = [3, 60] }', "campaign.toml:<initial>: [campaign.initial] rows: 60 is not a row of pool.h5", "allowed: 0 to 59")
campaign_case("an initial row twice", INITIAL, '{ rule = "rows", rows = [3, 5, 3] }', "campaign.toml:<initial>: [campaign.initial] rows: 3 appears twice")
campaign_case("a negative initial row", INITIAL, '{ rule = "rows", rows = [3, -5] }', "campaign.toml:<initial>: [campaign.initial] rows: -5 is not a row number")
campaign_case("half an initial row", INITIAL, '{ rule = "rows", rows = [3, 4.5] }', "campaign.toml:<initial>: [campaign.initial] rows: 4.5 is not a row number")
campaign_case("an enormous initial row", INITIAL, '{ rule = "rows", rows = [3, 1e300] }', "campaign.toml:<initial>: [campaign.initial] rows: 1e+300 is not a row")
campaign_case("initial rows that are texts", INITIAL, '{ rule = "rows", rows = ["mol1"] }', "campaign.toml:<initial>: [campaign.initial] rows = ", "mol1", "must be a list of numbers", problems=2)


def initial_file_case(name, text, *says):
    def prepare(at):
        replace_in(at / "campaign.toml", INITIAL, '{ rule = "file", file = "known.csv" }')
        if text is not None:
            (at / "known.csv").write_text(text)

    case(f"initial file: {name}", "run campaign.toml --run-dir new.run", *says, may_write=TRIED)(prepare)


initial_file_case("missing", None, "known.csv: ", "No such file or directory")
initial_file_case("nothing but a header", "row,gap\n", "known.csv: no rows below the header")
initial_file_case("row beyond the pool", "row,gap\n3,1.5\n60,2\n", "known.csv:3: row '60' is not a row of pool.h5; allowed: 0 to 59")
initial_file_case("target missing", "row,gab\n3,1.5\n", "known.csv:1: no column 'gap'", "did you mean 'gab'?")
initial_file_case("row whose target the pool lacks", "row,gap\n3,1.5\n9,2\n", "known.csv:3: row 9 cannot be used: a feature or target is missing")
initial_file_case("unknown id", "id,gap\nmol3,1.5\nmol60,2\n", "known.csv:3: id 'mol60' is not in the pool")

campaign_case("name with a slash", '"small"', '"runs/small"', 'campaign.toml:<runs>: [campaign] name = "runs/small": must be usable as a file name')
campaign_case("empty name", '"small"', '""', 'campaign.toml:<name>: [campaign] name = ', "must be a text that is not empty")
STEPS = CAMPAIGN[CAMPAIGN.index("[surrogate]") :]
FUSION = '[strategy]\nkind = "fusion"\n'
campaign_case("unknown strategy", STEPS, '[strategy]\nkind = "fusoin"\n', 'campaign.toml:<fusoin>: [strategy] kind = ', 'did you mean "fusion"?')
campaign_case("unknown key of a strategy", STEPS, FUSION + "foldz = 5\n", "campaign.toml:<foldz>: [strategy] foldz: unknown key; did you mean folds?")
campaign_case("unknown mode of a strategy", STEPS, FUSION + 'mode = "publishd"\n', "campaign.toml:<publishd>: [strategy] mode = ", '"default"', '"published"')
campaign_case("unknown family of a strategy", STEPS, FUSION + 'families = "ridge, forest"\n', "'forest' is not a family; must be", "xgboost")
for key, value, allowed in [("members", "1", "a whole number from 2"), ("score", '"mi"', '"mi-lb"'), ("batch_rule", '"best"', '"core-set"'), ("recipe", '"fast"', '"robust"'),
                            ("temperature", "0", "a number above 0"), ("components", "0", "a whole number from 1")]:  # fmt: skip
    campaign_case(f"two-index: {key} = {value}", STEPS, f'[strategy]\nkind = "two-index"\n{key} = {value}\n', f"campaign.toml:<{key}>: [strategy] {key} = ", allowed)
campaign_case("steps beside a strategy", STEPS, FUSION + STEPS, "[surrogate]: not beside [strategy]", "[acquisition]: not beside [strategy]", "[selection]: not beside [strategy]", problems=3)
POOL = '[pool]\nfile = "pool.h5"\n'


def domain_case(name, domain, *says, problem='kind = "function"\nname = "ackley"', strategy=FUSION):
    says = (*says, NOT_STARTED) if len(says) == 1 else (*says, f"{len(says)} problems in campaign.toml; nothing was started")

    def prepare(at):
        replace_in(at / "campaign.toml", POOL, domain)
        replace_in(at / "campaign.toml", 'kind = "closed-pool"', problem)
        replace_in(at / "campaign.toml", STEPS, strategy)
        replace_in(at / "campaign.toml", ', rule = "random"', "")

    case(f"domain: {name}", "run campaign.toml", *says, lines=max(2, len(says)))(prepare)


BOX = "[domain]\ndimension = 3\nlower = [-5]\nupper = [5]\n"
domain_case("no bounds", "[domain]\ndimension = 3\n", "[domain] lower: missing; must be one number, or one for each feature", "[domain] upper: missing")
domain_case("bounds of another number", BOX.replace("[5]", "[5, 6]"), "[domain] upper: 2 numbers for 3 features; must be one number, or one for each feature")
domain_case("bounds the wrong way round", BOX.replace("[5]", "[5, -6, 5]"), "[domain] lower, upper: [-5, -6] of feature 1 is not a range")
domain_case("bounds that are texts", BOX.replace("[5]", '["high"]'), "[domain] upper = ")
domain_case("an endless bound", BOX.replace("[5]", "[inf]"), "[domain] upper = ")
domain_case("a pool beside it", BOX + POOL, "[pool]: not beside [domain], whose candidates are generated")
domain_case("a closed pool's problem", BOX, '[problem] kind = "closed-pool": not with [domain]; allowed here: "function", "ask-tell"', problem='kind = "closed-pool"')
domain_case("a strategy that generates none", BOX, '[domain]: needs [strategy] kind = "fusion", which generates candidates', strategy='[strategy]\nkind = "two-index"\n')
domain_case("no strategy", BOX, '[domain]: needs [strategy] kind = "fusion", which generates candidates', strategy=STEPS)
domain_case("unknown function", BOX, '[problem] name = \'sphere\': must be one of "ackley", "rastrigin", "schwefel"', problem='kind = "function"\nname = "sphere"')
domain_case("unknown key", BOX + "dimensions = 3\n", "[domain] dimensions: unknown key; did you mean dimension?")
campaign_case("initial rows of a domain for a pool", INITIAL, '{ count = 4, rule = "latin-hypercube" }', '[campaign.initial] rule = "latin-hypercube": only with [domain]')
campaign_case("no surrogate for a score that needs one", '[surrogate]\nkind = "ridge-ensemble"\nmembers = 4\n', "", "campaign.toml: [surrogate]: missing", '[acquisition] kind = "ucb" needs one of: ', "ridge-ensemble")
campaign_case("key of another kind", "members = 4", "members = 4\nhidden = [3]", "campaign.toml:<hidden>: [surrogate] hidden: unknown key; allowed: ", "lambda")
campaign_case("pool missing", '"pool.h5"', '"nowhere.h5"', "campaign.toml:<nowhere>: [pool] file: nowhere.h5: ", "No such file or directory")
campaign_case("member groups without fusion", '"pool.h5"', '"pool.h5"\nmember_groups = 2', "campaign.toml:<member_groups>: [pool] member_groups: needs [strategy] kind = ", "fusion")
campaign_case("pool is a folder", '"pool.h5"', '"small.run"', "campaign.toml:<small.run>: [pool] file: small.run: is a folder, not a file")




def simulator_case(name, old, new, *says, command="run campaign.toml", problems=1, **more):
    """A campaign on a pool that a simulator draws, with one text replaced by another."""

    def prepare(at):
        (at / "campaign.toml").write_text(SIMULATED)
        replace_in(at / "campaign.toml", old, new)

    if problems:
        says = (*says, NOT_STARTED if problems == 1 else f"{problems} problems in campaign.toml; nothing was started")
        more.setdefault("lines", problems + 1)
    case(f"simulator: {name}", command, *says, **more)(prepare)


simulator_case("a pool file beside it", "rows = 300", 'rows = 300\nfile = "pool.h5"', 'campaign.toml:<file>: [pool] file: not with [problem] kind = "ternary", which draws its pool')
simulator_case("no number of rows", "rows = 300\n", "", "campaign.toml:<[pool]>: [pool] rows: missing; a whole number from 1")
simulator_case("no rows", "rows = 300", "rows = 0", "campaign.toml:<rows>: [pool] rows = 0: must be a whole number from 1")
simulator_case("two sizes of its pool", "rows = 300", "rows = 300\nratio = 4", "campaign.toml:<ratio = 4>: [pool] rows, ratio: one of them; a pool is drawn once, or anew for each batch")
simulator_case("output changes of what is no network", '"random"', '"emoc"\n[surrogate]\nkind = "ridge-ensemble"', 'campaign.toml:<emoc>: [acquisition] kind = "emoc": needs a [surrogate] that', '"deep-mlp-ensemble"')
simulator_case("a forest that is not there", '"ternary"', '"foil"\nfile = "nowhere.h5"', "campaign.toml:<[problem]>: [problem] ", "nowhere.h5: no such file; tools/problems/forest.py makes it")
simulator_case("a negative number of test points", "test = 20", "test = -1", "campaign.toml:<test>: [pool] test = -1: must be a whole number from 0")
simulator_case("missing features, which it has not", "test = 20", 'missing = "error"', "campaign.toml:<missing>: [pool] missing: unknown key; allowed: ")
simulator_case("more initial rows than rows", "count = 6", "count = 301", "campaign.toml:<initial>: [campaign.initial] count = 301: ternary has 300 rows")
simulator_case("an initial row that it has not", "{ count = 6 }", '{ rule = "rows", rows = [300] }', "[campaign.initial] rows: 300 is not a row of ternary; allowed: 0 to 299")
simulator_case("a target that it has not", "[problem]", '[[target]]\nname = "z"\n[problem]', 'campaign.toml:<z>: [[target]] name = "z": not an output of "ternary"; allowed: y')
simulator_case("some of its targets", '[problem]\nkind = "ternary"', '[[target]]\nname = "y2"\n[problem]\nkind = "multimodal"',
               'campaign.toml:<[[target]]>: [[target]]: 1 of the 16 outputs of "multimodal"; name all of them, or none')
simulator_case("misspelt", '"ternary"', '"ternry"', "campaign.toml:<ternry>: [problem] kind = ", 'did you mean "ternary"?')
simulator_case("stop at the best", "batch = 4", 'batch = 4\nstop = "top-10"', 'campaign.toml:<stop>: [campaign] stop = "top-10": only for a closed pool')
simulator_case("stop at a value that is only predicted", "batch = 4", "batch = 4\nstop = 2.5", 'campaign.toml:<stop>: [campaign] stop: a number needs a goal', 'allowed here: "never"')
simulator_case("a score that prefers large values", '"random"', '"ucb"\n[surrogate]\nkind = "ridge-ensemble"', 'campaign.toml:<ucb>: [acquisition] kind = "ucb": nothing is better where goal = "predict"; allowed here: ', '"random", "variance"')
simulator_case("fusion of what is only predicted", '[acquisition]\nkind = "random"', FUSION, '[strategy] kind = "fusion": searches for the best, and nothing is better where goal = "predict"')
simulator_case("a domain beside it", "[pool]\nrows = 300\ntest = 20", "[domain]\nlower = [0, 0]\nupper = [1, 1]", '[problem] kind = "ternary": not with [domain]', "[domain]: needs [strategy]", problems=2)
campaign_case("rows of a pool that is a file", 'file = "pool.h5"', 'file = "pool.h5"\nrows = 60', "campaign.toml:<rows>: [pool] rows: only with a simulator, which draws its pool")
campaign_case("more test rows than the pool has", 'file = "pool.h5"', 'file = "pool.h5"\ntest = 61', "campaign.toml:<test>: [pool] test = 61: pool.h5 has 60 rows")
plain_case("campaign file: test rows that leave none", "run campaign.toml --run-dir new.run --set pool.test=56", "pool.h5: 59 rows have all features and targets; [pool] test = 56 leaves fewer than 4 to ask for", may_write=TRIED)
plain_case("campaign file: an initial row that models are tested on", "run campaign.toml --run-dir new.run --set pool.test=55 --set campaign.initial.rule=rows --set campaign.initial.rows=[0,1,2,3,4,5,6,7]",
           "campaign.toml: [campaign.initial] rows: row ", "cannot be used: a feature or target is missing, or models are tested on it", may_write=TRIED)
plain_case("campaign file: test rows without labels", "ask ask.toml --run-dir new.run -o new.csv --set pool.test=5", "--set pool.test: [pool] test: only for a closed pool, whose labels are known, and for simulators", "1 problem in ask.toml; nothing was started", lines=2)
campaign_case("a best value of what is only predicted", '"maximize"', '"predict"', 'campaign.toml:<ucb>: [acquisition] kind = "ucb": nothing is better where goal = "predict"')


CLASSES = [("gap", '[[target]]\nname = "gap"\ngoal = "maximize"'), ("steps", '[surrogate]\nkind = "ridge-ensemble"\nmembers = 4\n\n[acquisition]\nkind = "ucb"\nkappa = 1.0\n')]
CLASSED = {"gap": '[[target]]\nname = "phase"\ngoal = "classify"\nclasses = 3', "steps": '[surrogate]\nkind = "classifier-ensemble"\nmembers = 4\n\n[acquisition]\nkind = "vote-entropy"\n'}


def classes_case(name, old, new, *says, label=None, known=None, problems=1, **more):
    """A campaign for a target that is a class, of which one line is spoilt; or a label of the pool."""

    def prepare(at):
        with h5py.File(at / "pool.h5", "r+") as file:
            file["targets"][:, 1] = np.arange(ROWS) % 3
            file["target_names"][1] = b"phase"
            if label is not None:
                file["targets"][11, 1] = label
        for part, text in CLASSES:
            replace_in(at / "campaign.toml", text, CLASSED[part])
        if old:
            replace_in(at / "campaign.toml", old, new)
        if known:
            (at / "known.csv").write_text(known)

    if problems:
        says = (*says, f"{problems} problem{'s' * (problems > 1)} in campaign.toml; nothing was started")
        more.setdefault("lines", problems + 1)
    case(f"classes: {name}", "run campaign.toml --run-dir new.run", *says, **more)(prepare)


classes_case("a label between two", "", "", '[[target]] name = "phase": 1.5 of row 11 of pool.h5 is not a class; must be a whole number from 0 to 2, or NaN where unknown', label=1.5)
classes_case("a label above the last", "", "", 'campaign.toml:<phase>: [[target]] name = "phase": 3 of row 11 of pool.h5 is not a class', label=3)
classes_case("a negative label", "", "", "-1 of row 11 of pool.h5 is not a class", label=-1)
classes_case("an infinite label", "", "", "inf of row 11 of pool.h5 is not a class", label=np.inf)
classes_case("no number of them", "classes = 3\n", "", "campaign.toml:<[[target]]>: [[target]] classes: missing; a whole number from 2 to 1000")
classes_case("a single one", "classes = 3", "classes = 1", "campaign.toml:<classes>: [target] classes = 1: must be a whole number from 2 to 1000")
classes_case("their number where there are none", '"classify"', '"predict"', 'campaign.toml:<classes>: [[target]] classes: only for goal = "classify"',
             '[surrogate] kind = "classifier-ensemble": learns classes, and no [[target]] has goal = "classify"; allowed here: ', '[acquisition] kind = "vote-entropy": reads probabilities of classes', problems=3)
classes_case("a surrogate for numbers", '"classifier-ensemble"', '"ridge-ensemble"', 'campaign.toml:<ridge>: [surrogate] kind = "ridge-ensemble": learns numbers, and the target is a class; allowed here: "classifier-ensemble", "mc-dropout-classifier"')
classes_case("a score that prefers large values", '"vote-entropy"', '"ucb"', 'campaign.toml:<ucb>: [acquisition] kind = "ucb": nothing is better where goal = "classify"; allowed here: ', '"mutual-information"')
classes_case("a score whose model learns numbers", '"vote-entropy"', '"bald"', 'campaign.toml:<bald>: [acquisition] kind = "bald": its model learns numbers, and the target is a class; allowed here: ')
classes_case("a second target", "[problem]", '[[target]]\nname = "gap"\ngoal = "predict"\n\n[problem]', '[[target]]: 2 of them; goal = "classify" is for a single target')
classes_case("a strategy", CLASSED["steps"], '[strategy]\nkind = "two-index"\n', '[strategy] kind = "two-index": learns numbers, and the target is a class', "[selection]: not beside [strategy]", problems=2)
classes_case("a function", 'kind = "closed-pool"', 'kind = "function"\nname = "ackley"', '[problem] kind = "function": answers with numbers and not with classes; allowed where goal = "classify": "closed-pool", "ask-tell"')
classes_case("a known label between two", INITIAL, '{ rule = "file", file = "known.csv" }', "known.csv:3: column 'phase' of row 4: 0.5 is not a class; must be a whole number from 0 to 2", known="row,phase\n3,1\n4,0.5\n", problems=0, may_write=TRIED)
classes_case("sparse regions", '"pool.h5"', '"pool.h5"\ntest = 6\nsparse = 0.5', "campaign.toml:<sparse>: [pool] sparse: only where there are test rows (test) and a [surrogate] that learns numbers")
campaign_case("sparse regions without test rows", '"pool.h5"', '"pool.h5"\nsparse = 0.5', "campaign.toml:<sparse>: [pool] sparse: only where there are test rows (test)")


@case("campaign file: empty", "run campaign.toml", "campaign.toml: [campaign] name: missing", "[pool] file: missing", "[[target]]: missing", "[problem] kind: missing",
      "[acquisition] kind: missing", "5 problems in campaign.toml; nothing was started", lines=6)
def empty_campaign(at):
    (at / "campaign.toml").write_text("")


@case("campaign file: five problems, all reported", "run campaign.toml", "campaign.toml:<batch>: [campaign] batch = 0: must be", "campaign.toml:<gab>: [[target]] name", "campaign.toml:<members>: [surrogate] members = 1: must be",
      "campaign.toml:<kappo>: [acquisition] kappo: unknown key", "--set campaign.seed", "5 problems in campaign.toml; nothing was started", lines=6)
def five_problems(at):
    for old, new in (("batch = 4", "batch = 0"), ('"gap"', '"gab"'), ("members = 4", "members = 1"), ("kappa", "kappo")):
        replace_in(at / "campaign.toml", old, new)
    return "run campaign.toml --set campaign.seed=-1"


for setting, *says in (
    ("campaign.seed", "--set campaign.seed: must be section.key=value, e.g. campaign.seed=2"),
    ("seed=2", "--set seed=2: must be section.key=value"),
    ("campaign.=2", "--set campaign.=2: must be section.key=value"),
    (".seed=2", "--set .seed=2: must be section.key=value"),
    ("campaign..seed=2", "--set campaign..seed=2: must be section.key=value"),
    ("campaign.sed=2", "--set campaign.sed: [campaign] sed: unknown key; did you mean seed?"),
    ("campaing.seed=2", "--set campaing.seed: [campaing]: unknown section; did you mean [campaign]?"),
    ("campaign.seed=two", "--set campaign.seed: [campaign] seed = ", "two", "must be a whole number from 0 to 4294967295"),
    ("campaign.seed=", "--set campaign.seed: [campaign] seed = ", "must be a whole number from 0 to 4294967295"),
    ("campaign.initial.count=0", "--set campaign.initial.count: [campaign.initial] count = 0: must be a whole number of at least 1"),
    ("target.name=dipole", "--set target.name=dipole: ", "target is not a section"),
    ("campaign.name.x=1", "--set campaign.name.x=1: name is not a section with keys"),
    ("problem.kind=furnace", "--set problem.kind: [problem] kind = ", "furnace", "must be one of "),
    ("pool.file=nowhere.h5", "--set pool.file: [pool] file: nowhere.h5: ", "No such file or directory"),
):
    plain_case(f"--set {setting}", f"run campaign.toml --set {shlex.quote(setting)}", *says, NOT_STARTED, lines=2)

# ---- Pool files -------------------------------------------------------------------------------------------------------------


def pool_case(name, spoil, *says, run=False, **more):
    """The pool file with something changed by a function of the open file. Read by `select`, or `run` where targets matter."""

    def prepare(at):
        with h5py.File(at / "pool.h5", "r+") as file:
            spoil(file)

    if run:
        case(f"pool file: {name}", "run campaign.toml --run-dir new.run", *says, may_write=TRIED, **more)(prepare)
    else:
        case(f"pool file: {name}", "select pool.h5 --count 3 -o rows.csv", *says, **more)(prepare)


def pool_bytes_case(name, change, *says):
    """The pool file with its bytes changed, for both who read it first serially and who read it in parallel."""

    def prepare(at):
        content = (at / "pool.h5").read_bytes()
        (at / "pool.h5").write_bytes(change(content))

    case(f"pool file: {name}", "select pool.h5 --count 3 -o rows.csv", "pool.h5: ", *says)(prepare)
    case(f"pool file: {name} (run)", "run campaign.toml --run-dir new.run", "campaign.toml:<pool.h5>: [pool] file: pool.h5: ", *says, NOT_STARTED, lines=2)(prepare)


def put(name, data):
    """Replaces a data set."""

    def spoil(file):
        if name in file:
            del file[name]
        if data is not None:
            file[name] = data

    return spoil


def attribute(name, value):
    def spoil(file):
        if name in file.attrs:
            del file.attrs[name]
        if value is not None:
            file.attrs[name] = value

    return spoil


def cell(dataset, row, column, value):
    def spoil(file):
        file[dataset][row, column] = value

    return spoil


def both(*spoils):
    def spoil(file):
        for one in spoils:
            one(file)

    return spoil


def everything(file):
    for name in list(file):
        del file[name]
    for name in list(file.attrs):
        del file.attrs[name]


VARIABLE = h5py.string_dtype()
TEXTS = np.array(["a", "b"], dtype=object)

plain_case("pool file: missing", "select nowhere.h5 --count 3 -o rows.csv", "nowhere.h5: ", "No such file or directory")
plain_case("pool file: a folder", "select small.run --count 3 -o rows.csv", "small.run: is a folder, not a file")
pool_bytes_case("a text file", lambda content: b"x,y\n1,2\n" * 500, "not an HDF5 file")
pool_bytes_case("empty", lambda content: b"", "not an HDF5 file")
pool_bytes_case("cut in its first bytes", lambda content: content[:50], "truncated")
pool_bytes_case("cut to 1 KB", lambda content: content[:1024], "truncated")
pool_bytes_case("cut to half", lambda content: content[: len(content) // 2], "truncated")
pool_bytes_case("last byte missing", lambda content: content[:-1], "truncated")
pool_case("HDF5 of something else", everything, "pool.h5: not a pool file (no attribute 'sluice_pool'); make one with: sluice import")
pool_case("newer format", attribute("sluice_pool", 2), "pool.h5: pool format 2; this program reads format 1")
pool_case("format is a text", attribute("sluice_pool", "one"), "pool.h5: attribute 'sluice_pool' is not a whole number")
pool_case("format is a list", attribute("sluice_pool", np.arange(1, 2000)), "pool.h5: attribute 'sluice_pool' is not a whole number")
pool_case("encoding is a list", attribute("encoding", np.array(["plain"] * 50, "S")), "pool.h5: attribute 'encoding' is not a text")
pool_case("no features", put("features", None), "pool.h5: no data set /features")
pool_case("features are a group", both(put("features", None), lambda file: file.create_group("features")), "pool.h5: /features is not a data set")
pool_case("features in one dimension", put("features", np.ones(ROWS, "f4")), "pool.h5: /features has 1 dimension", "must be [rows, columns]")
pool_case("features are one number", put("features", np.float32(1)), "pool.h5: /features has 0 dimensions", "must be [rows, columns]")
for wrong in ("f8", "i4", "i8", "i1", "u2", "S3"):
    pool_case(f"features are {wrong}", put("features", np.ones((ROWS, COLUMNS)).astype(wrong)), "pool.h5: /features has an element type that is not supported; allowed: float32, float16, uint8, packed bits")
pool_case("no rows", both(put("features", np.ones((0, COLUMNS), "f4")), put("targets", None), put("ids", None)), "pool.h5: /features is 0 x 5; at least one row and one column are needed")
pool_case("no columns", both(put("features", np.ones((ROWS, 0), "f4")), put("columns", None)), "pool.h5: /features is 60 x 0; at least one row and one column are needed")
pool_case("tiles of no rows", attribute("tile_rows", 0), "pool.h5: attribute 'tile_rows' = 0: must be from 1 to 1048576")
pool_case("tiles of too many rows", attribute("tile_rows", 2**21), "pool.h5: attribute 'tile_rows' = 2097152: must be from 1 to 1048576")
pool_case("no tile size", attribute("tile_rows", None), "pool.h5: no attribute 'tile_rows'")
pool_case("unknown encoding", attribute("encoding", "zip"), "pool.h5: attribute 'encoding' = 'zip': must be one of \"plain\", \"bits\"")
pool_case("bits that are floats", attribute("encoding", "bits"), "pool.h5: /features is said to be packed bits, but is not uint8")
BITS = both(attribute("encoding", "bits"), put("features", np.ones((ROWS, 2), "u1")), put("columns", None))
pool_case("bits of unknown number", BITS, "pool.h5: no attribute 'bits'")
pool_case("bits with rows of the wrong width", both(BITS, attribute("bits", 17)), "pool.h5: 17 packed bits need rows of 3 bytes; /features has 2")
pool_case("negative number of bits", both(BITS, attribute("bits", -16)), "pool.h5: /features is 60 x -16; at least one row and one column are needed")
pool_case("too few column names", put("columns", np.array(["x0", "x1"], "S")), "pool.h5: /columns has 2 names for 5 columns")
pool_case("column names of variable length", put("columns", np.array(list("abcde"), dtype=VARIABLE)), "pool.h5: /columns holds strings of variable length; write them with a fixed length")
pool_case("column names are numbers", put("columns", np.arange(5)), "pool.h5: /columns must be a list of strings")
pool_case("column names in two dimensions", put("columns", np.array([list("abcde")], "S")), "pool.h5: /columns must be a list of strings")
pool_case("one text for all column names", put("columns", np.bytes_("x0,x1,x2,x3,x4")), "pool.h5: /columns must be a list of strings")
pool_case("targets with another number of rows", put("targets", np.ones((ROWS - 1, 2))), "pool.h5: /targets must be [60, targets], as /features has 60 rows")
pool_case("targets in one dimension", put("targets", np.ones(ROWS)), "pool.h5: /targets must be [60, targets], as /features has 60 rows")
pool_case("targets are texts", put("targets", np.full((ROWS, 2), b"1.5")), "pool.h5: /targets", "must be numbers")
pool_case("no target names", put("target_names", None), "pool.h5: /target_names has 0 names for 2 targets")
pool_case("too few target names", put("target_names", np.array(["gap"], "S")), "pool.h5: /target_names has 1 name", "for 2 targets")
pool_case("a target name twice", put("target_names", np.array(["gap", "gap"], "S")), "pool.h5: /target_names: 'gap' appears twice")
pool_case("target names of variable length", put("target_names", TEXTS.astype(VARIABLE)), "pool.h5: /target_names holds strings of variable length; write them with a fixed length")
pool_case("too few units", put("target_units", np.array(["eV", "D", "m"], "S")), "pool.h5: /target_units has 3 ", "for 2 targets")
pool_case("ids with another number of rows", put("ids", np.array(["a", "b"], "S")), "pool.h5: /ids must be [60] strings")
pool_case("ids are numbers", put("ids", np.arange(ROWS)), "pool.h5: /ids must be [60] strings")
pool_case("ids of variable length", put("ids", np.array([f"m{r}" for r in range(ROWS)], dtype=VARIABLE)), "pool.h5: /ids holds strings of variable length; write them with a fixed length")
pool_case("NaN feature", cell("features", 51, 3, np.nan), "pool.h5: /features row 51, column 3 ('x3') is not a finite number")
pool_case("infinite feature (run)", cell("features", 17, 4, np.inf), "pool.h5: /features row 17, column 4 ('x4') is not a finite number; repair the pool or set [pool] missing = \"drop-row\"", run=True)
pool_case("NaN feature without a name", both(put("columns", None), cell("features", 59, 0, np.nan)), "pool.h5: /features row 59, column 0 is not a finite number")
pool_case("two NaN features: the first row is named", both(cell("features", 50, 1, np.nan), cell("features", 20, 2, np.nan)), "pool.h5: /features row 20, column 2 ('x2')")
pool_case("no row with its target", lambda file: file["targets"].__setitem__((slice(None), 0), np.nan), "pool.h5: 0 rows have all their targets", "at least 4", run=True)


@case("pool file: every row dropped, closed pool", 'run campaign.toml --run-dir new.run --set pool.missing=drop-row', "pool.h5: 0 rows have all their targets", may_write=TRIED)
@case("pool file: every row dropped, nothing to ask", 'ask ask.toml --run-dir new.run -o new.csv --set pool.missing=drop-row', "ask.toml: no row of pool.h5 can be asked for: each lacks a feature", may_write=TRIED)
def every_row_dropped(at):
    with h5py.File(at / "pool.h5", "r+") as file:
        file["features"][:, 0] = np.nan


@case("pool file: initial row without its target", "run campaign.toml --run-dir new.run", "campaign.toml:", "[campaign.initial] rows: row 7 cannot be used: a feature or target is missing", may_write=TRIED)
def initial_row_without_target(at):
    replace_in(at / "campaign.toml", INITIAL, '{ rule = "rows", rows = [3, 7] }')
    with h5py.File(at / "pool.h5", "r+") as file:
        file["targets"][7, 0] = np.nan


@case("pool file: streamed, and stored in chunks", "select pool.h5 --residency stream --count 3 -o rows.csv", "pool.h5: /features is stored in chunks", "residency")
def chunked(at):
    with h5py.File(at / "pool.h5", "r+") as file:
        features = file["features"][:]
        del file["features"]
        file.create_dataset("features", data=features, chunks=(TILE, COLUMNS))


plain_case("select: unknown residency", "select pool.h5 --residency disk --count 3 -o rows.csv", "command line: --residency: disk not in {", "stream")


@case("pool file: a chunk of one rank damaged", "run campaign.toml --run-dir new.run", "pool.h5: ", "/features", "checksum", may_write=TRIED)
def damaged_chunk(at):
    with h5py.File(at / "pool.h5", "r+") as file:
        features = file["features"][:]
        del file["features"]
        file.create_dataset("features", data=features, chunks=(TILE, COLUMNS), fletcher32=True)
        place = file["features"].id.get_chunk_info(5).byte_offset
    with open(at / "pool.h5", "r+b") as raw:
        raw.seek(place + 10)
        raw.write(b"\x55\xaa\x55\xaa")


# ---- Journal and checkpoints ------------------------------------------------------------------------------------------------

CONTINUE = "run campaign.toml --set campaign.iterations=3"
FOLDER = r"small\.run/.*"


def cut(path, size):
    with open(path, "r+b") as file:
        file.truncate(size if size >= 0 else path.stat().st_size + size)


def change_byte(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 0x10
    path.write_bytes(content)


def change_in_checkpoint(path, dataset):
    with h5py.File(path, "r+") as file:
        file[dataset][0] += 1


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

# ---- Import -----------------------------------------------------------------------------------------------------------------


def csv_case(name, text, arguments, *says):
    case(f"import CSV: {name}", f"import data.csv -o new.h5 {arguments}", *says)(lambda at: (at / "data.csv").write_bytes(text if isinstance(text, bytes) else text.encode()))


TABLE = "id,a,b,gap\n" + "".join(f"m{i},{i},{i * i},{-i}\n" for i in range(40))
SMALL_TILES = "--tile-rows 4"
csv_case("number expected", TABLE.replace("m30,30,", "m30,thirty,"), f"--ids id --targets gap {SMALL_TILES}", "data.csv:32: column 'a': 'thirty' is not a number")
csv_case("number expected in a target", TABLE.replace("900,-30", "900,low"), f"--ids id --targets gap {SMALL_TILES}", "data.csv:32: column 'gap': 'low' is not a number")
csv_case("column of texts not dropped", TABLE, "--targets gap", "data.csv:2: column 'id': 'm0' is not a number")
csv_case("comma for a decimal point", 'a;b\n1,5;2,5\n', "", "data.csv:2: 3 cells where the header has 1 column")
csv_case("ragged row", TABLE.replace("m3,3,", "m3,3,3,"), "--ids id", "data.csv:5: 5 cells where the header has 4 columns")
csv_case("column twice", TABLE.replace("a,b", "a,a"), "--ids id", "data.csv:1: column 'a' appears twice")
csv_case("empty", "", "", "data.csv: empty; a header line is needed")
csv_case("only a header", "a,b\n", "", "data.csv: 0 rows and 2 feature columns; at least one of each is needed")
csv_case("no feature columns", "gap\n1\n2\n", "--targets gap", "data.csv: 2 rows and 0 feature columns; at least one of each is needed")
csv_case("target missing", TABLE, "--ids id --targets gab", "data.csv:1: no column 'gab'; did you mean 'gap'?")
csv_case("target twice", TABLE, "--ids id --targets gap,gap", "--targets: 'gap' appears twice")
csv_case("ids missing", TABLE, "--ids ident", "data.csv:1: no column 'ident'")
csv_case("dropped column missing", TABLE, "--ids id --drop c", "data.csv:1: no column 'c'")
csv_case("unclosed quote", TABLE.replace("m3,", '"m3,'), "--ids id", "data.csv:5: a quoted cell is not closed")
csv_case("text after a quote", TABLE.replace("m3,", '"m3"x,'), "--ids id", "data.csv:5: not a CSV row")
csv_case("values too large for float32", TABLE.replace("m30,30,", "m30,1e39,"), f"--ids id {SMALL_TILES}", "data.csv:32: column 'a': 1e+39 does not fit float32; allowed: finite float32 numbers")
csv_case("infinite target", TABLE.replace("900,-30", "900,inf"), f"--ids id --targets gap {SMALL_TILES}", "data.csv:32: target 'gap': inf is not allowed; must be finite, or NaN or empty where unknown")
csv_case("values that are no bits", TABLE, "--ids id --type bits --drop gap", "data.csv:4: column 'a': 2 does not fit bits; allowed: 0 and 1")
csv_case("binary file", bytes(range(256)) * 4, "", "data.csv:")
csv_case("bad tile size", TABLE, "--ids id --tile-rows 0", "--tile-rows", "1 to 1048576")
csv_case("unknown type", TABLE, "--ids id --type float64", "--type", "float64", "float32", "float16")
plain_case("import: source missing", "import nowhere.csv -o new.h5", "nowhere.csv: ", "No such file or directory")
plain_case("import: unknown kind of file", "import ask.toml -o new.h5", "ask.toml: unknown kind of file; allowed: .csv, .npy, .npz")
plain_case("import: output folder missing", "import told.csv -o nowhere/new.h5 --ids id --drop status", "nowhere/new.h5", "No such file or directory")
plain_case("import: output is a folder", "import told.csv -o small.run --ids id --drop status", "small.run", "is a folder")


def npy_case(name, array, arguments, *says):
    """`array`: an array to be saved, or a function of the path."""

    def prepare(at):
        array(at / "data.npy") if callable(array) else np.save(at / "data.npy", array, allow_pickle=True)

    case(f"import NPY: {name}", f"import data.npy -o new.h5 {arguments}", *says)(prepare)


def npz_case(name, arrays, arguments, *says):
    def prepare(at):
        arrays(at / "data.npz") if callable(arrays) else np.savez(at / "data.npz", **arrays)

    case(f"import NPZ: {name}", f"import data.npz -o new.h5 {arguments}", *says)(prepare)


def truncated_npy(path):
    np.save(path, np.ones((30, 4), "f4"))
    cut(path, -100)


def npy_of_absurd_shape(path):
    np.save(path, np.ones((30, 4), "f4"))
    path.write_bytes(path.read_bytes().replace(b"'shape': (30, 4), }" + b" " * 30, b"'shape': (4611686018427387904, 4), }".ljust(49)))


def truncated_npz(path):
    np.savez(path, features=np.ones((30, 4), "f4"))
    cut(path, -100)


def damaged_npz(path):
    np.savez_compressed(path, features=np.random.default_rng(1).normal(size=(300, 4)).astype("f4"))
    change_byte(path, path.stat().st_size // 2)


GRID = np.arange(120.0).reshape(30, 4)
npy_case("not NumPy", lambda path: path.write_text("1 2 3\n" * 20), "", "data.npy: not a NumPy array file")
npy_case("empty", lambda path: path.write_bytes(b""), "", "data.npy: not a NumPy array file")
npy_case("missing", lambda path: None, "", "data.npy: ", "No such file or directory")
npy_case("truncated", truncated_npy, "", "data.npy: truncated: 380 bytes of data where 480 are needed")
npy_case("absurd shape", npy_of_absurd_shape, "", "data.npy: damaged: no array can be of shape (4611686018427387904, 4)")
npy_case("Fortran order", np.asfortranarray(GRID), "", "data.npy: in Fortran order; save it again with numpy.ascontiguousarray")
npy_case("objects", GRID.astype(object), "", "data.npy: element type is not supported; allowed: floats, integers, booleans")
npy_case("records", np.zeros((30, 4), [("a", "f4")]), "", "data.npy: element type is not supported; allowed: floats, integers, booleans")
npy_case("complex", GRID.astype(complex), "", "data.npy: element type 'c' is not supported; allowed: floats, integers, booleans")
npy_case("texts", GRID.astype("U5"), "", "data.npy: ", "not numbers")
npy_case("long double", GRID.astype(np.longdouble), "", "data.npy: ", "16 bytes")
npy_case("big-endian", GRID.astype(">f4"), "", "data.npy: big-endian; save it again with .astype(array.dtype.newbyteorder('<'))")
npy_case("one dimension", GRID[:, 0].copy(), "", "data.npy: has 1 dimension", "must be [rows, columns]")
npy_case("three dimensions", GRID.reshape(30, 2, 2), "", "data.npy: has 3 dimensions; must be [rows, columns]")
npy_case("no rows", GRID[:0], "", "data.npy: 0 rows and 4 feature columns; at least one of each is needed")
npy_case("too large for uint8", GRID * 3, f"--type uint8 {SMALL_TILES}", "data.npy: row 21, column 2: 258 does not fit uint8; allowed: whole numbers from 0 to 255")
npy_case("not whole for uint8", GRID + 0.5, f"--type uint8 {SMALL_TILES}", "data.npy: row 0, column 0: 0.5 does not fit uint8; allowed: whole numbers from 0 to 255")
npy_case("too large for float16", GRID * 1000, f"--type float16 {SMALL_TILES}", "data.npy: row 16, column 2: 66000 does not fit float16; allowed: from -65504 to 65504")
npy_case("negative integers of one byte", (GRID - 100).astype("i1"), SMALL_TILES, "data.npy: row 0, column 0: -100 does not fit uint8; allowed: whole numbers from 0 to 255")
npy_case("other than 0 and 1 for bits", GRID.astype("u1"), f"--type bits {SMALL_TILES}", "data.npy: row 0, column 2: 2 does not fit bits; allowed: 0 and 1")
npy_case("provenance is not the file", GRID, "--type bits --provenance 'measured in May'", "data.npy: row 0, column 2: 2 does not fit bits")
npy_case("options of CSV", GRID, "--targets gap", "command line: --targets: only for CSV, and data.npy is not")
npz_case("without features", {"X": GRID}, "", "data.npz: no array 'features'; there are: X")
npz_case("not an archive", lambda path: path.write_text("1 2 3\n" * 20), "", "data.npz: cannot be opened as a NumPy archive", "Not a zip archive")
npz_case("missing", lambda path: None, "", "data.npz: ", "No such file")
npz_case("truncated", truncated_npz, "", "data.npz: cannot be opened as a NumPy archive")
npz_case("damaged", damaged_npz, "", "data.npz: features: ", "the file is damaged")
npz_case("targets with another number of rows", {"features": GRID, "targets": GRID[:29]}, "", "data.npz: targets: has 29 rows; must have 30")
npz_case("targets are texts", {"features": GRID, "targets": GRID.astype("U5")}, "", "data.npz: targets: ", "not numbers")
npz_case("infinite target", {"features": GRID, "targets": np.where(GRID[:, :1] == 80, np.inf, GRID[:, :1])}, SMALL_TILES, "data.npz: row 20, target 'target_0': inf", "finite")
npz_case("names for another number of targets", {"features": GRID, "targets": GRID[:, :2], "target_names": np.array(["gap"])}, "", "data.npz: target_names: has 1 row", "must have 2")
npz_case("names for another number of columns", {"features": GRID, "columns": np.array(["gap"])}, "", "data.npz: columns: has 1 row", "must have 4")
npz_case("ids of another number of rows", {"features": GRID, "ids": np.array(["a", "b"])}, "", "data.npz: ids: has 2 rows; must have 30")
npz_case("names that are objects", {"features": GRID, "columns": np.array(list("abcd"), dtype=object)}, "", "data.npz: columns: element type is not supported; allowed: floats, integers, booleans, text")

# ---- Ask and tell -----------------------------------------------------------------------------------------------------------


def tell_case(name, make, *says, command="tell ask.toml answers.csv"):
    """`make`: the text of answers.csv, from the rows that wait for an answer and those answered already."""

    def prepare(at):
        asked = [int(line.split(",")[1]) for line in (at / "asked.csv").read_text().splitlines()[1:]]
        told = [int(line.split(",")[1]) for line in (at / "told.csv").read_text().splitlines()[1:]]
        waiting = [row for row in asked if row not in told]
        answers, *found = make(waiting, told)
        (at / "answers.csv").write_text(answers)
        return [text.format(*found) for text in says]

    case(f"tell: {name}", command, *says)(prepare)


def unasked(waiting, told):
    return next(row for row in range(ROWS) if row not in waiting + told)


NOTHING_TAKEN = "nothing of the file was taken"
tell_case("an answer repeated", lambda waiting, told: (f"row,gap\n{waiting[0]},1\n{told[0]},2\n", told[0]), "answers.csv:3: row {} was already answered", NOTHING_TAKEN)
tell_case("a row never asked for", lambda waiting, told: (f"row,gap\n{waiting[0]},1\n{unasked(waiting, told)},2\n", unasked(waiting, told)), "answers.csv:3: row {} was never asked for; " + NOTHING_TAKEN)
tell_case("a row twice", lambda waiting, told: (f"row,gap\n{waiting[0]},1\n{waiting[1]},1\n{waiting[0]},2\n", waiting[0]), "answers.csv:4: row {} is answered twice in this file")
tell_case("a row beyond the pool", lambda waiting, told: (f"row,gap\n{waiting[0]},1\n60,2\n",), "answers.csv:3: row '60' is not a row of pool.h5; allowed: 0 to 59")
tell_case("a negative row", lambda waiting, told: ("row,gap\n-1,2\n",), "answers.csv:2: row '-1' is not a row of pool.h5; allowed: 0 to 59")
tell_case("half a row", lambda waiting, told: ("row,gap\n1.5,2\n",), "answers.csv:2: row '1.5' is not a row of pool.h5; allowed: 0 to 59")
tell_case("an empty row cell", lambda waiting, told: ("row,gap\n,2\n",), "answers.csv:2: row '' is not a row of pool.h5; allowed: 0 to 59")
tell_case("row is a text", lambda waiting, told: ("row,gap\nfirst,2\n",), "answers.csv:2: column 'row': 'first' is not a number")
tell_case("unknown id", lambda waiting, told: (f"id,gap\nmol{waiting[0]},1\nwater,2\n",), "answers.csv:3: id 'water' is not among the rows that were asked for")
tell_case("row and id that do not go together", lambda waiting, told: (f"row,id,gap\n{waiting[0]},mol{waiting[1]},1\n", waiting[1], waiting[0]), "answers.csv:2: id 'mol{0}' is not that of row {1}, which is 'mol{1}'")
tell_case("target missing", lambda waiting, told: (f"row,gab\n{waiting[0]},1\n",), "answers.csv:1: no column 'gap'", "did you mean 'gab'?")
tell_case("neither row nor id", lambda waiting, told: ("molecule,gap\nwater,1\n",), "answers.csv:1: needs a column 'row' or 'id'")
tell_case("not a number", lambda waiting, told: (f"row,gap\n{waiting[0]},1\n{waiting[1]},n/a\n",), "answers.csv:3: column 'gap': 'n/a' is not a number")
tell_case("NaN", lambda waiting, told: (f"row,gap\n{waiting[0]},1\n{waiting[1]},nan\n", waiting[1]), "answers.csv:3: column 'gap' of row {} is not a finite number; a row without an answer has status = failed")
tell_case("an empty answer", lambda waiting, told: (f"row,gap\n{waiting[0]},\n", waiting[0]), "answers.csv:2: column 'gap' of row {} is not a finite number; a row without an answer has status = failed")
tell_case("infinite", lambda waiting, told: (f"row,gap\n{waiting[0]},1e999\n",), "answers.csv:2: column 'gap'", "1e999")
tell_case("unknown status", lambda waiting, told: (f"row,gap,status\n{waiting[0]},1,done\n",), "answers.csv:2: status 'done': must be one of \"ok\", \"failed\", or empty")
tell_case("empty file", lambda waiting, told: ("",), "answers.csv: empty; a header line is needed")
tell_case("no answers", lambda waiting, told: ("row,gap\n",), "answers.csv: no rows below the header")
tell_case("before anything was asked", lambda waiting, told: (f"row,gap\n{waiting[0]},1\n",), "new.run: no run is there; run sluice ask first", command="tell ask.toml answers.csv --run-dir new.run")
plain_case("tell: file missing", "tell ask.toml nowhere.csv", "nowhere.csv: ", "No such file or directory")
plain_case("tell: answers to another campaign", "tell ask.toml told.csv --set campaign.seed=2", "asked.run: holds a run of another campaign ('asked')", may_write=r"asked\.run/stages\.csv")
plain_case("ask: output folder missing", "ask ask.toml -o nowhere/batch.csv", "nowhere/batch.csv", "No such file or directory")
plain_case("run: a campaign that people answer", "run ask.toml", 'ask.toml: [problem] kind = "ask-tell" has no oracle of its own; use sluice ask and sluice tell', may_write=r"asked\.run/(run\.log|sessions\.jsonl|stages\.csv)")


@case("tell: ids that are not unique", "tell ask.toml answers.csv", "answers.csv:2: id 'twin' belongs to several rows of pool.h5; use a column 'row'")
def ids_twice(at):
    rows = [int(line.split(",")[1]) for line in (at / "asked.csv").read_text().splitlines()[1:]]
    with h5py.File(at / "pool.h5", "r+") as file:
        file["ids"][rows[2]] = b"twin"
        file["ids"][rows[3]] = b"twin"
    (at / "answers.csv").write_text("id,gap\ntwin,1\n")


# ---- Disks that are full ----------------------------------------------------------------------------------------------------

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


# ---- Select -----------------------------------------------------------------------------------------------------------------

@case("validate: rehearsal of generated candidates", "validate campaign.toml --rehearse", "campaign.toml: --rehearse: for pools")
def rehearsed_domain(at):
    replace_in(at / "campaign.toml", POOL, BOX)
    replace_in(at / "campaign.toml", 'kind = "closed-pool"', 'kind = "function"\nname = "ackley"')
    replace_in(at / "campaign.toml", STEPS, FUSION)
    replace_in(at / "campaign.toml", ', rule = "random"', "")


plain_case("generate: unknown simulator", "generate closed-pool --rows 5 -o new.h5", "command line: simulator: closed-pool not in {", "omol-like")
plain_case("generate: no rows", "generate ternary --rows 0 -o new.h5", "command line: --rows", "0", "1 to 1099511627776")
plain_case("generate: output folder missing", "generate ternary --rows 5 -o nowhere/new.h5", "nowhere/new.h5", "No such file or directory")
plain_case("select: more rows than the pool has", "select pool.h5 --count 61 -o rows.csv", "command line: --count 61: pool.h5 has 60 rows to choose from")
plain_case("select: no rows", "select pool.h5 --count 0 -o rows.csv", "command line: --count", "0", "1 to 1099511627776")
plain_case("select: unknown method", "select pool.h5 --method nearest --count 3 -o rows.csv", "command line: --method: nearest not in {", "max-dist")
plain_case("select: output folder missing", "select pool.h5 --count 3 -o nowhere/rows.csv", "nowhere/rows.csv", "No such file or directory")
plain_case("select: output is a folder", "select pool.h5 --count 3 -o small.run", "small.run", "is a folder")
plain_case("select: labelled file missing", "select pool.h5 --count 3 -o rows.csv --labelled nowhere.csv", "nowhere.csv: ", "No such file or directory")
for name, text, said in (
    ("without rows", "id\nmol1\n", "labelled.csv:1: needs a column 'row'"),
    ("beyond the pool", "row\n3\n60\n", "labelled.csv:3: 60 is not a row of the pool; allowed: 0 to 59"),
    ("not numbers", "row\n3\nmol1\n", "labelled.csv:3: column 'row': 'mol1' is not a number"),
    ("all rows", "row\n" + "".join(f"{row}\n" for row in range(ROWS)), "command line: --count 3: pool.h5 has 0 rows to choose from"),
):
    case(f"select: labelled rows {name}", "select pool.h5 --count 3 -o rows.csv --labelled labelled.csv", said)(lambda at, text=text: (at / "labelled.csv").write_text(text))

# ---- Command line, output and environment -----------------------------------------------------------------------------------

plain_case("command line: empty", "", "command line: A subcommand is required", "sluice --help")
plain_case("command line: unknown command", "runn campaign.toml", "command line: runn: unknown command; did you mean run?", "sluice --help")
plain_case("command line: unknown option", "run campaign.toml --frobnicate", "command line: ", "--frobnicate", "sluice --help")
plain_case("command line: an argument too many", "validate campaign.toml ask.toml", "command line: ", "ask.toml", "sluice --help")
plain_case("command line: no campaign", "run", "command line: campaign is required")
plain_case("command line: no output", "ask ask.toml", "command line: --output is required")
plain_case("command line: no threads", "--threads 0 validate campaign.toml", "command line: --threads: ", "0", "1 to 1024")
plain_case("command line: threads in words", "validate campaign.toml --threads two", "command line: ", "--threads", "two")
plain_case("command line: negative time limit", "run campaign.toml --time-limit -3", "command line: --time-limit: ", "-3")
plain_case("command line: time limit is no number", "run campaign.toml --time-limit nan", "command line: --time-limit: ", "nan")
plain_case("run: folder cannot be made", "run campaign.toml --run-dir campaign.toml/run", "campaign.toml/run", "Not a directory")
plain_case("run: folder is a file", "run campaign.toml --run-dir ask.toml", "ask.toml: is a file, not a folder")
plain_case("report: no run", "report nowhere.run -o report.html", "nowhere.run/journal.jsonl: no such file; nowhere.run is not a run folder")
plain_case("report: a pool without latents", "report pool.h5 -o report.html", "pool.h5: holds no latents: report is about run folders, or pools that represent wrote")
plain_case("report: a text file", "report campaign.toml -o report.html", "campaign.toml: not an HDF5 file")
plain_case("report: a run and a pool", "report small.run pool.h5 -o report.html", "a report is about run folders or about pools of latents, not about both")
plain_case("report: output folder missing", "report small.run -o nowhere/report.html", "nowhere/report.html", "No such file or directory")
plain_case("inspect: missing", "inspect nowhere.h5", "nowhere.h5: ", "No such file or directory")
plain_case("inspect: a text file", "inspect campaign.toml", "campaign.toml: not an HDF5 file")
plain_case("inspect: no run", "inspect empty.run", "empty.run/journal.jsonl: ", "No such file or directory")


@case("inspect: damaged checkpoint", "inspect small.run/checkpoint.h5", "small.run/checkpoint.h5: checksum of the state differs (file damaged)")
def inspect_damaged(at):
    change_in_checkpoint(at / "small.run/checkpoint.h5", "values")


@case("report: damaged metrics", "report small.run -o report.html", "small.run/metrics.csv:2: column 'labelled': 'x' is not a number")
def damaged_metrics(at):
    text = (at / "small.run/metrics.csv").read_text().splitlines(keepends=True)
    column = text[0].split(",").index("labelled")
    cells = text[1].split(",")
    cells[column] = "x"
    (at / "small.run/metrics.csv").write_text(text[0] + ",".join(cells) + "".join(text[2:]))


@case("report: damaged journal", "report small.run -o report.html", "small.run/journal.jsonl:4: not a JSON object; the file is damaged")
def report_damaged_journal(at):
    lines = (at / "small.run/journal.jsonl").read_text().splitlines(keepends=True)
    lines[3] = lines[3][:20] + "\n"
    (at / "small.run/journal.jsonl").write_text("".join(lines))


# libgomp reads the variable before the program begins, and complains by itself.
LIBGOMP = r"libgomp: |Invalid value for environment variable OMP_NUM_THREADS.*"
for threads in ("zero", "-2", "0", "3.5", "99999"):
    plain_case(f"environment: OMP_NUM_THREADS={threads}", "validate campaign.toml", f"environment: OMP_NUM_THREADS = '{threads}': must be a whole number from 1 to 1024",
               environment={"OMP_NUM_THREADS": threads}, noise=LIBGOMP)

# ---- Running them -----------------------------------------------------------------------------------------------------------


class Ended(typing.NamedTuple):
    status: typing.Optional[int]  # None: hung
    seconds: float
    out: str
    err: str


def end_session(process):
    """Ends mpirun and all that it has started, also what has left its process group."""
    process.terminate()
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        pass
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            session = int((entry / "stat").read_text().rpartition(")")[2].split()[3])
            if session == process.pid:
                os.kill(int(entry.name), signal.SIGKILL)
        except (OSError, ValueError, IndexError):
            continue
    process.wait()


def launch(binary, ranks, command, folder, environment=None):
    """Runs `sluice COMMAND` under mpirun; never longer than HANG seconds."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(["mpirun", "-n", str(ranks), binary, *shlex.split(command)], cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   env={**os.environ, **ENVIRONMENT, **(environment or {})}, start_new_session=True)
        try:
            status = process.wait(HANG)
        except subprocess.TimeoutExpired:
            status = None
            end_session(process)
        seconds = time.monotonic() - start
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(re.sub(r"\x1b\[[0-9;]*[mK]|\r", "", stream.read().decode(errors="replace")))  # Open MPI gives rank 0 a terminal
    return Ended(status, seconds, *texts)


# What mpirun itself says of a program that has ended with a status other than 0.
MPIRUN = re.compile(r"-{50,}\n(?:Primary job +terminated normally|mpirun detected that one or more processes exited).*?-{50,}\n", re.S)


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def complaints(case, ended, says, before, after, within):
    """Everything that is wrong with how the program took a bad input."""
    if ended.status is None:
        yield f"hangs: killed after {HANG} s"
    elif ended.status != case.status:
        yield f"exit status {ended.status} instead of {case.status}"
    elif ended.seconds > within:
        yield f"took {ended.seconds:.1f} s, more than {within:g} s"
    message = [line for line in re.sub(case.noise, "", MPIRUN.sub("", ended.err)).splitlines() if line.strip()]
    if case.status == 0:  # a warning, and what follows
        message = [line for line in (ended.out + ended.err).splitlines() if line.startswith("warning: ")] + message
    text = "\n".join(message) if case.status != 0 else ended.out + ended.err
    for fragment in says:
        if fragment not in text:
            yield f"does not say: {fragment}"
    if len(message) != case.lines:
        yield f"says {len(message)} lines instead of {case.lines}" + (" (one per rank?)" if len(set(message)) < len(message) else "")
    if "MPI_ABORT" in ended.err + ended.out:
        yield "ends by MPI_Abort"
    changed = [path for path in {*before, *after} if before.get(path) != after.get(path)]
    for path in sorted(changed):
        if path.endswith("/journal.jsonl") and not before.get(path) and not after.get(path):
            continue  # an empty one claims nothing
        if path.endswith(".run/lock"):
            continue  # says who was at work last
        if case.may_write and re.fullmatch(case.may_write, path):
            continue
        yield f"{path} was {'changed' if path in before and path in after else 'removed' if path in before else 'left lying about'}"
    if case.status == 0 and not after["small.run/journal.jsonl"].startswith(b"".join(before["small.run/journal.jsonl"].splitlines(keepends=True)[:-1])):
        yield "the journal has lost lines"


def prepare_template(binary, ranks, folder):
    """The valid files of which each case gets a copy."""
    folder.mkdir()
    write_pool(folder / "pool.h5")
    (folder / "campaign.toml").write_text(CAMPAIGN)
    (folder / "ask.toml").write_text(ASK_TELL)
    (folder / "empty.run").mkdir()

    def succeed(command):
        ended = launch(binary, ranks, command, folder)
        if ended.status != 0:
            sys.exit(f"bad_inputs: a valid `sluice {command}` ends with status {ended.status}:\n{ended.out}{ended.err}")

    succeed("run campaign.toml")
    succeed("ask ask.toml -o asked.csv")
    header, *lines = (folder / "asked.csv").read_text().splitlines()
    (folder / "told.csv").write_text("\n".join([header, *(line.replace(",,", ",0.5,") for line in lines[:2])]) + "\n")
    succeed("tell ask.toml told.csv")


def run_case(case, binary, ranks, template, folder, within):
    shutil.copytree(template, folder)
    if case.disk:
        (folder / "disk").mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={case.disk}", "tmpfs", folder / "disk"], capture_output=True).returncode != 0:
            shutil.rmtree(folder)
            return None
    prepared = case.prepare(folder)
    command = prepared if isinstance(prepared, str) else case.command
    says = prepared if isinstance(prepared, list) and prepared and isinstance(prepared[0], str) else case.says
    text = (folder / "campaign.toml").read_text() if (folder / "campaign.toml").exists() else ""
    line = lambda match: str(next((n for n, found in enumerate(text.splitlines(), 1) if match[1] in found), match[0]))
    says = [re.sub(r"(?<=campaign\.toml:)<(.+?)>", line, fragment) for fragment in says]
    before = contents(folder)
    ended = launch(binary, ranks, command, folder, case.environment)
    found = list(complaints(case, ended, says, before, contents(folder), within))
    if case.disk:
        subprocess.run(["umount", folder / "disk"], check=True)
    shutil.rmtree(folder)
    return command, ended, found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sluice", type=pathlib.Path)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="cases that run at the same time")
    parser.add_argument("--only", default="", metavar="PATTERN", help="only cases in whose name this regular expression is found")
    parser.add_argument("--sample", type=int, metavar="N", help="only this many of them, drawn at random")
    parser.add_argument("--within", type=float, default=5, metavar="SECONDS", help="longest time to the end of a refused input")
    parser.add_argument("--list", action="store_true", help="only name the cases")
    arguments = parser.parse_args()
    cases = [case for case in CASES if re.search(arguments.only, case.name)]
    if arguments.sample is not None:
        cases = random.sample(cases, min(arguments.sample, len(cases)))
    twice = [name for name, count in collections.Counter(case.name for case in CASES).items() if count > 1]
    if twice:
        sys.exit(f"bad_inputs: names that are not unique: {', '.join(twice)}")
    if arguments.list:
        print("\n".join(case.name for case in cases))
        return 0
    start = time.monotonic()
    failed, skipped, slowest = [], 0, 0
    with tempfile.TemporaryDirectory(prefix="sluice-bad-input-") as work:
        work = pathlib.Path(work)
        sluice, template = arguments.sluice.resolve(), work / "template"
        prepare_template(sluice, arguments.ranks, template)
        pool = concurrent.futures.ThreadPoolExecutor(arguments.jobs)
        outcomes = pool.map(lambda number, case: run_case(case, sluice, arguments.ranks, template, work / f"case{number}", arguments.within), range(len(cases)), cases)
        for case, outcome in zip(cases, outcomes):
            if outcome is None:
                skipped += 1
                print(f"skipped         {case.name}: no disk can be mounted here", flush=True)
                continue
            command, ended, found = outcome
            slowest = max(slowest, ended.seconds)
            print(f"{'FAILED' if found else 'passed'}  {ended.seconds:4.1f} s  {case.name}", flush=True)
            if found:
                failed.append(case.name)
                print(f"        sluice {command}")
                print("".join(f"        - {one}\n" for one in found), end="")
                print("".join(f"        | {line}\n" for line in (ended.out + ended.err).splitlines()), end="", flush=True)
    print(f"{time.monotonic() - start:.0f} s in all, the slowest case {slowest:.1f} s")
    print("".join(f"failed: {name}\n" for name in failed), end="")
    print(f"{len(cases) - len(failed) - skipped} passed, {len(failed)} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
