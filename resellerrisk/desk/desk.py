"""The desk as one object: a database that is opened and brought up to date, and the parts that stand on it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime

from resellerrisk.desk.audit import Audit
from resellerrisk.desk.cases import Cases
from resellerrisk.desk.database import Database
from resellerrisk.desk.decisions import Decisions
from resellerrisk.desk.nights import Nights
from resellerrisk.desk.outbox import Outbox
from resellerrisk.desk.people import People


class Desk:
    """The review desk's store. One object serves all threads of a process; several processes may share a database.

    Parameters
    ----------
    url : str, optional
        An SQLAlchemy address such as ``postgresql://HOST/NAME``, without a password; ``RESELLERRISK_DESK_URL`` where it is not
        given (that one may hold a password), else SQLite in the home folder, ``desk.db``.
    home : path, optional
        The home folder (`resellerrisk.tracking.Home`): the database where it is SQLite, and the audit log's anchor.
    clock : function, optional
        Gives the moment now, UTC without a zone.

    Attributes
    ----------
    people, cases, decisions, nights, outbox, audit
        The parts; see there.

    Raises
    ------
    DeskError
        A database that cannot be opened, or is of a later version than this program.
    """

    people: People
    cases: Cases
    decisions: Decisions
    nights: Nights
    outbox: Outbox
    audit: Audit

    def __init__(
        self,
        url: str | None = None,
        home: str | os.PathLike | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._database = Database(url, home, clock)
        self.people, self.audit = People(self._database), Audit(self._database)
        self.nights, self.cases = Nights(self._database), Cases(self._database)
        self.decisions, self.outbox = Decisions(self._database), Outbox(self._database)

    def close(self) -> None:
        """Close all connections."""
        self._database.engine.dispose()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *told: object) -> None:
        self.close()
