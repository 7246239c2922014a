"""Strong and weak scaling of an iteration of fusion, measured, and a model of it. See `scaling --help`.

The model has the stages of stages.csv in four kinds: of rows (predict, structure, fuse: seconds per row of one core, dealt evenly), of jobs (fit: whole jobs, dealt to
ranks), constant (cluster, select, checkpoint), and messages: every collective takes latency x log2(ranks); what is gathered is the same for any number of ranks and
comes into every rank; what is summed is a table of each rank, and crosses twice. All but the network's numbers comes from the run on one rank, and the bytes of that
on the most; runs on more ranks test it. Ranks beyond the cores share them.
"""

import argparse
import csv
import math
import os
import subprocess
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

SLUICE = "build/release/sluice"
OF_ROWS = ("predict", "structure", "fuse")
OF_JOBS = ("fit",)
MEASURED_ITERATION = 2  # the first one also weighs and orders the pool, once per campaign
TRIALS = 20
RANKS = (1, 2, 4, 8)


def sluice(ranks: int, *arguments: object) -> None:
    environment = os.environ | {"OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_mpi_yield_when_idle": "1", "OMPI_MCA_hwloc_base_binding_policy": "none"}
    subprocess.run(["mpirun", "-n", str(ranks), SLUICE, *map(str, arguments), "--threads", "1"], check=True, capture_output=True, env=environment)


def measure(kind: str, ranks: int, rows: int, seed: int, folder: Path) -> dict[str, object]:
    """Seconds and bytes sent of the second iteration, by kind of stage."""
    pool = folder / f"{rows}.h5"
    if not pool.exists():
        sluice(2, "generate", "omol-like", "--rows", rows, "--seed", seed, "-o", pool)
    run = folder / f"{kind}{ranks}.run"
    sluice(ranks, "run", "inputs/fusion/omol.toml", "--run-dir", run, f"--set=pool.file={pool}", "--set=campaign.initial.count=120", f"--set=campaign.iterations={MEASURED_ITERATION}", "--set=campaign.stop=never")
    found: dict[str, float] = defaultdict(float)
    for row in csv.DictReader((run / "stages.csv").open()):
        if int(row["iteration"]) != MEASURED_ITERATION or row["stage"] == "map":
            continue
        part = "rows" if row["stage"] in OF_ROWS else "jobs" if row["stage"] in OF_JOBS else "rest"
        found[part] += float(row["seconds"])
        found["sent"] += float(row["sent"])
    seconds = {f"{part}_seconds": found[part] for part in ("rows", "jobs", "rest")}
    return {"kind": kind, "ranks": ranks, "rows": rows} | seconds | {"seconds": sum(seconds.values()), "sent": found["sent"]}


class Model:
    def __init__(self, measured: list[dict], assumed: dict):
        strong = {int(m["ranks"]): m for m in measured if m["kind"] == "strong"}
        one = strong[1]
        self.row = float(one["rows_seconds"]) / float(one["rows"])
        self.fit = float(one["jobs_seconds"])
        self.rest = float(one["rest_seconds"])
        self.jobs = assumed["jobs"]["families"] * (TRIALS + assumed["jobs"]["blocks"])
        most = max(strong)
        self.summed = (float(strong[most]["sent"]) - float(one["sent"])) / (most - 1)
        self.gathered = float(one["sent"]) - self.summed
        self.network = assumed["network"]

    def seconds(self, ranks: int, rows: float, cores: int | None = None) -> float:
        """Of one iteration. With fewer cores than ranks these share them, and nothing crosses a network."""
        working = ranks if cores is None else min(ranks, cores)
        compute = self.row * rows / working + self.fit * math.ceil(self.jobs / working) / self.jobs + self.rest
        if cores is not None or ranks == 1:
            return compute
        received = self.gathered + 2 * self.summed
        return compute + self.network["collectives"] * self.network["latency"] * math.log2(ranks) + received / self.network["bandwidth"]


def draw(model: Model, measured: list[dict], assumed: dict, output: Path) -> None:
    figure, axes = plt.subplots(figsize=(7, 4.5))
    ranks = [2**i for i in range(int(math.log2(assumed["pools"]["most_ranks"])) + 1)]
    for rows in assumed["pools"]["rows"]:
        axes.plot(ranks, [model.seconds(n, rows) for n in ranks], label=f"{rows:,} rows, model")
    strong = [m for m in measured if m["kind"] == "strong" and int(m["ranks"]) <= (os.cpu_count() or 1)]
    axes.plot([int(m["ranks"]) for m in strong], [float(m["seconds"]) for m in strong], "ko", label=f"{int(strong[0]['rows']):,} rows, measured")
    axes.set(xscale="log", yscale="log", xlabel="ranks, one core each", ylabel="seconds of an iteration", title="Fusion, 120 labelled rows, nine families of ten members")
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(output, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--output", type=Path, default=Path("tools/reproduce/results/scaling.csv"))
    parser.add_argument("--model-only", action="store_true", help="draw from the measurements in the output file")
    arguments = parser.parse_args()
    assumed = tomllib.loads(Path("tools/reproduce/scaling.toml").read_text())
    cores = os.cpu_count() or 1
    if arguments.model_only:
        measured = list(csv.DictReader(arguments.output.open()))
    else:
        with tempfile.TemporaryDirectory() as folder:
            measured = [measure("strong", n, arguments.rows, arguments.seed, Path(folder)) for n in RANKS]
            measured += [measure("weak", n, n * arguments.rows // 4, arguments.seed, Path(folder)) for n in RANKS]
    model = Model(measured, assumed)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    for m in measured:
        m["model_seconds"] = round(model.seconds(int(m["ranks"]), float(m["rows"]), cores), 2)
        m |= {name: round(float(m[name]), 3) for name in ("rows_seconds", "jobs_seconds", "rest_seconds", "seconds")} | {"sent": int(float(m["sent"]))}
        m.setdefault("cores", cores)
        m.setdefault("commit", commit)
        print(f"{m['kind']}, {m['ranks']} ranks, {int(m['rows']):,} rows: {m['seconds']} s measured, {m['model_seconds']} s by the model, {int(m['sent']) / 1e6:.1f} MB sent")
    with arguments.output.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(measured[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(measured)
    draw(model, measured, assumed, arguments.output.with_suffix(".svg"))
    for n in (16, 128, 1024):
        print(f"model: {n} ranks: " + ", ".join(f"{rows:,} rows {model.seconds(n, rows):.1f} s" for rows in assumed["pools"]["rows"]))


if __name__ == "__main__":
    main()
