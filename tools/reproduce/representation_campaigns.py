"""Campaigns on a pool's raw features and on latents of it, from the same starts: iterations to success of multi-model fusion, and what MI-LB's ensemble learns.

Writes one CSV line per run and, beside it, tables in Markdown. See `representation`.
"""

import csv
import tempfile
from pathlib import Path

import numpy as np

from closed_pool import read_closed_pool
from fusion_table import FAILED, figures, fusion, mean_of, run_sluice
from representing import METHODS, Study, latents, study_arguments

SPACES = ["raw", *METHODS]
POOLS = ["melting", "3dsc", "3dsc_wide", "qm9"]
STRATEGIES = ["fusion", "mi-lb"]
FIELDS = ["pool", "strategy", "space", "seed", "settings", "success", "iterations", "best_aggregate", "seconds_per_iteration", "labelled", "test_crps", "mean_test_crps", "test_nll", "commit", "command"]

# Eleven models, of 20 to 220 labels, tested on rows that are never asked for. Few components: these targets are single values, with outliers.
MI_LB = """
[campaign]
name = "mi-lb-{name}"
batch = 20
iterations = 11
initial = {{ count = 20, rule = "random" }}

[pool]
file = "{file}"
test = 500

[[target]]
name = "{target}"
goal = "predict"

[problem]
kind = "closed-pool"

[strategy]
kind = "two-index"
components = 2
width = 64
steps_least = 1000
steps_most = 2000
"""


def mi_lb(name: str, target: str, file: Path, seed: int, ranks: int) -> dict[str, object]:
    """Figures of a run on one target; CRPS in its units, whose mean over the models is the area under the learning curve."""
    with tempfile.TemporaryDirectory() as folder:
        campaign, run = Path(folder) / "campaign.toml", Path(folder) / "run"
        campaign.write_text(MI_LB.format(name=name, file=file.resolve(), target=target))
        run_sluice(campaign, seed, run, ranks, [])
        batches = list(csv.DictReader((run / "metrics.csv").open()))
        seconds = sum(float(row["seconds"]) for row in csv.DictReader((run / "stages.csv").open()))
    models = [row for row in batches if row["test_crps"]]  # each learned from the labels before its batch
    crps = [float(row["test_crps"]) for row in models]
    return {"labelled": batches[-2]["labelled"], "test_crps": f"{crps[-1]:.6g}", "mean_test_crps": f"{np.mean(crps):.6g}", "test_nll": f"{float(models[-1]['test_nll']):.6g}",
            "seconds_per_iteration": f"{seconds / len(models):.3g}"}  # fmt: skip


def groups_of(rows: list[dict[str, str]], strategy: str) -> list[tuple[list[object], list[dict[str, str]]]]:
    """Runs that differ by the seed alone, and what they have in common as cells of a table."""
    groups: dict[tuple, list[dict[str, str]]] = {}
    for row in rows:
        if row["strategy"] == strategy:
            groups.setdefault((row["pool"], row["space"], row["settings"]), []).append(row)
    order = sorted(groups, key=lambda g: (POOLS.index(g[0]), SPACES.index(g[1]), g[2]))
    return [([pool, space + (f" ({chosen})" if chosen else ""), len(groups[pool, space, chosen])], groups[pool, space, chosen]) for pool, space, chosen in order]


def line(cells: list[object]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |\n"


def table(rows: list[dict[str, str]]) -> str:
    text = "Fusion, iterations to success; a failure counts as " + f"{FAILED}:\n\n"
    text += "| pool | space | runs | success | iterations: median [smallest, largest] | mean | best Q | s per iteration |\n" + "|---" * 8 + "|\n"
    for cells, own in groups_of(rows, "fusion"):
        took = [int(row["iterations"]) if row["success"] == "1" else FAILED for row in own]
        text += line([*cells, f"{np.mean([row['success'] == '1' for row in own]):.0%}", f"{np.median(took):g} [{min(took)}, {max(took)}]", f"{np.mean(took):.1f}",
                      mean_of(own, "best_aggregate"), mean_of(own, "seconds_per_iteration")])  # fmt: skip
    text += "\nMI-LB, error of the ensemble on 500 test rows, in units of the target:\n\n"
    text += "| pool | space | runs | labels | CRPS of the last model: mean [smallest, largest] | of all models | NLL: median | s per iteration |\n" + "|---" * 8 + "|\n"
    for cells, own in groups_of(rows, "mi-lb"):
        last, all_models, nll = ([float(row[name]) for row in own] for name in ("test_crps", "mean_test_crps", "test_nll"))
        text += line([*cells, own[0]["labelled"], f"{np.mean(last):.4g} [{min(last):.4g}, {max(last):.4g}]", f"{np.mean(all_models):.4g}", f"{np.median(nll):.4g}",
                      mean_of(own, "seconds_per_iteration")])  # fmt: skip
    return f"{text}\nOne representation of each kind for all seeds. Made by tools/reproduce/representation campaigns; commit {', '.join(sorted({row['commit'] for row in rows}))}.\n"


def main() -> None:
    parser = study_arguments("campaigns", __doc__, SPACES, "of campaign files and their pools")
    parser.set_defaults(seeds=10)
    parser.add_argument("--pools", nargs="+", choices=POOLS, default=POOLS)
    parser.add_argument("--strategies", nargs="+", choices=STRATEGIES, default=STRATEGIES)
    parser.add_argument("--ranks", type=int, default=1)
    arguments = parser.parse_args()
    study = Study("campaigns", arguments, FIELDS, ("pool", "strategy", "space", "seed", "settings"), table)
    # Seeds of the campaign; the representation's seed is always 1.
    for key in study.missing(seed=study.seeds, strategy=arguments.strategies, pool=arguments.pools, space=arguments.methods):
        name, strategy, space, seed = key["pool"], key["strategy"], key["space"], key["seed"]
        campaign = arguments.folder / f"{name}.toml"
        pool = read_closed_pool(campaign)
        file = pool.file
        if space != "raw":
            file = latents(arguments.sluice, pool.file, study.latents_file(arguments.work, name, space, 1), space, 1, study.given, arguments.threads).file
        if strategy == "fusion":
            made = figures(fusion(campaign, "default", seed, arguments.ranks, [f"pool.file={file.resolve()}"], 0), pool)
        else:
            made = mi_lb(name, pool.goals[0]["name"], file, seed, arguments.ranks)
        row = study.add({field: value for field, value in made.items() if field in FIELDS} | key)
        print(name, strategy, space, seed, row["iterations"] if row["success"] == "1" else row["mean_test_crps"], flush=True)


if __name__ == "__main__":
    main()
