"""Who acts: a right is asked for before a change begins and once more inside it, by the user as the database has them then.

So a user who was closed or changed a moment ago changes nothing any more, whatever a page still believes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from resellerrisk.desk import schema
from resellerrisk.desk.database import Change, Database
from resellerrisk.desk.records import SYSTEM, User
from resellerrisk.desk.refusals import NotAllowed
from resellerrisk.desk.words import RIGHTS, ROLES, may

#: What only a person does.
_ONLY_PEOPLE = ("claim", "decide", "approve", "reverse", "take_over")


def allow(by: User, right: str) -> None:
    """Refuse a user whose role lacks a right; the system has all but those of deciding.

    Raises
    ------
    NotAllowed

    Examples
    --------
    >>> allow(SYSTEM, "load_scores")
    >>> allow(User(1, "lea", "viewer"), "decide")
    Traceback (most recent call last):
    resellerrisk.desk.refusals.NotAllowed: The role viewer may not do that.
    Hint: it takes the role analyst
    """
    if by == SYSTEM and right not in _ONLY_PEOPLE:
        return
    if by.role not in ROLES or not by.active or not may(by.role, right):
        raise NotAllowed(f"The role {by.role} may not do that.", hint=f"it takes the role {RIGHTS[right]}")


@contextmanager
def acting(database: Database, by: User, right: str) -> Iterator[Change]:
    """A change that a user makes, who must have the right for it.

    Raises
    ------
    NotAllowed
        The role lacks the right, or the user is not active any more.
    """
    allow(by, right)
    with database.change() as change:
        allow_now(change, by, right)
        yield change


def allow_now(change: Change, by: User, right: str) -> None:
    """As `allow`, by the user as the database has them at the change's moment."""
    allow(by if by == SYSTEM else _as_now(change, by), right)


def _as_now(change: Change, by: User) -> User:
    users = schema.users
    row = change.execute(
        select(users.c.role, users.c.active).where(users.c.id == by.id, users.c.name == by.name)
    ).one_or_none()
    if row is None:
        raise NotAllowed("There is no such user.", hint="ask an admin")
    return User(by.id, by.name, row.role, row.active)
