"""Command lines, outputs and environments that cannot be used."""

from case import case, plain_case
from small_files import ROWS
from spoiling import change_in_checkpoint


plain_case("generate: unknown simulator", "generate closed-pool --rows 5 -o new.h5", "command line: simulator: closed-pool not in {", "omol-like")
plain_case("generate: no rows", "generate ternary --rows 0 -o new.h5", "command line: --rows", "0", "1 to 1099511627776")
plain_case("generate: output folder missing", "generate ternary --rows 5 -o nowhere/new.h5", "nowhere/new.h5", "No such file or directory")
plain_case("select: more rows than the pool has", "select pool.h5 --count 61 -o rows.csv", "command line: --count 61: pool.h5 has 60 rows to choose from")
plain_case("select: no rows", "select pool.h5 --count 0 -o rows.csv", "command line: --count", "0", "1 to 1099511627776")
plain_case("select: unknown method", "select pool.h5 --method nearest --count 3 -o rows.csv", "command line: --method: nearest not in {", "max-dist")
plain_case("select: output folder missing", "select pool.h5 --count 3 -o nowhere/rows.csv", "nowhere/rows.csv", "No such file or directory")
plain_case("select: output is a folder", "select pool.h5 --count 3 -o small.run", "small.run", "is a folder")
plain_case("select: labelled file missing", "select pool.h5 --count 3 -o rows.csv --labelled nowhere.csv", "nowhere.csv: ", "No such file or directory")
for name, text, said in (
    ("without rows", "id\nmol1\n", "labelled.csv:1: needs a column 'row'"),
    ("beyond the pool", "row\n3\n60\n", "labelled.csv:3: 60 is not a row of the pool; allowed: 0 to 59"),
    ("not numbers", "row\n3\nmol1\n", "labelled.csv:3: column 'row': 'mol1' is not a number"),
    ("all rows", "row\n" + "".join(f"{row}\n" for row in range(ROWS)), "command line: --count 3: pool.h5 has 0 rows to choose from"),
):
    case(f"select: labelled rows {name}", "select pool.h5 --count 3 -o rows.csv --labelled labelled.csv", said)(lambda at, text=text: (at / "labelled.csv").write_text(text))

plain_case("command line: empty", "", "command line: A subcommand is required", "sluice --help")
plain_case("command line: unknown command", "runn campaign.toml", "command line: runn: unknown command; did you mean run?", "sluice --help")
plain_case("command line: unknown option", "run campaign.toml --frobnicate", "command line: ", "--frobnicate", "sluice --help")
plain_case("command line: an argument too many", "validate campaign.toml ask.toml", "command line: ", "ask.toml", "sluice --help")
plain_case("command line: no campaign", "run", "command line: campaign is required")
plain_case("command line: no output", "ask ask.toml", "command line: --output is required")
plain_case("command line: no threads", "--threads 0 validate campaign.toml", "command line: --threads: ", "0", "1 to 1024")
plain_case("command line: threads in words", "validate campaign.toml --threads two", "command line: ", "--threads", "two")
plain_case("command line: negative time limit", "run campaign.toml --time-limit -3", "command line: --time-limit: ", "-3")
plain_case("command line: time limit is no number", "run campaign.toml --time-limit nan", "command line: --time-limit: ", "nan")
plain_case("run: folder cannot be made", "run campaign.toml --run-dir campaign.toml/run", "campaign.toml/run", "Not a directory")
plain_case("run: folder is a file", "run campaign.toml --run-dir ask.toml", "ask.toml: is a file, not a folder")
plain_case("report: no run", "report nowhere.run -o report.html", "nowhere.run/journal.jsonl: no such file; nowhere.run is not a run folder")
plain_case("report: a pool without latents", "report pool.h5 -o report.html", "pool.h5: holds no latents: report is about run folders, or pools that represent wrote")
plain_case("report: a text file", "report campaign.toml -o report.html", "campaign.toml: not an HDF5 file")
plain_case("report: a run and a pool", "report small.run pool.h5 -o report.html", "a report is about run folders or about pools of latents, not about both")
plain_case("report: output folder missing", "report small.run -o nowhere/report.html", "nowhere/report.html", "No such file or directory")
plain_case("inspect: missing", "inspect nowhere.h5", "nowhere.h5: ", "No such file or directory")
plain_case("inspect: a text file", "inspect campaign.toml", "campaign.toml: not an HDF5 file")
plain_case("inspect: no run", "inspect empty.run", "empty.run/journal.jsonl: ", "No such file or directory")


@case("inspect: damaged checkpoint", "inspect small.run/checkpoint.h5", "small.run/checkpoint.h5: checksum of the state differs (file damaged)")
def inspect_damaged(at):
    change_in_checkpoint(at / "small.run/checkpoint.h5", "values")


@case("report: damaged metrics", "report small.run -o report.html", "small.run/metrics.csv:2: column 'labelled': 'x' is not a number")
def damaged_metrics(at):
    text = (at / "small.run/metrics.csv").read_text().splitlines(keepends=True)
    column = text[0].split(",").index("labelled")
    cells = text[1].split(",")
    cells[column] = "x"
    (at / "small.run/metrics.csv").write_text(text[0] + ",".join(cells) + "".join(text[2:]))


@case("report: damaged journal", "report small.run -o report.html", "small.run/journal.jsonl:4: not a JSON object; the file is damaged")
def report_damaged_journal(at):
    lines = (at / "small.run/journal.jsonl").read_text().splitlines(keepends=True)
    lines[3] = lines[3][:20] + "\n"
    (at / "small.run/journal.jsonl").write_text("".join(lines))


# libgomp reads the variable before the program begins, and complains by itself.
LIBGOMP = r"libgomp: |Invalid value for environment variable OMP_NUM_THREADS.*"
for threads in ("zero", "-2", "0", "3.5", "99999"):
    plain_case(f"environment: OMP_NUM_THREADS={threads}", "validate campaign.toml", f"environment: OMP_NUM_THREADS = '{threads}': must be a whole number from 1 to 1024",
               environment={"OMP_NUM_THREADS": threads}, noise=LIBGOMP)
