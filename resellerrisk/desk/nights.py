"""Loading scores: a night's, or one application's just scored. The same scores twice change nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pandas as pd
from sqlalchemy import bindparam, func, select

from resellerrisk.decisions import expected_costs
from resellerrisk.desk import outbox, schema
from resellerrisk.desk.acting import acting
from resellerrisk.desk.arrivals import Arrived, take_scores, take_titles
from resellerrisk.desk.conditions import Condition
from resellerrisk.desk.database import Change, Database
from resellerrisk.desk.folder import read_folder
from resellerrisk.desk.records import Loaded, User
from resellerrisk.desk.standing import decided_about, in_parts, lists_of, settings_in_force
from resellerrisk.desk.triage import state_after_score, strictest


class Nights:
    """The scores that were loaded."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(
        self,
        by: User,
        subject: str,
        scores: pd.DataFrame,
        signals: pd.DataFrame | None = None,
        accounts: pd.DataFrame | None = None,
    ) -> Loaded:
        """Load scores, in one transaction: a case each, the rules' hits, and what has to be looked at put into the queue.

        Scores older than those that a case has already are kept with it, and change neither its place nor its state.

        Parameters
        ----------
        by : User
            `SYSTEM` for a job.
        subject : str
        scores : DataFrame
            The contract's ``scores`` (`pipeline.Scores.scores`).
        signals : DataFrame, optional
            The contract's ``signals``, row by row the same keys; without them no rule can hit.
        accounts : DataFrame, optional
            The contract's ``accounts``, for names.

        Raises
        ------
        DeskError
            Columns that are missing, rows that do not match, two rows of one subject, values out of range.
        """
        arrived, titles = take_scores(subject, scores, signals), take_titles(accounts)
        with acting(self._database, by, "load_scores") as change:
            return _load(change, by, subject, arrived, titles)

    def load_folder(
        self, by: User, folder: str | os.PathLike, data: str | os.PathLike | None = None
    ) -> Loaded:
        """Load what ``resellerrisk score --out FOLDER`` wrote; the subject is told by its columns and ``run.json``.

        Parameters
        ----------
        by : User
        folder : path
            Holds ``scores`` and ``signals`` as parquet or CSV.
        data : path, optional
            The folder of the contract's tables, for the accounts' names.

        Raises
        ------
        DeskError
            As `load`; no scores in the folder, or a subject that cannot be told.
        """
        subject, scores, signals, accounts = read_folder(folder, data)
        return self.load(by, subject, scores, signals, accounts)

    def newest(self, subject: str) -> pd.Timestamp | None:
        """The newest moment of which there are scores."""
        nights = schema.nights.c
        with self._database.read() as connection:
            found = connection.execute(select(func.max(nights.as_of)).where(nights.subject == subject))
            moment = found.scalar_one()
        return None if moment is None else pd.Timestamp(moment)


def _load(change: Change, by: User, subject: str, arrived: Arrived, titles: dict[str, str]) -> Loaded:
    nights = schema.nights
    there = change.execute(select(nights).where(nights.c.digest == arrived.digest)).one_or_none()
    if there is not None:
        _name(change, subject, arrived, titles)
        return Loaded(there.id, there.rows, 0, 0, 0, {}, again=True)
    night = change.insert(
        nights,
        subject=subject,
        digest=arrived.digest,
        columns=arrived.columns,
        rows=len(arrived.rows),
        as_of=arrived.as_of,
        loaded_by=by.name,
        loaded_at=change.at,
    )
    before = _cases_before(change, subject, arrived)
    _add_cases(change, subject, arrived, titles, before)
    _name(change, subject, arrived, titles)
    ids = _add_scores(change, night, arrived, before)
    hits, asked = _add_hits(change, subject, arrived, ids)
    counts, queued = _move(change, subject, arrived, before, ids, asked)
    told = {"rows": len(arrived.rows), "as_of": arrived.as_of.isoformat(), "hits": hits, **counts}
    change.note(by.name, "loaded scores", f"night/{night}", subject=subject, digest=arrived.digest, **told)
    outbox.enqueue(change, "scores.loaded", night=night, subject=subject, queued=queued, **told)
    return Loaded(night, len(arrived.rows), hits=hits, **counts)


def _key(row) -> tuple[str, str]:
    return row["account_id"], row["order_id"]


def _cases_before(change: Change, subject: str, arrived: Arrived) -> dict[tuple[str, str], dict]:
    """The cases that there are of what arrived, by account and order, with the moments of their newest score."""
    cases, scores = schema.cases, schema.scores
    keys, found = {_key(row) for row in arrived.rows}, {}
    wanted = select(cases, scores.c.as_of, scores.c.scored_at).join(scores, scores.c.id == cases.c.score_id)
    for part in in_parts({account for account, _ in keys}):
        chosen = wanted.where(cases.c.subject == subject, cases.c.account_id.in_(part))
        for row in change.execute(chosen):
            if _key(row._mapping) in keys:
                found[_key(row._mapping)] = dict(row._mapping)
    return found


def _add_cases(change: Change, subject: str, arrived: Arrived, titles, before) -> None:
    """Make the cases that are not there yet, without a score so far."""
    fresh = [
        {
            "version": 1,
            "subject": subject,
            "account_id": row["account_id"],
            "order_id": row["order_id"],
            "title": titles.get(row["account_id"], ""),
            "found_by": found_by(row["account_id"], row["order_id"], titles.get(row["account_id"], "")),
            "state": "clear",
            "since": change.at,
            "action": None,
            "score_id": None,
            "probability": 0.0,
            "expected_loss": 0.0,
            "asked": "release",
            "band": "low",
        }
        for row in arrived.rows
        if _key(row) not in before
    ]
    for row, id in zip(fresh, _insert_all(change, schema.cases, fresh), strict=True):
        before[_key(row)] = row | {"id": id, "state": None, "as_of": None, "scored_at": None}


def _insert_all(change: Change, table, rows: list[dict]) -> list[int]:
    if not rows:
        return []
    statement = table.insert().returning(table.c.id, sort_by_parameter_order=True)
    return list(change.execute(statement, rows).scalars())


def found_by(account: str, order: str, title: str) -> str:
    """What a search looks at.

    >>> found_by("A1", "", "DISC Straße")
    'a1\\n\\ndisc strasse'
    """
    return "\n".join((account, order, title)).casefold()


def _name(change: Change, subject: str, arrived: Arrived, titles: dict[str, str]) -> None:
    """Give accounts their names, also in cases of other subjects."""
    cases = schema.cases
    for part in in_parts({row["account_id"] for row in arrived.rows} & titles.keys()):
        rows = change.execute(select(cases).where(cases.c.account_id.in_(part))).all()
        new = [
            {
                "b_id": row.id,
                "title": titles[row.account_id],
                "found_by": found_by(row.account_id, row.order_id, titles[row.account_id]),
            }
            for row in rows
            if row.title != titles[row.account_id]
        ]
        if new:
            named = {name: bindparam(name) for name in ("title", "found_by")}
            change.execute(cases.update().where(cases.c.id == bindparam("b_id")).values(**named), new)


def _add_scores(change: Change, night: int, arrived: Arrived, before) -> list[int]:
    rows = [
        {name: value for name, value in row.items() if name not in {"account_id", "order_id"}}
        | {"case_id": before[_key(row)]["id"], "night_id": night}
        for row in arrived.rows
    ]
    return _insert_all(change, schema.scores, rows)


def _add_hits(
    change: Change, subject: str, arrived: Arrived, ids: list[int]
) -> tuple[dict[str, int], list[str]]:
    """Note the rules' hits: how many each has, and what is asked of each score in the end."""
    rules = schema.rules
    wanted = select(rules).where(rules.c.subject == subject, rules.c.retired_at.is_(None))
    counts, found = {}, []
    asked = [[row["action"]] for row in arrived.rows]
    for rule in change.execute(wanted.order_by(rules.c.id)).all():
        hit = Condition(rule.condition, subject).hits(arrived.values).nonzero()[0]
        counts[rule.name] = len(hit)
        for at in hit:
            asked[at].append(rule.action)
            found.append({"rule_id": rule.id, "score_id": ids[at]})
    if found:
        change.execute(schema.hits.insert(), found)
    return counts, [strictest(one) for one in asked]


def _move(change: Change, subject: str, arrived: Arrived, before, ids, asked):
    """Give each case its newest score and state; how many came, came back and went, and the ids of those that came."""
    accounts = {row["account_id"] for row in arrived.rows}
    lists = lists_of(change.connection, accounts, change.at)
    decided = decided_about(
        change.connection, [case["id"] for case in before.values() if case["state"] == "decided"]
    )
    losses = losses_of(change, subject, arrived.rows)
    updates, queued, moves = [], [], {"new": 0, "returned": 0, "cleared": 0}
    for row, id, wanted, loss in zip(arrived.rows, ids, asked, losses, strict=True):
        case = before[_key(row)]
        if case["as_of"] is not None and (row["as_of"], row["scored_at"]) < (
            case["as_of"],
            case["scored_at"],
        ):
            continue
        standing = lists.get(row["account_id"], ())
        state = state_after_score(case["state"], wanted, row["band"], standing, decided.get(case["id"]))
        _count(moves, case["state"], state)
        if state == "new" and case["state"] != "new":
            queued.append(case["id"])
        updates.append(
            {
                "b_id": case["id"],
                "state": state,
                "since": case["since"] if state == case["state"] else change.at,
                "score_id": id,
                "probability": row["probability"],
                "expected_loss": loss,
                "asked": wanted,
                "band": row["band"],
            }
        )
    _update_all(change, updates)
    return moves, queued


def _count(moves: dict[str, int], was: str | None, state: str) -> None:
    if state == "new" and was != "new":
        moves["returned" if was == "decided" else "new"] += 1
    elif state == "clear" and was == "new":
        moves["cleared"] += 1


def _update_all(change: Change, updates: list[dict]) -> None:
    cases = schema.cases
    if updates:
        named = {name: bindparam(name) for name in updates[0] if name != "b_id"}
        change.execute(cases.update().where(cases.c.id == bindparam("b_id")).values(**named), updates)


def losses_of(change: Change, subject: str, rows: Iterable[dict]) -> list[float]:
    """The expected loss of each score, by the settings in force."""
    rows = list(rows)
    _, settings = settings_in_force(change.connection)
    return expected_losses(subject, rows, settings)


def expected_losses(subject: str, rows: list[dict], settings) -> list[float]:
    """What releasing each is expected to cost; an order of which it is not known is taken for one with early lines."""
    early = None
    if subject == "order":
        early = pd.Series([row["early_lines"] is not False for row in rows], dtype=bool).to_numpy()
    probability = [row["probability"] for row in rows]
    return expected_costs(probability, subject, settings, early)["release"].tolist()
