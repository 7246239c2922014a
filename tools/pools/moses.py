"""MOSES (molsets 0.3.1): Morgan fingerprints (radius 2, 1,024 bits).

Targets: penalised_logp (Crippen's logP, less the synthetic accessibility, less the number of atoms by which the largest ring exceeds six; the common benchmark
without its normalisation), qed. The raw file is the package's wheel (pip download --no-deps molsets==0.3.1). Holds the fingerprints unpacked, twice for a
moment: 4 GB. Usage: moses.py molsets-0.3.1-py3-none-any.whl [--rows N] OUTPUT.npz
"""

import argparse
import gzip
import sys
import zipfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from rdkit import Chem, RDConfig
from rdkit.Chem import QED, Crippen

import pool_file
from morgan import CHUNK, COLUMNS, morgan

sys.path.append(str(Path(RDConfig.RDContribDir) / "SA_Score"))
import sascorer

TABLES = [f"moses/dataset/data/{part}.csv.gz" for part in ("train", "test", "test_scaffolds")]


def read_smiles(wheel: str) -> list[str]:
    smiles = []
    with zipfile.ZipFile(wheel) as archive:
        for table in TABLES:
            lines = gzip.decompress(archive.read(table)).decode().splitlines()
            smiles += [line.split(",")[0] for line in lines[1:]]
    return smiles


def properties(smiles: list[str]) -> np.ndarray:
    """Penalised logP and QED [molecules, 2]."""
    values = np.empty((len(smiles), 2))
    for i, text in enumerate(smiles):
        molecule = Chem.MolFromSmiles(text)
        largest_ring = max((len(ring) for ring in molecule.GetRingInfo().AtomRings()), default=0)
        values[i] = Crippen.MolLogP(molecule) - sascorer.calculateScore(molecule) - max(largest_ring - 6, 0), QED.qed(molecule)
    return values


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("raw")
    parser.add_argument("--rows", type=int, help="only the first ones")
    parser.add_argument("output")
    arguments = parser.parse_args()

    smiles = read_smiles(arguments.raw)[: arguments.rows]
    bits, heavy_atoms = morgan(smiles)
    if not heavy_atoms.all():
        raise ValueError(f"{arguments.raw}: RDKit refuses {smiles[int(np.argmin(heavy_atoms))]}")
    with ProcessPoolExecutor() as workers:
        values = np.concatenate(list(workers.map(properties, [smiles[i : i + CHUNK] for i in range(0, len(smiles), CHUNK)])))
    targets = [pool_file.Target("penalised_logp", "", values[:, 0]), pool_file.Target("qed", "", values[:, 1])]
    pool_file.write(arguments.output, bits, COLUMNS, targets, smiles, expected=(arguments.rows or 1936962, len(COLUMNS)))


if __name__ == "__main__":
    main()
