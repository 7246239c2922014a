"""Success rate and iterations to success on QM9 (gap, maximised; protocol of inputs/qm9.toml) for every combination of surrogate, acquisition and
selection, and for random. Writes one CSV line per run and, beside it, a summary in Markdown. See `qm9 --help`.
"""

import argparse
import csv
import statistics
import subprocess
import tempfile
from itertools import product
from pathlib import Path

FIELDS = ["surrogate", "acquisition", "selection", "seed", "success", "iterations", "best_gap_eV", "seconds", "commit"]
METHODS = list(product(("ridge-ensemble", "mlp-ensemble"), ("ucb", "ei"), ("top-k", "max-dist"))) + [("none", "random", "top-k")]


def settings(surrogate: str, acquisition: str, selection: str, seed: int) -> list[str]:
    chosen = {"campaign.seed": seed, "acquisition.kind": acquisition, "selection.kind": selection}
    if surrogate != "none":
        chosen["surrogate.kind"] = surrogate
    return [f"--set={key}={value}" for key, value in chosen.items()]


def campaign_text(surrogate: str) -> str:
    """inputs/qm9.toml without the options of the kinds it chooses, so that each kind runs with its defaults."""
    dropped = ("width", "kappa", "members")
    lines = Path("inputs/qm9.toml").read_text().replace('file = "qm9.h5"', f'file = "{Path("inputs/qm9.h5").resolve()}"').splitlines()
    text = "\n".join(line for line in lines if not line.startswith(dropped)) + "\n"
    return text.replace('kind = "mlp-ensemble"', 'kind = "mlp-ensemble"\nwidth = 32') if surrogate == "mlp-ensemble" else text


def run(method: tuple[str, str, str], seed: int, ranks: int, commit: str) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "campaign.toml"
        file.write_text(campaign_text(method[0]))
        run_folder = Path(folder) / "run"
        subprocess.run(["mpirun", "-n", str(ranks), "build/release/sluice", "run", file, *settings(*method, seed), "--run-dir", run_folder], check=True, capture_output=True)
        last = list(csv.DictReader((run_folder / "metrics.csv").open()))[-1]
        seconds = sum(float(row["seconds"]) for row in csv.DictReader((run_folder / "stages.csv").open()))
        return dict(zip(FIELDS, (*method, seed, last["success"], last["iteration"], f"{float(last['best_gap']):.4f}", f"{seconds:.1f}", commit)))


def summary(rows: list[dict[str, str]], command: str) -> str:
    """Median iterations count a failure as 51."""
    text = "| surrogate | acquisition | selection | runs | success rate | median iterations | median best gap (eV) |\n|---|---|---|---|---|---|---|\n"
    for method in METHODS:
        of_method = [row for row in rows if (row["surrogate"], row["acquisition"], row["selection"]) == method]
        if not of_method:
            continue
        iterations = [int(row["iterations"]) if row["success"] == "1" else 51 for row in of_method]
        successes = sum(row["success"] == "1" for row in of_method)
        best = statistics.median(float(row["best_gap_eV"]) for row in of_method)
        text += f"| {' | '.join(method)} | {len(of_method)} | {successes / len(of_method):.0%} | {statistics.median(iterations):g} | {best:.2f} |\n"
    commits = sorted({row["commit"] for row in rows})
    return f"{text}\nFailures count as 51 iterations. Command: `{command}`; commit {', '.join(commits)}.\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split(".")[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path("tools/reproduce/results/qm9.csv"))
    arguments = parser.parse_args()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    rows = list(csv.DictReader(arguments.output.open())) if arguments.output.exists() else []
    done = {(row["surrogate"], row["acquisition"], row["selection"], int(row["seed"])) for row in rows}
    for seed in range(1, arguments.seeds + 1):
        for method in METHODS:
            if (*method, seed) in done:
                continue
            rows.append({key: str(value) for key, value in run(method, seed, arguments.ranks, commit).items()})
            with arguments.output.open("w", newline="") as file:
                writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
            print(",".join(rows[-1].values()), flush=True)
    arguments.output.with_suffix(".md").write_text(summary(rows, f"tools/reproduce/qm9 --seeds {arguments.seeds}"))


if __name__ == "__main__":
    main()
