"""Campaigns on pools that a simulator draws."""

from case import case, not_started
from small_files import FUSION, SIMULATED
from spoiling import replace_in


def simulator_case(name, old, new, *says, command="run campaign.toml", problems=1, **more):
    """A campaign on a pool that a simulator draws, with one text replaced by another."""

    def prepare(at):
        (at / "campaign.toml").write_text(SIMULATED)
        replace_in(at / "campaign.toml", old, new)

    if problems:
        says = (*says, not_started(problems))
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
