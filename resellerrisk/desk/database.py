"""The database under the desk: opened, brought up to date, and changed in one audited transaction at a time.

Every change takes the audit log's head first, so that changes come one after the other; readers are never held up. What a
change means is the caller's business.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event, select
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from resellerrisk.desk import schema
from resellerrisk.desk.refusals import DeskError, StoreAway
from resellerrisk.tracking.home import Home

URL_VARIABLE, ANCHOR_VARIABLE = "RESELLERRISK_DESK_URL", "RESELLERRISK_DESK_ANCHOR"
_MOMENT = timedelta(microseconds=1)


class Change:
    """A transaction under way. ``at`` is its moment, later than that of every change before it."""

    def __init__(self, connection: Connection, number: int, hash: str, at: datetime) -> None:
        self.connection, self.at = connection, at
        self.number, self.hash = number, hash

    def execute(self, statement, rows=None):
        """Run a statement in it."""
        return self.connection.execute(statement, rows) if rows else self.connection.execute(statement)

    def insert(self, table, **values) -> int:
        """Add a row; its id."""
        return self.execute(table.insert().values(**values)).inserted_primary_key[0]

    def note(self, who: str, event: str, about: str, **details: object) -> None:
        """Add an entry to the audit log."""
        self.number += 1
        entry = {
            "number": self.number,
            "at": self.at,
            "who": who,
            "event": event,
            "about": about,
            "details": details,
            "previous": self.hash,
        }
        self.hash = hash_entry(entry)
        self.insert(schema.audit, **entry, hash=self.hash)


def hash_entry(entry: dict) -> str:
    """SHA-256 (hex) over an audit entry's number, moment, who, event, about, details and the hash before it."""
    names = ("number", "at", "who", "event", "about", "details", "previous")
    told = {name: entry[name] for name in names} | {"at": entry["at"].isoformat(timespec="microseconds")}
    return hashlib.sha256(json.dumps(told, sort_keys=True, allow_nan=False).encode()).hexdigest()


class Database:
    """An open database; see `Desk` for the parameters."""

    def __init__(self, url: str | None, home, clock: Callable[[], datetime] | None) -> None:
        folder = Home(home).folder
        self.clock = clock or (lambda: datetime.now(UTC).replace(tzinfo=None))
        self.anchor = Path(os.environ.get(ANCHOR_VARIABLE) or folder / "desk.anchor")
        self.engine = create_engine(_read_url(url, folder), **_OPTIONS)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if self.is_sqlite:
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        folder.mkdir(parents=True, exist_ok=True)
        self._bring_up_to_date(folder)

    def _bring_up_to_date(self, folder: Path) -> None:
        logging.getLogger("alembic").setLevel(logging.WARNING)
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
        try:
            with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
                if not self.is_sqlite:
                    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7346512)")
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except OperationalError as error:
            raise DeskError(
                f"The desk's database cannot be opened ({type(error.orig).__name__}).",
                hint=f"check {URL_VARIABLE}; user and password go into the environment",
            ) from None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that only reads, at one moment.

        Raises
        ------
        StoreAway
            The database does not answer.
        """
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with (
            _telling_when_away(),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def change(self) -> Iterator[Change]:
        """One audited transaction; when the block has ended well, what it did is on the disk.

        Raises
        ------
        StoreAway
            The database does not answer.
        """
        with _telling_when_away(), self.engine.connect().execution_options(writes=True) as connection:
            with connection.begin():
                head = connection.execute(select(schema.audit_head).with_for_update()).one()
                change = Change(connection, head.number, head.hash, max(self.clock(), head.at + _MOMENT))
                yield change
                connection.execute(
                    schema.audit_head.update().values(number=change.number, hash=change.hash, at=change.at)
                )
            if change.number > head.number:
                self._write_anchor(change)

    def _write_anchor(self, change: Change) -> None:
        self.anchor.parent.mkdir(parents=True, exist_ok=True)
        with self.anchor.open("a", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(f"{change.number} {change.hash}\n")
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def _telling_when_away() -> Iterator[None]:
    """An error of a database that does not answer, worded; every other error as it is."""
    try:
        yield
    except NoConnectionFree as error:
        raise StoreAway(type(error).__name__) from error
    except DBAPIError as error:
        if not (error.connection_invalidated or isinstance(error, OperationalError)):
            raise
        raise StoreAway(type(error.orig).__name__) from error


_OPTIONS = {"pool_pre_ping": True, "pool_size": 20, "max_overflow": 40, "hide_parameters": True}


def _read_url(url: str | None, folder: Path):
    if url is None and not os.environ.get(URL_VARIABLE):
        folder.mkdir(parents=True, exist_ok=True)
        return make_url(f"sqlite:///{(folder / 'desk.db').absolute()}")
    try:
        read = make_url(url or os.environ[URL_VARIABLE])
    except ArgumentError:
        raise DeskError(
            "The desk's database address cannot be read.", hint="postgresql://HOST/NAME"
        ) from None
    if url and read.password:
        raise DeskError(
            "A password stands in the desk's database address.", hint=f"put the address into {URL_VARIABLE}"
        )
    if read.drivername == "postgresql":
        read = read.set(drivername="postgresql+psycopg")
    return read


def _set_up_sqlite(connection, _record) -> None:
    connection.isolation_level = None
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
