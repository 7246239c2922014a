"""What the studies of representations share: how they are called and go on where they were, how `sluice represent` is called, and what its latents' file says."""

import argparse
import csv
import itertools
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from table_file import write_table

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


def study_arguments(part: str, about: str, methods: list[str], folder: str) -> argparse.ArgumentParser:
    """What every study can be told. \param about  docstring of the study; \param folder  what is looked for in --folder"""
    parser = argparse.ArgumentParser(prog=f"representation {part}", description=about.split("\n\n")[0])
    parser.add_argument("--methods", nargs="+", choices=methods, default=methods)
    parser.add_argument("--seeds", type=int, default=1, help="seeds 1 to this")
    parser.add_argument("--set", nargs="+", default=[], metavar="OPTION=VALUE", help="options of sluice represent in place of this study's")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path("inputs/fusion"), help=folder)
    parser.add_argument("--sluice", default="build/release/sluice", help="the program")
    parser.add_argument("--work", type=Path, default=Path("representation.runs"), help="folder of the latents")
    parser.add_argument("--output", type=Path, default=Path(f"tools/reproduce/results/representation_{part.replace('-', '_')}.csv"))
    return parser


class Study:
    """A table of runs that grows run by run: what is in it is not made again."""

    def __init__(self, part: str, arguments: argparse.Namespace, fields: list[str], key: tuple[str, ...], table: Callable[[list[dict[str, str]]], str]) -> None:
        self.output, self.fields, self.key, self.table = arguments.output, fields, key, table
        self.given, self.settings = settings(arguments.set), " ".join(sorted(arguments.set))
        self.seeds = range(1, arguments.seeds + 1)
        self.origin = {"commit": commit(), "command": command(part)}
        self.rows = list(csv.DictReader(self.output.open())) if self.output.exists() else []

    def missing(self, **axes: Iterable) -> Iterator[dict[str, object]]:
        """Keys of the runs that are not in the table yet, of all combinations, the last axis the fastest. Raw features have no settings."""
        for values in itertools.product(*axes.values()):
            key = dict(zip(axes, values))
            key["settings"] = "" if key.get("space") == "raw" else self.settings
            if not any(all(row[name] == str(key[name]) for name in self.key) for row in self.rows):
                yield key

    def add(self, row: dict[str, object]) -> dict[str, str]:
        """A run, with where it comes from; the table is on disk when this returns."""
        self.rows.append({name: "" for name in self.fields} | {name: str(value) for name, value in row.items()} | self.origin)
        write_table(self.output, self.fields, self.rows, self.table(self.rows))
        return self.rows[-1]

    def latents_file(self, work: Path, *names: object) -> Path:
        return work / f"{'-'.join(map(str, names))}-{self.settings.replace(' ', '-')}.h5"
