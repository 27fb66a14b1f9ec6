"""Folders of a state put to disk, with the sizes of their files written down, by which a cut or missing file is noticed."""

from __future__ import annotations

import json
from pathlib import Path

from resellerrisk.jobs.folder import put_to_disk

#: The sizes of a folder's files, as they were written.
SIZES = "sizes.json"


def seal(folder: Path) -> None:
    """Put a folder to disk and note the sizes of its files.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "some").write_text("rows")
    >>> seal(folder)
    >>> is_whole(folder), (folder / "some").write_text("row"), is_whole(folder)
    (True, 3, False)
    """
    sizes = {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    (folder / SIZES).write_text(json.dumps(sizes))
    for path in [*folder.rglob("*"), folder]:
        put_to_disk(path)


def is_whole(folder: Path) -> bool:
    """Whether the files of a folder have the sizes they were written with."""
    try:
        sizes = json.loads((folder / SIZES).read_text())
        return all((folder / path).stat().st_size == size for path, size in sizes.items())
    except (OSError, ValueError):
        return False
