"""Rules beside the model: a condition on signals with an action, tried on history before it is saved.

A rule's hit stands beside the model's action and never changes it or the score.
"""

from __future__ import annotations

import builtins
from dataclasses import asdict

import numpy as np
from sqlalchemy import func, select

from resellerrisk.desk import schema
from resellerrisk.desk.acting import acting, allow
from resellerrisk.desk.conditions import Condition
from resellerrisk.desk.database import Database
from resellerrisk.desk.records import Figures, Rule, Trial, User
from resellerrisk.desk.refusals import DeskError, NotThere
from resellerrisk.desk.standing import settings_in_force
from resellerrisk.desk.triage import strictest
from resellerrisk.desk.trials import History, read_history
from resellerrisk.vocabulary import ACTIONS

_LONGEST_NAME, _LONGEST_WHY = 100, 1000


class Rules:
    """The rules of a desk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def try_out(self, subject: str, condition: str, action: str, name: str = "") -> Trial:
        """What a rule would have caught, delayed and cost on decided history, beside the model with the rules in force.

        Parameters
        ----------
        subject, condition, action : str
        name : str
            Of the rule in force whose place it would take.

        Raises
        ------
        DeskError
            The condition cannot be read, or names a signal that is not there ("did you mean").
        """
        read = Condition(condition, subject)
        _check_action(action)
        rules = schema.rules
        wanted = select(rules).where(rules.c.subject == subject, rules.c.retired_at.is_(None))
        with self._database.read() as connection:
            history = read_history(connection, subject, with_values=True)
            _, settings = settings_in_force(connection)
            there = connection.execute(wanted).all()
        held = [(history.hits(Condition(row.condition, subject)), row.action, row.name) for row in there]
        now = [(hits, does) for hits, does, _ in held]
        mine = (history.hits(read), action)
        proposed = [(hits, does) for hits, does, named in held if named != name] + [mine]
        return Trial(
            subject, _figures(history, settings, now, now), _figures(history, settings, proposed, [mine])
        )

    def save(self, by: User, name: str, subject: str, condition: str, action: str, why: str) -> Rule:
        """Save a rule, with what the trial shows now; one of the same name is retired. It acts from the next load on."""
        allow(by, "keep_rules")
        if not (0 < len(name) <= _LONGEST_NAME and name.isprintable() and name == name.strip()):
            raise DeskError(f"A rule's name has 1 to {_LONGEST_NAME} visible characters.")
        if not 0 < len(why.strip()) <= _LONGEST_WHY:
            raise DeskError(f"Why a rule is saved is said in 1 to {_LONGEST_WHY} characters.")
        trial = self.try_out(subject, condition, action, name)
        figures = {"now": asdict(trial.now), "proposed": asdict(trial.proposed)}
        rules = schema.rules
        with acting(self._database, by, "keep_rules") as change:
            held = (rules.c.name == name, rules.c.retired_at.is_(None))
            ended = {"retired_by": by.name, "retired_at": change.at}
            change.execute(rules.update().where(*held).values(**ended))
            told = {"name": name, "subject": subject, "condition": condition, "action": action, "why": why}
            id = change.insert(rules, **told, figures=figures, saved_by=by.name, saved_at=change.at)
            change.note(by.name, "saved a rule", f"rule/{id}", **told)
            return Rule(id, **told, figures=figures, saved_by=by.name, saved_at=change.at)

    def retire(self, by: User, rule_id: int) -> Rule:
        """End a rule; its hits stay. One that has ended stays as it is."""
        rules = schema.rules
        with acting(self._database, by, "keep_rules") as change:
            row = change.execute(select(rules).where(rules.c.id == rule_id)).one_or_none()
            if row is None:
                raise NotThere(f"There is no rule {rule_id}.")
            if row.retired_at is not None:
                return Rule(**row._mapping)
            ended = {"retired_by": by.name, "retired_at": change.at}
            change.execute(rules.update().where(rules.c.id == rule_id).values(**ended))
            change.note(by.name, "retired a rule", f"rule/{rule_id}", name=row.name)
            return Rule(**{**row._mapping, **ended})

    def list(self, subject: str | None = None, *, past: bool = False) -> builtins.list[Rule]:
        """The rules in force by name; with ``past`` the retired ones too."""
        rules = schema.rules
        wanted = select(rules).order_by(rules.c.name, rules.c.id)
        if subject is not None:
            wanted = wanted.where(rules.c.subject == subject)
        if not past:
            wanted = wanted.where(rules.c.retired_at.is_(None))
        with self._database.read() as connection:
            return [Rule(**row._mapping) for row in connection.execute(wanted)]

    def hits(self, rule_id: int) -> int:
        """How many scores a rule hit since it was saved."""
        hits = schema.hits
        with self._database.read() as connection:
            counted = select(func.count()).select_from(hits).where(hits.c.rule_id == rule_id)
            return connection.execute(counted).scalar_one()


def _check_action(action: str) -> None:
    if action not in ACTIONS[1:]:
        raise DeskError(f"A rule asks for one of {', '.join(ACTIONS[1:])}, not for {action!r}.")


def _figures(history: History, settings, rules, told_of) -> Figures:
    """The figures of model and rules together; what only rules and hits count is of ``told_of``."""
    model = history.rows["action"].to_numpy(object)
    asked = np.array(
        [strictest([does, *(rule for hits, rule in rules if hits[at])]) for at, does in enumerate(model)],
        dtype=object,
    )
    hit = np.zeros(len(model), dtype=bool)
    for hits, _ in told_of:
        hit |= hits
    only = int((hit & history.fake & (model == ACTIONS[0])).sum())
    return history.figures(asked, settings, only_rule=only, hits=int(hit.sum()))
