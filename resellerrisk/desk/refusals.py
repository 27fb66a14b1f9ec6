"""What the desk refuses, each as an error of its own: the web pages turn them into a status, the command line into a message.

They carry ids and user names, never a password, a token or a cell of an application.
"""

from __future__ import annotations

from datetime import datetime

from resellerrisk.errors import InputError, MachineError


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


class StoreAway(MachineError):
    """The desk's database does not answer: it is down, restarting, or out of reach. What it confirmed before stands.

    Parameters
    ----------
    kind : str
        What the driver calls it.
    """

    #: Seconds after which asking again may help.
    seconds = 10

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"The desk's database does not answer ({kind}).",
            "What was confirmed before stands; this was not confirmed.",
            hint="try again when the database is back, and look first whether it was done",
        )


class ChainBroken(DeskError):
    """The audit log is not as it was written."""
