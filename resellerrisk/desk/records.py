"""What the desk hands out: rows as frozen records. They know no database; changing one changes nothing.

All moments are UTC without a zone, to the microsecond. All texts are as they were given: whoever shows one escapes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class User:
    """Who acts. ``id`` 0 is the system itself (a job on the command line): it has every right but to decide."""

    id: int
    name: str
    role: str
    active: bool = True
    created_at: datetime | None = None


#: A job on the command line.
SYSTEM = User(0, "system", "system")


@dataclass(frozen=True)
class Session:
    """A login. ``token`` is only there in the answer to the login: the store keeps its hash. ``csrf`` belongs into every form."""

    user: User
    expires_at: datetime
    token: str = field(default="", repr=False)
    csrf: str = field(default="", repr=False)


@dataclass(frozen=True)
class Entry:
    """An entry of the audit log."""

    number: int
    at: datetime
    who: str
    event: str
    about: str
    details: dict
    previous: str
    hash: str


@dataclass(frozen=True)
class Verdict:
    """What `audit.verify` found: how many entries, the newest hash, and what is wrong (empty: nothing)."""

    entries: int
    head: str
    faults: tuple[str, ...]
    anchored: int

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults
