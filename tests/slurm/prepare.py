"""Make the pool and the campaign file of the SLURM test: a campaign of 20 to 30 s on two cores.   prepare.py SLUICE FOLDER"""

import subprocess
import sys
from pathlib import Path

import numpy as np

CAMPAIGN = """
[campaign]
name = "requeue"
batch = 4
iterations = 105
stop = "never"
[pool]
file = "pool.h5"
[[target]]
name = "y"
[problem]
kind = "closed-pool"
[surrogate]
kind = "mlp-ensemble"
steps = 1000
[acquisition]
kind = "ucb"
[selection]
kind = "max-dist"
"""


def main(sluice: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(1)
    features = random.standard_normal((20_000, 32)).astype("f4")
    targets = np.sin(features[:, 0]) + features[:, 1] * features[:, 2]
    np.savez(folder / "pool.npz", features=features, targets=targets[:, None], target_names=np.array(["y"]))
    subprocess.run([sluice, "import", folder / "pool.npz", "-o", folder / "pool.h5"], check=True)
    (folder / "campaign.toml").write_text(CAMPAIGN)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
