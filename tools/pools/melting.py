"""Melting points (Bradley, Lang and Williams 2014): Morgan fingerprints (radius 2, 1,024 bits).

Target: melting_point (K). Usage: melting.py bradley.csv OUTPUT.npz
"""

import sys

import numpy as np
import pandas as pd

import pool_file
from morgan import COLUMNS, morgan


def main(raw: str, output: str) -> None:
    table = pd.read_csv(raw)
    bits, heavy_atoms = morgan(table.smiles.tolist())
    accepted = np.flatnonzero(heavy_atoms)
    table = table.iloc[accepted]
    pool_file.write(output, bits[accepted], COLUMNS, [pool_file.Target("melting_point", "K", table.mp)], table.smiles.tolist(), expected=(2884, 1024))


if __name__ == "__main__":
    main(*sys.argv[1:])
