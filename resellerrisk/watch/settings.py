"""What is raised, and what not: one small TOML file, every value required. Nothing is measured here."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path

from resellerrisk.decisions.settings import read_toml
from resellerrisk.errors import DeclarationError

DEFAULTS = Path(__file__).with_name("settings.toml")


@dataclass(frozen=True)
class WatchSettings:
    """Thresholds; what each means stands in settings.toml.

    Examples
    --------
    >>> read_watch_settings().share_moves
    0.1
    """

    false_alarms_a_year: float
    share_moves: float
    number_moves: float
    rows_factor: float
    score_moves: float
    least_accounts: float
    set_aside_share: float
    least_precision: float
    calibration_factor: float

    def moves(self, kind: str) -> float:
        """The least move of a figure of that kind that is raised."""
        return {"share": self.share_moves, "number": self.number_moves, "score": self.score_moves}[kind]


def read_watch_settings(path: str | os.PathLike[str] | None = None) -> WatchSettings:
    """Read the thresholds from a TOML file, or the packaged ones.

    Parameters
    ----------
    path : path, optional
        None: the packaged ones.

    Raises
    ------
    DeclarationError
        No such file, no TOML, or a value missing, unknown or not above 0.

    Examples
    --------
    >>> read_watch_settings("no-such.toml")
    Traceback (most recent call last):
    resellerrisk.errors.DeclarationError: The settings no-such.toml cannot be read: No such file or directory.
    """
    path = Path(path) if path is not None else DEFAULTS
    content = read_toml(path, "settings")
    names = [field.name for field in fields(WatchSettings)]
    faults = [f"{name}: there is no such setting" for name in content if name not in names]
    for name in names:
        value = content.get(name)
        if name not in content:
            faults.append(f"{name}: missing")
        elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
            faults.append(f"{name}: {value!r} is no number above 0")
    if faults:
        raise DeclarationError(
            f"The settings {path} cannot be used.",
            "\n".join(faults),
            f"Start from a copy of the packaged {DEFAULTS.name}.",
        )
    return WatchSettings(**{name: float(content[name]) for name in names})
