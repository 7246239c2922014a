"""Answers that cannot be taken."""

import h5py

from case import case, plain_case
from small_files import ROWS


def tell_case(name, make, *says, command="tell ask.toml answers.csv"):
    """`make`: the text of answers.csv, from the rows that wait for an answer and those answered already."""

    def prepare(at):
        asked = [int(line.split(",")[1]) for line in (at / "asked.csv").read_text().splitlines()[1:]]
        told = [int(line.split(",")[1]) for line in (at / "told.csv").read_text().splitlines()[1:]]
        waiting = [row for row in asked if row not in told]
        answers, *found = make(waiting, told)
        (at / "answers.csv").write_text(answers)
        return [text.format(*found) for text in says]

    case(f"tell: {name}", command, *says)(prepare)


def unasked(waiting, told):
    return next(row for row in range(ROWS) if row not in waiting + told)


NOTHING_TAKEN = "nothing of the file was taken"
tell_case("an answer repeated", lambda waiting, told: (f"row,gap\n{waiting[0]},1\n{told[0]},2\n", told[0]), "answers.csv:3: row {} was already answered", NOTHING_TAKEN)
tell_case("a row never asked for", lambda waiting, told: (f"row,gap\n{waiting[0]},1\n{unasked(waiting, told)},2\n", unasked(waiting, told)), "answers.csv:3: row {} was never asked for; " + NOTHING_TAKEN)
tell_case("a row twice", lambda waiting, told: (f"row,gap\n{waiting[0]},1\n{waiting[1]},1\n{waiting[0]},2\n", waiting[0]), "answers.csv:4: row {} is answered twice in this file")
tell_case("a row beyond the pool", lambda waiting, told: (f"row,gap\n{waiting[0]},1\n60,2\n",), "answers.csv:3: row '60' is not a row of pool.h5; allowed: 0 to 59")
tell_case("a negative row", lambda waiting, told: ("row,gap\n-1,2\n",), "answers.csv:2: row '-1' is not a row of pool.h5; allowed: 0 to 59")
tell_case("half a row", lambda waiting, told: ("row,gap\n1.5,2\n",), "answers.csv:2: row '1.5' is not a row of pool.h5; allowed: 0 to 59")
tell_case("an empty row cell", lambda waiting, told: ("row,gap\n,2\n",), "answers.csv:2: row '' is not a row of pool.h5; allowed: 0 to 59")
tell_case("row is a text", lambda waiting, told: ("row,gap\nfirst,2\n",), "answers.csv:2: column 'row': 'first' is not a number")
tell_case("unknown id", lambda waiting, told: (f"id,gap\nmol{waiting[0]},1\nwater,2\n",), "answers.csv:3: id 'water' is not among the rows that were asked for")
tell_case("row and id that do not go together", lambda waiting, told: (f"row,id,gap\n{waiting[0]},mol{waiting[1]},1\n", waiting[1], waiting[0]), "answers.csv:2: id 'mol{0}' is not that of row {1}, which is 'mol{1}'")
tell_case("target missing", lambda waiting, told: (f"row,gab\n{waiting[0]},1\n",), "answers.csv:1: no column 'gap'", "did you mean 'gab'?")
tell_case("neither row nor id", lambda waiting, told: ("molecule,gap\nwater,1\n",), "answers.csv:1: needs a column 'row' or 'id'")
tell_case("not a number", lambda waiting, told: (f"row,gap\n{waiting[0]},1\n{waiting[1]},n/a\n",), "answers.csv:3: column 'gap': 'n/a' is not a number")
tell_case("NaN", lambda waiting, told: (f"row,gap\n{waiting[0]},1\n{waiting[1]},nan\n", waiting[1]), "answers.csv:3: column 'gap' of row {} is not a finite number; a row without an answer has status = failed")
tell_case("an empty answer", lambda waiting, told: (f"row,gap\n{waiting[0]},\n", waiting[0]), "answers.csv:2: column 'gap' of row {} is not a finite number; a row without an answer has status = failed")
tell_case("infinite", lambda waiting, told: (f"row,gap\n{waiting[0]},1e999\n",), "answers.csv:2: column 'gap'", "1e999")
tell_case("unknown status", lambda waiting, told: (f"row,gap,status\n{waiting[0]},1,done\n",), "answers.csv:2: status 'done': must be one of \"ok\", \"failed\", or empty")
tell_case("empty file", lambda waiting, told: ("",), "answers.csv: empty; a header line is needed")
tell_case("no answers", lambda waiting, told: ("row,gap\n",), "answers.csv: no rows below the header")
tell_case("before anything was asked", lambda waiting, told: (f"row,gap\n{waiting[0]},1\n",), "new.run: no run is there; run sluice ask first", command="tell ask.toml answers.csv --run-dir new.run")
plain_case("tell: file missing", "tell ask.toml nowhere.csv", "nowhere.csv: ", "No such file or directory")
plain_case("tell: answers to another campaign", "tell ask.toml told.csv --set campaign.seed=2", "asked.run: holds a run of another campaign ('asked')", may_write=r"asked\.run/stages\.csv")
plain_case("ask: output folder missing", "ask ask.toml -o nowhere/batch.csv", "nowhere/batch.csv", "No such file or directory")
plain_case("run: a campaign that people answer", "run ask.toml", 'ask.toml: [problem] kind = "ask-tell" has no oracle of its own; use sluice ask and sluice tell', may_write=r"asked\.run/(run\.log|sessions\.jsonl|stages\.csv)")


@case("tell: ids that are not unique", "tell ask.toml answers.csv", "answers.csv:2: id 'twin' belongs to several rows of pool.h5; use a column 'row'")
def ids_twice(at):
    rows = [int(line.split(",")[1]) for line in (at / "asked.csv").read_text().splitlines()[1:]]
    with h5py.File(at / "pool.h5", "r+") as file:
        file["ids"][rows[2]] = b"twin"
        file["ids"][rows[3]] = b"twin"
    (at / "answers.csv").write_text("id,gap\ntwin,1\n")
