"""Refractive indices (matbench_dielectric): Magpie statistics of the composition.

Target: n. Usage: dielectric.py dielectric.csv OUTPUT.npz
"""

import sys

import pandas as pd

import pool_file
from magpie import magpie


def main(raw: str, output: str) -> None:
    table = pd.read_csv(raw)
    statistics, names = magpie(table.formula.tolist())
    pool_file.write(output, statistics, names, [pool_file.Target("n", "", table.target)], table.formula.tolist(), expected=(4764, 132))


if __name__ == "__main__":
    main(*sys.argv[1:])
