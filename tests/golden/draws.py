"""Numbers that a test and its reference both draw, equal to the last bit (SplitMix64; tests/support/draws.hpp is its twin)."""
import numpy as np


def uniforms(seed, count):
    """[count] in [0, 1), multiples of 2^-24."""
    with np.errstate(over="ignore"):
        z = (np.uint64(seed) << np.uint64(32)) + np.arange(1, count + 1, dtype=np.uint64)
        z = z * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) * 2.0**-24


def normals(seed, count):
    """[count] nearly standard normal: twelve uniforms less 6. Exact, whatever the order of the sum."""
    return uniforms(seed, 12 * count).reshape(count, 12).sum(axis=1) - 6
