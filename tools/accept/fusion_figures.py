"""The figures of multi-model fusion, measured again in reduced form. One line each: name, value, bar, ok or short. See `fusion`."""

import argparse
import csv
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from figures import BINARY, call, line

sys.path.insert(0, "tools/reproduce")
from fusion_table import BARS  # noqa: E402

RAW = {
    "hea": "hea/hea_hv.csv",
    "curie": "curie/MagDTc.csv",
    "lpbf": "lpbf/lpbf.csv",
    "steels": "steels/matnavi_low_alloy.csv",
    "melting": "melting/bradley.csv",
    "expt_gap": "expt_gap/expt_gap.csv",
    "dielectric": "dielectric/dielectric.csv",
    "c2db": "c2db/c2db_clean.csv",
}
MOST_SECONDS = 4  # per iteration, mean over the first ten


def pool(name: str, data: Path) -> Path:
    file = Path("inputs/fusion") / f"{name}.h5"
    if not file.exists():
        done = call("tools/pools/build", name, data / RAW[name], "-o", file)
        if done.returncode != 0:
            sys.exit(f"fusion: {done.stderr}")
    return file


def golden() -> bool:
    done = call("ctest", "--test-dir", "build/release", "-L", "golden")
    return line("published numbers and other libraries'", "tests passed" if done.returncode == 0 else "tests failed", "all", done.returncode == 0)


def same_on_any_number_of_ranks() -> bool:
    """A whole campaign on 1 rank and on 3, journal and metrics byte for byte."""
    with tempfile.TemporaryDirectory() as folder:
        runs = []
        for ranks in (1, 3):
            run = Path(folder) / str(ranks)
            call("mpirun", "-n", ranks, BINARY, "run", "inputs/fusion/hea.toml", "--run-dir", run, "--set=campaign.stop=never", "--set=campaign.iterations=3")
            runs.append([(run / name).read_bytes() if (run / name).exists() else None for name in ("journal.jsonl", "metrics.csv")])
    same = runs[0] == runs[1] and None not in runs[0]
    return line("hea, 3 iterations, on 1 and on 3 ranks", "the same bytes" if same else "differ", "the same journal and metrics", same)


def kill_storm() -> bool:
    done = call("tests/restart/kill_storm", "--campaign", "fusion", "--kills", 8, "--seed", int(time.time()) % 100_000)
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "no output"
    return line("8 kills at random moments", last.removeprefix("kill_storm: ")[:46], "same journal, none lost or twice", done.returncode == 0)


def iterations(name: str, runs: int) -> list[bool]:
    """Iterations to success over seeds that follow the time, so that no two calls measure the same starts."""
    first_seed = int(time.time()) % 1_000_000
    found, seconds = [], []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first_seed, first_seed + runs):
            run = Path(folder) / str(seed)
            done = call("mpirun", "-n", 2, BINARY, "run", f"inputs/fusion/{name}.toml", "--run-dir", run, f"--set=campaign.seed={seed}")
            if done.returncode != 0:
                return [line(f"{name}, {runs} seeds", re.sub(r"\s+", " ", done.stderr)[:46], "success in every run", False)]
            last = list(csv.DictReader((run / "metrics.csv").open()))[-1]
            found.append(int(last["iteration"]) if last["success"] == "1" else 51)
            stages = list(csv.DictReader((run / "stages.csv").open()))
            own = [row for row in stages if 1 <= int(row["iteration"]) <= 10 and row["stage"] != "map"]
            seconds.append(sum(float(row["seconds"]) for row in own) / min(10, found[-1]))
    median = statistics.median(found)
    return [
        line(f"{name}, {runs} seeds", f"iterations {sorted(found)}", f"success in all, median <= {BARS[name]}", max(found) <= 50 and median <= BARS[name]),
        line(f"{name}, seconds per iteration", f"{statistics.mean(seconds):.2f}", f"<= {MOST_SECONDS}", statistics.mean(seconds) <= MOST_SECONDS),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split(".")[0])
    parser.add_argument("data", type=Path, help="folder of raw data")
    parser.add_argument("--runs", type=int, default=3, help="seeds per pool (default: %(default)s)")
    parser.add_argument("--pools", nargs="+", choices=RAW, default=list(RAW))
    arguments = parser.parse_args()
    begin = time.time()
    for name in {"hea", *arguments.pools}:
        pool(name, arguments.data)
    results = [golden(), same_on_any_number_of_ranks(), kill_storm()]
    for name in arguments.pools:
        results += iterations(name, arguments.runs)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed in {time.time() - begin:.0f} s")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
