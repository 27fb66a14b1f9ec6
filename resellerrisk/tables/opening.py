"""Opening DATA, whatever it is: a folder of files or the address of a database."""

from __future__ import annotations

import os
from collections.abc import Iterable

from resellerrisk.errors import InputError
from resellerrisk.tables.databases import DatabaseGone, is_address, open_database
from resellerrisk.tables.faults import Fault, Severity
from resellerrisk.tables.files import RawTable, open_folder
from resellerrisk.tables.schemas import TABLES


def open_tables(
    data: str | os.PathLike[str], names: Iterable[str] = tuple(TABLES), *, rows: bool = True
) -> tuple[dict[str, RawTable], list[Fault]]:
    """Open tables of a folder or of a database.

    Parameters
    ----------
    data : path or str
        A folder, or an address such as `postgresql://USER@HOST/NAME`.
    names : iterable of str
        Only these tables.
    rows : bool
        Whether to read the rows or, of a database and of parquet files, only what columns there are.

    Returns
    -------
    tables : dict of RawTable
        The tables that could be opened, by name.
    faults : list of Fault
        Tables that cannot be read. A table that is missing is not told here.

    Raises
    ------
    InputError
        There is no such folder, or the database cannot be reached or goes away.
    """
    if not is_address(data):
        return open_folder(data, names, rows=rows)
    tables, faults = {}, []
    with open_database(str(data)) as database:
        for name in names:
            try:
                if database.columns(name):
                    tables[name] = database.read(name) if rows else database.empty(name)
            except DatabaseGone:
                raise
            except InputError as error:
                faults.append(_unreadable(name, error))
    return tables, faults


def _unreadable(name: str, error: InputError) -> Fault:
    what = f"cannot be read ({error.what.partition(': ')[2] or error.what})"
    return Fault(name, f"table {name}", "", what, "a table that may be read", error.hint, Severity.STOP)
