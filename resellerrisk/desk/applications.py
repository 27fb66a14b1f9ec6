"""Applications that were typed in or uploaded: the form as it was given, until the distributor's own tables hold it."""

from __future__ import annotations

import builtins
import math
from datetime import datetime

from sqlalchemy import func, select

from resellerrisk.desk import schema
from resellerrisk.desk.acting import acting
from resellerrisk.desk.database import Change, Database
from resellerrisk.desk.records import User
from resellerrisk.desk.refusals import DeskError
from resellerrisk.tables import TABLES

_LONGEST_ID, _LONGEST_CELL = 200, 100_000


class Applications:
    """Forms."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, by: User, form: dict, account_id: str | None = None) -> str:
        """Keep a form (the contract's columns of ``accounts``; texts, numbers, dates as text).

        Returns
        -------
        str
            The account id: as given, else a new one, ``APP-`` and a number.

        Raises
        ------
        DeskError
            A column that the contract does not know, a cell that is neither text, number, truth value nor missing, or an id that
            another form has.
        """
        told = {name: value for name, value in form.items() if name != "account_id"}
        _check(told, account_id)
        with acting(self._database, by, "enter_application") as change:
            account = _free_id(change) if account_id is None else account_id
            if _there(change, account):
                raise DeskError(f"There is a form of {account!r} already.", hint="give another account_id")
            change.insert(
                schema.forms, account_id=account, form=told, entered_by=by.name, entered_at=change.at
            )
            change.note(by.name, "entered an application", f"account/{account}")
            return account

    def get(self, account_id: str) -> dict | None:
        """The form of an account, or None."""
        table = schema.forms
        with self._database.read() as connection:
            row = connection.execute(select(table).where(table.c.account_id == account_id)).one_or_none()
        return None if row is None else _tell(row)

    def list(self, since: datetime | None = None) -> builtins.list[dict]:
        """All forms, oldest first: each with account_id, applied_at, entered_by.

        ``applied_at`` is the form's own, else the moment it was entered.
        """
        table = schema.forms
        wanted = select(table).order_by(table.c.id)
        with self._database.read() as connection:
            rows = connection.execute(wanted if since is None else wanted.where(table.c.entered_at >= since))
            return [_tell(row) for row in rows]


def _tell(row) -> dict:
    applied = row.form.get("applied_at") or row.entered_at.isoformat()
    return row.form | {"account_id": row.account_id, "applied_at": applied, "entered_by": row.entered_by}


def _check(form: dict, account_id: str | None) -> None:
    known = [column.name for column in TABLES["accounts"].columns]
    unknown = sorted(set(map(str, form)) - set(known))
    if unknown:
        raise DeskError(
            f"The accounts table has no column {', '.join(unknown)}.", f"Columns: {', '.join(known)}."
        )
    wrong = [name for name, value in form.items() if not _is_cell(value)]
    if wrong:
        raise DeskError(f"The form's {', '.join(wrong)} can be kept neither as text nor as a number.")
    if account_id is not None and not 0 < len(account_id) <= _LONGEST_ID:
        raise DeskError(f"An account_id has 1 to {_LONGEST_ID} characters.")


def _is_cell(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str):
        return len(value) <= _LONGEST_CELL
    return value is None or isinstance(value, bool | int)


def _there(change: Change, account: str) -> bool:
    table = schema.forms.c
    return change.execute(select(table.id).where(table.account_id == account)).first() is not None


def _free_id(change: Change) -> str:
    number = (change.execute(select(func.max(schema.forms.c.id))).scalar_one() or 0) + 1
    while _there(change, f"APP-{number}"):
        number += 1
    return f"APP-{number}"
