"""New applications: typed in or handed in as a sheet, scored while one waits, and put into the queue as cases."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from resellerrisk.desk.acting import allow
from resellerrisk.desk.desk import Desk
from resellerrisk.desk.records import Case, User
from resellerrisk.desk.refusals import DeskError, NotAllowed
from resellerrisk.desk.web import views
from resellerrisk.desk.web.portfolio import Portfolio
from resellerrisk.desk.web.reading import MOST_ROWS, plain_form, read_application, read_sheet
from resellerrisk.errors import InputError
from resellerrisk.tables import as_utc
from resellerrisk.vocabulary import ADDRESS_KINDS, BUSINESS_TYPES

router = APIRouter(include_in_schema=False)


@router.get("/applications/new")
def ask(request: Request) -> Response:
    """The empty form."""
    allow(request.state.session.user, "enter_application")
    return _show(request)


@router.post("/applications")
async def enter(request: Request) -> Response:
    """One application as typed in; leads to its case, scored."""
    return await run_in_threadpool(_enter, request, plain_form(await request.form()))


@router.post("/applications/sheet")
async def enter_sheet(request: Request) -> Response:
    """Applications as a sheet; shows each with its score."""
    content = await _read_file(await request.form())
    return await run_in_threadpool(_enter_sheet, request, content)


def _enter(request: Request, given: dict[str, str]) -> Response:
    account_id, form = read_application(given)
    try:
        cases = add_applications(
            _store(request), _portfolio(request), request.state.session.user, [(account_id, form)]
        )
    except NotAllowed:
        raise
    except InputError as error:
        return _show(request, 422, error=error, given=given)
    return views.go(f"/cases/{cases[0].id}", "Entered and scored.")


def _enter_sheet(request: Request, content: bytes) -> Response:
    try:
        rows = [(row.pop("account_id", "").strip() or None, row) for row in read_sheet(content)]
        cases = add_applications(_store(request), _portfolio(request), request.state.session.user, rows)
    except NotAllowed:
        raise
    except InputError as error:
        return _show(request, 422, error=error)
    return _show(request, cases=cases)


def add_applications(
    desk: Desk, portfolio: Portfolio | None, by: User, forms: Sequence[tuple[str | None, dict]]
) -> list[Case]:
    """Score applications, keep their forms, and load their scores: the cases, in the order given.

    Nothing is kept where one of them cannot be scored.

    Raises
    ------
    InputError
        A form that does not keep the contract, an id that is there already, or no market or model to score with.
    """
    allow(by, "enter_application")
    if portfolio is None:
        raise DeskError("There is no market to score with.", hint="resellerrisk review DATA")
    named = [account for account, _ in forms if account]
    again = sorted({account for account in named if named.count(account) > 1})
    if again:
        raise DeskError(f"Account {again[0]!r} stands there more than once.")
    taken = [account for account in named if desk.applications.get(account) is not None]
    if taken:
        raise DeskError(f"There is a form of {taken[0]!r} already.", hint="give another account_id")
    now = as_utc(min(datetime.now(UTC).replace(tzinfo=None, microsecond=0), portfolio.as_of))
    dated = [
        {"applied_at": now.isoformat()} | {key: cell for key, cell in form.items() if cell != ""}
        for _, form in forms
    ]
    made_up = [account or f"new-{secrets.token_hex(8)}" for account, _ in forms]
    scored = portfolio.score_forms(dict(zip(made_up, dated, strict=True)), desk.settings.current())
    ids = [desk.applications.add(by, form, account) for (account, _), form in zip(forms, dated, strict=True)]
    renamed = dict(zip(made_up, ids, strict=True))
    frames = [
        frame.assign(account_id=frame["account_id"].astype(str).map(renamed))
        for frame in (scored.scores, scored.signals)
    ]
    accounts = pd.DataFrame(
        [
            {"account_id": id, "legal_name": form.get("legal_name"), "trading_name": form.get("trading_name")}
            for id, form in zip(ids, dated, strict=True)
        ]
    )
    desk.nights.load(by, "application", *frames, accounts)
    return [desk.cases.find("application", id) for id in ids]


async def _read_file(form: FormData) -> bytes:
    file = form.get("sheet")
    return await file.read() if isinstance(file, UploadFile) else b""


def _store(request: Request) -> Desk:
    return request.app.state.desk


def _portfolio(request: Request) -> Portfolio | None:
    return request.app.state.portfolio


def _show(request: Request, status: int = 200, *, error=None, given=None, cases=()) -> Response:
    return views.show(
        request,
        "application",
        status,
        error=error,
        given=defaultdict(str, given or {}),
        cases=cases,
        can_score=_portfolio(request) is not None and _portfolio(request).can_score,
        moment=_portfolio(request).as_of if _portfolio(request) else None,
        business_types=BUSINESS_TYPES,
        address_kinds=ADDRESS_KINDS,
        most_rows=MOST_ROWS,
    )
