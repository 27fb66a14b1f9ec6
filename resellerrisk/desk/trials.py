"""Decided history, and what a setting or a rule would have done on it. Nothing is saved here.

One row an account and subject: the score that lay before who decided about the account, or of an account that nobody decided about
its newest. So nothing of what a decision brought about later counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.engine import Connection

from resellerrisk.decisions import Settings, actions
from resellerrisk.desk import schema
from resellerrisk.desk.conditions import Condition
from resellerrisk.desk.records import Decision, Figures
from resellerrisk.desk.standing import in_parts, read_steps, said
from resellerrisk.desk.values import unpack_frame
from resellerrisk.vocabulary import ACTIONS

_HONEST = ("genuine", "violation")
_KEPT = ("score_id", "account_id", "case_id", "as_of", "score", "probability", "action", "early_lines")


@dataclass(frozen=True)
class History:
    """The decided and undecided accounts of a subject.

    Attributes
    ----------
    rows : DataFrame
        An account each, by id: ``label`` (fake, honest, or empty), the score's columns and the model's action.
    values : DataFrame
        The signals' values of the same rows; a column that did not come with a score is missing.
    """

    subject: str
    rows: pd.DataFrame
    values: pd.DataFrame = field(repr=False)

    @property
    def fake(self) -> np.ndarray:
        """Where the outcome is fake, bool[n]."""
        return (self.rows["label"] == "fake").to_numpy()

    @property
    def honest(self) -> np.ndarray:
        """Where it is genuine or a violation, bool[n]."""
        return (self.rows["label"] == "honest").to_numpy()

    @property
    def early(self) -> np.ndarray | None:
        """Orders: whether each has early lines; not known counts as yes."""
        if self.subject != "order":
            return None
        return (self.rows["early_lines"].astype(object) != False).to_numpy(bool)  # noqa: E712

    def hits(self, condition: Condition) -> np.ndarray:
        """Where a condition is true, bool[n]."""
        return condition.hits(self.values)

    def recommended(self, settings: Settings) -> np.ndarray:
        """The actions under some settings; reviews as many as the desk can do on the days that the history's scores are of."""
        days = self.rows["as_of"].dt.normalize().nunique()
        room = int(getattr(settings, self.subject).reviews_per_day * days)
        ids = self.rows["account_id"].to_numpy(str)
        return actions(
            self.rows["probability"], self.subject, settings, self.early, reviews=room, ids=ids
        ).astype(object)

    def figures(self, action: Sequence[str], settings: Settings, **told: int) -> Figures:
        """What some actions would have done; ``told`` is passed on."""
        action, fake, honest = np.asarray(action, dtype=object), self.fake, self.honest
        held = np.isin(action, ACTIONS[1:3])
        return Figures(
            fakes=int(fake.sum()),
            honest=int(honest.sum()),
            undecided=int((~fake & ~honest).sum()),
            caught=int((fake & (action != ACTIONS[0])).sum()),
            delayed=int((honest & held).sum()),
            blocked=int((honest & (action == "block")).sum()),
            reviews=int((action == "review").sum()),
            cost=round(float(self._costs(action, settings)[fake | honest].sum()), 2),
            **told,
        )

    def _costs(self, action: np.ndarray, settings: Settings) -> np.ndarray:
        """What each action cost, now that it is known who is fake: `expected_costs` at probability 1 and 0."""
        costs = getattr(settings, self.subject)
        titles = np.full(len(action), costs.titles_at_stake)
        if self.early is not None:
            titles = np.where(self.early, titles, costs.titles_at_stake_without_early_lines)
        loss = titles * settings.leaked_title * self.fake
        shares = [1.0, settings.loss_share_shipped_on_street_date, settings.loss_share_reviewed, 0.0]
        work = [0.0, 0.0, costs.review, 0.0]
        delays = [0.0, costs.honest_delayed, costs.honest_delayed, costs.honest_blocked]
        at = np.array([ACTIONS.index(one) for one in action], dtype=int)
        return loss * np.take(shares, at) + np.take(work, at) + np.take(delays, at) * ~self.fake


def read_history(connection: Connection, subject: str, *, with_values: bool = False) -> History:
    """The decided history of a subject."""
    stated = _statements(connection)
    decided_on = {account: step.score_id for account, (step, about) in stated.items() if about == subject}
    beside = {account: step.at for account, (step, about) in stated.items() if about != subject}
    rows = _newest(connection, subject)
    rows = {
        account: row for account, row in rows.items() if account not in decided_on and account not in beside
    }
    rows |= _by_id(connection, decided_on.values()) | _before(connection, subject, beside)
    frame = pd.DataFrame([rows[account] for account in sorted(rows)], columns=[*_KEPT, "night_id"])
    frame["as_of"] = frame["as_of"].astype("datetime64[us]")
    labels = {account: _label(step.outcome) for account, (step, _) in stated.items()}
    frame["label"] = [labels.get(account, "") for account in frame["account_id"]]
    values = _values(connection, frame) if with_values else pd.DataFrame(index=frame.index)
    return History(subject, frame, values.assign(score=frame["score"], probability=frame["probability"]))


def _label(outcome: str | None) -> str:
    return "honest" if outcome in _HONEST else outcome or ""


def _statements(connection: Connection) -> dict[str, tuple[Decision, str]]:
    """By account, the newest step whose outcome stands, as it was first decided, and the subject of its case."""
    cases, decisions = schema.cases.c, schema.decisions.c
    stating = select(decisions.case_id).where(decisions.outcome.is_not(None)).distinct()
    about = {
        row.id: row
        for row in connection.execute(
            select(cases.id, cases.account_id, cases.subject).where(cases.id.in_(stating))
        )
    }
    found: dict[str, tuple[Decision, str]] = {}
    for case, steps in read_steps(connection, sorted(about)).items():
        step = said(steps)
        if step is None:
            continue
        account = about[case].account_id
        if account not in found or found[account][0].at < step.at:
            first = next((one for one in steps if one.id == step.of), step)
            found[account] = (Decision(**{**vars(step), "score_id": first.score_id}), about[case].subject)
    return found


def _select():
    cases, scores = schema.cases.c, schema.scores.c
    beside = (
        scores.as_of,
        scores.score,
        scores.probability,
        scores.action,
        scores.early_lines,
        scores.night_id,
    )
    return select(scores.id.label("score_id"), cases.account_id, cases.id.label("case_id"), *beside)


def _newest(connection: Connection, subject: str) -> dict[str, dict]:
    """By account, its newest score."""
    cases, scores = schema.cases, schema.scores
    wanted = _select().join_from(cases, scores, scores.c.id == cases.c.score_id)
    rows = connection.execute(wanted.where(cases.c.subject == subject).order_by(scores.c.as_of, cases.c.id))
    return {row["account_id"]: dict(row) for row in rows.mappings()}


def _by_id(connection: Connection, ids) -> dict[str, dict]:
    cases, scores, found = schema.cases, schema.scores, {}
    for part in in_parts(ids):
        wanted = _select().join_from(cases, scores, scores.c.case_id == cases.c.id)
        found |= {
            row["account_id"]: dict(row)
            for row in connection.execute(wanted.where(scores.c.id.in_(part))).mappings()
        }
    return found


def _before(connection: Connection, subject: str, moments: dict) -> dict[str, dict]:
    """By account, the newest score of a subject that lay there when the account was decided about elsewhere."""
    cases, scores, found = schema.cases, schema.scores, {}
    for part in in_parts(moments):
        wanted = _select().join_from(cases, scores, scores.c.case_id == cases.c.id)
        chosen = wanted.where(cases.c.subject == subject, cases.c.account_id.in_(part))
        for row in connection.execute(chosen.order_by(scores.c.as_of, scores.c.id)).mappings():
            if row["as_of"] < moments[row["account_id"]]:
                found[row["account_id"]] = dict(row)
    return found


def _values(connection: Connection, frame: pd.DataFrame) -> pd.DataFrame:
    """The signals' values of the rows' scores, each read by its own night's columns."""
    scores, nights = schema.scores.c, schema.nights.c
    stored: dict[int, bytes] = {}
    for part in in_parts(frame["score_id"].tolist()):
        stored |= dict(
            tuple(row)
            for row in connection.execute(select(scores.id, scores["values"]).where(scores.id.in_(part)))
        )
    parts = []
    for night, rows in frame.groupby("night_id"):
        columns = connection.execute(select(nights["columns"]).where(nights.id == int(night))).scalar_one()
        read = unpack_frame([stored[score] for score in rows["score_id"]], columns)
        parts.append(read.set_axis(rows.index))
    return pd.concat(parts).sort_index() if parts else pd.DataFrame(index=frame.index)
