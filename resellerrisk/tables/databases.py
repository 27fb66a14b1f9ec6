"""A database as a source of the contract's tables: PostgreSQL, SQLite, DuckDB; one snapshot, by column, in portions.

Cells arrive as a file would hold them: numbers, times and texts keep their bits, everything that a parquet file has no plain
type for comes as text. A table has no order of its own, so its rows are read in the order of their key, and a fault names the
key beside the number in that order. Nothing is written, and nothing is checked here but whether a table can be read at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pyarrow as pa

from resellerrisk.errors import InputError
from resellerrisk.tables.declare import Kind
from resellerrisk.tables.files import TEXT, RawTable
from resellerrisk.tables.schemas import TABLES

#: Rows that one portion holds.
PORTION = 200_000
_KINDS = {
    "postgresql": ("postgresql", "PostgreSQL"),
    "postgres": ("postgresql", "PostgreSQL"),
    "sqlite": ("database_files", "SQLite"),
    "duckdb": ("database_files", "DuckDB"),
}
_SECRET = ("password", "passwd", "pwd", "pass", "sslpassword")


def is_address(data: object) -> bool:
    """Whether DATA is the address of a database and not a folder.

    >>> is_address("postgresql://db.example/erp"), is_address("data/sample"), is_address("C://data")
    (True, False, False)
    """
    scheme, mark, _ = str(data).partition("://")
    return bool(mark) and len(scheme) > 1 and "/" not in scheme


def refuse_secret(data: object) -> None:
    """Refuse an address that holds a password: it would stand in the list of processes, in histories and logs.

    Raises
    ------
    InputError
        It does; the message does not repeat it.

    Examples
    --------
    >>> refuse_secret("postgresql://reader@db.example/erp")
    >>> refuse_secret("postgresql://reader:secret@db.example/erp")
    Traceback (most recent call last):
        ...
    resellerrisk.errors.InputError: A password stands in the database's address.
    Hint: leave it out, and set PGPASSWORD or write it to ~/.pgpass
    """
    scheme, _, rest = str(data).partition("://")
    if not is_address(data) or scheme in ("sqlite", "duckdb"):
        return
    asked = [name.lower() for name, _ in parse_qsl(rest.partition("?")[2], keep_blank_values=True)]
    if ":" in rest.rpartition("@")[0] or any(name in _SECRET for name in asked):
        raise InputError(
            "A password stands in the database's address.",
            hint="leave it out, and set PGPASSWORD or write it to ~/.pgpass",
        )


class DatabaseGone(InputError):
    """The connection was lost in the midst of reading: no fault of any one table."""

    def __init__(self, error: Exception) -> None:
        super().__init__(
            "The database went away while it was read.",
            " ".join(str(error).split())[:300],
            "run it again when the database is back: nothing half-read is kept",
        )


@contextmanager
def open_database(address: str) -> Iterator[Database]:
    """Open a database for reading.

    Parameters
    ----------
    address : str
        `postgresql://USER@HOST:PORT/NAME`, `sqlite:///FILE` or `duckdb:///FILE` (four strokes before an absolute path).
        What PostgreSQL's own programs read from the environment (PGPASSWORD, PGSERVICE, ~/.pgpass) counts here too.

    Yields
    ------
    Database
        All it reads belongs to one snapshot.

    Raises
    ------
    InputError
        The address holds a password or is of no kind that is read; or the database cannot be reached.
    """
    refuse_secret(address)
    kind = urlsplit(address).scheme.partition("+")[0]
    if kind not in _KINDS:
        raise InputError(
            f"DATA cannot be read from {kind}:// addresses.",
            "There is: a folder, postgresql://, sqlite:///, duckdb:///.",
            "postgresql://USER@HOST/NAME",
        )
    module, name = _KINDS[kind]
    database = getattr(import_module(f"resellerrisk.tables.{module}"), name)(address)
    with closing(database):
        yield database


class Database:
    """A database opened for reading; made by `open_database`."""

    _connection: Any
    #: What the library of the database raises.
    _error: type[Exception]

    def __init__(self, address: str) -> None:
        self.address = address

    def close(self) -> None:
        """Let the database go."""
        self._connection.close()

    def columns(self, name: str) -> dict[str, str]:
        """The columns of a table and their types, as the database calls them; empty where there is no such table."""
        raise NotImplementedError

    def count(self, name: str) -> int:
        """How many rows a table has."""
        return int(self._ask(f'SELECT count(*) FROM "{name}"')[0][0])

    def portions(self, name: str, rows: int = PORTION) -> Iterator[pa.Table]:
        """A table's columns of the contract, some rows after the other, in the order of the key and then of all columns.

        Raises
        ------
        InputError
            The table cannot be read, or the connection is lost.
        """
        kinds = self._known(name)
        key = [column for column in TABLES[name].key if column in kinds]
        chosen = ", ".join(f'{self._cell(column, kind)} AS "{column}"' for column, kind in kinds.items())
        order = ", ".join(self._rank(column, kinds[column]) for column in dict.fromkeys(key + list(kinds)))
        if kinds:
            question = f'SELECT {chosen} FROM "{name}" AS source ORDER BY {order}'
            yield from self._portions(question, list(kinds), rows)

    def _ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        told = (values,) if values else ()
        try:
            return list(self._connection.execute(question, *told).fetchall())
        except self._error as error:
            raise self._refuse(error) from None

    def _refuse(self, error: Exception) -> InputError:
        """Word an error of the database."""
        return refuse(error)

    def _portions(self, question: str, names: list[str], rows: int) -> Iterator[pa.Table]:
        raise NotImplementedError

    def _cell(self, column: str, kind: str) -> str:
        """How a column is asked for, so that it arrives as a file would hold it."""
        raise NotImplementedError

    def _rank(self, column: str, kind: str) -> str:
        """How rows are put in order by a column: by its bytes, whatever the database's language."""
        return f'source."{column}"'

    def _known(self, name: str) -> dict[str, str]:
        there = self.columns(name)
        return {column: there[column] for column in TABLES[name].names if column in there}

    def empty(self, name: str) -> RawTable:
        """A table without its rows."""
        return self._raw(name, pa.table({column: pa.array([], TEXT) for column in self._known(name)}))

    def read(self, name: str) -> RawTable:
        """A whole table."""
        portions = list(self.portions(name))
        if not portions:
            return self.empty(name)
        return self._raw(name, pa.concat_tables(portions).unify_dictionaries())

    def _raw(self, name: str, cells: pa.Table) -> RawTable:
        ids = [column.name for column in TABLES[name].columns if column.kind is Kind.ID]
        named_by = tuple(column for column in TABLES[name].key or ids if column in cells.column_names)
        strangers = tuple(column for column in self.columns(name) if column not in TABLES[name].names)
        return RawTable(name, f"table {name}", cells, named_by=named_by, strangers=strangers)


def load_library(library: str, extra: str) -> Any:
    try:
        return import_module(library)
    except ImportError:
        raise InputError(
            f"Reading this database wants the library {library}, which is not installed.",
            hint=f"pip install 'resellerrisk[{extra}]'",
        ) from None


def refuse(error: Exception, what: str = "") -> InputError:
    told = " ".join(str(error).split())[:300] or type(error).__name__
    return InputError(
        f"The database {what + ' ' if what else ''}cannot be read: {told}",
        hint="see whether it is there and whether you may read it; a password goes into PGPASSWORD or ~/.pgpass",
    )
