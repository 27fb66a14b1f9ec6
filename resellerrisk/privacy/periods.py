"""How long what is held is kept, by table: declared in ``periods.toml`` with a reason for each period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from resellerrisk.decisions.settings import read_toml
from resellerrisk.errors import DeclarationError

#: What a period can be declared for.
KINDS = (
    "scores",
    "contributions",
    "signals",
    "quarantine",
    "case_files",
    "shadow_nights",
    "kept_state",
    "desk_forms",
    "desk_names",
    "desk_messages",
    "desk_sessions",
)


@dataclass(frozen=True)
class Period:
    """How long one kind of table is kept.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    days : int
        Days after which it goes.
    reason : str
        Why not sooner and not later.
    """

    kind: str
    days: int
    reason: str

    def cut(self, now: datetime) -> datetime:
        """What is from before this moment is past its period.

        >>> Period("quarantine", 90, "mended or given up").cut(datetime(2020, 6, 30)).date().isoformat()
        '2020-04-01'
        """
        return now - timedelta(days=self.days)


def read_periods(path: str | Path | None = None) -> dict[str, Period]:
    """The periods by kind: the packaged ones, or those of a file.

    Parameters
    ----------
    path : path, optional
        TOML with a table for each of `KINDS` that holds ``days`` and ``reason``.

    Raises
    ------
    DeclarationError
        Everything that is wrong with the file, in one message.

    Examples
    --------
    >>> periods = read_periods()
    >>> periods["quarantine"].days, set(periods) == set(KINDS)
    (90, True)
    """
    packaged = resources.files("resellerrisk.privacy") / "periods.toml"
    with resources.as_file(packaged) as there:
        content: dict[str, Any] = read_toml(Path(path or there), "periods")
    faults = [f"{kind}: there is no such period" for kind in content if kind not in KINDS]
    faults += [f"{kind}: missing" for kind in KINDS if kind not in content]
    faults += [fault for kind in KINDS if kind in content for fault in _find_faults(kind, content[kind])]
    if faults:
        raise DeclarationError(
            f"The periods in {path or 'the package'} cannot be used.",
            "\n".join(faults),
            "Start from a copy of the packaged periods.toml.",
        )
    return {kind: Period(kind, content[kind]["days"], content[kind]["reason"]) for kind in KINDS}


def _find_faults(kind: str, told: object) -> list[str]:
    if not isinstance(told, dict):
        return [f"{kind}: no table"]
    days, reason = told.get("days"), told.get("reason")
    faults = []
    if isinstance(days, bool) or not isinstance(days, int) or not 0 < days < 36_525:
        faults.append(f"{kind}.days: {days!r} is not a whole number of days from 1 to 36,524")
    if not isinstance(reason, str) or not reason.strip():
        faults.append(f"{kind}.reason: says nothing")
    return faults + [
        f"{kind}.{name}: there is no such setting" for name in told if name not in ("days", "reason")
    ]
