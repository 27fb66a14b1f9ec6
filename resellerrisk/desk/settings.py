"""Settings (costs, thresholds, capacity) as the desk keeps them: tried on decided history, then saved with who, when and why."""

from __future__ import annotations

import os

from resellerrisk.decisions import Settings
from resellerrisk.desk.records import Edition, Trial, User


class SettingsBook:
    """The editions of the settings, newest last."""

    def current(self) -> Settings:
        """The settings in force; the packaged ones where none was saved."""
        raise NotImplementedError

    def content(self) -> dict:
        """The settings in force as a nested dict, as in settings.toml."""
        raise NotImplementedError

    def try_out(self, content: dict) -> dict[str, Trial]:
        """What other settings would have caught, delayed and cost on decided history, a trial per subject.

        Raises
        ------
        DeclarationError
            Settings that cannot be used, with all faults.
        """
        raise NotImplementedError

    def save(self, by: User, content: dict, why: str, seen: int | None = None) -> Edition:
        """Save settings. The queue's order follows at once; actions follow with the next scoring (`write`, ``--settings``).

        Parameters
        ----------
        seen : int, optional
            The edition's id that was in force when they were drawn up (0: the packaged ones); where another was saved since,
            `Conflict`.
        """
        raise NotImplementedError

    def editions(self) -> list[Edition]:
        """All editions, oldest first."""
        raise NotImplementedError

    def write(self, path: str | os.PathLike) -> None:
        """Write the settings in force as TOML for ``--settings``."""
        raise NotImplementedError
