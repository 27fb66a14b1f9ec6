"""The desk as one object: a database that is opened and brought up to date, and the parts that stand on it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime

from resellerrisk.desk.applications import Applications
from resellerrisk.desk.audit import Audit
from resellerrisk.desk.cases import Cases
from resellerrisk.desk.database import Database
from resellerrisk.desk.decisions import Decisions
from resellerrisk.desk.erasing import Erasing
from resellerrisk.desk.expiring import Expiring
from resellerrisk.desk.lists import Lists
from resellerrisk.desk.nights import Nights
from resellerrisk.desk.outbox import Outbox
from resellerrisk.desk.outcomes import Outcomes
from resellerrisk.desk.people import People
from resellerrisk.desk.rules import Rules
from resellerrisk.desk.settings import SettingsBook


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
    people, cases, decisions, nights, applications, lists, rules, settings, audit, outcomes, outbox, erasing, expiring
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
    applications: Applications
    lists: Lists
    rules: Rules
    settings: SettingsBook
    audit: Audit
    outcomes: Outcomes
    outbox: Outbox
    erasing: Erasing
    expiring: Expiring

    def __init__(
        self,
        url: str | None = None,
        home: str | os.PathLike | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._database = Database(url, home, clock)
        self.people, self.audit = People(self._database), Audit(self._database)
        self.nights, self.cases = Nights(self._database), Cases(self._database)
        self.decisions, self.applications = Decisions(self._database), Applications(self._database)
        self.lists, self.rules = Lists(self._database), Rules(self._database)
        self.settings, self.outcomes = SettingsBook(self._database), Outcomes(self._database)
        self.outbox, self.erasing = Outbox(self._database), Erasing(self._database)
        self.expiring = Expiring(self._database)

    def close(self) -> None:
        """Close all connections."""
        self._database.engine.dispose()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *told: object) -> None:
        self.close()
