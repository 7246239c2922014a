"""Campaigns for a target that is a class."""

import h5py
import numpy as np

from case import TRIED, case, not_started
from small_files import CAMPAIGN, INITIAL, ROWS
from spoiling import replace_in

CLASSES = [("gap", '[[target]]\nname = "gap"\ngoal = "maximize"'), ("steps", CAMPAIGN[CAMPAIGN.index("[surrogate]") : CAMPAIGN.index("\n[selection]")])]
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
        says = (*says, not_started(problems))
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
