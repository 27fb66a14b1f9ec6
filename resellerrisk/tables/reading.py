"""The front of this room: read a market from a folder, or only look at what is wrong in it."""

from __future__ import annotations

import os

from resellerrisk.tables.checking import LIMIT, check_tables
from resellerrisk.tables.faults import CheckReport
from resellerrisk.tables.files import open_folder
from resellerrisk.tables.market import Market, build_market


def read_market(
    folder: str | os.PathLike, *, limit: float = LIMIT, quarantine: str | os.PathLike | None = None
) -> Market:
    """Read and check the tables of a folder.

    Bad rows are set aside and counted, and the run goes on; the market tells them in `intake` and `faults`.

    Parameters
    ----------
    folder : path
        Holds `NAME.parquet` or `NAME.csv` for each table of the contract; optional tables may be missing.
    limit : float
        Largest share of a table's rows that may be set aside, 0 to 1.
    quarantine : path, optional
        Folder in which the bad rows of each table are written to `NAME.csv`: the file's cells as they were, then
        `row` (counted from 1 without the header: in a CSV file without blank lines and line breaks inside cells, one
        less than the line) and `reason`. Written also when the market cannot be used.

    Returns
    -------
    Market

    Raises
    ------
    InputError
        The folder is not there; or a table or column is missing, a file unreadable, a column of another type, or
        more rows are bad than the limit allows. The message holds every fault of every file.
    """
    tables, faults = open_folder(folder)
    return build_market(check_tables(tables, faults, str(folder), limit), quarantine)


def check_market(folder: str | os.PathLike, *, limit: float = LIMIT) -> CheckReport:
    """Look at the tables of a folder and report every fault, without making a market of them.

    Parameters
    ----------
    folder : path
    limit : float
        As in `read_market`.

    Returns
    -------
    CheckReport

    Raises
    ------
    InputError
        The folder is not there.
    """
    tables, faults = open_folder(folder)
    return check_tables(tables, faults, str(folder), limit).report
