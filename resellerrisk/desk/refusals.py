"""What the desk refuses, each as an error of its own: the web pages turn them into a status, the command line into a message.

They carry ids and user names, never a password, a token or a cell of an application.
"""

from __future__ import annotations

from resellerrisk.errors import InputError


class DeskError(InputError):
    """Something the desk does not do."""


class NotAllowed(DeskError):
    """The user's role lacks the right, or the same person would confirm their own proposal."""


class NotThere(DeskError):
    """No such case, user, list entry, rule or decision."""


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
