"""Where bad rows go: one CSV a table, the cells as they were, with the number of the row and the reasons.

Nothing is judged here. Only files of this module's own making are ever replaced or removed.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

from resellerrisk.errors import InputError
from resellerrisk.tables.files import write_frame
from resellerrisk.tables.inspection import Inspection
from resellerrisk.tables.schemas import TABLES

_ENDING = ["row", "reason"]


def write_quarantine(inspections: dict[str, Inspection], folder: str | os.PathLike) -> None:
    """Write the bad rows of every table to `NAME.csv`, and remove what an earlier run left there.

    Parameters
    ----------
    inspections : dict of Inspection
    folder : path
        Made where it does not exist. A table without bad rows has no file.

    Raises
    ------
    InputError
        A file of that name stands there that is no quarantine file (the folder of the data itself, say).
    """
    folder = Path(folder)
    paths = {name: folder / f"{name}.csv" for name in TABLES}
    for path in paths.values():
        _refuse_foreign(path)
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in paths.items():
        if name in inspections and inspections[name].quarantined:
            write_frame(inspections[name].bad_rows(), path)
        else:
            path.unlink(missing_ok=True)


def _refuse_foreign(path: Path) -> None:
    if not path.exists():
        return
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        header = next(csv.reader(file), [])
    if header[-2:] != _ENDING:
        raise InputError(
            f"{path} is no quarantine file and is not replaced.",
            hint="name another folder for the quarantine",
        )
