"""Make the QM9 pool as an NPZ file for `sluice import`: Morgan fingerprints (radius 2, 1,024 bits) and the number of heavy atoms.

Targets: gap (eV), cv (cal/mol/K), alpha (bohr^3). Rows are the molecules whose SMILES RDKit accepts, in the order of the data set (PyPI qm9pack;
Ramakrishnan et al. 2014). Usage: qm9.py OUTPUT.npz
"""

import csv
import importlib.util
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from rdkit import Chem, RDLogger
from rdkit.Chem import rdFingerprintGenerator

BITS = 1024
CHUNK = 8192
HARTREE = 27.211386245988  # eV, CODATA 2018


def read_tables() -> list[dict[str, str]]:
    """All rows of the package's tables. The tables are read as files: importing the package would need pandas and setuptools."""
    data = Path(importlib.util.find_spec("qm9pack").submodule_search_locations[0]) / "data"
    csv.field_size_limit(1 << 30)
    rows = []
    for part in sorted(data.glob("qm9_part*.csv")):
        with open(part, newline="") as file:
            rows += list(csv.DictReader(file))
    return rows


def featurise(smiles: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Features [rows, BITS + 1] and whether RDKit accepts each SMILES [rows]."""
    RDLogger.DisableLog("rdApp.*")
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=BITS)
    features = np.zeros((len(smiles), BITS + 1), dtype=np.uint8)
    accepted = np.zeros(len(smiles), dtype=bool)
    for i, text in enumerate(smiles):
        molecule = Chem.MolFromSmiles(text)
        if molecule is None:
            continue
        accepted[i] = True
        features[i, :BITS] = generator.GetFingerprintAsNumPy(molecule)
        features[i, BITS] = molecule.GetNumHeavyAtoms()
    return features, accepted


def main(output: str) -> None:
    rows = read_tables()
    print(f"qm9: {len(rows)} molecules", flush=True)
    smiles = [row["SMILES"] for row in rows]
    chunks = [smiles[i : i + CHUNK] for i in range(0, len(smiles), CHUNK)]
    with ProcessPoolExecutor() as workers:
        parts = list(workers.map(featurise, chunks))
    accepted = np.concatenate([a for _, a in parts])
    features = np.concatenate([f for f, _ in parts])[accepted]
    columns = ("HOMO_LUMO_gap_au", "Heatcapacity_Cv_cal_mol_K", "Polarizability_bohr3")
    targets = np.array([[float(row[name]) for name in columns] for row in rows])[accepted] * [HARTREE, 1, 1]
    np.savez(output, features=features, targets=targets, target_names=np.array(["gap", "cv", "alpha"]), target_units=np.array(["eV", "cal/mol/K", "bohr^3"]),
             ids=np.array(smiles)[accepted])
    print(f"qm9: {len(features)} rows x {features.shape[1]} features in {output}")


if __name__ == "__main__":
    main(sys.argv[1])
