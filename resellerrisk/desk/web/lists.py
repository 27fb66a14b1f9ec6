"""The lists' page: accounts that are always looked at, or only for a block, each with a reason and an end."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from resellerrisk.desk.refusals import DeskError, NotAllowed
from resellerrisk.desk.sheets import write_sheet
from resellerrisk.desk.web import views

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form()]


@router.get("/lists")
def show_lists(request: Request, done: str = "", past: bool = False, account_id: str = "") -> Response:
    """The entries that hold, and with ``past`` those that did."""
    return _show(request, done=done, past=past, given={"account_id": account_id})


@router.post("/lists")
def add(
    request: Request, list: Text = "", account_id: Text = "", reason: Text = "", until: Text = ""
) -> Response:
    """Put an account on a list until the end of a day."""
    given = {"list": list, "account_id": account_id, "reason": reason, "until": until}
    try:
        entry = request.app.state.desk.lists.add(
            request.state.session.user, list, account_id.strip(), reason, read_day(until)
        )
    except NotAllowed:
        raise
    except DeskError as error:
        return _show(request, 422, given=given, error=error)
    return views.go("/lists", f"Account {entry.account_id} is on the {entry.list} list.")


@router.post("/lists/{entry_id:int}/remove")
def remove(request: Request, entry_id: int) -> Response:
    """Take an entry off before its end."""
    entry = request.app.state.desk.lists.remove(request.state.session.user, entry_id)
    return views.go("/lists", f"Account {entry.account_id} is off the {entry.list} list.")


@router.get("/lists/export.csv")
def export_sheet(request: Request) -> Response:
    """All entries that ever were, as a sheet that is safe to open."""
    names = ("list", "account_id", "reason", "expires_at", "added_by", "added_at", "removed_by", "removed_at")
    entries = request.app.state.desk.lists.entries(past=True)
    rows = ([str(getattr(entry, name) or "") for name in names] for entry in entries)
    return views.send_file(write_sheet(names, rows), "lists.csv")


def read_day(text: str) -> datetime:
    """The last moment of a day.

    >>> read_day("2020-06-30")
    datetime.datetime(2020, 6, 30, 23, 59, 59)
    """
    try:
        return datetime.combine(datetime.strptime(text, "%Y-%m-%d").date(), time(23, 59, 59))
    except ValueError:
        raise DeskError("An entry needs a day on which it ends.", hint="2020-06-30") from None


def _show(request: Request, status: int = 200, *, given=None, error=None, done="", past=False) -> Response:
    entries = request.app.state.desk.lists.entries(past=past)
    given = {"list": "watch", "account_id": "", "reason": "", "until": ""} | (given or {})
    return views.show(
        request, "lists", status, entries=entries, given=given, error=error, done=done, past=past
    )
