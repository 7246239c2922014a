"""The figures of pools of millions, measured again in reduced form. One line each: name, value, bar, ok or short. See `omol-scale`."""

import argparse
import csv
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import h5py
import numpy as np

from figures import BINARY, call, line

BUDGET = 0.25  # gigabytes of features that a rank keeps where a pool is to be streamed


def sluice(ranks: int, *arguments: object) -> float:
    """Runs the program, one thread per rank. Seconds."""
    begin = time.time()
    done = call("mpirun", "-n", ranks, BINARY, *arguments, "--threads", 1)
    if done.returncode != 0:
        sys.exit(f"omol-scale: {done.stderr}")
    return time.time() - begin


def generate(ranks: int, rows: int, seed: int, path: Path) -> float:
    return sluice(ranks, "generate", "omol-like", "--rows", rows, "--seed", seed, "-o", path)


def campaign(ranks: int, pool: Path, folder: Path, *settings: str) -> Path:
    sluice(ranks, "run", "inputs/fusion/omol.toml", "--run-dir", folder, f"--set=pool.file={pool}", "--set=campaign.stop=never", *[f"--set={s}" for s in settings])
    return folder


def stages(folder: Path) -> dict[int, dict[str, dict[str, float]]]:
    found: dict[int, dict[str, dict[str, float]]] = defaultdict(dict)
    for row in csv.DictReader((folder / "stages.csv").open()):
        found[int(row["iteration"])][row["stage"]] = {key: float(row[key]) for key in ("seconds", "bytes", "flops", "sent")}
    return found


def seconds(iteration: dict[str, dict[str, float]]) -> float:
    return sum(stage["seconds"] for name, stage in iteration.items() if name != "map")


def session(folder: Path) -> dict:
    return json.loads((folder / "sessions.jsonl").read_text().splitlines()[-1])


def kernels() -> dict[str, dict]:
    done = call("build/release/tests/pool_kernels", "--benchmark_format=json")
    report = json.loads(done.stdout)
    return {"context": report["context"]} | {b["name"]: b for b in report["benchmarks"]}


def law(work: Path, seed: int) -> list[bool]:
    """The pool is the same on any number of ranks, and near the figures of its specification."""
    content = []
    for ranks in (1, 3):
        generate(ranks, 100_000, seed, work / "small.h5")
        with h5py.File(work / "small.h5") as file:
            content.append((file["features"][:], file["targets"][:, 0]))
    same = all(np.array_equal(a, b) for a, b in zip(*content))
    x, y = content[0]
    spread = np.sort((y - y.mean()) / y.std())
    spectrum = np.linalg.eigvalsh(np.cov(x.T.astype(float)))[::-1]
    components = int(np.searchsorted(np.cumsum(spectrum) / spectrum.sum(), 0.95)) + 1
    near = abs(y.std() - 1.13) < 0.15 and abs(np.quantile(spread, 0.999) - 2.9) < 0.3 and abs(components - 16) <= 2
    return [
        line("100,000 rows drawn on 1 and on 3 ranks", "the same" if same else "differ", "the same rows and labels", same),
        line("law: deviation, 99.9 %, tenth, best; components", f"{y.std():.2f}, {np.quantile(spread, 0.999):.2f}, {spread[-10]:.2f}, {spread[-1]:.2f}; {components}", "near 1.13, 2.9, 3.4, 4.25; 16", near),
    ]


def iterations(work: Path, pool: Path, rows: int, measured: dict[str, dict]) -> list[bool]:
    results = []
    for labelled, most in ((20, 90), (120, 180)):
        folder = campaign(2, pool, work / f"n{labelled}", "campaign.iterations=2", f"campaign.initial.count={labelled}")
        record = stages(folder)
        first, second = seconds(record[1]), seconds(record[2])
        results.append(line(f"{rows:,} rows, {labelled} labelled: an iteration", f"{first:.0f} s the first, {second:.0f} s the next", f"{most} s", max(first, second) <= most * rows / 4e6))
    ended = session(folder)
    beyond = (sum(ended["peak_rss_bytes"]) - sum(ended["shard_bytes"])) / 1e9
    results.append(line("memory of both ranks beyond the pool", f"{beyond:.2f} GB", "4 GB", beyond <= 4))
    predict = record[2]["predict"]
    bound = predict["flops"] / (2 * float(measured["context"]["products, operations per second"]))
    results.append(line("pass over the pool", f"{predict['seconds']:.1f} s, {bound:.1f} s as products", "50 % of products", bound >= 0.5 * predict["seconds"]))
    share = record[2]["checkpoint"]["seconds"] / seconds(record[2])
    results.append(line("checkpoint", f"{100 * share:.2f} % of an iteration", "1 %", share < 0.01))
    return results + checkpoint_rate(work, pool)


def checkpoint_rate(work: Path, pool: Path) -> list[bool]:
    """Checkpoints of a campaign beside plain files of as many bytes, written and synced in the same folder in between. Medians: a sync takes what it takes."""
    folder = work / "checkpoints"
    text = Path("inputs/fusion/omol.toml").read_text().split("[strategy]")[0].replace("omol.h5", str(pool))
    (work / "checkpoints.toml").write_text(text + '[surrogate]\nkind = "ridge-ensemble"\n[acquisition]\nkind = "ucb"\n[selection]\nkind = "top-k"\n')
    plain = []
    for iterations in (5, 10, 15):
        sluice(2, "run", work / "checkpoints.toml", "--run-dir", folder, "--set=campaign.stop=never", f"--set=campaign.iterations={iterations}")
        plain += [seconds_to_write(folder / "plain", (folder / "checkpoint.h5").stat().st_size) for _ in range(5)]
    size = (folder / "checkpoint.h5").stat().st_size
    own = np.median([stage["checkpoint"]["seconds"] for stage in stages(folder).values()])
    share = np.median(plain) / own
    return [line("checkpoint, beside a plain file of its size", f"{size / own / 1e6:.0f} MB/s, {100 * share:.0f} %", "70 %", share >= 0.7)]


def seconds_to_write(path: Path, size: int) -> float:
    content = os.urandom(size)
    begin = time.time()
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    took = time.time() - begin
    path.unlink()
    return took


def forests(measured: dict[str, dict]) -> list[bool]:
    results = []
    for library, least in (("xgboost", 3), ("lightgbm", 20)):
        ratios = [measured[f"{library}_itself/{n}"]["real_time"] / measured[f"predict/{library}/{n}"]["real_time"] for n in (20, 120, 500)]
        results.append(line(f"forest kernel, {library}'s trees, 20 to 500 rows", f"{min(ratios):.1f} to {max(ratios):.1f} x the library", f"{least} x", min(ratios) >= least))
    return results


def ranks(work: Path, seed: int) -> list[bool]:
    """1,000,000 rows on one rank and on two; what they send, beside a quarter of the rows."""
    sizes = {"quarter": 250_000, "whole": 1_000_000}
    for name, rows in sizes.items():
        generate(2, rows, seed, work / f"{name}.h5")
    settings = ("campaign.iterations=2", "campaign.initial.count=120")
    one, two = (stages(campaign(n, work / "whole.h5", work / f"ranks{n}", *settings))[2] for n in (1, 2))
    quarter = stages(campaign(2, work / "quarter.h5", work / "quarter", *settings))[2]
    passes = one["predict"]["seconds"] / two["predict"]["seconds"] / 2
    whole = seconds(one) / seconds(two) / 2
    sent = [sum(stage["sent"] for stage in record.values()) for record in (quarter, two)]
    same = (work / "ranks1/journal.jsonl").read_bytes() == (work / "ranks2/journal.jsonl").read_bytes()
    return [
        line("1,000,000 rows on 1 and on 2 ranks", "the same bytes" if same else "differ", "the same journal", same),
        line("efficiency of 2 ranks, pass", f"{passes:.2f}", "0.9", passes >= 0.9),
        line("efficiency of 2 ranks, iteration", f"{whole:.2f}", "0.8", whole >= 0.8),
        line("bytes sent, 250,000 and 1,000,000 rows", f"{sent[0] / 1e6:.2f} and {sent[1] / 1e6:.2f} MB", "the same within a tenth", abs(sent[1] - sent[0]) < 0.1 * sent[0]),
    ]


def forget(path: Path) -> None:
    """Drops a file from the page cache: what is read next comes from the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def read_rate(path: Path) -> float:
    """Bytes per second of two processes that read halves of a file from the disk."""
    forget(path)
    half = path.stat().st_size // 2 // (1 << 20)
    begin = time.time()
    call("bash", "-c", f"dd if={path} of=/dev/null bs=1M count={half} status=none & dd if={path} of=/dev/null bs=1M skip={half} status=none & wait")
    return path.stat().st_size / (time.time() - begin)


def streaming(work: Path, pool: Path, rows: int) -> list[bool]:
    for residency in ("memory", "stream"):
        sluice(2, "select", pool, "--count", 1000, "--labelled", labelled_rows(work, rows), "--residency", residency, "-o", work / f"{residency}.csv")
        campaign(2, pool, work / residency, "campaign.iterations=1", f"pool.residency={residency}", "strategy.members=3", "strategy.trials=2")
    rate = read_rate(pool)
    forget(pool)
    streamed = campaign(2, pool, work / "budget", "campaign.iterations=1", f"pool.kept_gigabytes={BUDGET}", "pool.scaling=none", "strategy.families=ridge")
    same = (work / "memory.csv").read_bytes() == (work / "stream.csv").read_bytes() and (work / "memory/journal.jsonl").read_bytes() == (work / "stream/journal.jsonl").read_bytes()
    read = stages(streamed)[0]["read"]
    own = read["bytes"] / read["seconds"]
    ended = session(streamed)
    peak = max(ended["peak_rss_bytes"]) / 1e9
    return [
        line("streamed and in memory: 1,000 by max-dist, fusion", "the same bytes" if same else "differ", "the same rows and journal", same),
        line(f"streamed with {BUDGET} GB per rank: memory of a rank", f"{peak:.2f} GB, {sum(ended['shard_bytes'])} bytes of it features", "no features kept", sum(ended["shard_bytes"]) == 0),
        line("reading a stream from disk, with its survey", f"{own / 1e9:.2f} GB/s, {100 * own / rate:.0f} % of dd", "70 %", own >= 0.7 * rate),
    ]


def labelled_rows(work: Path, rows: int) -> Path:
    path = work / "labelled.csv"
    path.write_text("row\n" + "".join(f"{row}\n" for row in range(0, rows, rows // 20)))
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split(".")[0])
    parser.add_argument("--rows", type=int, default=4_000_000, help="of the large pool (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000, help="of the pools' rows; by default it follows the time")
    arguments = parser.parse_args()
    begin = time.time()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        pool = work / "omol.h5"
        results = law(work, arguments.seed)
        took = generate(2, arguments.rows, arguments.seed, pool)
        results.append(line(f"{arguments.rows:,} rows drawn and written", f"{took:.0f} s, {arguments.rows * 520 / took / 1e9:.2f} GB/s", "60 s", took <= 60))
        measured = kernels()
        results += forests(measured)
        results += iterations(work, pool, arguments.rows, measured)
        results += ranks(work, arguments.seed)
        results += streaming(work, pool, arguments.rows)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed in {time.time() - begin:.0f} s")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
