"""Least value found by fusion of generated candidates on test functions in 20 dimensions: 10 starting points, batches of 10, 1,000 evaluations.

Writes one CSV line per run and, beside it, a table in Markdown. A run ends when it is as good as `stop` in its campaign file. See `functions --help`.
"""

import argparse
import csv
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from table_file import write_table

BINARY = "build/release/sluice"
FUNCTIONS = {"ackley": 0.1, "schwefel": 83.8, "rastrigin": 50.0}  # value that counts as reached; Schwefel: 1 % of 20 x 418.98
FIELDS = ["function", "shape", "seed", "settings", "reached", "evaluations", "best", "best_after_250", "best_after_500", "seconds", "ranks", "commit"]


def run(function: str, shape: str, seed: int, ranks: int, settings: list[str]) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "run"
        begin = time.perf_counter()
        chosen = [f"--set={s}" for s in [f"campaign.seed={seed}", f"problem.shape={shape}", *settings]]
        command = ["mpirun", "--bind-to", "none", "-n", str(ranks), BINARY, "run", f"inputs/functions/{function}.toml", "--run-dir", str(folder), *chosen]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
        seconds = time.perf_counter() - begin
        events = [json.loads(line) for line in (folder / "journal.jsonl").open()]
    values = [event["values"][0] for event in events if event["event"] == "label"]

    def best_after(count: int) -> object:
        return f"{min(values[:count]):.6g}" if len(values) >= count else ""

    return {"reached": int(min(values) <= FUNCTIONS[function]), "evaluations": len(values), "best": f"{min(values):.6g}", "best_after_250": best_after(250),
            "best_after_500": best_after(500), "seconds": f"{seconds:.3g}"}  # fmt: skip


def table(rows: list[dict[str, str]]) -> str:
    text = "| function | shape | settings | to reach | runs | reached | best: median [smallest, largest] | after 250 | after 500 | s per run |\n" + "|---" * 10 + "|\n"
    groups = sorted({(row["function"], row["shape"], row["settings"]) for row in rows}, key=lambda g: (list(FUNCTIONS).index(g[0]), g[1:]))
    for group in groups:
        mine = [row for row in rows if (row["function"], row["shape"], row["settings"]) == group]

        def median(field: str) -> str:
            known = [float(row[field]) for row in mine if row[field]]
            return f"{statistics.median(known):.4g}" if known else "–"

        best = [float(row["best"]) for row in mine]
        cells = [group[0], group[1], group[2] or "default", FUNCTIONS[group[0]], len(mine), sum(row["reached"] == "1" for row in mine),
                 f"{statistics.median(best):.4g} [{min(best):.4g}, {max(best):.4g}]", median("best_after_250"), median("best_after_500"), median("seconds")]  # fmt: skip
        text += "| " + " | ".join(map(str, cells)) + " |\n"
    commits = ", ".join(sorted({row["commit"] for row in rows}))
    return f"{text}\n20 dimensions, 10 starting points (Latin hypercube), batches of 10, at most 1,010 evaluations; the least value is 0. Made by tools/reproduce/functions; commit {commits}.\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="functions", description=__doc__.split("\n\n")[0])
    parser.add_argument("--runs", type=int, default=20, help="seeds 1 to this")
    parser.add_argument("--functions", nargs="+", choices=FUNCTIONS, default=list(FUNCTIONS))
    parser.add_argument("--shapes", nargs="+", choices=["plain", "shifted-rotated"], default=["plain", "shifted-rotated"])
    parser.add_argument("--set", nargs="+", default=[], metavar="KEY=VALUE", help="other settings of the runs")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path("tools/reproduce/results/functions.csv"))
    arguments = parser.parse_args()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    rows = list(csv.DictReader(arguments.output.open())) if arguments.output.exists() else []
    done = {(row["function"], row["shape"], int(row["seed"]), row["settings"]) for row in rows}
    settings = " ".join(arguments.set)
    for seed in range(1, arguments.runs + 1):
        for function in arguments.functions:
            for shape in arguments.shapes:
                if (function, shape, seed, settings) in done:
                    continue
                row = {"function": function, "shape": shape, "seed": seed, "settings": settings, "ranks": arguments.ranks, "commit": commit}
                row |= run(function, shape, seed, arguments.ranks, arguments.set)
                rows.append({field: str(row[field]) for field in FIELDS})
                write_table(arguments.output, FIELDS, rows, table(rows))
                print(",".join(rows[-1].values()), flush=True)


if __name__ == "__main__":
    main()
