"""What is refused before a file is read: what is packed, lies elsewhere, is no file, or is larger than this machine can hold.

Words only for what is wrong with a file as a whole; what stands in it is looked at in `inspection`.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pyarrow.parquet as pq

#: Rows that one table in memory may have: what 32 bits can count.
LARGEST_TABLE = 2**31 - 1
#: Columns of one table, its owner's own ones too.
MOST_COLUMNS = 10_000
#: Characters of the line that names a CSV's columns. Arrow refuses later rows that are longer by itself.
LONGEST_LINE = 2**20
_PACKED = (".zip", ".gz", ".bz2", ".xz", ".zst", ".lz4", ".7z", ".tar", ".tgz", ".rar")
#: How packed files begin, whatever their names.
_SIGNS = {
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "packed by gzip",
    b"BZh": "packed by bzip2",
    b"\xfd7zXZ\x00": "packed by xz",
    b"\x28\xb5\x2f\xfd": "packed by zstd",
    b"\x04\x22\x4d\x18": "packed by lz4",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a rar archive",
}


class Unreadable(Exception):
    """A file that cannot be taken; its arguments are what is wrong, what was expected, and a hint."""


def part_files(path: Path) -> list[Path]:
    """The parquet files of a table that is a folder, by name; hidden and unfinished ones are left alone."""
    return sorted(file for file in path.glob("*.parquet") if not file.name.startswith((".", "_")))


def packed_files(folder: Path, name: str) -> list[Path]:
    """Archives and compressed files that a table may be packed into."""
    return [
        path
        for ending in _PACKED
        for path in folder.glob(f"{name}*{ending}")
        if path.stem.split(".")[0] == name
    ]


def refuse_elsewhere(folder: Path, path: Path) -> None:
    """Refuse what is packed, by name or by content, is no file or folder, or is a link that leads out of the folder."""
    if path.name.endswith(_PACKED):
        raise Unreadable("is packed", "a file that is not packed", f"unpack {path.name}")
    inside = folder.resolve()
    for file in (path, *(part_files(path) if path.is_dir() else [])):
        try:
            real = file.resolve(strict=True)
        except (OSError, RuntimeError):
            raise Unreadable(
                f"is a link that leads nowhere ({file.name})",
                "a file of its own",
                "copy the file into the folder",
            ) from None
        if not real.is_relative_to(inside):
            raise Unreadable(
                f"is a link that leads out of the folder ({file.name})",
                "a file of its own",
                "copy the file into the folder",
            )
        if file.is_dir() and (path.suffix or file != path):
            raise Unreadable(
                f"is a folder ({file.name})", "a file", f"name a folder of parquet files {path.stem}"
            )
        if not (file.is_file() or file.is_dir()):
            raise Unreadable(
                f"is no file but a pipe or a device ({file.name})",
                "a file",
                "write the table into a file",
            )
        if file.is_file():
            _refuse_packed(file)


def _refuse_packed(path: Path) -> None:
    try:
        with path.open("rb") as file:
            begins = file.read(262)
    except OSError as error:
        raise Unreadable(
            f"cannot be opened ({error.strerror})", "a file that may be read", "look at its rights"
        ) from None
    found = next((words for sign, words in _SIGNS.items() if begins.startswith(sign)), "")
    found = found or ("a tar archive" if begins[257:] == b"ustar" else "")
    if found:
        raise Unreadable(
            f"is {found}, whatever its name",
            "a file that is not packed",
            f"unpack {path.name}, and name what was in it so",
        )


def read_header(path: Path) -> list[str]:
    """The names of a CSV's columns; refused where there are none, or the first line cannot be meant to be one."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(_short_lines(file)), [])
    if not header:
        raise Unreadable(
            "is empty", "a header at least", "write the names of the columns into the first line"
        )
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        raise Unreadable("is not separated by commas", "commas between cells", "export it again with commas")
    refuse_columns(header)
    return header


def _short_lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise Unreadable(
                f"has a first line of more than {LONGEST_LINE:,} characters",
                "the names of the columns",
                "end each row with a line break",
            )
        yield line


def refuse_too_large(size: int, rows: int = 0) -> None:
    """Refuse a table whose cells cannot have room in this machine's memory, before any is read.

    Parameters
    ----------
    size : int
        Bytes, unpacked.
    rows : int
        Where they are known before.
    """
    if rows > LARGEST_TABLE:
        raise Unreadable(
            f"has {rows:,} rows", f"at most {LARGEST_TABLE:,}", "split the table into a folder of files"
        )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if size > memory:
        raise Unreadable(
            f"unpacks to {size / 2**30:,.1f} GiB",
            f"at most this machine's {memory / 2**30:,.1f} GiB",
            "score with --engine parts",
        )


def measure(metadata: pq.FileMetaData) -> int:
    """The bytes that a parquet file unpacks to."""
    return sum(metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))


def refuse_columns(names: list[str]) -> None:
    """Refuse more columns than any table has, and names that stand there twice."""
    if len(names) > MOST_COLUMNS:
        raise Unreadable(
            f"has {len(names):,} columns", f"at most {MOST_COLUMNS:,}", "keep those of the contract"
        )
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise Unreadable(
            f"names {', '.join(name[:60] for name in twice[:9])} twice",
            "each column once",
            "rename or drop one of them",
        )
