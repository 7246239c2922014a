"""Seconds and memory of latents of a large pool of bits: learned from a subsample, encoded in one pass, on several ranks.

Writes one CSV line per run and, beside it, a table in Markdown. See `representation`. The bits of a row of drawn-bits follow from sixteen normal numbers.
"""

import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np

from representing import METHODS, Study, study_arguments

POOLS = ["moses", "drawn-bits"]
COLUMNS, DIMENSIONS, CHUNK = 1024, 16, 10_000
FIELDS = ["pool", "rows", "columns", "method", "seed", "settings", "ranks", "threads", "read", "learned", "encoded", "seconds", "gflops", "memory", "commit", "command"]


def drawn_bits(path: Path, rows: int) -> None:
    """An array in the format of NumPy, written in parts: it need not fit into memory."""
    random = np.random.default_rng(1)
    weights = random.normal(size=(DIMENSIONS, COLUMNS)).astype(np.float32)
    bits = np.lib.format.open_memmap(path, "w+", np.uint8, (rows, COLUMNS))
    for first in range(0, rows, CHUNK):
        count = min(CHUNK, rows - first)
        bits[first : first + count] = random.normal(size=(count, DIMENSIONS)).astype(np.float32) @ weights > 1


def pool_of(name: str, folder: Path, work: Path, sluice: str, rows: int) -> Path:
    path = (folder if name == "moses" else work) / f"{name}.h5"
    if name == "drawn-bits" and not path.exists():
        work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=work) as temporary:
            drawn_bits(Path(temporary) / "bits.npy", rows)
            subprocess.run([sluice, "import", f"{temporary}/bits.npy", "-o", str(path), "--type", "bits"], check=True)
    return path


def measured(command: list[str], threads: int) -> tuple[str, float, float]:
    """What it said, seconds, and the memory of the largest of its processes in GB."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | {"OMP_NUM_THREADS": str(threads)})
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{said}")
    return said, time.monotonic() - begin, usage.ru_maxrss * 1024 / 1e9


def table(rows: list[dict[str, str]]) -> str:
    names = ["pool", "rows", "columns", "method", "settings", "ranks", "threads", "read", "learned", "encoded", "seconds", "gflops", "memory"]
    heads = [*names[:6], "threads each", "read, s", "learned, s", "encoded, s", "in all, s", "encoding, GFlop/s", "largest rank, GB"]
    text = "| " + " | ".join(heads) + " |\n" + "|---" * len(names) + "|\n"
    for row in rows:
        text += "| " + " | ".join(row[name] for name in names) + " |\n"
    return (
        f"{text}\nThe bar for 1,000,000 x 1,024 bits on 2 ranks is 600 s and 3 GB of a rank. drawn-bits: each row's bits follow from {DIMENSIONS} normal numbers. "
        "Rates are of all ranks and count the products of encoding alone; "
        f"reading and writing are in its seconds. Made by tools/reproduce/representation large; commit {', '.join(sorted({row['commit'] for row in rows}))}.\n"
    )


def main() -> None:
    parser = study_arguments("large", __doc__, METHODS, "of moses.h5")
    parser.set_defaults(methods=["entropic-autoencoder"])
    parser.add_argument("--pools", nargs="+", choices=POOLS, default=["moses"])
    parser.add_argument("--rows", type=int, default=1_000_000, help="of drawn bits")
    parser.add_argument("--ranks", type=int, default=2)
    arguments = parser.parse_args()
    study = Study("large", arguments, FIELDS, ("pool", "method", "seed", "settings", "ranks", "threads"), table)
    for key in study.missing(pool=arguments.pools, seed=study.seeds, method=arguments.methods, ranks=[arguments.ranks], threads=[arguments.threads]):
        name, seed, method = key["pool"], key["seed"], key["method"]
        pool = pool_of(name, arguments.folder, arguments.work, arguments.sluice, arguments.rows)
        with h5py.File(pool) as file:
            rows, columns = file["features"].shape[0], int(file.attrs["bits"])
        options = [f"--{option}={value}" for option, value in ({"seed": seed} | study.given).items()]
        launch = ["mpirun", "--bind-to", "none", "-n", str(arguments.ranks), arguments.sluice]
        command = [*launch, "represent", str(pool), "--method", method, "-o", str(study.latents_file(arguments.work, name, method, seed)), *options]
        said, seconds, memory = measured(command, arguments.threads)
        stages = re.search(r"read ([\d.]+) s, learned ([\d.]+) s, encoded ([\d.]+) s \(([\d.]+) GFlop/s\)", said)
        times = dict(zip(["read", "learned", "encoded", "gflops"], stages.groups()))
        row = study.add(key | times | {"rows": rows, "columns": columns, "seconds": f"{seconds:.0f}", "memory": f"{memory:.2f}"})
        print(", ".join(f"{name} {row[name]}" for name in FIELDS[:14] if row[name]), flush=True)


if __name__ == "__main__":
    main()
