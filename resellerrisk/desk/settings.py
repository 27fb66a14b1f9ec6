"""Settings (costs, thresholds, capacity) as the desk keeps them: tried on decided history, then saved with who, when and why."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import numpy as np
from sqlalchemy import select

from resellerrisk.decisions import Settings, build_settings, expected_costs
from resellerrisk.desk import schema
from resellerrisk.desk.acting import acting, allow
from resellerrisk.desk.database import Change, Database
from resellerrisk.desk.records import Edition, Trial, User
from resellerrisk.desk.refusals import Conflict, DeskError
from resellerrisk.desk.standing import settings_in_force
from resellerrisk.desk.trials import read_history
from resellerrisk.vocabulary import SUBJECTS

_LONGEST_WHY = 1000
#: Who knows it can foretell who is looked at by chance: kept with the edition, told by no page, no answer and not in the audit log.
PRIVATE = "random_review_seed"


def without_private(content: dict) -> dict:
    """Settings as they may be shown.

    >>> without_private({"block_above": 0.9, "random_review_seed": 7})
    {'block_above': 0.9}
    """
    return {name: value for name, value in content.items() if name != PRIVATE}


class SettingsBook:
    """The editions of the settings, newest last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self) -> Settings:
        """The settings in force; the packaged ones where none was saved."""
        with self._database.read() as connection:
            return settings_in_force(connection)[1]

    def content(self) -> dict:
        """The settings in force as a nested dict, as in settings.toml."""
        return asdict(self.current())

    def in_force(self) -> int:
        """The number of the edition in force; 0: the packaged settings."""
        with self._database.read() as connection:
            return settings_in_force(connection)[0]

    def try_out(self, content: dict) -> dict[str, Trial]:
        """What other settings would have caught, delayed and cost on decided history, a trial per subject.

        Both sides are judged by the proposed costs: so the difference is that of the actions, not of what they are said to cost.

        Raises
        ------
        DeclarationError
            Settings that cannot be used, with all faults.
        """
        proposed, trials = build_settings(content), {}
        with self._database.read() as connection:
            _, now = settings_in_force(connection)
            for subject in SUBJECTS:
                history = read_history(connection, subject)
                sides = [history.figures(history.recommended(one), proposed) for one in (now, proposed)]
                trials[subject] = Trial(subject, *sides)
        return trials

    def save(self, by: User, content: dict, why: str, seen: int | None = None) -> Edition:
        """Save settings. The queue's order follows at once; actions follow with the next scoring (`write`, ``--settings``).

        Parameters
        ----------
        seen : int, optional
            The edition's id that was in force when they were drawn up (0: the packaged ones); where another was saved since,
            `Conflict`.
        """
        allow(by, "keep_settings")
        if not 0 < len(why.strip()) <= _LONGEST_WHY:
            raise DeskError(f"Why settings are saved is said in 1 to {_LONGEST_WHY} characters.")
        settings, trials = build_settings(content), self.try_out(content)
        figures = {
            subject: {"now": asdict(trial.now), "proposed": asdict(trial.proposed)}
            for subject, trial in trials.items()
        }
        with acting(self._database, by, "keep_settings") as change:
            _refuse_stale(change, seen)
            told = {"content": asdict(settings), "why": why, "figures": figures}
            id = change.insert(schema.settings, **told, saved_by=by.name, saved_at=change.at)
            _order_anew(change, settings)
            shown = without_private(told["content"])
            change.note(by.name, "saved settings", "settings", edition=id, why=why, content=shown)
            return Edition(id, **told, saved_by=by.name, saved_at=change.at)

    def editions(self) -> list[Edition]:
        """All editions, oldest first."""
        table = schema.settings
        with self._database.read() as connection:
            return [Edition(**row._mapping) for row in connection.execute(select(table).order_by(table.c.id))]

    def write(self, path: str | os.PathLike) -> None:
        """Write the settings in force as TOML for ``--settings``."""
        path, content = Path(path), self.content()
        lines = [f"# The desk's settings, edition {self.in_force()} (0: as packaged)."]
        lines += [f"{name} = {value!r}" for name, value in content.items() if not isinstance(value, dict)]
        for section, values in content.items():
            if isinstance(values, dict):
                lines += ["", f"[{section}]", *(f"{name} = {value!r}" for name, value in values.items())]
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
        unfinished.write_text("\n".join(lines) + "\n", "utf-8")
        os.replace(unfinished, path)


def _refuse_stale(change: Change, seen: int | None) -> None:
    in_force, _ = settings_in_force(change.connection)
    if seen is None or seen == in_force:
        return
    table = schema.settings
    row = change.execute(select(table).where(table.c.id == in_force)).one_or_none()
    if row is None:
        raise DeskError(f"There is no edition {seen} of the settings.")
    raise Conflict(
        f"{row.saved_by} saved other settings.",
        row.saved_by,
        f"saved settings ({row.why})",
        row.saved_at,
        hint="look at them, and draw yours up anew",
    )


def _order_anew(change: Change, settings: Settings) -> None:
    """Give every case its expected loss under new settings: its probability times what is lost for certain."""
    cases, scores = schema.cases, schema.scores
    late = cases.c.score_id.in_(select(scores.c.id).where(scores.c.early_lines.is_(False)))
    for subject in SUBJECTS:
        of_subject = cases.update().where(cases.c.subject == subject)
        for early, chosen in ((True, of_subject.where(~late)), (False, of_subject.where(late))):
            flags = np.array([early]) if subject == "order" else None
            loss = float(expected_costs([1.0], subject, settings, flags)["release"].iloc[0])
            change.execute(chosen.values(expected_loss=cases.c.probability * loss))
