"""Pool files that are damaged, or no pool."""

import h5py
import numpy as np

from case import TRIED, case, not_started, plain_case
from small_files import COLUMNS, INITIAL, ROWS, TILE
from spoiling import replace_in


def pool_case(name, spoil, *says, run=False, **more):
    """The pool file with something changed by a function of the open file. Read by `select`, or `run` where targets matter."""

    def prepare(at):
        with h5py.File(at / "pool.h5", "r+") as file:
            spoil(file)

    if run:
        case(f"pool file: {name}", "run campaign.toml --run-dir new.run", *says, may_write=TRIED, **more)(prepare)
    else:
        case(f"pool file: {name}", "select pool.h5 --count 3 -o rows.csv", *says, **more)(prepare)


def pool_bytes_case(name, change, *says):
    """The pool file with its bytes changed, for both who read it first serially and who read it in parallel."""

    def prepare(at):
        content = (at / "pool.h5").read_bytes()
        (at / "pool.h5").write_bytes(change(content))

    case(f"pool file: {name}", "select pool.h5 --count 3 -o rows.csv", "pool.h5: ", *says)(prepare)
    case(f"pool file: {name} (run)", "run campaign.toml --run-dir new.run", "campaign.toml:<pool.h5>: [pool] file: pool.h5: ", *says, not_started(), lines=2)(prepare)


def put(name, data):
    """Replaces a data set."""

    def spoil(file):
        if name in file:
            del file[name]
        if data is not None:
            file[name] = data

    return spoil


def attribute(name, value):
    def spoil(file):
        if name in file.attrs:
            del file.attrs[name]
        if value is not None:
            file.attrs[name] = value

    return spoil


def cell(dataset, row, column, value):
    def spoil(file):
        file[dataset][row, column] = value

    return spoil


def both(*spoils):
    def spoil(file):
        for one in spoils:
            one(file)

    return spoil


def everything(file):
    for name in list(file):
        del file[name]
    for name in list(file.attrs):
        del file.attrs[name]


VARIABLE = h5py.string_dtype()
TEXTS = np.array(["a", "b"], dtype=object)

plain_case("pool file: missing", "select nowhere.h5 --count 3 -o rows.csv", "nowhere.h5: ", "No such file or directory")
plain_case("pool file: a folder", "select small.run --count 3 -o rows.csv", "small.run: is a folder, not a file")
pool_bytes_case("a text file", lambda content: b"x,y\n1,2\n" * 500, "not an HDF5 file")
pool_bytes_case("empty", lambda content: b"", "not an HDF5 file")
pool_bytes_case("cut in its first bytes", lambda content: content[:50], "truncated")
pool_bytes_case("cut to 1 KB", lambda content: content[:1024], "truncated")
pool_bytes_case("cut to half", lambda content: content[: len(content) // 2], "truncated")
pool_bytes_case("last byte missing", lambda content: content[:-1], "truncated")
pool_case("HDF5 of something else", everything, "pool.h5: not a pool file (no attribute 'sluice_pool'); make one with: sluice import")
pool_case("newer format", attribute("sluice_pool", 2), "pool.h5: pool format 2; this program reads format 1")
pool_case("format is a text", attribute("sluice_pool", "one"), "pool.h5: attribute 'sluice_pool' is not a whole number")
pool_case("format is a list", attribute("sluice_pool", np.arange(1, 2000)), "pool.h5: attribute 'sluice_pool' is not a whole number")
pool_case("encoding is a list", attribute("encoding", np.array(["plain"] * 50, "S")), "pool.h5: attribute 'encoding' is not a text")
pool_case("no features", put("features", None), "pool.h5: no data set /features")
pool_case("features are a group", both(put("features", None), lambda file: file.create_group("features")), "pool.h5: /features is not a data set")
pool_case("features in one dimension", put("features", np.ones(ROWS, "f4")), "pool.h5: /features has 1 dimension", "must be [rows, columns]")
pool_case("features are one number", put("features", np.float32(1)), "pool.h5: /features has 0 dimensions", "must be [rows, columns]")
for wrong in ("f8", "i4", "i8", "i1", "u2", "S3"):
    pool_case(f"features are {wrong}", put("features", np.ones((ROWS, COLUMNS)).astype(wrong)), "pool.h5: /features has an element type that is not supported; allowed: float32, float16, uint8, packed bits")
pool_case("no rows", both(put("features", np.ones((0, COLUMNS), "f4")), put("targets", None), put("ids", None)), "pool.h5: /features is 0 x 5; at least one row and one column are needed")
pool_case("no columns", both(put("features", np.ones((ROWS, 0), "f4")), put("columns", None)), "pool.h5: /features is 60 x 0; at least one row and one column are needed")
pool_case("tiles of no rows", attribute("tile_rows", 0), "pool.h5: attribute 'tile_rows' = 0: must be from 1 to 1048576")
pool_case("tiles of too many rows", attribute("tile_rows", 2**21), "pool.h5: attribute 'tile_rows' = 2097152: must be from 1 to 1048576")
pool_case("no tile size", attribute("tile_rows", None), "pool.h5: no attribute 'tile_rows'")
pool_case("unknown encoding", attribute("encoding", "zip"), "pool.h5: attribute 'encoding' = 'zip': must be one of \"plain\", \"bits\"")
pool_case("bits that are floats", attribute("encoding", "bits"), "pool.h5: /features is said to be packed bits, but is not uint8")
BITS = both(attribute("encoding", "bits"), put("features", np.ones((ROWS, 2), "u1")), put("columns", None))
pool_case("bits of unknown number", BITS, "pool.h5: no attribute 'bits'")
pool_case("bits with rows of the wrong width", both(BITS, attribute("bits", 17)), "pool.h5: 17 packed bits need rows of 3 bytes; /features has 2")
pool_case("negative number of bits", both(BITS, attribute("bits", -16)), "pool.h5: /features is 60 x -16; at least one row and one column are needed")
pool_case("too few column names", put("columns", np.array(["x0", "x1"], "S")), "pool.h5: /columns has 2 names for 5 columns")
pool_case("column names of variable length", put("columns", np.array(list("abcde"), dtype=VARIABLE)), "pool.h5: /columns holds strings of variable length; write them with a fixed length")
pool_case("column names are numbers", put("columns", np.arange(5)), "pool.h5: /columns must be a list of strings")
pool_case("column names in two dimensions", put("columns", np.array([list("abcde")], "S")), "pool.h5: /columns must be a list of strings")
pool_case("one text for all column names", put("columns", np.bytes_("x0,x1,x2,x3,x4")), "pool.h5: /columns must be a list of strings")
pool_case("targets with another number of rows", put("targets", np.ones((ROWS - 1, 2))), "pool.h5: /targets must be [60, targets], as /features has 60 rows")
pool_case("targets in one dimension", put("targets", np.ones(ROWS)), "pool.h5: /targets must be [60, targets], as /features has 60 rows")
pool_case("targets are texts", put("targets", np.full((ROWS, 2), b"1.5")), "pool.h5: /targets", "must be numbers")
pool_case("no target names", put("target_names", None), "pool.h5: /target_names has 0 names for 2 targets")
pool_case("too few target names", put("target_names", np.array(["gap"], "S")), "pool.h5: /target_names has 1 name", "for 2 targets")
pool_case("a target name twice", put("target_names", np.array(["gap", "gap"], "S")), "pool.h5: /target_names: 'gap' appears twice")
pool_case("target names of variable length", put("target_names", TEXTS.astype(VARIABLE)), "pool.h5: /target_names holds strings of variable length; write them with a fixed length")
pool_case("too few units", put("target_units", np.array(["eV", "D", "m"], "S")), "pool.h5: /target_units has 3 ", "for 2 targets")
pool_case("ids with another number of rows", put("ids", np.array(["a", "b"], "S")), "pool.h5: /ids must be [60] strings")
pool_case("ids are numbers", put("ids", np.arange(ROWS)), "pool.h5: /ids must be [60] strings")
pool_case("ids of variable length", put("ids", np.array([f"m{r}" for r in range(ROWS)], dtype=VARIABLE)), "pool.h5: /ids holds strings of variable length; write them with a fixed length")
pool_case("NaN feature", cell("features", 51, 3, np.nan), "pool.h5: /features row 51, column 3 ('x3') is not a finite number")
pool_case("infinite feature (run)", cell("features", 17, 4, np.inf), "pool.h5: /features row 17, column 4 ('x4') is not a finite number; repair the pool or set [pool] missing = \"drop-row\"", run=True)
pool_case("NaN feature without a name", both(put("columns", None), cell("features", 59, 0, np.nan)), "pool.h5: /features row 59, column 0 is not a finite number")
pool_case("two NaN features: the first row is named", both(cell("features", 50, 1, np.nan), cell("features", 20, 2, np.nan)), "pool.h5: /features row 20, column 2 ('x2')")
pool_case("no row with its target", lambda file: file["targets"].__setitem__((slice(None), 0), np.nan), "pool.h5: 0 rows have all their targets", "at least 4", run=True)


@case("pool file: every row dropped, closed pool", 'run campaign.toml --run-dir new.run --set pool.missing=drop-row', "pool.h5: 0 rows have all their targets", may_write=TRIED)
@case("pool file: every row dropped, nothing to ask", 'ask ask.toml --run-dir new.run -o new.csv --set pool.missing=drop-row', "ask.toml: no row of pool.h5 can be asked for: each lacks a feature", may_write=TRIED)
def every_row_dropped(at):
    with h5py.File(at / "pool.h5", "r+") as file:
        file["features"][:, 0] = np.nan


@case("pool file: initial row without its target", "run campaign.toml --run-dir new.run", "campaign.toml:", "[campaign.initial] rows: row 7 cannot be used: a feature or target is missing", may_write=TRIED)
def initial_row_without_target(at):
    replace_in(at / "campaign.toml", INITIAL, '{ rule = "rows", rows = [3, 7] }')
    with h5py.File(at / "pool.h5", "r+") as file:
        file["targets"][7, 0] = np.nan


@case("pool file: streamed, and stored in chunks", "select pool.h5 --residency stream --count 3 -o rows.csv", "pool.h5: /features is stored in chunks", "residency")
def chunked(at):
    with h5py.File(at / "pool.h5", "r+") as file:
        features = file["features"][:]
        del file["features"]
        file.create_dataset("features", data=features, chunks=(TILE, COLUMNS))


plain_case("select: unknown residency", "select pool.h5 --residency disk --count 3 -o rows.csv", "command line: --residency: disk not in {", "stream")


@case("pool file: a chunk of one rank damaged", "run campaign.toml --run-dir new.run", "pool.h5: ", "/features", "checksum", may_write=TRIED)
def damaged_chunk(at):
    with h5py.File(at / "pool.h5", "r+") as file:
        features = file["features"][:]
        del file["features"]
        file.create_dataset("features", data=features, chunks=(TILE, COLUMNS), fletcher32=True)
        place = file["features"].id.get_chunk_info(5).byte_offset
    with open(at / "pool.h5", "r+b") as raw:
        raw.seek(place + 10)
        raw.write(b"\x55\xaa\x55\xaa")
