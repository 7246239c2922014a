"""The figures of two-index campaigns, measured again in reduced form. One line each: name, value, bar, ok or short. See `two-index`."""

import argparse
import csv
import json
import re
import sys
import tempfile
import time
from pathlib import Path

from figures import BINARY, call, line

CHECKS = "*Golden*:MiLb*:MixtureDensity*:Elementary*"


def golden() -> bool:
    done = call("mpirun", "-n", 1, "build/release/tests/unit_tests", f"--gtest_filter={CHECKS}", "--gtest_color=no")
    found = re.search(r"\[  PASSED  \] (\d+) tests", done.stdout)
    return line("check vectors, mpmath, sampled information", f"{found[1] if found else 0} tests passed", "all", done.returncode == 0)


def run(folder: Path, problem: str, ranks: int, *settings: str) -> Path:
    """A campaign in a folder of its own; 2 threads on 1 rank, else 1."""
    done = call("mpirun", "-n", ranks, BINARY, "run", f"inputs/two_index/{problem}.toml", "--run-dir", folder, "--threads", max(1, 2 // ranks), *[f"--set={s}" for s in settings])
    if done.returncode != 0:
        sys.exit(f"two-index: {done.stderr}")
    return folder


def figure(folder: Path, name: str) -> float:
    """Of the last model."""
    return float(list(csv.DictReader((folder / "metrics.csv").open()))[-1][name])


def seconds(folder: Path, iteration: int) -> dict[str, float]:
    return {row["stage"]: float(row["seconds"]) for row in csv.DictReader((folder / "stages.csv").open()) if int(row["iteration"]) == iteration}


def same_on_any_number_of_ranks(work: Path) -> bool:
    small = ("campaign.iterations=2", "pool.rows=6000", "pool.test=100", "strategy.steps_most=200", "strategy.batch_rule=max-dist")
    runs = [run(work / f"same-{ranks}", "double_well", ranks, *small) for ranks in (1, 3)]
    same = all((runs[0] / name).read_bytes() == (runs[1] / name).read_bytes() for name in ("journal.jsonl", "metrics.csv"))
    return line("double-well, 2 iterations, on 1 and on 3 ranks", "the same bytes" if same else "differ", "the same journal and metrics", same)


def kill_storm() -> bool:
    done = call("tests/restart/kill_storm", "--campaign", "two-index", "--kills", 4, "--seed", int(time.time()) % 100_000)
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "no output"
    return line("4 kills, most of them in training", last.removeprefix("kill_storm: ")[:46], "same journal, none lost or twice", done.returncode == 0)


def curves(work: Path, rounds: int) -> list[bool]:
    """Some rounds of the double well, from a seed that follows the time: MI-LB beside random labels, the robust recipe beside the published one."""
    seed = int(time.time()) % 1_000_000

    def nll(name: str, *settings: str) -> float:
        return figure(run(work / name, "double_well", 1, f"campaign.seed={seed}", f"campaign.iterations={rounds + 1}", "pool.rows=20000", *settings), "test_nll")

    published = nll("published", "strategy.recipe=published")
    random = nll("random", "strategy.recipe=published", "strategy.score=random")
    robust = nll("robust", "strategy.recipe=robust")
    labels = 100 + 50 * rounds
    return [
        line(f"double-well, {labels} labels, NLL of MI-LB", f"{published:.4g} against {random:.4g} of random labels", "below random's", published < random),
        line(f"double-well, {labels} labels, robust recipe", f"{robust:.4g} against {published:.4g} of the published one", "below the published recipe's", robust < published),
    ]


def single_gaussian(work: Path) -> bool:
    """1,000 random labels of the multimodal problem: one Gaussian against five."""
    nlls = [figure(run(work / f"k{k}", "multimodal", 1, "campaign.iterations=1", "campaign.initial.count=1000", "pool.rows=5000", f"strategy.components={k}", "strategy.score=random"), "test_nll")
            for k in (5, 1)]  # fmt: skip
    return line("multimodal, 1,000 labels, 5 Gaussians and 1", f"NLL {nlls[0]:.4g} against {nlls[1]:.4g}", "five below one", nlls[0] < nlls[1])


def million_rows(work: Path) -> list[bool]:
    folder = run(work / "million", "multimodal", 2, "pool.rows=1000000", "pool.test=100", "campaign.iterations=1", "campaign.batch=1000", "strategy.batch_rule=max-dist", "strategy.steps_most=500")
    took = seconds(folder, 1)
    spent = took["score"] + took["select"]
    peak = max(json.loads((folder / "sessions.jsonl").read_text().splitlines()[-1])["peak_rss_bytes"]) / 1e9
    return [
        line("1,000,000 rows: MI-LB, 1,000 by MaxDist", f"{took['score']:.1f} + {took['select']:.1f} s", "60 s on 2 ranks", spent <= 60),
        line("1,000,000 rows: memory of a rank", f"{peak:.2f} GB", "2 GB", peak <= 2),
    ]


def bait(work: Path) -> list[bool]:
    folder = run(work / "bait", "multimodal", 2, "pool.test=100", "campaign.iterations=1", "strategy.batch_rule=bait", "strategy.steps_most=500")
    peak = max(json.loads((folder / "sessions.jsonl").read_text().splitlines()[-1])["peak_rss_bytes"]) / 1e9
    return [line("BAIT, 50 of 49,900", f"{seconds(folder, 1)['select']:.1f} s, {peak:.2f} GB of a rank in all", "60 s", seconds(folder, 1)["select"] <= 60)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split(".")[0])
    parser.add_argument("--rounds", type=int, default=5, help="of the learning curves (default: %(default)s)")
    arguments = parser.parse_args()
    begin = time.time()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        results = [golden(), same_on_any_number_of_ranks(work), kill_storm(), *million_rows(work), *bait(work), single_gaussian(work), *curves(work, arguments.rounds)]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed in {time.time() - begin:.0f} s")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
