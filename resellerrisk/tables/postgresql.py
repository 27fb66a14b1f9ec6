"""PostgreSQL as a source of tables, through psycopg; what its own programs read from the environment counts here too."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pyarrow as pa

from resellerrisk.errors import InputError
from resellerrisk.tables.databases import Database, DatabaseGone, load_library, refuse
from resellerrisk.tables.files import read_csv_stream

_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class PostgreSQL(Database):
    """PostgreSQL hands its rows over as CSV (COPY), which makes no Python object of a cell."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        psycopg = load_library("psycopg", "postgres")
        self._error = psycopg.Error
        try:
            self._connection = psycopg.connect(
                "postgresql://" + address.partition("://")[2],
                connect_timeout=10,
                application_name="resellerrisk",
                client_encoding="utf8",
                autocommit=True,
            )
            for setting in ("timezone = 'UTC'", "datestyle = 'ISO, YMD'", "extra_float_digits = 1"):
                self._connection.execute(f"SET {setting}")
            self._connection.execute(_BEGIN)
        except psycopg.Error as error:
            raise refuse(error) from None

    def columns(self, name: str) -> dict[str, str]:
        found = self._ask(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
            "WHERE attrelid = to_regclass(quote_ident(%s)) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            name,
        )
        return {str(column): str(kind) for column, kind in found}

    def _refuse(self, error: Exception) -> InputError:
        """Word an error, and begin again so that the other tables can still be looked at."""
        with suppress(self._error):
            self._connection.rollback()
            self._connection.execute(_BEGIN)
        return DatabaseGone(error) if self._connection.closed else refuse(error)

    def _cell(self, column: str, kind: str) -> str:
        if kind in ("real", "double precision"):
            return f"NULLIF(\"{column}\"::float8, 'NaN')"
        return f"NULLIF(\"{column}\", 'NaN')" if kind == "numeric" else f'"{column}"'

    def _rank(self, column: str, kind: str) -> str:
        sorted_by_language = kind in ("text", "character varying", "character", "name")
        return f'source."{column}"::text COLLATE "C"' if sorted_by_language else f'source."{column}"'

    def _portions(self, question: str, names: list[str], rows: int) -> Iterator[pa.Table]:
        try:
            with (
                self._connection.cursor() as cursor,
                cursor.copy(f"COPY ({question}) TO STDOUT (FORMAT csv, HEADER)") as copy,
            ):
                yield from read_csv_stream(_Stream(copy), names, rows)
        except self._error as error:
            raise self._refuse(error) from None


class _Stream(io.RawIOBase):
    """What COPY hands over, as a file that Arrow reads block by block."""

    def __init__(self, copy: Any) -> None:
        self._copy, self._rest = copy, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        filled = 0
        while filled < len(buffer):
            if not len(self._rest):
                self._rest = memoryview(self._copy.read())
                if not len(self._rest):
                    break
            step = min(len(self._rest), len(buffer) - filled)
            buffer[filled : filled + step] = self._rest[:step]
            self._rest, filled = self._rest[step:], filled + step
        return filled
