"""A result folder that appears whole or not at all, and that one run at a time works on.

A run writes beside it, under a hidden name, and renames at the end. Whatever kills the run, the lock goes with the process
and the next run sweeps up. The lock is the operating system's (flock): on a network drive it holds as far as that drive holds it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resellerrisk.errors import InputError

#: Every finished result holds this file; a folder without it is not ours and is not replaced.
FACTS = "run.json"


class Busy(Exception):
    """Another run holds the lock."""


@contextmanager
def whole_folder(out: str | os.PathLike[str]) -> Iterator[Path]:
    """A folder to write to, which takes the place of ``out`` when the block ends well.

    A result that is the same byte by byte is left as it stands, times and all. Where it differs, the old one is renamed away
    and the new one renamed in: for a moment there is none, never a half.

    Parameters
    ----------
    out : path
        Where the result is to stand.

    Yields
    ------
    Path
        An empty folder beside it. The block writes `FACTS` there last.

    Raises
    ------
    Busy
        Another run is at work on the same result.
    InputError
        ``out`` is something else than an earlier result.

    Examples
    --------
    >>> import tempfile
    >>> out = Path(tempfile.mkdtemp()) / "night"
    >>> with whole_folder(out) as folder:
    ...     _ = (folder / FACTS).write_text("{}")
    ...     out.exists()
    False
    >>> [path.name for path in out.iterdir()]
    ['run.json']
    """
    out = Path(out).absolute()
    unfinished, replaced = (out.with_name(f".{out.name}.{word}") for word in ("unfinished", "replaced"))
    out.parent.mkdir(parents=True, exist_ok=True)
    with hold_lock(out.with_name(f".{out.name}.lock")):
        if replaced.exists() and not out.exists():
            replaced.rename(out)
        _refuse_foreign(out)
        _sweep(unfinished, replaced)
        unfinished.mkdir()
        try:
            yield unfinished
            _put(unfinished, out, replaced)
        finally:
            _sweep(unfinished)


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold a lock file; it stays, empty, when the lock is gone.

    Raises
    ------
    Busy
        Where another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"Another run is at work here: {path} is locked.") from None
        yield


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file that appears whole or not at all, and stays when the power goes.

    Parameters
    ----------
    path : path
        A file that stands there is replaced.
    content : str or bytes

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "note.txt"
    >>> write_whole(path, "kept")
    >>> path.read_text()
    'kept'
    """
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
        put_to_disk(unfinished)
        os.replace(unfinished, path)
        put_to_disk(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def copy_whole(source: Path, target: Path) -> None:
    """Copy a folder so that the copy appears whole, in the place of what stood there."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(unfinished)
    try:
        shutil.copytree(source, unfinished)
        for path in unfinished.rglob("*"):
            put_to_disk(path)
        _sweep(target)
        unfinished.rename(target)
        put_to_disk(target.parent)
    finally:
        _sweep(unfinished)


def hash_files(folder: Path) -> dict[str, str]:
    """SHA-256 (hex) of every file of a folder, by its path in it, in the order of the paths."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    found = {}
    for path in paths:
        with path.open("rb") as file:
            found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _refuse_foreign(out: Path) -> None:
    ours = not out.exists() or (out / FACTS).is_file() or (out.is_dir() and not any(out.iterdir()))
    if not ours:
        raise InputError(
            f"{out} stands there and is no result of an earlier run.",
            f"A result holds {FACTS}.",
            hint="name another folder with --out",
        )


def _put(unfinished: Path, out: Path, replaced: Path) -> None:
    if out.exists() and hash_files(out) == hash_files(unfinished):
        return
    for path in sorted(unfinished.rglob("*")):
        put_to_disk(path)
    if out.exists():
        out.rename(replaced)
    unfinished.rename(out)
    put_to_disk(out.parent)
    _sweep(replaced)


def put_to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(*folders: Path) -> None:
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)
