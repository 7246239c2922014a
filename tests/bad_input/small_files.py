"""A valid pool, and valid campaigns on it and without it."""

import h5py
import numpy as np

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


# Parts of CAMPAIGN that cases replace, and what they put there.
INITIAL = '{ count = 6, rule = "random" }'
STEPS = CAMPAIGN[CAMPAIGN.index("[surrogate]") :]
FUSION = '[strategy]\nkind = "fusion"\n'
POOL = '[pool]\nfile = "pool.h5"\n'
BOX = "[domain]\ndimension = 3\nlower = [-5]\nupper = [5]\n"
