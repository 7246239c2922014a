"""Campaign files that cannot be run, and --set."""

import shlex

from case import TRIED, campaign_case, case, not_started, plain_case
from small_files import ASK_TELL, FUSION, INITIAL, STEPS
from spoiling import replace_in

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


@case("campaign file: two targets and a number to stop at", "run campaign.toml", "campaign.toml:<stop>: [campaign] stop", "a number needs a single target", not_started(), lines=2)
def two_targets(at):
    replace_in(at / "campaign.toml", '"never"', "1.5")
    replace_in(at / "campaign.toml", "[problem]", '[[target]]\nname = "dipole"\n\n[problem]')


@case("campaign file: top-10 of a pool without labels", "ask campaign.toml -o x.csv", 'campaign.toml:<stop>: [campaign] stop = "top-10": only for a closed pool', 'allowed here: "never" or a number',
      not_started(), lines=2)
def top_10_of_ask_tell(at):
    (at / "campaign.toml").write_text(ASK_TELL.replace('"never"', '"top-10"'))


@case("campaign file: lower half of a pool without labels", "ask campaign.toml -o x.csv", 'campaign.toml:<initial>: [campaign.initial] rule = "lower-half": only for a closed pool', 'allowed here: "random", "rows", "file"',
      not_started(), lines=2)
def lower_half_of_ask_tell(at):
    (at / "campaign.toml").write_text(ASK_TELL.replace('"random"', '"lower-half"'))


campaign_case("unknown rule to stop", '"never"', '"top-20"', 'campaign.toml:<stop>: [campaign] stop = ', 'must be one of "top-10", "never", or a number')
campaign_case("stop at no number", '"never"', "nan", 'campaign.toml:<stop>: [campaign] stop = nan: must be one of "top-10", "never", or a number')

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
campaign_case("unknown strategy", STEPS, '[strategy]\nkind = "fusoin"\n', 'campaign.toml:<fusoin>: [strategy] kind = ', 'did you mean "fusion"?')
campaign_case("unknown key of a strategy", STEPS, FUSION + "foldz = 5\n", "campaign.toml:<foldz>: [strategy] foldz: unknown key; did you mean folds?")
campaign_case("unknown mode of a strategy", STEPS, FUSION + 'mode = "publishd"\n', "campaign.toml:<publishd>: [strategy] mode = ", '"default"', '"published"')
campaign_case("unknown family of a strategy", STEPS, FUSION + 'families = "ridge, forest"\n', "'forest' is not a family; must be", "xgboost")
for key, value, allowed in [("members", "1", "a whole number from 2"), ("score", '"mi"', '"mi-lb"'), ("batch_rule", '"best"', '"core-set"'), ("recipe", '"fast"', '"robust"'),
                            ("temperature", "0", "a number above 0"), ("components", "0", "a whole number from 1")]:  # fmt: skip
    campaign_case(f"two-index: {key} = {value}", STEPS, f'[strategy]\nkind = "two-index"\n{key} = {value}\n', f"campaign.toml:<{key}>: [strategy] {key} = ", allowed)
campaign_case("steps beside a strategy", STEPS, FUSION + STEPS, "[surrogate]: not beside [strategy]", "[acquisition]: not beside [strategy]", "[selection]: not beside [strategy]", problems=3)


campaign_case("initial rows of a domain for a pool", INITIAL, '{ count = 4, rule = "latin-hypercube" }', '[campaign.initial] rule = "latin-hypercube": only with [domain]')
campaign_case("no surrogate for a score that needs one", '[surrogate]\nkind = "ridge-ensemble"\nmembers = 4\n', "", "campaign.toml: [surrogate]: missing", '[acquisition] kind = "ucb" needs one of: ', "ridge-ensemble")
campaign_case("key of another kind", "members = 4", "members = 4\nhidden = [3]", "campaign.toml:<hidden>: [surrogate] hidden: unknown key; allowed: ", "lambda")
campaign_case("pool missing", '"pool.h5"', '"nowhere.h5"', "campaign.toml:<nowhere>: [pool] file: nowhere.h5: ", "No such file or directory")
campaign_case("member groups without fusion", '"pool.h5"', '"pool.h5"\nmember_groups = 2', "campaign.toml:<member_groups>: [pool] member_groups: needs [strategy] kind = ", "fusion")
campaign_case("pool is a folder", '"pool.h5"', '"small.run"', "campaign.toml:<small.run>: [pool] file: small.run: is a folder, not a file")
campaign_case("rows of a pool that is a file", 'file = "pool.h5"', 'file = "pool.h5"\nrows = 60', "campaign.toml:<rows>: [pool] rows: only with a simulator, which draws its pool")
campaign_case("more test rows than the pool has", 'file = "pool.h5"', 'file = "pool.h5"\ntest = 61', "campaign.toml:<test>: [pool] test = 61: pool.h5 has 60 rows")
plain_case("campaign file: test rows that leave none", "run campaign.toml --run-dir new.run --set pool.test=56", "pool.h5: 59 rows have all features and targets; [pool] test = 56 leaves fewer than 4 to ask for", may_write=TRIED)
plain_case("campaign file: an initial row that models are tested on", "run campaign.toml --run-dir new.run --set pool.test=55 --set campaign.initial.rule=rows --set campaign.initial.rows=[0,1,2,3,4,5,6,7]",
           "campaign.toml: [campaign.initial] rows: row ", "cannot be used: a feature or target is missing, or models are tested on it", may_write=TRIED)
plain_case("campaign file: test rows without labels", "ask ask.toml --run-dir new.run -o new.csv --set pool.test=5", "--set pool.test: [pool] test: only for a closed pool, whose labels are known, and for simulators", "1 problem in ask.toml; nothing was started", lines=2)
campaign_case("a best value of what is only predicted", '"maximize"', '"predict"', 'campaign.toml:<ucb>: [acquisition] kind = "ucb": nothing is better where goal = "predict"')
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
    plain_case(f"--set {setting}", f"run campaign.toml --set {shlex.quote(setting)}", *says, not_started(), lines=2)
