"""Campaigns on generated candidates."""

from case import case, not_started
from small_files import BOX, FUSION, POOL, STEPS
from spoiling import replace_in


def generate_candidates(at, domain, problem, strategy):
    """The campaign's pool, problem and steps replaced."""
    replace_in(at / "campaign.toml", POOL, domain)
    replace_in(at / "campaign.toml", 'kind = "closed-pool"', problem)
    replace_in(at / "campaign.toml", STEPS, strategy)
    replace_in(at / "campaign.toml", ', rule = "random"', "")


ACKLEY = 'kind = "function"\nname = "ackley"'


def domain_case(name, domain, *says, problem=ACKLEY, strategy=FUSION):
    says = (*says, not_started(len(says)))

    case(f"domain: {name}", "run campaign.toml", *says, lines=max(2, len(says)))(lambda at: generate_candidates(at, domain, problem, strategy))


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


@case("validate: rehearsal of generated candidates", "validate campaign.toml --rehearse", "campaign.toml: --rehearse: for pools")
def rehearsed(at):
    generate_candidates(at, BOX, ACKLEY, FUSION)
