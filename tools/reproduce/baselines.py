"""Baselines for closed pools with scikit-learn: random, RF-UCB and GP-EI. With several targets, too, the models learn the one aggregate value Q.

A method is made for a pool and a seed; it is then a function (labelled rows, their Q, iteration) -> value [rows]. The unlabelled rows of largest value
are the batch.
"""

import warnings
from collections.abc import Callable

import numpy as np
from scipy.stats import norm
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from sklearn.metrics import pairwise_distances
from sklearn.preprocessing import StandardScaler

Value = Callable[[np.ndarray, np.ndarray, int], np.ndarray]
CHUNK = 20000  # rows predicted at once by the Gaussian process


def random(features: np.ndarray, seed: int) -> Value:
    return lambda rows, y, iteration: np.random.default_rng([seed, iteration]).random(len(features))


def rf_ucb(features: np.ndarray, seed: int) -> Value:
    """Mean plus one standard deviation over 100 trees."""

    def value(rows: np.ndarray, y: np.ndarray, iteration: int) -> np.ndarray:
        forest = RandomForestRegressor(100, random_state=1000 * seed + iteration, n_jobs=-1).fit(features[rows], y)
        total, squares = np.zeros(len(features)), np.zeros(len(features))
        for tree in forest.estimators_:
            prediction = tree.predict(features, check_input=False)
            total += prediction
            squares += prediction**2
        mean = total / len(forest.estimators_)
        return mean + np.sqrt(np.maximum(squares / len(forest.estimators_) - mean**2, 0))

    return value


def gp_ei(features: np.ndarray, seed: int) -> Value:
    """Expected improvement of a Gaussian process on 50 principal components of the standardised pool: one Matern 5/2 length scale, which the marginal
    likelihood chooses with amplitude and noise, from the median distance of the labelled rows."""
    components = min(50, features.shape[1])
    scores = PCA(components, random_state=seed).fit_transform(StandardScaler().fit_transform(features)).astype(np.float64)

    def value(rows: np.ndarray, y: np.ndarray, iteration: int) -> np.ndarray:
        length = np.median(pairwise_distances(scores[rows])[np.triu_indices(len(rows), 1)])
        kernel = ConstantKernel(1.0, (1e-3, 1e3)) * Matern(length, (0.01 * length, 100 * length), nu=2.5) + WhiteKernel(0.1, (1e-6, 1e1))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a hyper-parameter at its bound
            process = GaussianProcessRegressor(kernel, normalize_y=True).fit(scores[rows], y)
        parts = [process.predict(scores[i : i + CHUNK], return_std=True) for i in range(0, len(scores), CHUNK)]
        mean, deviation = (np.concatenate(part) for part in zip(*parts))
        z = (mean - y.max()) / deviation
        return deviation * (z * norm.cdf(z) + norm.pdf(z))

    return value


BASELINES = {"random": random, "rf-ucb": rf_ucb, "gp-ei": gp_ei}


def best_unlabelled(value: np.ndarray, labelled: np.ndarray, batch: int) -> np.ndarray:
    """The rows of largest value that are not labelled yet; of equal ones the lower."""
    value = value.copy()
    value[labelled] = -np.inf
    return np.argsort(-value, kind="stable")[:batch]
