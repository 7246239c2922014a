"""Iterations to success of multi-model fusion on closed pools, as published and with this program's defaults, beside three baselines from the same starts.

Writes one CSV line per run and, beside it, a table in Markdown. See `fusion --help`.
"""

import argparse
import csv
import json
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from baselines import BASELINES, best_unlabelled
from closed_pool import ClosedPool, read_closed_pool, read_features
from table_file import write_table

BINARY = "build/release/sluice"
MODES = ["published", "default"]
ITERATIONS, BATCH = 50, 10
FAILED = ITERATIONS + 1
# Median iterations to success that are to be reached, of 3dsc_wide in seven of ten runs; the window task and moses have none.
BARS = {"hea": 2, "curie": 3, "lpbf": 4, "steels": 2, "melting": 4, "expt_gap": 7, "dielectric": 6, "c2db": 3, "3dsc": 16, "mp": 15, "qm9": 2,
        "mp_window": None, "3dsc_wide": 30, "omol": 8, "moses": None}
LARGE = ["3dsc_wide", "omol", "moses"]  # made with noise columns, by sluice generate, or in an hour, and in minutes a run: only when named
FIELDS = ["pool", "method", "seed", "settings", "success", "iterations", "iterations_run", "in_windows", "top10_after_10", "top10_after_20", "best_aggregate",
          "seconds", "seconds_per_iteration", "ranks", "commit"]
COLUMNS = ["pool", "bar", "method", "runs", "success", "iterations: median [20 %, 80 %]", "mean", "ten best after 10", "after 20", "in windows", "best Q",
           "s per iteration"]


@dataclass
class History:
    """What a run did; entry 0 is the initial rows."""

    batches: list[np.ndarray] = field(default_factory=list)
    success: list[bool] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def goes_on(self, after_success: int) -> bool:
        return len(self.batches) - 1 < (after_success if self.success[-1] else ITERATIONS)


# ---- Runs -----------------------------------------------------------------------------------------------------------------------------------------


def run_sluice(campaign: Path, seed: int, run_folder: Path, ranks: int, settings: list[str]) -> None:
    launch = ["mpirun", "--bind-to", "none", "-n", str(ranks), BINARY]
    command = [*launch, "run", str(campaign), "--run-dir", str(run_folder), f"--set=campaign.seed={seed}", *[f"--set={setting}" for setting in settings]]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")


def read_history(run_folder: Path) -> History:
    events = [json.loads(line) for line in (run_folder / "journal.jsonl").open()]
    batches = [np.array(event["rows"]) for event in events if event["event"] == "batch"]
    success = [row["success"] == "1" for row in csv.DictReader((run_folder / "metrics.csv").open())]
    seconds = [0.0] * len(batches)
    for row in csv.DictReader((run_folder / "stages.csv").open()):
        seconds[int(row["iteration"])] += float(row["seconds"])
    return History(batches, success, seconds)


def fusion(campaign: Path, mode: str, seed: int, ranks: int, settings: list[str], after_success: int) -> History:
    """A run that is to go on after success does not stop by itself: it is continued a few iterations at a time until it has succeeded and is long enough."""
    with tempfile.TemporaryDirectory() as folder:
        run_folder = Path(folder) / "run"
        settings = [f"strategy.mode={mode}", *settings]
        if after_success == 0:
            run_sluice(campaign, seed, run_folder, ranks, [*settings, f"campaign.iterations={ITERATIONS}"])
            return read_history(run_folder)
        limit = min(after_success, ITERATIONS)
        while True:
            run_sluice(campaign, seed, run_folder, ranks, [*settings, "campaign.stop=never", f"campaign.iterations={limit}"])
            history = read_history(run_folder)
            if not history.goes_on(after_success):
                return history
            limit = min(limit + 2, ITERATIONS)


@cache
def start_rows(campaign: Path, seed: int) -> np.ndarray:
    """The initial rows that a campaign with this seed draws."""
    with tempfile.TemporaryDirectory() as folder:
        run_sluice(campaign, seed, Path(folder) / "run", 1, ["campaign.iterations=0"])
        return read_history(Path(folder) / "run").batches[0]


@cache
def features_of(pool_file: Path) -> np.ndarray:
    return read_features(pool_file)


def baseline(campaign: Path, pool: ClosedPool, method: str, seed: int, after_success: int) -> History:
    rows = start_rows(campaign, seed)
    value = BASELINES[method](features_of(pool.file), seed)
    succeeded = bool((pool.aggregate[rows] >= pool.threshold).any())
    history = History([rows], [succeeded], [0.0])
    while history.goes_on(after_success):
        begin = time.perf_counter()
        batch = best_unlabelled(value(rows, pool.aggregate[rows], len(history.batches)), rows, BATCH)
        history.seconds.append(time.perf_counter() - begin)
        rows = np.concatenate([rows, batch])
        succeeded = succeeded or bool((pool.aggregate[batch] >= pool.threshold).any())
        history.batches.append(batch)
        history.success.append(succeeded)
    return history


def first_true(flags: list[bool]) -> int | None:
    """The first iteration at which something holds; the earliest is 1, after the first batch."""
    return next((max(i, 1) for i, flag in enumerate(flags) if flag), None)


def figures(history: History, pool: ClosedPool) -> dict[str, object]:
    run = len(history.batches) - 1
    labelled = np.concatenate(history.batches)
    found = first_true(history.success)

    def ten_best_after(iterations: int) -> object:
        return "" if run < iterations else int(np.isin(pool.best, np.concatenate(history.batches[: iterations + 1])).sum())

    in_windows = first_true([bool(pool.in_windows[batch].any()) for batch in history.batches]) if pool.in_windows is not None else None
    first_ten = history.seconds[1:11]
    return {
        "success": int(found is not None),
        "iterations": found or run,
        "iterations_run": run,
        "in_windows": in_windows or "",
        "top10_after_10": ten_best_after(10),
        "top10_after_20": ten_best_after(20),
        "best_aggregate": f"{pool.aggregate[labelled].max():.6g}",
        "seconds": f"{sum(history.seconds):.3g}",
        "seconds_per_iteration": f"{np.mean(first_ten):.3g}" if first_ten else "",
    }


# ---- Tables ---------------------------------------------------------------------------------------------------------------------------------------


def mean_of(rows: list[dict[str, str]], column: str) -> str:
    values = [float(row[column]) for row in rows if row[column]]
    return f"{np.mean(values):.3g}" if values else "–"


def table_line(pool: str, method: str, settings: str, rows: list[dict[str, str]]) -> str:
    iterations = [int(row["iterations"]) if row["success"] == "1" else FAILED for row in rows]
    low, median, high = np.quantile(iterations, [0.2, 0.5, 0.8])
    rate = np.mean([row["success"] == "1" for row in rows])
    windows = f"{sum(row['in_windows'] != '' for row in rows)} of {len(rows)}" if pool.endswith("_window") else "–"
    cells = [
        pool,
        BARS.get(pool) or "–",
        method + (f" ({settings})" if settings else ""),
        len(rows),
        f"{rate:.0%}",
        f"{median:g} [{low:g}, {high:g}]",
        f"{np.mean(iterations):.1f}",
        mean_of(rows, "top10_after_10"),
        mean_of(rows, "top10_after_20"),
        windows,
        mean_of(rows, "best_aggregate"),
        mean_of(rows, "seconds_per_iteration"),
    ]
    return "| " + " | ".join(map(str, cells)) + " |\n"


def table(rows: list[dict[str, str]]) -> str:
    text = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
    order = [*MODES, *BASELINES]
    groups = {(row["pool"], row["method"], row["settings"]) for row in rows}
    for group in sorted(groups, key=lambda g: (list(BARS).index(g[0]), order.index(g[1]), g[2])):
        text += table_line(*group, [row for row in rows if (row["pool"], row["method"], row["settings"]) == group])
    commits = ", ".join(sorted({row["commit"] for row in rows}))
    return (
        f"{text}\nA failure counts as {FAILED} iterations. Ten best: how many of the ten rows of largest Q are labelled then, mean over runs that went so far. "
        "Seconds: mean of the first ten iterations. All methods start from the same rows; the baselines learn Q itself. "
        f"Made by tools/reproduce/fusion; commit {commits}.\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="fusion", description=__doc__.split("\n\n")[0])
    parser.add_argument("--runs", type=int, default=10, help="seeds 1 to this")
    parser.add_argument("--pools", nargs="+", choices=BARS, default=[name for name in BARS if name not in LARGE], metavar="POOL", help=f"of {', '.join(BARS)}; by default all but {', '.join(LARGE)}")
    parser.add_argument("--modes", nargs="+", choices=[*MODES, *BASELINES], default=MODES, help="published and default are fusion, the others baselines")
    parser.add_argument("--after-success", type=int, default=0, metavar="N", help="go on to N iterations where success comes earlier")
    parser.add_argument("--set", nargs="+", default=[], metavar="KEY=VALUE", help="other settings of the fusion runs")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path("inputs/fusion"), help="of campaign files, with their pools beside them")
    parser.add_argument("--output", type=Path, default=Path("tools/reproduce/results/fusion.csv"))
    arguments = parser.parse_args()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()

    rows = list(csv.DictReader(arguments.output.open())) if arguments.output.exists() else []
    done = {(row["pool"], row["method"], int(row["seed"]), row["settings"]): int(row["iterations_run"]) for row in rows}
    for name in arguments.pools:
        campaign = arguments.folder / f"{name}.toml"
        pool = read_closed_pool(campaign)
        for seed in range(1, arguments.runs + 1):
            for method in arguments.modes:
                settings = " ".join(arguments.set) if method in MODES else ""
                key = (name, method, seed, settings)
                if done.get(key, -1) >= arguments.after_success:
                    continue
                history = (
                    fusion(campaign, method, seed, arguments.ranks, arguments.set, arguments.after_success)
                    if method in MODES
                    else baseline(campaign, pool, method, seed, arguments.after_success)
                )
                ranks = arguments.ranks if method in MODES else ""
                row = dict(zip(FIELDS, key)) | {"settings": settings} | figures(history, pool) | {"ranks": ranks, "commit": commit}
                rows = [old for old in rows if (old["pool"], old["method"], int(old["seed"]), old["settings"]) != key]
                rows.append({column: str(row[column]) for column in FIELDS})
                write_table(arguments.output, FIELDS, rows, table(rows))
                print(",".join(rows[-1].values()), flush=True)


if __name__ == "__main__":
    main()
