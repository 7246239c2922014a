"""Writes clustering.json: what other libraries find in four small data sets, for the tests of src/fusion/clustering.

Needs numpy, scikit-learn, hdbscan, igraph and leidenalg.   Usage: clustering.py > clustering.json
"""

import json
import sys
import warnings
from importlib.metadata import version

import hdbscan
import igraph
import leidenalg
import numpy as np
from hdbscan._hdbscan_linkage import label, mst_linkage_core_vector
from hdbscan._hdbscan_tree import compute_stability, condense_tree, get_clusters
from hdbscan.dist_metrics import DistanceMetric
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.mixture._gaussian_mixture import _compute_precision_cholesky, _estimate_gaussian_parameters
from sklearn.neighbors import NearestNeighbors

HDBSCAN_GRID = ((5, 3), (10, 6), (20, 12))
LEIDEN_GRID = ((5, 0.5), (10, 1.0), (15, 1.5))


def data_sets(random: np.random.Generator) -> dict[str, np.ndarray]:
    """Rows of whole numbers, so that every library sees the same values."""
    density = np.vstack([random.normal(c, s, (n, 3)) for c, s, n in ((0, 60, 70), (420, 25, 40), (-500, 90, 40))] + [random.uniform(-900, 900, (30, 3))])
    angle = random.uniform(0, np.pi, 200)
    arcs = np.column_stack([np.cos(angle), np.sin(angle)]) * 500
    arcs[100:] = [500, 200] - arcs[100:]
    arcs = np.vstack([arcs + random.normal(0, 40, arcs.shape), random.uniform(-900, 1300, (30, 2))])
    centres = random.normal(0, 250, (8, 5))
    sizes = (50, 40, 30, 25, 22, 16, 12, 8)
    blobs = np.vstack([random.normal(c, 80, (n, 5)) for c, n in zip(centres, sizes)])
    wide = np.vstack([random.normal(random.normal(0, 5, 40), 4, (10, 40)) for _ in range(3)])  # fewer rows than columns
    return {name: random.permutation(np.round(rows)) for name, rows in (("density", density), ("arcs", arcs), ("blobs", blobs), ("wide", wide))}


def hdbscan_labels(rows: np.ndarray, cluster_size: int, samples: int) -> list[int]:
    """Labels by the steps of the hdbscan package, except that it sorts edges unstably: where two clusters part at a row with an edge of the same length to
    both, the row's label is an accident. Edges of equal length stay in the order in which Prim's method takes them here.

    scikit-learn counts a row among its own neighbours, the hdbscan package does not: same labels for samples + 1.
    """
    core = NearestNeighbors(n_neighbors=samples).fit(rows).kneighbors()[0][:, -1].copy()
    tree = mst_linkage_core_vector(rows.copy(order="C"), core, DistanceMetric.get_metric("euclidean"), 1.0)
    condensed = condense_tree(label(tree[np.argsort(tree[:, 2], kind="stable")]), cluster_size)
    labels = get_clusters(condensed, compute_stability(condensed))[0]
    whole = hdbscan.HDBSCAN(min_cluster_size=cluster_size, min_samples=samples, algorithm="prims_kdtree").fit(rows).labels_
    other = HDBSCAN(min_cluster_size=cluster_size, min_samples=samples + 1, copy=True).fit(rows).labels_
    assert adjusted_rand_score(whole, other) == 1 and np.array_equal(whole < 0, other < 0)
    assert adjusted_rand_score(whole, labels) > 0.97 and abs(np.sum(whole < 0) - np.sum(labels < 0)) <= 1
    return labels.tolist()


def mixture(rows: np.ndarray, start: np.ndarray) -> dict:
    components = int(start.max()) + 1
    mass, means, covariances = _estimate_gaussian_parameters(rows, np.eye(components)[start], 1e-6, "full")
    factors = _compute_precision_cholesky(covariances, "full")
    model = GaussianMixture(components, weights_init=mass / mass.sum(), means_init=means, precisions_init=factors @ factors.transpose(0, 2, 1)).fit(rows)
    return {"start": start.tolist(), "iterations": model.n_iter_, "log_likelihood": model.score(rows), "labels": model.predict(rows).tolist()}


def leiden_quality(rows: np.ndarray, k: int, resolution: float) -> float:
    distance, other = NearestNeighbors(n_neighbors=k).fit(rows).kneighbors()
    edges = {(min(i, j), max(i, j)): 1 / d**2 for i, (near, far) in enumerate(zip(other, distance)) for j, d in zip(near, far) if d > 0}
    graph = igraph.Graph(len(rows), list(edges))
    best = max(leidenalg.find_partition(graph, leidenalg.RBConfigurationVertexPartition, weights=list(edges.values()),
                                        resolution_parameter=resolution, n_iterations=-1, seed=seed).quality() for seed in range(10))
    return best / (2 * sum(edges.values()))


def mean_inertia(rows: np.ndarray, k: int) -> float:
    """Of the best of 10 starts, over 20 repetitions: a single one differs by several per cent."""
    return np.mean([KMeans(k, n_init=10, random_state=seed).fit(rows).inertia_ for seed in range(20)])


def main() -> None:
    warnings.simplefilter("ignore")
    reference = {"versions": {p: version(p) for p in ("numpy", "scikit-learn", "hdbscan", "igraph", "leidenalg")}, "data": {}}
    for name, rows in data_sets(np.random.default_rng(20)).items():
        striped = np.arange(len(rows)) % 4
        dense = [hdbscan_labels(rows, *setting) for setting in HDBSCAN_GRID]
        start = KMeans(5, n_init=1, random_state=3).fit(rows)
        scored = [striped, start.labels_] + [np.array(labels) for labels in dense]
        reference["data"][name] = {
            "columns": rows.shape[1],
            "rows": rows.astype(int).ravel().tolist(),
            "hdbscan": dense,
            "silhouette": [silhouette_score(rows[p >= 0], p[p >= 0]) if p.max() > 0 else -1 for p in scored],
            "mixture": mixture(rows, start.labels_.astype(int)),
            "k_means": {str(k): mean_inertia(rows, k) for k in (3, 5, 10, 15, 20)},
            "leiden": [leiden_quality(rows, *setting) for setting in LEIDEN_GRID],
        }
        print(name, len(rows), [max(labels) + 1 for labels in dense], [labels.count(-1) for labels in dense], file=sys.stderr)
    print(json.dumps(reference, separators=(",", ":")))


if __name__ == "__main__":
    main()
