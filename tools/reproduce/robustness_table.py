"""Areas under learning curves (nAUC) and diversities of batches (nDiv), both relative to random batches, of paper 002's methods for several ratios of pool and batch.

Writes one CSV line per run and, beside it, tables in Markdown with what the paper states of them. See `robustness --help`.
"""

import argparse
import csv
import statistics
import subprocess
from collections import defaultdict
from pathlib import Path

from table_file import write_table

BENCHMARK = "inputs/benchmark/paper_002.toml"
PROBLEMS = ["sine", "bess", "hydr", "robo", "damp", "foil"]  # the quickest first
METHODS = ["gsx", "gsy", "gsxy", "qbc", "qbc-div", "qbc-div-den", "bald", "emoc", "learning-loss", "mse"]
NEVER_WORSE = ["gsx", "gsxy", "qbc-div"]  # than random, in the paper
TOLERANCE = 1.02
SPREADING = ["gsx", "gsy", "gsxy"]  # the more diverse, the more candidates there are
COLLAPSING = ["qbc", "bald", "emoc", "learning-loss", "mse"]  # the less
FIELDS = ["problem", "ratio", "method", "seed", "steps", "auc_mse", "diversity", "seconds", "commit"]

Group = tuple[str, int, int]  # problem, ratio, steps


def trapezoid(values: list[float]) -> float:
    return sum((a + b) / 2 for a, b in zip(values, values[1:]))


def runs_in(folder: Path, ratio: int, steps: int, commit: str) -> list[dict[str, str]]:
    """A line per run that has as many models as steps."""
    curves = defaultdict(list)
    for row in csv.DictReader((folder / "results.csv").open()):
        curves[row["problem"], row["method"], row["seed"]].append(row)
    lines = []
    for (problem, method, seed), rows in curves.items():
        errors = [float(row["test_mse"]) for row in rows if row["test_mse"]]
        if len(errors) < steps:
            continue
        diversity = statistics.mean(float(row["diversity"]) for row in rows[1 : steps + 1])
        lines.append({"problem": problem, "ratio": str(ratio), "method": method, "seed": seed, "steps": str(steps), "auc_mse": f"{trapezoid(errors[:steps]):.6g}",
                      "diversity": f"{diversity:.6g}", "seconds": f"{sum(float(row['seconds']) for row in rows):.0f}", "commit": commit})  # fmt: skip
    return lines


def relative(rows: list[dict[str, str]], figure: str) -> dict[Group, dict[str, float]]:
    """By group and method: the mean over seeds, with random batches' as the unit."""
    values = defaultdict(lambda: defaultdict(list))
    for row in rows:
        values[row["problem"], int(row["ratio"]), int(row["steps"])][row["method"]].append(float(row[figure]))
    return {group: {method: statistics.mean(v) / statistics.mean(methods["random"]) for method, v in methods.items()} for group, methods in values.items() if "random" in methods}


def in_order(group: Group) -> tuple[int, int, int]:
    return PROBLEMS.index(group[0]), group[1], group[2]


def grid(values: dict[Group, dict[str, float]], seeds: dict[Group, int]) -> str:
    text = f"| problem | ratio | steps | seeds | {' | '.join(METHODS)} |\n{'|---' * (4 + len(METHODS))}|\n"
    for group in sorted(values, key=in_order):
        cells = [f"{values[group][m]:.3f}" if m in values[group] else "–" for m in METHODS]
        text += f"| {group[0]} | {group[1]} | {group[2]} | {seeds[group]} | {' | '.join(cells)} |\n"
    return text


def spread_at_ends(rows: list[dict[str, str]]) -> dict[tuple[str, int], list[dict[str, float]]]:
    """By problem and steps: relative diversities by method at the smallest and at the largest ratio, over the seeds that both have. Without the problems of a single ratio."""
    by_problem = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_problem[row["problem"], int(row["steps"])][int(row["ratio"])].append(row)
    found = {}
    for problem, ratios in by_problem.items():
        ends = [ratios[min(ratios)], ratios[max(ratios)]]
        seeds = set.intersection(*({row["seed"] for row in end} for end in ends))
        if len(ratios) > 1 and seeds:
            found[problem] = [next(iter(relative([row for row in end if row["seed"] in seeds], "diversity").values()), {}) for end in ends]
    return found


def relations(rows: list[dict[str, str]], error: dict[Group, dict[str, float]], diversity: dict[Group, dict[str, float]]) -> str:
    """What the paper states, and whether it holds here."""
    text = ""
    for method in NEVER_WORSE:
        seen = {group: values[method] for group, values in error.items() if method in values}
        worse = [f"{g[0]} at {g[1]}: {v:.3f}" for g, v in sorted(seen.items()) if v > TOLERANCE]
        text += f"- {method} never worse than random (nAUC at most {TOLERANCE}): {'no: ' + ', '.join(worse) if worse else f'holds in all {len(seen)}'}.\n"
    ends = spread_at_ends(rows)
    for methods, word, sign in ((SPREADING, "rises", 1), (COLLAPSING, "falls", -1)):
        for method in methods:
            changes = {problem: sign * (high[method] - low[method]) for (problem, _), (low, high) in ends.items() if method in low and method in high}
            holds, fails = [p for p, change in changes.items() if change > 0], [p for p, change in changes.items() if change <= 0]
            if changes:
                text += f"- nDiv of {method} {word} from the smallest to the largest ratio: {'holds for ' + ', '.join(holds) if holds else 'for none'}{'; not for ' + ', '.join(fails) if fails else ''}.\n"
    for group, values in sorted(error.items()):
        if group[0] == "robo":
            said = [f"{m} {values[m]:.3f} (nDiv {diversity[group][m]:.3f})" for m in ("bald", "emoc", "learning-loss") if m in values]
            text += f"- ROBO at {group[1]}, where these are worse than random and collapse: {', '.join(said)}.\n"
    return text


def summary(rows: list[dict[str, str]]) -> str:
    error, diversity = relative(rows, "auc_mse"), relative(rows, "diversity")
    seeds = {group: len({row["seed"] for row in rows if (row["problem"], int(row["ratio"]), int(row["steps"])) == group}) for group in error}
    timed = [float(row["seconds"]) for row in rows if row["seconds"]]  # not those beside other work
    return (f"Area under the test error, random = 1 (nAUC):\n\n{grid(error, seeds)}\nMean distance to the nearest row of the batch, random = 1 (nDiv):\n\n{grid(diversity, seeds)}\n"
            f"What the paper states:\n\n{relations(rows, error, diversity)}\nROBO and DAMP with 128 units in place of 500. "
            f"{len(timed)} of the {len(rows)} runs, alone on their cores, took {sum(timed) / 3600:.1f} core hours. Made by tools/reproduce/robustness; commits {', '.join(sorted({row['commit'] for row in rows}))}.\n")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="robustness", description=__doc__.split("\n\n")[0])
    parser.add_argument("--ratios", nargs="+", type=int, default=[8, 2, 32], help="candidates for each row asked for")
    parser.add_argument("--problems", nargs="+", choices=PROBLEMS, default=PROBLEMS)
    parser.add_argument("--seeds", type=int, default=3, help="seeds 1 to this")
    parser.add_argument("--steps", type=int, default=50, help="batches of a run")
    parser.add_argument("--ranks", type=int, default=2, help="runs at once")
    parser.add_argument("--work", type=Path, default=Path("robustness.runs"), help="folder of the runs")
    parser.add_argument("--sluice", default="build/release/sluice", help="the program")
    parser.add_argument("--output", type=Path, default=Path("tools/reproduce/results/robustness.csv"))
    arguments = parser.parse_args()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    rows = list(csv.DictReader(arguments.output.open())) if arguments.output.exists() else []
    for ratio in arguments.ratios:
        for seed in range(1, arguments.seeds + 1):
            for problem in arguments.problems:
                done = {row["method"] for row in rows if (row["problem"], row["ratio"], row["seed"], row["steps"]) == (problem, str(ratio), str(seed), str(arguments.steps))}
                if done >= {"random", *METHODS}:
                    continue
                folder = arguments.work / f"{problem}-{ratio}-{seed}"  # whatever the steps: longer runs go on with shorter ones
                command = ["mpirun", "-n", str(arguments.ranks), arguments.sluice, "benchmark", BENCHMARK, "--problems", problem, "--run-dir", str(folder), "--threads", "1",
                           f"--set=benchmark.seeds=[{seed}]", f"--set=pool.ratio={ratio}", f"--set=campaign.iterations={arguments.steps}"]  # fmt: skip
                ended = subprocess.run(command, capture_output=True, text=True)
                if ended.returncode != 0:
                    raise SystemExit(f"{' '.join(command)}\n{ended.stderr}")
                made = runs_in(folder, ratio, arguments.steps, commit)
                rows += [row for row in made if row["method"] not in done]
                write_table(arguments.output, FIELDS, rows, summary(rows))
                print(problem, ratio, seed, f"{sum(float(row['seconds']) for row in made):.0f} core s", flush=True)


if __name__ == "__main__":
    main()
