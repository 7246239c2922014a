"""Predictions of all members of all families for every row of a pool: the pass of a fusion campaign on 2 ranks, and the usual Python libraries. See `pass --help`.

Each library fits one member of a family to a bootstrap of the labelled rows, with the hyper-parameters that the campaign chose, and predicts the pool with all cores;
its time is multiplied by the number of members. Reading, scaling and moments are not counted for the libraries. Prints CSV.
"""

import argparse
import csv
import json
import os
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

import h5py
import lightgbm
import numpy as np
import xgboost
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import ElasticNet, Lasso, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.tree import DecisionTreeRegressor

MEMBERS = 10
SLUICE = "build/release/sluice"
CORES = 2


def sluice(ranks: int, *arguments: object) -> None:
    subprocess.run(["mpirun", "--bind-to", "none", "-n", str(ranks), SLUICE, *map(str, arguments), "--threads", "1"], check=True, capture_output=True)


def campaign(pool: Path, labelled: int, folder: Path) -> tuple[float, dict[str, dict], list[int]]:
    """Seconds of the pass, the hyper-parameters of each family, and the labelled rows."""
    sluice(CORES, "run", "inputs/fusion/omol.toml", "--run-dir", folder, f"--set=pool.file={pool}", f"--set=campaign.initial.count={labelled}", "--set=campaign.iterations=1", "--set=campaign.stop=never")
    seconds = next(float(row["seconds"]) for row in csv.DictReader((folder / "stages.csv").open()) if row["stage"] == "predict")
    events = [json.loads(text) for text in (folder / "journal.jsonl").read_text().splitlines()]
    batches = [event for event in events if event["event"] == "batch"]
    surrogates = batches[1]["strategy"]["surrogates"]
    return seconds, {s["family"]: s["options"] for s in surrogates}, batches[0]["rows"]


def models(options: dict[str, dict]) -> dict[str, object]:
    network, boosted, light = options["mlp"], options["xgboost"], options["lightgbm"]
    return {
        "lasso": Lasso(alpha=options["lasso"]["alpha"]),
        "ridge": Ridge(),
        "elastic-net": ElasticNet(alpha=options["elastic-net"]["alpha"], l1_ratio=options["elastic-net"]["l1_ratio"]),
        "knn": KNeighborsRegressor(int(options["knn"]["neighbours"]), algorithm="brute", n_jobs=CORES),
        "gaussian-kernel": KernelRidge(kernel="rbf", gamma=0.01),
        "mlp": MLPRegressor(hidden_layer_sizes=[int(width) for width in network["widths"]], activation=network["activation"], max_iter=50),
        "tree": DecisionTreeRegressor(max_depth=int(options["tree"]["depth"])),
        "xgboost": xgboost.XGBRegressor(n_estimators=int(boosted["trees"]), max_depth=int(boosted["depth"]), learning_rate=boosted["learning_rate"], n_jobs=CORES),
        "lightgbm": lightgbm.LGBMRegressor(n_estimators=int(light["trees"]), max_depth=int(light["depth"]), min_child_samples=int(light["min_rows_per_leaf"]),
                                           learning_rate=light["learning_rate"], n_jobs=CORES, verbosity=-1),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--labelled", type=int, default=200)
    parser.add_argument("--seed", type=int, default=8)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    with tempfile.TemporaryDirectory() as folder:
        pool = Path(folder) / "omol.h5"
        sluice(CORES, "generate", "omol-like", "--rows", arguments.rows, "--seed", arguments.seed, "-o", pool)
        own, options, rows = campaign(pool, arguments.labelled, Path(folder) / "omol.run")
        with h5py.File(pool) as file:
            x, y = file["features"][:], file["targets"][:, 0]
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    bag = np.random.default_rng(1).choice(rows, len(rows))
    total = 0.0
    print("family,seconds of ten members")
    for name, model in models(options).items():
        model.fit(x[bag], y[bag])
        begin = time.perf_counter()
        model.predict(x)
        seconds = MEMBERS * (time.perf_counter() - begin)
        total += seconds
        print(f"{name},{seconds:.2f}", flush=True)
    print(f"all libraries,{total:.1f}\nsluice,{own:.2f}\nratio,{total / own:.1f}")


if __name__ == "__main__":
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(CORES)
    main()
