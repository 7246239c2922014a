"""Handwritten digits (LeCun, Cortes and Burges 1998): 28 x 28 pixels as bytes, the 60,000 of the training set, then the 10,000 of the test set.

Target: digit. Usage: mnist.py FOLDER OUTPUT.npz, with the four files in IDX form, gzipped or not, in FOLDER.
"""

import gzip
import sys
from pathlib import Path

import numpy as np

import pool_file


def read_idx(folder: Path, name: str) -> np.ndarray:
    """An array of bytes: a magic number whose last byte counts the dimensions, their lengths in 32 bits, the data; all big-endian."""
    plain = folder / name
    content = plain.read_bytes() if plain.exists() else gzip.decompress((folder / f"{name}.gz").read_bytes())
    dimensions = content[3]
    if content[:3] != b"\0\0\x08" or dimensions not in (1, 3):
        raise ValueError(f"{folder / name}: not an IDX file of bytes")
    shape = np.frombuffer(content, ">u4", dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def main(raw: str, output: str) -> None:
    images = np.concatenate([read_idx(Path(raw), f"{part}-images-idx3-ubyte") for part in ("train", "t10k")])
    digits = np.concatenate([read_idx(Path(raw), f"{part}-labels-idx1-ubyte") for part in ("train", "t10k")])
    rows, height, width = images.shape
    columns = [f"pixel_{y}_{x}" for y in range(height) for x in range(width)]
    pool_file.write(output, images.reshape(rows, -1), columns, [pool_file.Target("digit", "", digits)], [f"{i}" for i in range(rows)], expected=(70000, 784))


if __name__ == "__main__":
    main(*sys.argv[1:])
