"""Morgan fingerprints of molecules (radius 2, 1,024 bits), and their numbers of heavy atoms."""

from concurrent.futures import ProcessPoolExecutor

import numpy as np
from rdkit import Chem, RDLogger
from rdkit.Chem import rdFingerprintGenerator

BITS = 1024
CHUNK = 8192
COLUMNS = [f"bit_{i}" for i in range(BITS)]


def _featurise(smiles: list[str]) -> tuple[np.ndarray, np.ndarray]:
    RDLogger.DisableLog("rdApp.*")
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=BITS)
    bits = np.zeros((len(smiles), BITS), dtype=np.uint8)
    heavy_atoms = np.zeros(len(smiles), dtype=np.uint8)
    for i, text in enumerate(smiles):
        molecule = Chem.MolFromSmiles(text)
        if molecule is None:
            continue
        bits[i] = generator.GetFingerprintAsNumPy(molecule)
        heavy_atoms[i] = molecule.GetNumHeavyAtoms()
    return bits, heavy_atoms


def morgan(smiles: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Bits [molecules, BITS] as 0 and 1, and the number of heavy atoms [molecules], which is 0 where RDKit does not accept the SMILES."""
    chunks = [smiles[i : i + CHUNK] for i in range(0, len(smiles), CHUNK)]
    with ProcessPoolExecutor() as workers:
        parts = list(workers.map(_featurise, chunks))
    return np.concatenate([bits for bits, _ in parts]), np.concatenate([heavy_atoms for _, heavy_atoms in parts])
