"""Farthest points, cluster representatives and BAIT: Sluice on 2 ranks against other programs on the same cores. See `selectors`.

The NumPy loop is the one people write: a pass over the pool per pick, with the squared distance by ||x||^2 - 2 x.c + ||c||^2 so that NumPy's BLAS uses all cores. It starts at the
row farthest from the mean, as Sluice does, and must choose the same rows; fpsample starts there too. bmdal_reg starts at the row of largest norm. Libraries that take long choose
fewer rows, and their seconds are for so many. k-means: as many passes over as many clusters, from each program's own start; the error is the mean squared distance of a row to the
nearest representative. BAIT: normal features of unequal scale through tanh, noise of variance 1, bmdal_reg in float32, as it is used, and in float64, where it must choose the same rows;
the error is what BAIT makes small, tr(M^-1 F) (spec: two-index, section 6), in float64. Seconds are those of the choice alone, without reading the pool; medians where a program ran more than once. Prints CSV, with the load of the machine.
"""

import argparse
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import faiss
import fpsample
import h5py
import numpy as np
import torch

np.Inf = np.inf  # bmdal_reg 3.0.2 is of the time before NumPy 2
from bmdal_reg.bmdal.feature_data import TensorFeatureData  # noqa: E402
from bmdal_reg.bmdal.feature_maps import IdentityFeatureMap  # noqa: E402
from bmdal_reg.bmdal.features import Features  # noqa: E402
from bmdal_reg.bmdal.selection import BaitFeatureSpaceSelectionMethod, MaxDistSelectionMethod  # noqa: E402
from sklearn.cluster import KMeans  # noqa: E402

PASSES = 100  # of k-means, at most: Sluice's default
FIT_THE_CORES = {"OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_mpi_yield_when_idle": "1", "OMPI_MCA_hwloc_base_binding_policy": "none"}


def write_pool(path: Path, rows: int, columns: int, seed: int, mix: np.ndarray | None = None) -> None:
    """Normal random numbers; or with `mix` [columns, columns] the tanh of their products with it."""
    random = np.random.default_rng(seed)
    with h5py.File(path, "w") as file:
        file.attrs["sluice_pool"] = 1
        file.attrs["tile_rows"] = 2048
        file.attrs["encoding"] = "plain"
        file.attrs["provenance"] = f"{'normal random numbers' if mix is None else 'tanh of mixed normal random numbers'}, seed {seed}"
        features = file.create_dataset("features", (rows, columns), dtype="f4")
        for begin in range(0, rows, 65536):
            part = random.standard_normal((min(65536, rows - begin), columns), dtype="f4")
            features[begin : begin + 65536] = part if mix is None else np.tanh(part @ mix)


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


def bmdal_max_dist(x: np.ndarray, count: int) -> list[int]:
    features = bmdal_features(x)
    with torch.no_grad():
        return [int(row) for row in MaxDistSelectionMethod(features, features[:1], sel_with_train=False).select(count)]


def bmdal_features(x: np.ndarray) -> Features:
    return Features(IdentityFeatureMap(n_features=x.shape[1]), TensorFeatureData(torch.from_numpy(x)))


def bmdal_bait(x: np.ndarray, count: int) -> list[int]:
    nothing = np.zeros((1, x.shape[1]), dtype=x.dtype)  # in place of labelled rows, of which it wants some
    with torch.no_grad():
        method = BaitFeatureSpaceSelectionMethod(bmdal_features(x), bmdal_features(nothing), noise_sigma=1.0, overselection_factor=2.0)
        return [int(row) for row in method.select(count)]


def bait_criterion(x: np.ndarray, rows: list[int]) -> float:
    pool, chosen = x.astype(np.float64), x[rows].astype(np.float64)
    return float(np.trace(np.linalg.solve(np.eye(x.shape[1]) + chosen.T @ chosen, pool.T @ pool / len(pool))))


def faiss_representatives(x: np.ndarray, count: int) -> list[int]:
    k_means = faiss.Kmeans(x.shape[1], count, niter=PASSES, seed=1, min_points_per_centroid=1, max_points_per_centroid=len(x))
    k_means.train(x)
    index = faiss.IndexFlatL2(x.shape[1])
    index.add(x)
    return [int(row) for row in index.search(k_means.centroids, 1)[1][:, 0]]


def scikit_representatives(x: np.ndarray, count: int) -> list[int]:
    centroids = KMeans(count, init="random", n_init=1, max_iter=PASSES, tol=0, algorithm="lloyd", random_state=1).fit(x).cluster_centers_
    index = faiss.IndexFlatL2(x.shape[1])
    index.add(x)
    return [int(row) for row in index.search(centroids.astype(np.float32), 1)[1][:, 0]]


def error_of(x: np.ndarray, rows: list[int]) -> float:
    """Mean squared distance to the nearest representative."""
    index = faiss.IndexFlatL2(x.shape[1])
    index.add(x[rows])
    return float(index.search(x, 1)[0].mean())


def by_sluice(binary: str, pool: Path, method: str, count: int, ranks: int) -> tuple[list[int], float]:
    output = pool.with_suffix(".csv")
    command = ["mpirun", "-n", str(ranks), binary, "select", str(pool), "--method", method, "--count", str(count), "-o", str(output), "--threads", "1"]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | FIT_THE_CORES).stdout
    picks = [int(line.split(",")[0]) for line in output.read_text().splitlines()[1:]]
    return picks, float(re.search(r"selected ([\d.]+) s", said)[1])


def timed(choose: Callable[[], list[int]]) -> tuple[list[int], float]:
    begin = time.perf_counter()
    picks = choose()
    return picks, time.perf_counter() - begin


class Table:
    header = "task,rows,columns,count,program,seconds,ratio,same_rows,error,load"

    def __init__(self) -> None:
        self.lines = [self.header]

    def add(self, task: str, x: np.ndarray, count: int, program: str, seconds: list[float], ours: float, same: str, error: str = "") -> float:
        median = float(np.median(seconds))
        ratio = f"{median / ours:.2f}" if ours else "1"
        self.lines.append(f"{task},{len(x)},{x.shape[1]},{count},{program},{median:.3f},{ratio},{same},{error},{os.getloadavg()[0]:.1f}")
        print(self.lines[-1], flush=True)
        return median


def compare_k_center(table: Table, pool: Path, x: np.ndarray, arguments: argparse.Namespace) -> bool:
    ours, theirs = [], []
    for _ in range(arguments.repeats):  # they take turns
        theirs.append(timed(lambda: farthest_points(x, arguments.count)))
        ours.append(by_sluice(arguments.binary, pool, "k-center", arguments.count, arguments.ranks))
    rows = ours[0][0]
    same = all(run[0] == rows for run in (*ours, *theirs))
    mine = table.add("k-center", x, arguments.count, "sluice", [run[1] for run in ours], 0, "")
    table.add("k-center", x, arguments.count, "numpy", [run[1] for run in theirs], mine, str(same))
    few = arguments.library_count
    short = [by_sluice(arguments.binary, pool, "k-center", few, arguments.ranks)[1] for _ in range(arguments.repeats)]
    mine = table.add("k-center", x, few, "sluice", short, 0, "")
    picks, seconds = timed(lambda: [int(row) for row in fpsample.fps_sampling(x, few, start_idx=rows[0])])
    table.add("k-center", x, few, "fpsample", [seconds], mine, str(picks == rows[:few]))
    picks, seconds = timed(lambda: bmdal_max_dist(x, few))
    table.add("k-center", x, few, "bmdal_reg", [seconds], mine, "another start" if picks[0] != rows[0] else str(picks == rows[:few]))
    return same


def compare_k_means(table: Table, pool: Path, x: np.ndarray, arguments: argparse.Namespace) -> None:
    count = arguments.clusters
    picks, seconds = by_sluice(arguments.binary, pool, "k-means", count, arguments.ranks)
    mine = table.add("k-means", x, count, "sluice", [seconds], 0, "", f"{error_of(x, picks):.2f}")
    for program, choose in (("faiss", faiss_representatives), ("scikit-learn", scikit_representatives)):
        picks, seconds = timed(lambda: choose(x, count))
        table.add("k-means", x, count, program, [seconds], mine, "", f"{error_of(x, picks):.2f}")


def compare_bait(table: Table, pool: Path, x: np.ndarray, arguments: argparse.Namespace) -> bool:
    count = arguments.bait_count
    rows, seconds = by_sluice(arguments.binary, pool, "bait", count, arguments.ranks)
    mine = table.add("bait", x, count, "sluice", [seconds], 0, "", f"{bait_criterion(x, rows):.6g}")
    for program, features in (("bmdal_reg", x), ("bmdal_reg float64", x.astype(np.float64))):
        picks, seconds = timed(lambda: bmdal_bait(features, count))
        same = sorted(picks) == sorted(rows)
        table.add("bait", x, count, program, [seconds], mine, str(same), f"{bait_criterion(x, picks):.6g}")
    return same


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=128)
    parser.add_argument("--count", type=int, default=1000, help="of k-center, for Sluice and NumPy")
    parser.add_argument("--library-count", type=int, default=100, help="of k-center, for libraries")
    parser.add_argument("--cluster-rows", type=int, default=20_000)
    parser.add_argument("--clusters", type=int, default=1000)
    parser.add_argument("--bait-rows", type=int, default=50_000)
    parser.add_argument("--bait-count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=1, help="of Sluice and NumPy, which take turns; medians are reported")
    parser.add_argument("--binary", default="build/release/sluice")
    parser.add_argument("-o", "--output", type=Path, help="CSV file, beside what is printed")
    arguments = parser.parse_args()
    table = Table()
    print(table.header)
    with tempfile.TemporaryDirectory() as folder:
        same = True
        if arguments.count > 0:
            pool = Path(folder) / "pool.h5"
            write_pool(pool, arguments.rows, arguments.columns, arguments.seed)
            with h5py.File(pool) as file:
                same = compare_k_center(table, pool, file["features"][:], arguments)
        if arguments.clusters > 0:
            pool = Path(folder) / "clusters.h5"
            write_pool(pool, arguments.cluster_rows, arguments.columns, arguments.seed)
            with h5py.File(pool) as file:
                compare_k_means(table, pool, file["features"][:], arguments)
        if arguments.bait_count > 0:
            pool = Path(folder) / "bait.h5"
            scale = np.exp(-np.arange(arguments.columns) / 40).reshape(-1, 1)
            mix = scale * np.random.default_rng(arguments.seed).standard_normal((arguments.columns, arguments.columns)) / 8
            write_pool(pool, arguments.bait_rows, arguments.columns, arguments.seed, mix.astype("f4"))
            with h5py.File(pool) as file:
                same = compare_bait(table, pool, file["features"][:], arguments) and same
    if arguments.output:
        arguments.output.write_text("\n".join(table.lines) + "\n")
    raise SystemExit(0 if same else 1)


if __name__ == "__main__":
    main()
