"""What the desk keeps for a time only: typed forms, names on cases, messages, and the traces of logins.

Decisions, scores and the audit log have no period here: they are the record of what was done, and hold ids. How long the rest is kept
is declared elsewhere (`resellerrisk.privacy.periods`); here come the moments before which it goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from resellerrisk.desk import schema
from resellerrisk.desk.database import Database
from resellerrisk.desk.erasing import overwrite, without_keeping
from resellerrisk.desk.records import SYSTEM
from resellerrisk.desk.words import QUEUED


class Expiring:
    """What is past its period in the desk's store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, cuts: Mapping[str, datetime]) -> dict[str, int]:
        """Rows by kind that are from before the kind's moment; kinds without any are left out.

        Parameters
        ----------
        cuts : mapping of str to datetime
            ``desk_forms``, ``desk_names``, ``desk_messages``, ``desk_sessions``: what is from before the moment (UTC) goes.
        """
        with self._database.read() as connection:
            found = {
                kind: sum(
                    connection.execute(select(func.count()).select_from(table).where(which)).scalar_one()
                    for table, which in _asked(kind, cut)
                )
                for kind, cut in cuts.items()
            }
        return {kind: count for kind, count in found.items() if count}

    def remove(self, cuts: Mapping[str, datetime]) -> dict[str, int]:
        """Remove it: one transaction, one entry in the log.

        Returns
        -------
        dict of str to int
            Rows removed or emptied, by kind. Done again it finds nothing and writes nothing.
        """
        gone = self.due(cuts)
        if not gone:
            return gone
        with self._database.change() as change:
            for kind in gone:
                for table, which in _asked(kind, cuts[kind]):
                    if kind == "desk_names":
                        change.execute(update(table).where(which).values(title=table.c.account_id))
                    elif table.name in schema.FIXED:
                        without_keeping(change, table.name, delete(table).where(which))
                    else:
                        change.execute(delete(table).where(which))
            told = {kind: {"rows": count, "before": str(cuts[kind])} for kind, count in gone.items()}
            change.note(SYSTEM.name, "removed what was past its period", "desk", rows=told)
        overwrite(self._database)
        return gone


def _asked(kind: str, cut: datetime) -> list[tuple[schema.Table, ColumnElement[bool]]]:
    """The tables of a kind, and which of their rows are from before a moment."""
    forms, cases, messages = schema.forms.c, schema.cases.c, schema.messages.c
    sessions, links, failures = schema.sessions.c, schema.links.c, schema.failures.c
    return {
        "desk_forms": [(schema.forms, forms.entered_at < cut)],
        "desk_names": [
            (
                schema.cases,
                (cases.since < cut) & (cases.title != cases.account_id) & (cases.state.not_in(QUEUED)),
            )
        ],
        "desk_messages": [(schema.messages, (messages.next_at < cut) & (messages.state != "waiting"))],
        "desk_sessions": [
            (schema.sessions, or_(sessions.expires_at < cut, sessions.ended_at < cut)),
            (schema.links, links.expires_at < cut),
            (schema.failures, failures.at < cut),
        ],
    }[kind]
