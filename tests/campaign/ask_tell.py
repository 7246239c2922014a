"""A person drives a campaign: batches out, answers back in part, in any order, some failed. The labels, and with them every later batch, are the same
whatever the order, and on any number of ranks.   ask_tell.py SLUICE MPIEXEC
"""

import csv
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROWS = 500
CAMPAIGN = """
[campaign]
name = "person"
batch = 5
iterations = 3
initial = { count = 6 }
[pool]
file = "pool.h5"
[[target]]
name = "hardness"
goal = "minimize"
[problem]
kind = "ask-tell"
[surrogate]
kind = "ridge-ensemble"
[acquisition]
kind = "ei"
[selection]
kind = "max-dist"
"""


GENERATED = """
[campaign]
name = "recipe"
batch = 4
iterations = 2
initial = { count = 6 }
[domain]
lower = [0, 20]
upper = [1, 300]
[[target]]
name = "hardness"
goal = "maximize"
[problem]
kind = "ask-tell"
[strategy]
kind = "fusion"
members = 3
trials = 2
population = 10
generations = 10
kept = 200
"""


def hardness(row: int) -> str:
    """What the person measures; every seventh attempt fails."""
    return "" if row % 7 == 0 else str(np.sin(row) * 10)


class Person:
    def __init__(self, sluice: str, mpiexec: str, folder: Path, run: str, ranks: int, seed: int):
        self.launch = [mpiexec, "-n", str(ranks), sluice]
        self.folder, self.run, self.random = folder, folder / run, random.Random(seed)
        self.file = "campaign.toml"

    def call(self, command: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*self.launch, command, self.folder / self.file, *map(str, arguments), "--run-dir", self.run], capture_output=True, text=True)

    def ask(self) -> list[dict[str, str]]:
        batch = self.run.with_suffix(".batch.csv")
        batch.unlink(missing_ok=True)
        done = self.call("ask", "-o", batch)
        assert done.returncode == 0, done.stderr
        return list(csv.DictReader(batch.open())) if batch.exists() else []

    def tell(self, rows: list[dict[str, str]], by: str) -> subprocess.CompletedProcess[str]:
        results = self.run.with_suffix(".results.csv")
        with results.open("w") as file:
            file.write(f"{by},hardness,status\n")
            for row in rows:
                value = hardness(int(row["row"]))
                file.write(f"{row[by]},{value},{'' if value else 'failed'}\n")
        return self.call("tell", results)

    def drive(self) -> None:
        while rows := self.ask():
            self.random.shuffle(rows)
            cut = self.random.randint(0, len(rows))
            told = self.tell(rows[:cut], "id")
            assert told.returncode == 0, told.stderr
            if cut:
                before = (self.run / "journal.jsonl").read_bytes()
                again = self.tell(rows[: cut + 1], "row")
                assert again.returncode == 1 and f"row {rows[0]['row']} was already answered" in again.stderr, again.stderr
                assert (self.run / "journal.jsonl").read_bytes() == before, "a refused file must leave no trace"
            if cut < len(rows):
                assert sorted(row["row"] for row in self.ask()) == sorted(row["row"] for row in rows[cut:]), "what waits is asked for again, and nothing else"
                assert self.tell(rows[cut:], "row").returncode == 0

    def journal(self) -> tuple[list[dict], dict[int, object]]:
        events = [json.loads(line) for line in (self.run / "journal.jsonl").read_text().splitlines()]
        labels = [event for event in events if event["event"] == "label"]
        assert len({label["row"] for label in labels}) == len(labels), "no row is labelled twice"
        return [event for event in events if event["event"] == "batch"], {label["row"]: label.get("values", "failed") for label in labels}


def ask_for_generated_candidates(sluice: str, mpiexec: str, folder: Path) -> None:
    """Points come with their features, in the domain, and are named by their rows."""
    (folder / "recipe.toml").write_text(GENERATED)
    journals = []
    for ranks in (1, 3):
        person = Person(sluice, mpiexec, folder, f"recipe{ranks}", ranks, 1)
        person.file = "recipe.toml"
        count = 0
        while rows := person.ask():
            assert [int(row["row"]) for row in rows] == list(range(count, count + len(rows))), rows
            assert all(0 <= float(row["x1"]) <= 1 and 20 <= float(row["x2"]) <= 300 for row in rows), rows
            count += len(rows)
            told = person.tell(rows, "row")
            assert told.returncode == 0, told.stderr
        assert count == 6 + 2 * 4, count
        foreign = person.tell([{"row": str(count)}], "row")
        assert foreign.returncode == 1 and f"row '{count}' is not a row of" in foreign.stderr, foreign.stderr
        journals.append((person.run / "journal.jsonl").read_bytes())
    assert journals[0] == journals[1]


def main(sluice: str, mpiexec: str) -> int:
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        features = np.random.default_rng(2).standard_normal((ROWS, 6)).astype("f4")
        np.savez(folder / "pool.npz", features=features, ids=np.array([f"alloy {i}" for i in range(ROWS)]))
        subprocess.run([sluice, "import", folder / "pool.npz", "-o", folder / "pool.h5", "--tile-rows", "64"], check=True, capture_output=True)
        (folder / "campaign.toml").write_text(CAMPAIGN)
        people = [Person(sluice, mpiexec, folder, f"run{i}", ranks, seed) for i, (ranks, seed) in enumerate([(1, 1), (3, 2)])]
        for person in people:
            person.drive()
        (batches, labels), (other_batches, other_labels) = (person.journal() for person in people)
        assert len(batches) == 4 and len(labels) == 6 + 3 * 5, (len(batches), len(labels))
        assert batches == other_batches and labels == other_labels, "batches and labels do not depend on the order of answers or on ranks"
        metrics = [(person.run / "metrics.csv").read_bytes() for person in people]
        assert metrics[0] == metrics[1]
        foreign = people[0].tell([{"row": str(next(r for r in range(ROWS) if r not in labels))}], "row")
        assert foreign.returncode == 1 and "was never asked for" in foreign.stderr, foreign.stderr
        ask_for_generated_candidates(sluice, mpiexec, folder)
    print("2 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
