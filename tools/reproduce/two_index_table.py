"""Learning curves of mixture density ensembles on three simulators, and fits to large random samples, as paper 000 reports them.

Writes one CSV line per point of a curve and, beside it, a table in Markdown. See `two-index --help`.
"""

import argparse
import csv
import math
import os
import statistics
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from table_file import write_table

PROBLEMS = ["double_well", "ternary", "multimodal"]
METHODS = {
    "random": {"score": "random"},
    "variance": {"score": "variance"},
    "variance-sbal": {"score": "variance", "batch_rule": "sbal"},
    "mi-lb": {"score": "mi-lb"},
    "mi-lb-sbal": {"score": "mi-lb", "batch_rule": "sbal"},
    "mi-lb-max-dist": {"score": "mi-lb", "batch_rule": "max-dist"},
    "bait": {"batch_rule": "bait"},
    "core-set": {"batch_rule": "core-set"},
}
RECIPES = ["published", "robust"]
LABELS = {"double_well": 1100, "ternary": 550, "multimodal": 1100}  # of a whole run
FIGURES = ["test_nll", "oracle_nll", "test_crps", "test_energy_score", "plateau_fraction", "near_boundary"]
FIELDS = ["problem", "recipe", "method", "seed", "labelled", *FIGURES, "commit"]

# Rows, test points and recipe of the fits to random samples; paper 000's release. Bars are NLLs.
OFFLINE = {
    "multimodal": {"rows": 50000, "test": 2000, "components": 5, "steps": 80000, "minibatch": 128, "warm_up": 2000, "decay_steps": 2000, "weight_decay": 1e-5, "bar": 24.9, "published": 24.7141},
    "double_well": {"rows": 200000, "test": 5000, "components": 8, "steps": 150000, "minibatch": 256, "warm_up": 3000, "decay_steps": 5000, "weight_decay": 1e-5, "bar": 16.1, "published": 15.9010},
    "ternary": {"rows": 100000, "test": 10000, "components": 4, "steps": 80000, "minibatch": 128, "warm_up": 1000, "decay_steps": 2000, "weight_decay": 5e-2, "bar": 1.345, "published": 1.3353},
}  # fmt: skip
OFFLINE_SINGLE = {"multimodal": 47.7639, "double_well": 21.4079, "ternary": 1.8841}
OFFLINE_FIELDS = ["problem", "components", "recipe", "seed", "rows", "steps", "test_nll", "oracle_nll", "published", "bar", "seconds", "commit"]


@dataclass(frozen=True)
class Run:
    problem: str
    recipe: str
    method: str
    seed: int

    @property
    def name(self) -> str:
        return f"{self.problem}-{self.recipe}-{self.method}-{self.seed}"


def launch(program: str, problem: str, folder: Path, settings: dict[str, object], threads: int) -> None:
    chosen = [f"--set={key}={value}" for key, value in settings.items()]
    command = [program, "run", f"inputs/two_index/{problem}.toml", "--run-dir", str(folder), *chosen]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": str(threads)})
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")


def curve(run: Run, folder: Path, commit: str) -> list[dict[str, str]]:
    """A line per model: how many labels it had, and its figures."""
    lines, known = [], 0
    for row in csv.DictReader((folder / "metrics.csv").open()):
        if row.get("test_nll"):
            figures = {name: f"{float(row[name]):.6g}" if row.get(name) else "" for name in FIGURES}
            lines.append({"problem": run.problem, "recipe": run.recipe, "method": run.method, "seed": str(run.seed), "labelled": str(known)} | figures | {"commit": commit})
        known = int(row["labelled"])
    return lines


def table(rows: list[dict[str, str]]) -> str:
    """Runs of a method are compared at the largest number of labels that all of them have reached."""
    text = "| problem | recipe | method | seeds | labels | NLL: mean [smallest, largest] | area under log10 NLL | CRPS | oracle |\n" + "|---" * 9 + "|\n"
    runs: dict[tuple, dict[str, list[dict[str, str]]]] = {}
    for row in rows:
        runs.setdefault((row["problem"], row["recipe"], row["method"]), {}).setdefault(row["seed"], []).append(row)
    order = list(METHODS)
    for problem, recipe, method in sorted(runs, key=lambda g: (PROBLEMS.index(g[0]), g[1], order.index(g[2]))):
        mine = list(runs[problem, recipe, method].values())
        labels = min(int(lines[-1]["labelled"]) for lines in mine)
        mine = [[line for line in lines if int(line["labelled"]) <= labels] for lines in mine]
        last = [lines[-1] for lines in mine]
        final = [float(line["test_nll"]) for line in last]
        area = [statistics.mean(math.log10(float(line["test_nll"])) for line in lines) for lines in mine]
        oracle = [float(line["oracle_nll"]) for line in last if line["oracle_nll"]]
        cells = [problem, recipe, method, len(mine), labels, f"{statistics.mean(final):.4g} [{min(final):.4g}, {max(final):.4g}]", f"{statistics.mean(area):.4f}",
                 f"{statistics.mean(float(line['test_crps']) for line in last):.4g}", f"{statistics.mean(oracle):.4g}" if oracle else "–"]  # fmt: skip
        text += "| " + " | ".join(map(str, cells)) + " |\n"
    commits = ", ".join(sorted({row["commit"] for row in rows}))
    return f"{text}\nArea: mean over the models of a run up to that many labels; a run is 1,100 labels long, of the ternary problem 550. Made by tools/reproduce/two-index; commit {commits}.\n"


def offline(arguments: argparse.Namespace, commit: str) -> None:
    rows = list(csv.DictReader(arguments.output.open())) if arguments.output.exists() else []
    done = {(row["problem"], row["components"]) for row in rows}
    jobs = [(p, k) for p in arguments.problems for k in (OFFLINE[p]["components"], 1) if (p, str(k)) not in done]

    def fit(job: tuple[str, int]) -> dict[str, str]:
        problem, components = job
        s = OFFLINE[problem]
        folder = arguments.work / f"offline-{problem}-{components}"
        settings = {"campaign.seed": 42 if problem == "multimodal" else 0, "campaign.iterations": 1, "campaign.batch": 1, "campaign.initial.count": s["rows"], "pool.rows": s["rows"] + 1,
                    "pool.test": s["test"], "strategy.score": "random", "strategy.recipe": "published", "strategy.components": components, "strategy.minibatch": s["minibatch"],
                    "strategy.steps_least": s["steps"], "strategy.steps_most": s["steps"], "strategy.warm_up": s["warm_up"], "strategy.decay_steps": s["decay_steps"],
                    "strategy.weight_decay": s["weight_decay"]}  # fmt: skip
        launch(arguments.sluice, problem, folder, settings, arguments.threads)
        figures = list(csv.DictReader((folder / "metrics.csv").open()))[-1]
        seconds = sum(float(row["seconds"]) for row in csv.DictReader((folder / "stages.csv").open()) if row["stage"] == "fit")
        published, bar = (s["published"], s["bar"]) if components > 1 else (OFFLINE_SINGLE[problem], "")
        return {"problem": problem, "components": str(components), "recipe": "published", "seed": str(settings["campaign.seed"]), "rows": str(s["rows"]), "steps": str(s["steps"]),
                "test_nll": f"{float(figures['test_nll']):.6g}", "oracle_nll": f"{float(figures['oracle_nll']):.6g}" if figures.get("oracle_nll") else "", "published": str(published),
                "bar": str(bar), "seconds": f"{seconds:.0f}", "commit": commit}  # fmt: skip

    with ThreadPoolExecutor(arguments.jobs) as pool:
        for row in pool.map(fit, jobs):
            rows.append(row)
            lines = "".join(f"| {' | '.join(r[f] or '–' for f in OFFLINE_FIELDS)} |\n" for r in rows)
            write_table(arguments.output, OFFLINE_FIELDS, rows, f"| {' | '.join(OFFLINE_FIELDS)} |\n{'|---' * len(OFFLINE_FIELDS)}|\n{lines}\nMade by tools/reproduce/two-index --offline.\n")
            print(",".join(row.values()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="two-index", description=__doc__.split("\n\n")[0])
    parser.add_argument("--problems", nargs="+", choices=PROBLEMS, default=PROBLEMS)
    parser.add_argument("--recipes", nargs="+", choices=RECIPES, default=RECIPES)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--seeds", type=int, default=3, help="seeds 0 to one less than this")
    parser.add_argument("--offline", action="store_true", help="fits to large random samples in place of learning curves")
    parser.add_argument("--jobs", type=int, default=2, help="runs at once")
    parser.add_argument("--threads", type=int, default=1, help="of each run")
    parser.add_argument("--work", type=Path, default=Path("two-index.runs"), help="folder of the runs")
    parser.add_argument("--sluice", default="build/release/sluice", help="the program")
    parser.add_argument("--output", type=Path, default=None, help="by default tools/reproduce/results/two_index.csv, or two_index_offline.csv")
    arguments = parser.parse_args()
    arguments.output = arguments.output or Path("tools/reproduce/results") / ("two_index_offline.csv" if arguments.offline else "two_index.csv")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    if arguments.offline:
        offline(arguments, commit)
        return

    rows = list(csv.DictReader(arguments.output.open())) if arguments.output.exists() else []
    done = {(row["problem"], row["recipe"], row["method"], int(row["seed"])) for row in rows if int(row["labelled"]) == LABELS[row["problem"]]}
    runs = [Run(p, r, m, s) for s in range(arguments.seeds) for p in arguments.problems for r in arguments.recipes for m in arguments.methods if (p, r, m, s) not in done]

    def make(run: Run) -> list[dict[str, str]]:
        folder = arguments.work / run.name
        choice = {f"strategy.{key}": value for key, value in METHODS[run.method].items()}
        settings = {"campaign.name": f"{run.method}", "campaign.seed": run.seed, "strategy.recipe": run.recipe}
        launch(arguments.sluice, run.problem, folder, settings | choice, arguments.threads)
        return curve(run, folder, commit)

    with ThreadPoolExecutor(arguments.jobs) as pool:
        for run, lines in zip(runs, pool.map(make, runs)):
            rows = [row for row in rows if (row["problem"], row["recipe"], row["method"], row["seed"]) != (run.problem, run.recipe, run.method, str(run.seed))] + lines
            write_table(arguments.output, FIELDS, rows, table(rows))
            print(run.name, lines[-1]["labelled"], lines[-1]["test_nll"], flush=True)


if __name__ == "__main__":
    main()
