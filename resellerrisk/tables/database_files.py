"""SQLite and DuckDB as sources of tables: databases that are a file, opened for reading only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa

from resellerrisk.errors import InputError
from resellerrisk.tables.databases import Database, load_library, refuse
from resellerrisk.tables.files import encode_texts


class SQLite(Database):
    """SQLite keeps a type with every cell; all are read as the texts that a CSV file would hold."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._error = sqlite3.Error
        path = _file_of(address)
        try:
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None
            )
            self._connection.execute("BEGIN")
            self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            raise refuse(error, path.name) from None

    def columns(self, name: str) -> dict[str, str]:
        found = self._ask("SELECT name, type FROM pragma_table_info(?)", name)
        return {str(column): str(kind) for column, kind in found}

    def _cell(self, column: str, kind: str) -> str:
        return f'"{column}"'

    def _portions(self, question: str, names: list[str], rows: int) -> Iterator[pa.Table]:
        try:
            cursor = self._connection.execute(question)
            while portion := cursor.fetchmany(rows):
                cells = zip(*portion, strict=True)
                yield pa.table({name: _texts(of_one) for name, of_one in zip(names, cells, strict=True)})
        except sqlite3.Error as error:
            raise refuse(error) from None


def _texts(cells: tuple[object, ...]) -> pa.Array:
    """Cells as texts, numbers to the last bit."""
    return pa.array([_as_text(cell) for cell in cells], pa.string()).dictionary_encode()


def _as_text(cell: object) -> str | None:
    """A cell of SQLite as a CSV file would hold it.

    >>> [_as_text(cell) for cell in (7, 7.0, 0.1 + 0.2, "007", None, b"x")]
    ['7', '7', '0.30000000000000004', '007', None, "b'x'"]
    """
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return None if cell is None else cell if isinstance(cell, str) else str(cell)


class DuckDB(Database):
    """DuckDB hands over Arrow; types that parquet has no plain cells for come as text."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        duckdb = load_library("duckdb", "duckdb")
        self._error = duckdb.Error
        path = _file_of(address)
        try:
            self._connection = duckdb.connect(str(path), read_only=True)
            self._connection.execute("BEGIN TRANSACTION")
        except duckdb.Error as error:
            raise refuse(error, path.name) from None

    def columns(self, name: str) -> dict[str, str]:
        found = self._ask(
            "SELECT column_name, data_type FROM information_schema.columns "
            "WHERE table_name = ? AND table_schema = current_schema() ORDER BY ordinal_position",
            name,
        )
        return {str(column): str(kind) for column, kind in found}

    def _cell(self, column: str, kind: str) -> str:
        plain = kind in _DUCKDB_PLAIN
        return f'"{column}"' if plain else f'CAST("{column}" AS VARCHAR)'

    def _portions(self, question: str, names: list[str], rows: int) -> Iterator[pa.Table]:
        try:
            for batch in self._connection.sql(question).to_arrow_reader(rows):
                yield _in_utc(encode_texts(pa.Table.from_batches([batch])))
        except self._error as error:
            raise refuse(error) from None


_DUCKDB_PLAIN = (
    *(
        "BOOLEAN",
        "DATE",
        "TIMESTAMP",
        "TIMESTAMP_S",
        "TIMESTAMP_MS",
        "TIMESTAMP_NS",
        "TIMESTAMP WITH TIME ZONE",
    ),
    *(
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "FLOAT",
        "DOUBLE",
        "VARCHAR",
    ),
)


def _in_utc(table: pa.Table) -> pa.Table:
    """A table whose times with a zone say so in UTC and not in the zone of this machine."""
    zoned = [
        field.with_type(pa.timestamp("us", "UTC")) if _has_zone(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(zoned))


def _has_zone(kind: pa.DataType) -> bool:
    return pa.types.is_timestamp(kind) and kind.tz is not None


def _file_of(address: str) -> Path:
    """The file of an address: three strokes before a relative path, four before an absolute one.

    >>> _file_of("sqlite:///README.md")
    PosixPath('README.md')
    """
    _, _, rest = address.partition("://")
    path = Path(unquote(rest.partition("?")[0].removeprefix("/")))
    if not rest.startswith("/") or not path.name:
        raise InputError(f"{address} names no file.", hint="sqlite:///erp.db, or sqlite:////data/erp.db")
    if not path.is_file():
        raise InputError(f"There is no file {path}.", hint="name the database's file")
    return path
