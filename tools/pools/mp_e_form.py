"""Formation energies of the Materials Project (matbench_mp_e_form): Magpie statistics of the composition.

Target: e_form (eV/atom); several rows of one formula are its polymorphs. Usage: mp_e_form.py mp_e_form.csv.gz OUTPUT.npz
"""

import sys

import pandas as pd

import pool_file
from magpie import magpie


def main(raw: str, output: str) -> None:
    table = pd.read_csv(raw)
    statistics, names = magpie(table.formula.tolist())
    pool_file.write(output, statistics, names, [pool_file.Target("e_form", "eV/atom", table.target)], table.formula.tolist(), expected=(132752, 132))


if __name__ == "__main__":
    main(*sys.argv[1:])
