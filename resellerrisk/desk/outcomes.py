"""Decisions on their way out: rows of the contract's ``outcomes``, from which the next training learns."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from sqlalchemy import select

from resellerrisk.desk import merging, schema
from resellerrisk.desk.database import Database
from resellerrisk.desk.records import Decision
from resellerrisk.desk.standing import to_decision
from resellerrisk.desk.words import REASONS
from resellerrisk.tables import as_utc

COLUMNS = ("account_id", "outcome", "decided_at", "source", "note")
#: How a row that the desk wrote begins its note; a merge replaces such rows and leaves all others alone.
MARK = "desk decision "
_CONTROL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")
_SOURCES = {reason.name: reason.source for reason in REASONS}


class Outcomes:
    """What was decided about accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def frame(self, until=None) -> pd.DataFrame:
        """The contract's ``outcomes`` decided before ``until`` (all by default): account_id, outcome, decided_at, source, note.

        A confirmed block counts from its confirmation, a reversal as ``unknown`` (or what else is still decided about the
        account) from its own moment. Oldest first. A note's line ends and control characters become spaces.
        """
        rows = [row for row in self._rows() if until is None or row[2] < as_utc(until)]
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        return frame.astype({name: object for name in COLUMNS} | {"decided_at": "datetime64[us]"})

    def merge(self, data: str | os.PathLike, until=None) -> tuple[int, int]:
        """Write them into DATA's outcomes table (parquet or CSV, as it stands there), in place of what an earlier merge wrote.

        The table appears whole or not at all; rows of others stay as they are.

        Returns
        -------
        (int, int)
            Rows of the desk now in the table; rows left out, for DATA has no such account.

        Raises
        ------
        DeskError
            No folder of tables, a table that cannot be read, or another merge at work.
        """
        frame, folder = self.frame(until), Path(data)
        known = frame["account_id"].isin(merging.account_ids(folder))
        merging.merge(folder, frame[known], MARK)
        return int(known.sum()), int((~known).sum())

    def _rows(self) -> Iterator[tuple]:
        """The rows, oldest first. What was taken back is replaced by what still stands about the account."""
        stated: dict[str, dict[int, Decision]] = {}
        reasons: dict[int, str] = {}
        for account, step in self._steps():
            reasons[step.id] = reasons[step.of] if step.step == "approve" else step.reason
            standing = stated.setdefault(account, {})
            if step.step in {"decide", "approve"} and step.outcome is not None:
                standing.pop(step.case_id, None)
                standing[step.case_id] = step
                yield _row(account, step, step, reasons)
            elif step.step == "reverse" and standing.get(step.case_id, step).id == step.of:
                del standing[step.case_id]
                yield _row(account, step, next(reversed(standing.values()), None), reasons)

    def _steps(self) -> list[tuple[str, Decision]]:
        cases, decisions = schema.cases, schema.decisions
        wanted = select(decisions, cases.c.account_id.label("account")).join_from(decisions, cases)
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(decisions.c.id)).mappings().all()
        return [
            (row["account"], to_decision({name: row[name] for name in row if name != "account"}))
            for row in rows
        ]


def _row(account: str, step: Decision, stands: Decision | None, reasons: dict[int, str]) -> tuple:
    """What a step says of an account: what stands now, told at the moment of the step."""
    told = f"{MARK}{step.id}: {reasons[step.id]}"
    if step.step == "reverse":
        told += f", decision {step.of} is taken back"
        told += f", decision {stands.id} stands" if stands is not None else ""
    told += f". {step.note}" if step.note else ""
    source = _SOURCES[reasons[stands.id]] if stands is not None else "review"
    outcome = stands.outcome if stands is not None else "unknown"
    return account, outcome, step.at, source, _CONTROL.sub(" ", told)
