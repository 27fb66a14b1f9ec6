"""What the desk refuses, each as an error of its own: the web pages turn them into a status, the command line into a message.

They carry ids and user names, never a password, a token or a cell of an application.
"""

from __future__ import annotations

from datetime import datetime

from resellerrisk.errors import InputError


class DeskError(InputError):
    """Something the desk does not do."""


class NotAllowed(DeskError):
    """The user's role lacks the right, or the same person would confirm their own proposal."""


class NotThere(DeskError):
    """No such case, user, list entry, rule or decision."""


class Conflict(DeskError):
    """Somebody else was quicker: nothing was changed.

    Attributes
    ----------
    who : str or None
        The user who was quicker.
    what : str
        What they did, in words: ``"decided release (shop_seen)"``.
    when : datetime or None
        UTC.
    """

    def __init__(
        self, message: str, who: str | None, what: str, when: datetime | None, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.who, self.what, self.when = who, what, when


class Throttled(DeskError):
    """Too many failed logins.

    Attributes
    ----------
    seconds : int
        How long to wait.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__("Too many failed logins.", hint=f"wait {seconds} seconds")
        self.seconds = seconds


class ChainBroken(DeskError):
    """The audit log is not as it was written."""
