"""Frey faces (distributed by Roweis): 1,965 frames of a film of one face, 28 x 20 pixels as bytes, in the order of time.

Target: frame, its number. Usage: frey.py frey_rawface_u8.npy OUTPUT.npz
"""

import sys

import numpy as np

import pool_file

HEIGHT, WIDTH = 28, 20


def main(raw: str, output: str) -> None:
    images = np.load(raw).reshape(-1, HEIGHT * WIDTH)
    columns = [f"pixel_{y}_{x}" for y in range(HEIGHT) for x in range(WIDTH)]
    frames = np.arange(len(images))
    pool_file.write(output, images, columns, [pool_file.Target("frame", "", frames)], [f"{i}" for i in frames], expected=(1965, 560))


if __name__ == "__main__":
    main(*sys.argv[1:])
