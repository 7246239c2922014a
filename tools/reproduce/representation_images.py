"""Reconstruction error and active units of 64 on images of digits and of a face, as paper 004 reports them, in fewer epochs.

Writes one CSV line per run and, beside it, a table in Markdown. See `representation`.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from closed_pool import read_features
from representing import METHODS, command, commit, latents, settings, targets_of
from table_file import write_table

# The paper's errors and active units; the names of its methods are these.
PUBLISHED = {
    "mnist": {"entropic-autoencoder": (0.026, 64), "vae": (0.016, 16), "autoencoder": (0.010, 53)},
    "frey": {"entropic-autoencoder": (0.0052, 64), "vae": (0.0046, 3), "autoencoder": (0.0014, 64)},
}
# Reduced: narrower nets, minibatches of 128 in place of 32 and of all rows, and these many steps; the published ones are 140 epochs (digits, plain) and
# 1.5 million steps (face, entropic). The temperatures are lost: they are found by trials, such that the error is the published one.
COMMON = {"scale": "pixels", "units": 64, "hidden": "256,128", "activation": "relu", "batch": 128, "inner": 50}
ENTROPIC = {"calibration": "trials", "chains": 2, "encoders": 64, "thinning": 20, "equilibration": 1000, "links": 30, "refresh-every": 0}
DATA = {
    "mnist": {"common": {"training-rows": 20000, "descents": 126}, "entropic": {"target-error": 0.026, "samplings": 100}},
    "frey": {"common": {"training-rows": 1572, "descents": 100}, "entropic": {"target-error": 0.0052, "samplings": 100}},
}
FIELDS = ["data", "method", "seed", "settings", "training_rows", "error", "error_of_mean_code", "error_of_mean_reconstruction", "error_of_principal_components", "active", "active_means",
          "informed", "information", "temperature", "digits", "seconds", "commit", "command"]  # fmt: skip
COLUMNS = ["data", "method", "seeds", "error R1", "R2", "R3", "64 components", "published", "active", "published", "active means", "informed", "I", "T", "digits", "s"]


def options_of(data: str, method: str, given: dict[str, str]) -> dict[str, object]:
    options = COMMON | DATA[data]["common"]
    if method == "entropic-autoencoder":
        options |= ENTROPIC | DATA[data]["entropic"]
    if method == "vae":
        options |= {"likelihood": "bernoulli"}
    return options | given


def digits_recognised(pool: Path, file: Path) -> float:
    """Share of the last 10,000 rows, the published test set, whose digit least squares on the latents of the others tells."""
    digits = targets_of(pool)[1][:, 0].astype(int)
    z = read_features(file)
    z = np.column_stack([(z - z.mean(0)) / np.maximum(z.std(0), 1e-12), np.ones(len(z))])
    weights = np.linalg.lstsq(z[:-10000], np.eye(10)[digits[:-10000]], rcond=None)[0]
    return float(np.mean((z[-10000:] @ weights).argmax(1) == digits[-10000:]))


def mean(rows: list[dict[str, str]], name: str) -> str:
    values = [float(row[name]) for row in rows if row[name]]
    return f"{np.mean(values):.3g}" if values else "–"


def table(rows: list[dict[str, str]]) -> str:
    text = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
    groups = {(row["data"], row["method"], row["settings"]) for row in rows}
    for data, method, chosen in sorted(groups, key=lambda g: (list(DATA).index(g[0]), METHODS.index(g[1]), g[2])):
        own = [row for row in rows if (row["data"], row["method"], row["settings"]) == (data, method, chosen)]
        error, active = PUBLISHED[data].get(method, ("–", "–"))
        cells = [data, method + (f" ({chosen})" if chosen else ""), len(own), mean(own, "error"), mean(own, "error_of_mean_code"), mean(own, "error_of_mean_reconstruction"),
                 mean(own, "error_of_principal_components"), error, mean(own, "active"), active, mean(own, "active_means"), mean(own, "informed"), mean(own, "information"),
                 mean(own, "temperature"), mean(own, "digits"), mean(own, "seconds")]  # fmt: skip
        text += "| " + " | ".join(map(str, cells)) + " |\n"
    return (
        f"{text}\nErrors: mean squares per pixel of held-out rows, by single encoders (R1), by the mean code (R2), of the mean reconstruction (R3). Active: units of 64 whose variance is "
        "above 0.01, of the pooled variance, of a variational code its mean's; active means: of the mean codes' variance. Informed: units of which more than 0.05 of the pooled variance is "
        "between rows, and I the mean share: scale-free. Digits: share of 10,000 recognised by least squares on the latents. "
        f"Fewer epochs and narrower nets than published. Made by tools/reproduce/representation images; commit {', '.join(sorted({row['commit'] for row in rows}))}.\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="representation images", description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", nargs="+", choices=DATA, default=list(DATA))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--seeds", type=int, default=1, help="seeds 1 to this")
    parser.add_argument("--set", nargs="+", default=[], metavar="OPTION=VALUE", help="options of sluice represent in place of this table's")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path("inputs/fusion"), help="of mnist.h5 and frey.h5")
    parser.add_argument("--sluice", default="build/release/sluice", help="the program")
    parser.add_argument("--work", type=Path, default=Path("representation.runs"), help="folder of the latents")
    parser.add_argument("--output", type=Path, default=Path("tools/reproduce/results/representation_images.csv"))
    arguments = parser.parse_args()
    given, chosen = settings(arguments.set), " ".join(sorted(arguments.set))
    made_at = commit()
    rows = list(csv.DictReader(arguments.output.open())) if arguments.output.exists() else []
    done = {(row["data"], row["method"], int(row["seed"]), row["settings"]) for row in rows}
    for seed in range(1, arguments.seeds + 1):
        for data in arguments.data:
            for method in arguments.methods:
                if (data, method, seed, chosen) in done:
                    continue
                pool = arguments.folder / f"{data}.h5"
                made = latents(arguments.sluice, pool, arguments.work / f"{data}-{method}-{seed}-{chosen.replace(' ', '-')}.h5", method, seed, options_of(data, method, given), arguments.threads)
                figures = {name: f"{made.about[name]:.6g}" for name in FIELDS if name in made.about and name not in ("method", "seed")}
                row = {name: "" for name in FIELDS} | figures | {"data": data, "method": method, "seed": str(seed), "settings": chosen, "seconds": f"{made.seconds:.0f}", "commit": made_at,
                       "command": command("images")}  # fmt: skip
                if data == "mnist":
                    row["digits"] = f"{digits_recognised(pool, made.file):.4f}"
                rows.append(row)
                write_table(arguments.output, FIELDS, rows, table(rows))
                print(", ".join(f"{name} {row[name]}" for name in FIELDS[:15] if row[name]), flush=True)


if __name__ == "__main__":
    main()
