"""Farthest-point selection: Sluice on 2 ranks against a NumPy loop on the same cores, on one pool of normal random numbers. See `select --help`.

The loop is the one people write: one pass over the pool per pick, with the squared distance by ||x||^2 - 2 x.c + ||c||^2 so that NumPy's BLAS uses all
cores. Both start at the row farthest from the mean. Times: of the selection alone, and with reading the pool from the (cached) file. Prints one CSV line.
"""

import argparse
import re
import subprocess
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np


def write_pool(path: Path, rows: int, columns: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    with h5py.File(path, "w") as file:
        file.attrs["sluice_pool"] = 1
        file.attrs["tile_rows"] = 2048
        file.attrs["encoding"] = "plain"
        file.attrs["provenance"] = f"normal random numbers, seed {seed}"
        features = file.create_dataset("features", (rows, columns), dtype="f4")
        for begin in range(0, rows, 65536):
            features[begin : begin + 65536] = random.standard_normal((min(65536, rows - begin), columns), dtype="f4")


def farthest_points(x: np.ndarray, count: int) -> list[int]:
    """Rows chosen by the plain algorithm, float32."""
    norms = np.einsum("ij,ij->i", x, x)

    def squared_distance(centre: np.ndarray) -> np.ndarray:
        return norms - 2.0 * (x @ centre) + centre @ centre

    picks = [int(np.argmax(squared_distance(x.mean(axis=0, dtype=np.float64).astype(np.float32))))]
    nearest = squared_distance(x[picks[0]])
    while len(picks) < count:
        nearest[picks[-1]] = -1
        picks.append(int(np.argmax(nearest)))
        np.minimum(nearest, squared_distance(x[picks[-1]]), out=nearest)
    return picks


def by_numpy(pool: Path, count: int) -> tuple[list[int], float, float]:
    begin = time.perf_counter()
    with h5py.File(pool) as file:
        x = file["features"][:]
    read = time.perf_counter()
    picks = farthest_points(x, count)
    end = time.perf_counter()
    return picks, end - read, end - begin


def by_sluice(binary: str, pool: Path, count: int, ranks: int) -> tuple[list[int], float, float]:
    output = pool.with_suffix(".csv")
    command = ["mpirun", "-n", str(ranks), binary, "select", str(pool), "--method", "max-dist", "--count", str(count), "-o", str(output)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    read, select = (float(t) for t in re.search(r"read ([\d.]+) s, selected ([\d.]+) s", said).groups())
    picks = [int(line.split(",")[0]) for line in output.read_text().splitlines()[1:]]
    return picks, select, read + select


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=128)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3, help="the two programs take turns; the medians are reported")
    parser.add_argument("--binary", default="build/release/sluice")
    arguments = parser.parse_args()
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        pool = Path(folder) / "pool.h5"
        write_pool(pool, arguments.rows, arguments.columns, arguments.seed)
        for _ in range(arguments.repeats):
            theirs.append(by_numpy(pool, arguments.count))
            ours.append(by_sluice(arguments.binary, pool, arguments.count, arguments.ranks))
    same = all(run[0] == theirs[0][0] for run in ours)
    select, whole = (float(np.median([run[i] for run in ours])) for i in (1, 2))
    numpy_select, numpy_whole = (float(np.median([run[i] for run in theirs])) for i in (1, 2))
    print("rows,columns,count,ranks,same_rows,sluice_select_s,numpy_select_s,ratio_select,sluice_with_read_s,numpy_with_read_s,ratio_with_read")
    print(f"{arguments.rows},{arguments.columns},{arguments.count},{arguments.ranks},{same},{select:.3f},{numpy_select:.3f},{numpy_select / select:.1f},"
          f"{whole:.3f},{numpy_whole:.3f},{numpy_whole / whole:.1f}")
    raise SystemExit(0 if same else 1)


if __name__ == "__main__":
    main()
