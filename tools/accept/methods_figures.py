"""The figures of the regression papers' methods and of the benchmark, measured again in reduced form. One line each: name, value, bar, ok or short. See `methods`."""

import argparse
import csv
import os
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from figures import BINARY, call, line

CHECKS = "*RegressionProblems*:GaussianProcess*:McDropout*:BatchDiversity*:Benchmark*:Registrations*:Class*"
NEVER_WORSE = ("gsx", "gsxy", "qbc-div")  # than random, in paper 002
SECONDS = 2  # the last columns of results.csv


def passed(done: object) -> tuple[int, bool]:
    found = re.search(r"\[  PASSED  \].*?(\d+) tests", re.sub(r"\x1b\[[\d;]*m", "", done.stdout))
    return int(found[1]) if found else 0, done.returncode == 0


def tests() -> list[bool]:
    number, ok = passed(call("mpirun", "-n", 1, "build/release/tests/unit_tests", f"--gtest_filter={CHECKS}", "--gtest_color=no"))
    results = [line("check values, scikit-learn's GP, summaries", f"{number} tests passed", "all", ok and number > 0)]
    number, ok = passed(call("mpirun", "-n", 2, "build/release/tests/mpi_tests", "--gtest_filter=*AllMethods*:*AllProblems*", "--gtest_color=no"))
    return [*results, line("every registered method, 2 ranks and a restart", f"{number} the same bytes", "all", ok and number > 0)]


def described() -> bool:
    rows = [text for text in call(BINARY, "methods").stdout.splitlines() if text.startswith("| `")]
    empty = [row for row in rows if not row.split("|")[3].strip()]
    return line("sluice methods", f"{len(rows)} described", "all", bool(rows) and not empty)


def benchmark(folder: Path, ranks: int, *settings: str) -> Path:
    done = call("mpirun", "-n", ranks, BINARY, "benchmark", "inputs/benchmark/robustness.toml", "--run-dir", folder, "--threads", 1, *[f"--set={s}" for s in settings])
    if done.returncode != 0:
        sys.exit(f"methods: {done.stderr}")
    return folder


def results(folder: Path) -> list[str]:
    return [text.rsplit(",", SECONDS)[0] for text in (folder / "results.csv").read_text().splitlines()]


def same_on_any_number_of_ranks(work: Path) -> bool:
    small = ("benchmark.seeds=[7]", "campaign.iterations=1", "campaign.batch=5", "pool.rows=200", "pool.test=100", "campaign.initial.count=20")
    runs = [results(benchmark(work / f"same-{ranks}", ranks, *small)) for ranks in (1, 3)]
    return line("benchmark on 1 and on 3 ranks", f"{len(runs[0]) - 1} rows, {'the same' if runs[0] == runs[1] else 'differ'}", "the same but for seconds", runs[0] == runs[1])


def storm() -> bool:
    done = call(sys.executable, "tests/restart/benchmark.py", "--kills", 3, "--seed", int(time.time()) % 100_000)
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr.strip()
    return line("benchmark, kills and stops", last.partition("; ")[2].partition(", passed")[0][:46], "the same results", done.returncode == 0)


def areas(folder: Path) -> tuple[dict, dict]:
    """nAUC and nDiv of every method, by problem."""
    error, diversity = defaultdict(list), defaultdict(list)
    runs = defaultdict(list)
    for row in csv.DictReader((folder / "results.csv").open()):
        runs[row["problem"], row["method"], row["seed"]].append(row)
    for (problem, method, _), rows in runs.items():
        mse = [float(row["test_mse"]) for row in rows if row["test_mse"]]
        error[problem, method].append(sum((a + b) / 2 for a, b in zip(mse, mse[1:])))
        diversity[problem, method].append(statistics.mean(float(row["diversity"]) for row in rows[1:]))

    def relative(table: dict) -> dict:
        unit = {problem: statistics.mean(values) for (problem, method), values in table.items() if method == "random"}
        by_method = defaultdict(dict)
        for (problem, method), values in table.items():
            by_method[method][problem] = statistics.mean(values) / unit[problem]
        return by_method

    return relative(error), relative(diversity)


def robustness(work: Path, seeds: int) -> list[bool]:
    first = int(time.time()) % 1_000_000
    folder = benchmark(work / "robustness", 2, f"benchmark.seeds={list(range(first, first + seeds))}", "campaign.iterations=4", "surrogate.members=5", "pool.rows=640", "pool.test=1000")
    error, diversity = areas(folder)
    results = []
    for method in NEVER_WORSE:
        mean = statistics.mean(error[method].values())
        results.append(line(f"nAUC of {method}", f"{mean:.3f} ({', '.join(f'{p} {v:.2f}' for p, v in error[method].items())})", "1.05 on average, random = 1", mean <= 1.05))
    gsx, qbc = (statistics.mean(diversity[method].values()) for method in ("gsx", "qbc"))
    results.append(line("nDiv of gsx and of qbc", f"{gsx:.2f} and {qbc:.2f}", "above 1, and below gsx", gsx > 1 and qbc < gsx))
    return results


def selectors(work: Path) -> list[bool]:
    table = work / "selectors.csv"
    done = call("tools/compare/selectors", "--rows", 250_000, "--library-count", 10, "--cluster-rows", 10_000, "--clusters", 500, "--bait-rows", 20_000, "--bait-count", 50, "-o", table)
    if not table.exists():
        sys.exit(f"methods: {done.stderr}")
    rows = {(row["task"], row["program"], row["count"]): row for row in csv.DictReader(table.open())}
    numpy, faiss, ours = rows["k-center", "numpy", "1000"], rows["k-means", "faiss", "500"], rows["k-means", "sluice", "500"]
    bait, exact = rows["bait", "bmdal_reg", "50"], rows["bait", "bmdal_reg float64", "50"]
    load = os.getloadavg()[0]
    return [
        line("k-center, 1,000 of 250,000 x 128, and NumPy", f"{numpy['ratio']} times as fast, same rows: {numpy['same_rows']}, load {load:.0f}", "4 times, the same rows", float(numpy["ratio"]) >= 4 and numpy["same_rows"] == "True"),
        line("k-means, 500 of 10,000 x 128, and faiss", f"{float(ours['seconds']):.1f} s, faiss {float(faiss['seconds']):.1f} s", "not slower", float(faiss["ratio"]) >= 1),
        line("BAIT, 50 of 20,000 x 128, and bmdal_reg", f"{bait['ratio']} times as fast, same rows as in float64: {exact['same_rows']}", "5 times, the same rows", float(bait["ratio"]) >= 5 and exact["same_rows"] == "True"),
    ]  # fmt: skip


def run_folder(campaign: str, folder: Path, ranks: int, *settings: str) -> Path:
    done = call("mpirun", "-n", ranks, BINARY, "run", campaign, "--run-dir", folder, "--threads", 1, *[f"--set={s}" for s in settings])
    if done.returncode != 0:
        sys.exit(f"methods: {done.stderr}")
    return folder


def figures_of(folder: Path, name: str) -> list[tuple[int, float]]:
    """Labelled rows that a model knew, and its figure."""
    rows = list(csv.DictReader((folder / "metrics.csv").open()))
    return [(int(before["labelled"]), float(row[name])) for before, row in zip(rows, rows[1:]) if row[name]]


def classed_pool(work: Path) -> Path:
    """Three classes in rings about the origin of two of six columns; where rings meet nothing is certain."""
    random = np.random.default_rng(5)
    x = random.normal(size=(3000, 6))
    radius = np.hypot(x[:, 0], x[:, 1]) + 0.1 * random.normal(size=3000)
    np.savez(work / "rings.npz", features=x.astype(np.float32), columns=np.array([f"x{c}" for c in range(6)]), targets=np.digitize(radius, [0.8, 1.6]).astype(float)[:, None],
             target_names=np.array(["class"]), target_units=np.array([""]), ids=np.array([f"{i}" for i in range(3000)]))  # fmt: skip
    done = call(BINARY, "import", work / "rings.npz", "-o", work / "rings.h5")
    if done.returncode != 0:
        sys.exit(f"methods: {done.stderr}")
    return work / "rings.h5"


def classification(work: Path, seeds: int) -> list[bool]:
    """The campaign of inputs/classification, on rings in place of its pool."""
    campaign, pool = "inputs/classification/gap_classes.toml", classed_pool(work)
    on_rings = (f"pool.file={pool}", "pool.test=1000", "campaign.iterations=10")
    journals = [(run_folder(campaign, work / f"classes-{ranks}", ranks, *on_rings, "campaign.iterations=4") / "journal.jsonl").read_bytes() for ranks in (1, 2)]
    results = [line("classification on 1 and on 2 ranks", f"{journals[0].count(10)} lines, {'the same' if journals[0] == journals[1] else 'differ'}", "the same bytes", journals[0] == journals[1])]
    accuracy = defaultdict(list)
    for seed in range(1, seeds + 1):
        for score in ("random", "mutual-information", "vote-entropy", "predictive-entropy"):
            rule = "top-k" if score == "random" else "uncertain-then-diverse"
            folder = run_folder(campaign, work / f"{score}-{seed}", 2, *on_rings, f"campaign.seed={seed}", f"acquisition.kind={score}", f"selection.kind={rule}")
            accuracy[score].append(figures_of(folder, "test_accuracy")[-1][1])
    mean = {score: statistics.mean(values) for score, values in accuracy.items()}
    shown = ", ".join(f"{score} {value:.2f}" for score, value in mean.items())
    return [*results, line("accuracy after 220 labels, classes in rings", shown, "0.7 each; no score is shown to win", min(mean.values()) >= 0.7)]


def labs(work: Path) -> list[bool]:
    gap = run_folder("inputs/labs/gap.toml", work / "gap", 1, "campaign.iterations=0")
    done = call(BINARY, "ask", "inputs/labs/gap.toml", "--run-dir", gap, "--set", "campaign.iterations=1", "-o", work / "asked.csv")
    if done.returncode != 0:
        sys.exit(f"methods: {done.stderr}")
    x = float(next(csv.DictReader((work / "asked.csv").open()))["x"])
    results = [line("lab of the gap: the first point asked for", f"x = {x:.2f}", "in [0, 1.5]", 0 <= x <= 1.5)]
    random = run_folder("inputs/labs/surface.toml", work / "surface-random", 2, "selection.kind=top-k", "acquisition.kind=random")
    active = run_folder("inputs/labs/surface.toml", work / "surface", 2)
    errors = {(name, region): {n: mse**0.5 for n, mse in figures_of(folder, f"test_mse_{region}")} for name, folder in (("random", random), ("own", active)) for region in ("dense", "sparse")}
    few, many = errors["random", "sparse"][200] / errors["random", "dense"][200], errors["random", "sparse"][1000] / errors["random", "dense"][1000]
    results.append(line("lab of the surface: RMSE sparse / dense", f"{few:.0f} at 200 random points, {many:.0f} at 1,000", "above 3 at both", min(few, many) > 3))
    gain = errors["random", "sparse"][1000] / errors["own", "sparse"][400]
    results.append(line("sparse RMSE, 1,000 random and 400 own points", f"{errors['random', 'sparse'][1000]:.3g} and {errors['own', 'sparse'][400]:.3g}", "own choice is better", gain > 1))
    return results


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split(".")[0])
    parser.add_argument("--seeds", type=int, default=2, help="of the robustness study (default: %(default)s)")
    arguments = parser.parse_args()
    begin = time.time()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        figures = [*tests(), described(), same_on_any_number_of_ranks(work), storm(), *classification(work, arguments.seeds), *labs(work), *robustness(work, arguments.seeds), *selectors(work)]
    print(f"{sum(figures)} passed, {len(figures) - sum(figures)} failed in {time.time() - begin:.0f} s")
    return 0 if all(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
