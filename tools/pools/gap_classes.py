"""Metals, semiconductors and insulators by measured band gaps (matbench_expt_gap): Magpie statistics of the composition.

Target: class: 0 metal (no gap), 1 semiconductor (a gap below 3 eV), 2 insulator. Usage: gap_classes.py expt_gap.csv OUTPUT.npz
"""

import sys

import numpy as np
import pandas as pd

import pool_file
from magpie import magpie

INSULATOR = 3.0  # eV, from here on; a convention, wide-gap semiconductors lie about it


def main(raw: str, output: str) -> None:
    table = pd.read_csv(raw)
    statistics, names = magpie(table.formula.tolist())
    classes = np.where(table.target <= 0, 0, np.where(table.target < INSULATOR, 1, 2))
    print(f"classes: {np.bincount(classes).tolist()}", flush=True)
    pool_file.write(output, statistics, names, [pool_file.Target("class", "", classes)], table.formula.tolist(), expected=(4604, 132))


if __name__ == "__main__":
    main(*sys.argv[1:])
