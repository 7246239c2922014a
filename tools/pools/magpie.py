"""The 132 elemental statistics of Magpie: minimum, maximum, range, mean, mean absolute deviation and mode of 22 properties of the elements of a formula.

Source: Ward et al. 2016; matminer's preset "magpie", in which a property that is unknown for an element is the mean over the elements.
"""

import warnings
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from matminer.featurizers.composition import ElementProperty
from pymatgen.core import Composition

CHUNK = 500


def _statistics(formulas: list[str]) -> np.ndarray:
    warnings.simplefilter("ignore")  # pymatgen warns of elements without an electronegativity, which the preset does not ask for
    featurizer = ElementProperty.from_preset("magpie", impute_nan=True)
    return np.array([featurizer.featurize(Composition(formula)) for formula in formulas], dtype=np.float32)


def magpie(formulas: list[str]) -> tuple[np.ndarray, list[str]]:
    """Statistics [formulas, 132] and the names of the columns. Equal formulas are computed once."""
    distinct, which = np.unique(np.array(formulas), return_inverse=True)
    chunks = [distinct[i : i + CHUNK].tolist() for i in range(0, len(distinct), CHUNK)]
    with ProcessPoolExecutor() as workers:
        values = np.concatenate(list(workers.map(_statistics, chunks)))[which]
    names = ElementProperty.from_preset("magpie", impute_nan=True).feature_labels()
    return values, [name.removeprefix("MagpieData ") for name in names]
