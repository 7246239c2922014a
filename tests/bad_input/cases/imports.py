"""Files that cannot become a pool."""

import numpy as np

from case import case, plain_case
from spoiling import change_byte, cut


def csv_case(name, text, arguments, *says):
    case(f"import CSV: {name}", f"import data.csv -o new.h5 {arguments}", *says)(lambda at: (at / "data.csv").write_bytes(text if isinstance(text, bytes) else text.encode()))


TABLE = "id,a,b,gap\n" + "".join(f"m{i},{i},{i * i},{-i}\n" for i in range(40))
SMALL_TILES = "--tile-rows 4"
csv_case("number expected", TABLE.replace("m30,30,", "m30,thirty,"), f"--ids id --targets gap {SMALL_TILES}", "data.csv:32: column 'a': 'thirty' is not a number")
csv_case("number expected in a target", TABLE.replace("900,-30", "900,low"), f"--ids id --targets gap {SMALL_TILES}", "data.csv:32: column 'gap': 'low' is not a number")
csv_case("column of texts not dropped", TABLE, "--targets gap", "data.csv:2: column 'id': 'm0' is not a number")
csv_case("comma for a decimal point", 'a;b\n1,5;2,5\n', "", "data.csv:2: 3 cells where the header has 1 column")
csv_case("ragged row", TABLE.replace("m3,3,", "m3,3,3,"), "--ids id", "data.csv:5: 5 cells where the header has 4 columns")
csv_case("column twice", TABLE.replace("a,b", "a,a"), "--ids id", "data.csv:1: column 'a' appears twice")
csv_case("empty", "", "", "data.csv: empty; a header line is needed")
csv_case("only a header", "a,b\n", "", "data.csv: 0 rows and 2 feature columns; at least one of each is needed")
csv_case("no feature columns", "gap\n1\n2\n", "--targets gap", "data.csv: 2 rows and 0 feature columns; at least one of each is needed")
csv_case("target missing", TABLE, "--ids id --targets gab", "data.csv:1: no column 'gab'; did you mean 'gap'?")
csv_case("target twice", TABLE, "--ids id --targets gap,gap", "--targets: 'gap' appears twice")
csv_case("ids missing", TABLE, "--ids ident", "data.csv:1: no column 'ident'")
csv_case("dropped column missing", TABLE, "--ids id --drop c", "data.csv:1: no column 'c'")
csv_case("unclosed quote", TABLE.replace("m3,", '"m3,'), "--ids id", "data.csv:5: a quoted cell is not closed")
csv_case("text after a quote", TABLE.replace("m3,", '"m3"x,'), "--ids id", "data.csv:5: not a CSV row")
csv_case("values too large for float32", TABLE.replace("m30,30,", "m30,1e39,"), f"--ids id {SMALL_TILES}", "data.csv:32: column 'a': 1e+39 does not fit float32; allowed: finite float32 numbers")
csv_case("infinite target", TABLE.replace("900,-30", "900,inf"), f"--ids id --targets gap {SMALL_TILES}", "data.csv:32: target 'gap': inf is not allowed; must be finite, or NaN or empty where unknown")
csv_case("values that are no bits", TABLE, "--ids id --type bits --drop gap", "data.csv:4: column 'a': 2 does not fit bits; allowed: 0 and 1")
csv_case("binary file", bytes(range(256)) * 4, "", "data.csv:")
csv_case("bad tile size", TABLE, "--ids id --tile-rows 0", "--tile-rows", "1 to 1048576")
csv_case("unknown type", TABLE, "--ids id --type float64", "--type", "float64", "float32", "float16")
plain_case("import: source missing", "import nowhere.csv -o new.h5", "nowhere.csv: ", "No such file or directory")
plain_case("import: unknown kind of file", "import ask.toml -o new.h5", "ask.toml: unknown kind of file; allowed: .csv, .npy, .npz")
plain_case("import: output folder missing", "import told.csv -o nowhere/new.h5 --ids id --drop status", "nowhere/new.h5", "No such file or directory")
plain_case("import: output is a folder", "import told.csv -o small.run --ids id --drop status", "small.run", "is a folder")


def npy_case(name, array, arguments, *says):
    """`array`: an array to be saved, or a function of the path."""

    def prepare(at):
        array(at / "data.npy") if callable(array) else np.save(at / "data.npy", array, allow_pickle=True)

    case(f"import NPY: {name}", f"import data.npy -o new.h5 {arguments}", *says)(prepare)


def npz_case(name, arrays, arguments, *says):
    def prepare(at):
        arrays(at / "data.npz") if callable(arrays) else np.savez(at / "data.npz", **arrays)

    case(f"import NPZ: {name}", f"import data.npz -o new.h5 {arguments}", *says)(prepare)


def truncated_npy(path):
    np.save(path, np.ones((30, 4), "f4"))
    cut(path, -100)


def npy_of_absurd_shape(path):
    np.save(path, np.ones((30, 4), "f4"))
    path.write_bytes(path.read_bytes().replace(b"'shape': (30, 4), }" + b" " * 30, b"'shape': (4611686018427387904, 4), }".ljust(49)))


def truncated_npz(path):
    np.savez(path, features=np.ones((30, 4), "f4"))
    cut(path, -100)


def damaged_npz(path):
    np.savez_compressed(path, features=np.random.default_rng(1).normal(size=(300, 4)).astype("f4"))
    change_byte(path, path.stat().st_size // 2)


GRID = np.arange(120.0).reshape(30, 4)
npy_case("not NumPy", lambda path: path.write_text("1 2 3\n" * 20), "", "data.npy: not a NumPy array file")
npy_case("empty", lambda path: path.write_bytes(b""), "", "data.npy: not a NumPy array file")
npy_case("missing", lambda path: None, "", "data.npy: ", "No such file or directory")
npy_case("truncated", truncated_npy, "", "data.npy: truncated: 380 bytes of data where 480 are needed")
npy_case("absurd shape", npy_of_absurd_shape, "", "data.npy: damaged: no array can be of shape (4611686018427387904, 4)")
npy_case("Fortran order", np.asfortranarray(GRID), "", "data.npy: in Fortran order; save it again with numpy.ascontiguousarray")
npy_case("objects", GRID.astype(object), "", "data.npy: element type is not supported; allowed: floats, integers, booleans")
npy_case("records", np.zeros((30, 4), [("a", "f4")]), "", "data.npy: element type is not supported; allowed: floats, integers, booleans")
npy_case("complex", GRID.astype(complex), "", "data.npy: element type 'c' is not supported; allowed: floats, integers, booleans")
npy_case("texts", GRID.astype("U5"), "", "data.npy: ", "not numbers")
npy_case("long double", GRID.astype(np.longdouble), "", "data.npy: ", "16 bytes")
npy_case("big-endian", GRID.astype(">f4"), "", "data.npy: big-endian; save it again with .astype(array.dtype.newbyteorder('<'))")
npy_case("one dimension", GRID[:, 0].copy(), "", "data.npy: has 1 dimension", "must be [rows, columns]")
npy_case("three dimensions", GRID.reshape(30, 2, 2), "", "data.npy: has 3 dimensions; must be [rows, columns]")
npy_case("no rows", GRID[:0], "", "data.npy: 0 rows and 4 feature columns; at least one of each is needed")
npy_case("too large for uint8", GRID * 3, f"--type uint8 {SMALL_TILES}", "data.npy: row 21, column 2: 258 does not fit uint8; allowed: whole numbers from 0 to 255")
npy_case("not whole for uint8", GRID + 0.5, f"--type uint8 {SMALL_TILES}", "data.npy: row 0, column 0: 0.5 does not fit uint8; allowed: whole numbers from 0 to 255")
npy_case("too large for float16", GRID * 1000, f"--type float16 {SMALL_TILES}", "data.npy: row 16, column 2: 66000 does not fit float16; allowed: from -65504 to 65504")
npy_case("negative integers of one byte", (GRID - 100).astype("i1"), SMALL_TILES, "data.npy: row 0, column 0: -100 does not fit uint8; allowed: whole numbers from 0 to 255")
npy_case("other than 0 and 1 for bits", GRID.astype("u1"), f"--type bits {SMALL_TILES}", "data.npy: row 0, column 2: 2 does not fit bits; allowed: 0 and 1")
npy_case("provenance is not the file", GRID, "--type bits --provenance 'measured in May'", "data.npy: row 0, column 2: 2 does not fit bits")
npy_case("options of CSV", GRID, "--targets gap", "command line: --targets: only for CSV, and data.npy is not")
npz_case("without features", {"X": GRID}, "", "data.npz: no array 'features'; there are: X")
npz_case("not an archive", lambda path: path.write_text("1 2 3\n" * 20), "", "data.npz: cannot be opened as a NumPy archive", "Not a zip archive")
npz_case("missing", lambda path: None, "", "data.npz: ", "No such file")
npz_case("truncated", truncated_npz, "", "data.npz: cannot be opened as a NumPy archive")
npz_case("damaged", damaged_npz, "", "data.npz: features: ", "the file is damaged")
npz_case("targets with another number of rows", {"features": GRID, "targets": GRID[:29]}, "", "data.npz: targets: has 29 rows; must have 30")
npz_case("targets are texts", {"features": GRID, "targets": GRID.astype("U5")}, "", "data.npz: targets: ", "not numbers")
npz_case("infinite target", {"features": GRID, "targets": np.where(GRID[:, :1] == 80, np.inf, GRID[:, :1])}, SMALL_TILES, "data.npz: row 20, target 'target_0': inf", "finite")
npz_case("names for another number of targets", {"features": GRID, "targets": GRID[:, :2], "target_names": np.array(["gap"])}, "", "data.npz: target_names: has 1 row", "must have 2")
npz_case("names for another number of columns", {"features": GRID, "columns": np.array(["gap"])}, "", "data.npz: columns: has 1 row", "must have 4")
npz_case("ids of another number of rows", {"features": GRID, "ids": np.array(["a", "b"])}, "", "data.npz: ids: has 2 rows; must have 30")
npz_case("names that are objects", {"features": GRID, "columns": np.array(list("abcd"), dtype=object)}, "", "data.npz: columns: element type is not supported; allowed: floats, integers, booleans, text")
