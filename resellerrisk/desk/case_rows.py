"""Cases as the database holds them, turned into records: the newest score, rules and lists beside. Read only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection

from resellerrisk.desk import schema
from resellerrisk.desk.records import Case, Score, WhyShown
from resellerrisk.desk.refusals import NotThere
from resellerrisk.desk.standing import hits_of, lists_of

#: Ids beyond this are none (PostgreSQL's integer).
_MOST = 2**31 - 1

cases, scores = schema.cases.c, schema.scores.c


def select_cases():
    """Every case with its newest score."""
    beside = (
        scores.score,
        scores.as_of,
        scores.model_version,
        scores.early_lines,
        scores.reasons,
        scores.action.label("recommended"),
    )
    return select(schema.cases, *beside).join_from(
        schema.cases, schema.scores, schema.scores.c.id == schema.cases.c.score_id
    )


def to_cases(connection: Connection, rows: Sequence, at: datetime) -> list[Case]:
    """Rows of `select_cases` as records, as of a moment."""
    lists = lists_of(connection, [row.account_id for row in rows], at)
    hits = hits_of(connection, [row.score_id for row in rows])
    return [_to_case(row, hits.get(row.score_id, ()), lists.get(row.account_id, ()), at) for row in rows]


def read_case(connection: Connection, case_id: int, at: datetime) -> Case:
    """One case; raises `NotThere`."""
    row = None
    if isinstance(case_id, int) and 0 < case_id <= _MOST:
        row = connection.execute(select_cases().where(cases.id == case_id)).one_or_none()
    if row is None:
        raise NotThere(f"There is no case {case_id}.", hint="look into the queue")
    return to_cases(connection, [row], at)[0]


def _to_case(row, rules, lists, at: datetime) -> Case:
    claimed = row.claimed_until is not None and row.claimed_until > at
    return Case(
        id=row.id,
        version=row.version,
        subject=row.subject,
        account_id=row.account_id,
        order_id=row.order_id or None,
        state=row.state,
        title=row.title,
        score=row.score,
        probability=row.probability,
        band=row.band,
        recommended=row.recommended,
        as_of=row.as_of,
        first_reason=row.reasons[0]["sentence"] if row.reasons else "",
        model_version=row.model_version,
        expected_loss=row.expected_loss,
        early_lines=row.early_lines,
        rules=rules,
        lists=lists,
        asked=row.asked,
        action=row.action,
        claimed_by=row.claimed_by if claimed else None,
        claimed_until=row.claimed_until if claimed else None,
        since=row.since,
    )


def to_score(row) -> Score:
    """A row of ``scores`` as a record."""
    told = {name: row[name] for name in Score.__dataclass_fields__ if name != "reasons"}
    return Score(reasons=tuple(WhyShown(**why) for why in row["reasons"]), **told)
