"""Memory per rank stays below 1.3 x the bytes of its shard + 500 MB, on a pool of 1,000,000 x 128 float32.   memory.py SLUICE MPIEXEC

The figures are those that the run itself records in sessions.jsonl.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np

ROWS, COLUMNS = 1_000_000, 128
CAMPAIGN = """
[campaign]
name = "memory"
iterations = 1
stop = "never"
[pool]
file = "pool.h5"
[[target]]
name = "y"
[problem]
kind = "closed-pool"
[surrogate]
kind = "{surrogate}"
[acquisition]
kind = "ucb"
[selection]
kind = "max-dist"
"""


def write_pool(path: Path) -> None:
    random = np.random.default_rng(1)
    with h5py.File(path, "w") as file:
        file.attrs.update({"sluice_pool": 1, "tile_rows": 2048, "encoding": "plain", "provenance": "normal random numbers"})
        file["target_names"] = np.array([b"y"])
        features = file.create_dataset("features", (ROWS, COLUMNS), dtype="f4")
        targets = file.create_dataset("targets", (ROWS, 1), dtype="f8")
        for begin in range(0, ROWS, 100_000):
            part = random.standard_normal((100_000, COLUMNS), dtype="f4")
            features[begin : begin + 100_000] = part
            targets[begin : begin + 100_000, 0] = part[:, 0] - part[:, 1]


def main(sluice: str, mpiexec: str) -> int:
    failed = passed = 0
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        write_pool(work / "pool.h5")
        for surrogate in ("ridge-ensemble", "mlp-ensemble"):
            (work / "campaign.toml").write_text(CAMPAIGN.format(surrogate=surrogate))
            for ranks in (1, 2):
                run = work / f"{surrogate}.{ranks}"
                subprocess.run([mpiexec, "-n", str(ranks), sluice, "run", work / "campaign.toml", "--run-dir", run], check=True, capture_output=True)
                session = json.loads((run / "sessions.jsonl").read_text().splitlines()[-1])
                shards, peaks = session["shard_bytes"], session["peak_rss_bytes"]
                assert sum(shards) == ROWS * COLUMNS * 4 and len(peaks) == ranks
                worst = max(peak / (1.3 * shard + 500e6) for peak, shard in zip(peaks, shards))
                print(f"{surrogate}, {ranks} ranks: {max(peaks) / 1e6:.0f} MB for a shard of {max(shards) / 1e6:.0f} MB, {worst:.2f} of what is allowed")
                failed, passed = failed + (worst > 1), passed + (worst <= 1)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
