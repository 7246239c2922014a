"""Two-dimensional materials (C2DB): Magpie statistics of the composition, space group, atoms, volume, area and mass of the cell.

Target: gap (eV). Usage: c2db.py c2db_clean.csv OUTPUT.npz
"""

import sys

import numpy as np
import pandas as pd

import pool_file
from magpie import magpie

GEOMETRY = ["sg", "natoms", "volume", "area", "mass"]


def main(raw: str, output: str) -> None:
    table = pd.read_csv(raw)
    statistics, names = magpie(table.formula.tolist())
    features = np.column_stack([statistics, table[GEOMETRY].to_numpy(np.float32)])
    pool_file.write(output, features, [*names, *GEOMETRY], [pool_file.Target("gap", "eV", table.gap)], table.formula.tolist(), expected=(4032, 137))


if __name__ == "__main__":
    main(*sys.argv[1:])
