"""What the studies of representations share: how `sluice represent` is called, and what its latents' file says."""

import json
import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

METHODS = ["pca", "autoencoder", "vae", "entropic-autoencoder"]


@dataclass
class Latents:
    file: Path
    about: dict  # the text "representation" in a file of latents
    seconds: float  # 0 if the file was there


def latents(sluice: str, pool: Path, output: Path, method: str, seed: int, options: dict[str, object], threads: int = 1) -> Latents:
    """The latents of a pool, made unless the file is there."""
    begin, found = time.monotonic(), output.exists()
    if not found:
        output.parent.mkdir(parents=True, exist_ok=True)
        chosen = [f"--{name}={value}" for name, value in ({"seed": seed} | options).items()]
        command = [sluice, "represent", str(pool), "--method", method, "-o", str(output), *chosen]
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": str(threads)})
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    with h5py.File(output) as file:
        about = json.loads(file["representation"][0])
    return Latents(output, about, 0 if found else time.monotonic() - begin)


def targets_of(pool: Path) -> tuple[list[str], np.ndarray]:
    """Names, and values [rows, targets]."""
    with h5py.File(pool) as file:
        return [name.decode() for name in file["target_names"][:]], file["targets"][:]


def commit() -> str:
    """Of the working tree; with a + where files of src are changed."""
    name = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    return name + ("+" if subprocess.run(["git", "diff", "--quiet", "HEAD", "--", "src"]).returncode else "")


def command(part: str) -> str:
    """How this study was called, without where its files were."""
    words = iter(sys.argv[1:])
    kept = []
    for word in words:
        if word in ("--folder", "--work", "--output", "--sluice"):
            next(words)
        else:
            kept.append(word)
    return shlex.join(["tools/reproduce/representation", part, *kept])


def settings(texts: list[str]) -> dict[str, str]:
    """Options given as NAME=VALUE."""
    return dict(text.split("=", 1) for text in texts)
