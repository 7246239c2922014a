"""Journals, metrics, pool maps and trajectories of many campaigns must be byte-identical for 1, 2, 3 and 4 ranks and for 1 and 2 threads.

Usage: same_everywhere.py CAMPAIGN_MATRIX MPIEXEC [--quick]     --quick: three of the six combinations
"""

import subprocess
import sys
import tempfile
from pathlib import Path

COMPARED = ("journal.jsonl", "metrics.csv", "map.json", "campaign.toml")


STRATEGY_COMPARED = "trajectory.json"  # where a strategy ran


def files_of(folder: Path) -> dict[str, bytes]:
    runs = [run for run in sorted(folder.iterdir()) if run.is_dir()]
    files = {f"{run.name}/{name}": (run / name).read_bytes() for run in runs for name in COMPARED}
    return files | {f"{run.name}/{STRATEGY_COMPARED}": (run / STRATEGY_COMPARED).read_bytes() for run in runs if (run / STRATEGY_COMPARED).exists()}


EVERYWHERE = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (4, 2)]
QUICK = [(1, 1), (2, 2), (4, 1)]


def main(program: str, mpiexec: str, *options: str) -> int:
    compared = failed = 0
    with tempfile.TemporaryDirectory() as work:
        reference: dict[str, bytes] = {}
        for ranks, threads in QUICK if "--quick" in options else EVERYWHERE:
            folder = Path(work) / f"{ranks}x{threads}"
            folder.mkdir()
            subprocess.run([mpiexec, "-n", str(ranks), program, folder, str(threads)], check=True)
            files = files_of(folder)
            if not reference:
                reference = files
                runs = sum(name.endswith(COMPARED[0]) for name in files)
                print(f"{runs} campaigns on 1 rank with 1 thread, {sum(f.count(b'label') for f in files.values())} labels")
                assert runs >= 24, "too few campaigns to call it a matrix"
                continue
            differing = [name for name in reference if files.get(name) != reference[name]]
            compared += len(reference)
            failed += len(differing)
            print(f"{ranks} ranks x {threads} threads: {len(differing)} of {len(reference)} files differ {differing[:5]}", flush=True)
    print(f"{compared - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
