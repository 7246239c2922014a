"""What is done to files that were sound."""

import h5py


def replace_in(path, old, new):
    text = path.read_text()
    assert old in text, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new, 1))


def cut(path, size):
    with open(path, "r+b") as file:
        file.truncate(size if size >= 0 else path.stat().st_size + size)


def change_byte(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 0x10
    path.write_bytes(content)


def change_in_checkpoint(path, dataset):
    with h5py.File(path, "r+") as file:
        file[dataset][0] += 1
