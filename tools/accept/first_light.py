"""The figures of the first campaign path, measured again in reduced form. One line each: name, value, bar, ok or short. See `first-light`."""

import csv
import re
import sys
import tempfile
import time
from pathlib import Path

from figures import BINARY, call, line


def passed_and_failed(said: str) -> tuple[int, int]:
    """The closing line "N passed, M failed" of a test program."""
    found = re.findall(r"(\d+) passed, (\d+) failed", said)
    return (int(found[-1][0]), int(found[-1][1])) if found else (0, 1)


def test_program(name: str, what: str, *command: object) -> bool:
    done = call(sys.executable, *command)
    passed, failed = passed_and_failed(done.stdout)
    return line(name, f"{passed} of {passed + failed} {what}", "all", done.returncode == 0 and failed == 0)


def same_everywhere() -> bool:
    return test_program("same answer, 1, 2 and 4 ranks, 1-2 threads", "files identical", "tests/mpi/same_everywhere.py", "build/release/tests/campaign_matrix", "mpirun", "--quick")


def kill_storm() -> bool:
    done = call("tests/restart/kill_storm", "--kills", 20, "--seed", int(time.time()) % 100_000)
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "no output"
    return line("20 kills at random moments", last.removeprefix("kill_storm: ")[:46], "same journal, none lost or twice", done.returncode == 0)


def signals() -> bool:
    done = call("tests/restart/signals.py", BINARY, "--stage", "start-up", "--stage", "fit", "--cases", 3)
    last = (done.stdout + done.stderr).strip().splitlines()[-1]
    return line("stop signals on 1 and 4 ranks", last[:46], "status 2 within 10 s", done.returncode == 0)


def bad_inputs() -> bool:
    return test_program("bad inputs: status 1 within 5 s, one message", "cases", "tests/bad_input/bad_inputs.py", BINARY, "--sample", 100)


def qm9() -> bool:
    """Ridge and UCB with top-k, and random, over three seeds: iterations to success."""
    with tempfile.TemporaryDirectory() as folder:
        iterations = {}
        for acquisition in ("ucb", "random"):
            found = []
            for seed in (1, 2, 3):
                run = Path(folder) / f"{acquisition}.{seed}"
                settings = {"campaign.seed": seed, "surrogate.kind": "ridge-ensemble", "acquisition.kind": acquisition}
                text = re.sub(r"^(width|kappa) = .*\n", "", Path("inputs/qm9.toml").read_text(), flags=re.M).replace('"qm9.h5"', f'"{Path("inputs/qm9.h5").resolve()}"')
                file = Path(folder) / "qm9.toml"
                file.write_text(text)
                done = call("mpirun", "-n", 2, BINARY, "run", file, "--run-dir", run, *[f"--set={k}={v}" for k, v in settings.items()])
                if done.returncode != 0:
                    return line("QM9 gap, ridge x UCB x top-k, 3 seeds", (done.stderr.strip() or "failed")[:46], "success in all", False)
                last = list(csv.DictReader((run / "metrics.csv").open()))[-1]
                found.append(int(last["iteration"]) if last["success"] == "1" else 51)
            iterations[acquisition] = sorted(found)
    value = f"iterations {iterations['ucb']}, random {iterations['random']}"
    return line("QM9 gap, ridge x UCB x top-k, 3 seeds", value, "success in all", max(iterations["ucb"]) <= 50)


def select() -> bool:
    done = call(sys.executable, "tools/compare/farthest_points.py", "--repeats", 3)
    row = dict(zip(*(text.split(",") for text in done.stdout.strip().splitlines()[-2:])))
    value = f"{row['ratio_select']} x NumPy ({row['ratio_with_read']} x with reading), same rows {row['same_rows']}"
    return line("select 100 of 1,000,000 x 128", value, "same rows, >= 2 x", row["same_rows"] == "True" and float(row["ratio_select"]) >= 2)


def memory() -> bool:
    done = call(sys.executable, "tests/mpi/memory.py", BINARY, "mpirun")
    worst = max((float(share) for share in re.findall(r"([\d.]+) of what is allowed", done.stdout)), default=9.0)
    return line("memory per rank, 1,000,000 x 128", f"{worst:.2f} of 1.3 x shard + 500 MB", "<= 1", worst <= 1)


def main() -> int:
    if not Path("inputs/qm9.h5").exists():
        sys.exit("first-light: inputs/qm9.h5 is missing; run tools/quickstart first")
    begin = time.time()
    results = [check() for check in (same_everywhere, kill_storm, signals, bad_inputs, qm9, select, memory)]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed in {time.time() - begin:.0f} s")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
