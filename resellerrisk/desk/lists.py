"""Allow and watch lists: accounts by id, with a reason and an end. They change who is asked to look, never a score."""

from __future__ import annotations

from datetime import datetime

from resellerrisk.desk.records import ListEntry, User


class Lists:
    """The entries of both lists."""

    def add(self, by: User, list: str, account_id: str, reason: str, expires_at: datetime) -> ListEntry:
        """Put an account on a list; at most two years ahead. An entry that holds on the same list is replaced."""
        raise NotImplementedError

    def remove(self, by: User, entry_id: int) -> ListEntry:
        """Take an entry off before it expires."""
        raise NotImplementedError

    def entries(self, list: str | None = None, *, account_id: str | None = None, past: bool = False) -> list:
        """The entries that hold now, newest first; with ``past`` those that were, too."""
        raise NotImplementedError
