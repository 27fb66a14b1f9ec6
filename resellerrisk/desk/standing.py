"""What holds at a moment: the lists on which accounts stand, the settings in force, what is decided. Read only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.engine import Connection

from resellerrisk.decisions import Settings, build_settings, read_settings
from resellerrisk.desk import schema
from resellerrisk.desk.records import Decision
from resellerrisk.desk.triage import Decided, strictest

#: Databases take only so many values in one statement.
_AT_ONCE = 500


def in_parts(values: Iterable) -> Iterator[list]:
    """Values in parts that fit into one statement.

    >>> [len(part) for part in in_parts(range(1200))]
    [500, 500, 200]
    """
    values = list(values)
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def lists_of(connection: Connection, accounts: Iterable[str], at: datetime) -> dict[str, tuple[str, ...]]:
    """The lists on which accounts stand at a moment; an account on none is left out."""
    lists = schema.lists.c
    found: dict[str, set[str]] = {}
    for part in in_parts(set(accounts)):
        holds = (lists.account_id.in_(part), lists.removed_at.is_(None), lists.expires_at > at)
        for row in connection.execute(select(lists.account_id, lists.list).where(*holds)):
            found.setdefault(row.account_id, set()).add(row.list)
    return {account: tuple(sorted(names)) for account, names in found.items()}


def hits_of(connection: Connection, scores: Iterable[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """Name and action of the rules that hit scores; a score that none hit is left out."""
    hits, rules = schema.hits.c, schema.rules.c
    found: dict[int, list[tuple[str, str]]] = {}
    for part in in_parts(scores):
        wanted = select(hits.score_id, rules.name, rules.action).join_from(schema.hits, schema.rules)
        for row in connection.execute(wanted.where(hits.score_id.in_(part)).order_by(rules.name)):
            found.setdefault(row.score_id, []).append((row.name, row.action))
    return {score: tuple(told) for score, told in found.items()}


def settings_in_force(connection: Connection) -> tuple[int, Settings]:
    """The newest edition's number and the settings; 0 and the packaged ones where none was saved."""
    editions = schema.settings
    row = connection.execute(select(editions).order_by(editions.c.id.desc()).limit(1)).one_or_none()
    return (0, read_settings()) if row is None else (row.id, build_settings(row.content))


def read_steps(connection: Connection, cases: Sequence[int]) -> dict[int, list[Decision]]:
    """All steps of cases, oldest first; a case without one is left out."""
    table, found = schema.decisions, []
    for part in in_parts(cases):
        wanted = select(table).where(table.c.case_id.in_(part)).order_by(table.c.case_id, table.c.id)
        found += [to_decision(row._mapping) for row in connection.execute(wanted)]
    return {case: list(steps) for case, steps in groupby(found, key=lambda step: step.case_id)}


def to_decision(row) -> Decision:
    """A stored step as a record."""
    lines = {int(line): action for line, action in row["lines"].items()}
    return Decision(**{**row, "lines": lines})


def in_force(steps: Sequence[Decision]) -> Decision | None:
    """The step whose action is in force: a decision, or a confirmed proposal, that was not taken back."""
    held = None
    for step in steps:
        if step.step in {"decide", "approve"}:
            held = step
        elif step.step == "reverse":
            held = None
    return held


def waiting(steps: Sequence[Decision]) -> Decision | None:
    """The proposal that waits for a second person."""
    last = steps[-1] if steps else None
    return last if last is not None and last.step == "propose" else None


def decided_about(connection: Connection, cases: Sequence[int]) -> dict[int, Decided]:
    """What is in force about cases, with what was asked when it was decided; a case of which nothing is in force is left out."""
    held = {case: in_force(steps) for case, steps in read_steps(connection, cases).items()}
    steps = {case: step for case, step in held.items() if step is not None}
    seen = [step.score_id for step in steps.values()]
    scores, told = schema.scores.c, {}
    for part in in_parts(seen):
        wanted = select(scores.id, scores.action, scores.band).where(scores.id.in_(part))
        told |= {row.id: row for row in connection.execute(wanted)}
    hits = hits_of(connection, seen)
    return {
        case: Decided(
            strictest([step.action, *step.lines.values()]),
            strictest([told[step.score_id].action, *(action for _, action in hits.get(step.score_id, ()))]),
            told[step.score_id].band,
        )
        for case, step in steps.items()
    }


def said(steps: Sequence[Decision]) -> Decision | None:
    """The step whose outcome stands: the newest in force that states one and was not taken back.

    A later decision that states none (``nothing_to_hold``) leaves what was said before; one that states another takes its place.
    """
    stated = None
    for step in steps:
        if step.step in {"decide", "approve"} and step.outcome is not None:
            stated = step
        elif step.step == "reverse" and stated is not None and step.of == stated.id:
            stated = None
    return stated
