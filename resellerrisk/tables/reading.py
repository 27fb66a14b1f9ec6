"""The front of this room: read a market from a folder or a database, or only look at what is wrong in it."""

from __future__ import annotations

import os

from resellerrisk.tables.checking import LIMIT, check_tables
from resellerrisk.tables.faults import CheckReport
from resellerrisk.tables.market import Market, build_market
from resellerrisk.tables.opening import open_tables


def read_market(
    folder: str | os.PathLike[str], *, limit: float = LIMIT, quarantine: str | os.PathLike[str] | None = None
) -> Market:
    """Read and check the tables of a folder.

    Bad rows are set aside and counted, and the run goes on; the market tells them in `intake` and `faults`.

    Parameters
    ----------
    folder : path
        Holds `NAME.parquet` or `NAME.csv` for each table of the contract; optional tables may be missing. Or the address of
        a database with tables of these names: `postgresql://USER@HOST/NAME`, `sqlite:///FILE`, `duckdb:///FILE`.
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
        The folder or database is not there; or a table or column is missing, a file unreadable, a column of another type, or
        more rows are bad than the limit allows. The message holds every fault of every file.
    """
    tables, faults = open_tables(folder)
    return build_market(check_tables(tables, faults, str(folder), limit), quarantine)


def check_market(folder: str | os.PathLike[str], *, limit: float = LIMIT) -> CheckReport:
    """Look at the tables of a folder and report every fault, without making a market of them.

    Parameters
    ----------
    folder : path
        Or the address of a database.
    limit : float
        As in `read_market`.

    Returns
    -------
    CheckReport

    Raises
    ------
    InputError
        The folder or database is not there.
    """
    tables, faults = open_tables(folder)
    return check_tables(tables, faults, str(folder), limit).report
