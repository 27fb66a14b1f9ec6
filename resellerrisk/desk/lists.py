"""Allow and watch lists: accounts by id, with a reason and an end. They change who is asked to look, never a score."""

from __future__ import annotations

import builtins
from datetime import datetime, timedelta

from sqlalchemy import select

from resellerrisk.desk import schema
from resellerrisk.desk.acting import acting
from resellerrisk.desk.database import Database
from resellerrisk.desk.records import ListEntry, User
from resellerrisk.desk.refusals import DeskError, NotThere
from resellerrisk.desk.words import LISTS

LONGEST = timedelta(days=731)
_LONGEST_REASON = 1000


class Lists:
    """The entries of both lists. They take effect with the next score of the account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, by: User, list: str, account_id: str, reason: str, expires_at: datetime) -> ListEntry:
        """Put an account on a list; at most two years ahead. An entry that holds on the same list is replaced.

        Raises
        ------
        DeskError
            No such list, no account, no reason, or an end that is past or too far ahead.
        """
        if list not in LISTS:
            raise DeskError(f"There is no list {list!r}.", f"Lists: {', '.join(LISTS)}.")
        if not account_id or not reason.strip() or len(reason) > _LONGEST_REASON:
            raise DeskError(f"An entry names an account and a reason of 1 to {_LONGEST_REASON} characters.")
        table = schema.lists
        with acting(self._database, by, "keep_lists") as change:
            if not change.at < expires_at <= change.at + LONGEST:
                raise DeskError("An entry ends after now and within two years.", hint="choose another end")
            ended = {"removed_by": by.name, "removed_at": change.at}
            holds = (table.c.list == list, table.c.account_id == account_id, table.c.removed_at.is_(None))
            change.execute(table.update().where(*holds, table.c.expires_at > change.at).values(**ended))
            told = {"list": list, "account_id": account_id, "reason": reason, "expires_at": expires_at}
            id = change.insert(table, **told, added_by=by.name, added_at=change.at)
            ends = expires_at.isoformat()
            change.note(
                by.name,
                f"put on the {list} list",
                f"account/{account_id}",
                entry=id,
                reason=reason,
                ends=ends,
            )
            return ListEntry(id, **told, added_by=by.name, added_at=change.at)

    def remove(self, by: User, entry_id: int) -> ListEntry:
        """Take an entry off before it expires.

        Raises
        ------
        NotThere
            No such entry, or it holds no more.
        """
        table = schema.lists
        with acting(self._database, by, "keep_lists") as change:
            holds = (table.c.removed_at.is_(None), table.c.expires_at > change.at)
            row = change.execute(select(table).where(table.c.id == entry_id, *holds)).one_or_none()
            if row is None:
                raise NotThere(f"No list entry {entry_id} holds.")
            ended = {"removed_by": by.name, "removed_at": change.at}
            change.execute(table.update().where(table.c.id == entry_id).values(**ended))
            change.note(by.name, f"took off the {row.list} list", f"account/{row.account_id}", entry=entry_id)
            return ListEntry(**{**row._mapping, **ended})

    def entries(
        self, list: str | None = None, *, account_id: str | None = None, past: bool = False
    ) -> builtins.list[ListEntry]:
        """The entries that hold now, newest first; with ``past`` those that were, too."""
        table = schema.lists
        wanted = select(table).order_by(table.c.id.desc())
        if list is not None:
            wanted = wanted.where(table.c.list == list)
        if account_id is not None:
            wanted = wanted.where(table.c.account_id == account_id)
        if not past:
            wanted = wanted.where(table.c.removed_at.is_(None), table.c.expires_at > self._database.clock())
        with self._database.read() as connection:
            return [ListEntry(**row._mapping) for row in connection.execute(wanted)]
