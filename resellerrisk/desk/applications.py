"""Applications that were typed in or uploaded: the form as it was given, until the distributor's own tables hold it."""

from __future__ import annotations

from datetime import datetime

from resellerrisk.desk.records import User


class Applications:
    """Forms."""

    def add(self, by: User, form: dict, account_id: str | None = None) -> str:
        """Keep a form (the contract's columns of ``accounts``; texts, numbers, dates as text).

        Returns
        -------
        str
            The account id: as given, else a new one, ``APP-`` and a number.

        Raises
        ------
        DeskError
            A column that the contract does not know, or an id that another form has.
        """
        raise NotImplementedError

    def get(self, account_id: str) -> dict | None:
        """The form of an account, or None."""
        raise NotImplementedError

    def list(self, since: datetime | None = None) -> list[dict]:
        """All forms, oldest first: each with account_id, applied_at, entered_by."""
        raise NotImplementedError
