"""A case's page: what is known of it with its evidence, what was decided, and the steps that can be taken now."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from resellerrisk.desk.acting import allow
from resellerrisk.desk.desk import Desk
from resellerrisk.desk.records import Case, User
from resellerrisk.desk.refusals import Conflict, DeskError, NotAllowed, NotThere
from resellerrisk.desk.web import views
from resellerrisk.desk.web.reading import plain_form
from resellerrisk.errors import ResellerRiskError
from resellerrisk.reasons import show_case
from resellerrisk.translations import choose_language

router = APIRouter(include_in_schema=False)
_LINE = re.compile(r"line_(\d{1,9})")
_DONE = {
    "decide": "Decided.",
    "propose": "Proposed. A second person must confirm it.",
    "approve": "Confirmed.",
    "refuse": "Refused. The case is open again.",
    "reverse": "Taken back. The case is open again.",
}
#: What a page says first, in this order, where a market is there to explain it.
SECTIONS = ("reasons", "waterfall", "orders", "links", "traces", "history", "similar", "families", "facts")


@router.get("/cases/{case_id:int}")
def show_case_page(request: Request, case_id: int, done: str = "") -> Response:
    """A case as it stands."""
    return _show(request, case_id, done=done)


@router.post("/cases/{case_id:int}/claim")
def claim(request: Request, case_id: int, take_over: Annotated[bool, Form()] = False) -> Response:
    """Take a case up for half an hour."""
    try:
        request.app.state.desk.cases.claim(request.state.session.user, case_id, take_over=take_over)
    except Conflict as error:
        return _show(request, case_id, 409, error=error)
    return views.go(f"/cases/{case_id}")


@router.post("/cases/{case_id:int}/let-go")
def let_go(request: Request, case_id: int) -> Response:
    """Give a claim up."""
    request.app.state.desk.cases.let_go(request.state.session.user, case_id)
    return views.go("/queue", f"Case {case_id} is free for others.")


@router.post("/cases/{case_id:int}/decisions")
async def decide(request: Request, case_id: int) -> Response:
    """Take a step about a case: the form names it, and the version of the case that was seen."""
    return await run_in_threadpool(_take_step, request, case_id, plain_form(await request.form()))


def _take_step(request: Request, case_id: int, given: dict[str, str]) -> Response:
    desk, user = request.app.state.desk, request.state.session.user
    try:
        case = take_step(desk, user, case_id, **read_step(given))
    except (NotThere, NotAllowed):
        raise
    except DeskError as error:
        return _show(request, case_id, 409 if isinstance(error, Conflict) else 422, error=error, given=given)
    done = _DONE[desk.decisions.history(case_id)[-1].step]
    if given.get("then") == "next":
        following = desk.cases.next(user)
        if following is not None:
            return views.go(f"/cases/{following.id}", f"Case {case_id}: {done}")
    return views.go(f"/cases/{case.id}", done)


def read_step(given: dict[str, str]) -> dict[str, object]:
    """A step as a form names it: fields ``line_3`` are the actions of single lines.

    >>> read_step({"step": "decide", "version": "2", "action": "release", "reason": "explained", "line_3": "block", "line_4": ""})["lines"]
    {3: 'block'}
    """
    version = given.get("version", "")
    lines = {
        int(found[1]): value for name, value in given.items() if value and (found := _LINE.fullmatch(name))
    }
    return {
        "step": given.get("step", ""),
        "version": int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
        "action": given.get("action", ""),
        "reason": given.get("reason", ""),
        "note": given.get("note", "").replace("\r\n", "\n"),
        "lines": lines,
    }


def take_step(
    desk: Desk,
    user: User,
    case_id: int,
    *,
    step: str,
    version: int,
    action: str = "",
    reason: str = "",
    note: str = "",
    lines: dict[int, str] | None = None,
) -> Case:
    """Take a step by its name; see `Decisions` for what each refuses."""
    steps = desk.decisions
    if step == "decide":
        return steps.decide(user, case_id, version, action, reason, note, lines)
    calls = {"approve": steps.approve, "refuse": steps.refuse, "reverse": steps.reverse}
    if step not in calls:
        raise DeskError(f"There is no step {step!r}.", f"Steps: decide, {', '.join(calls)}.")
    return calls[step](user, case_id, version, reason, note)


@router.get("/cases/{case_id:int}/case.{kind}")
def export_case(request: Request, case_id: int, kind: str) -> Response:
    """The case file of the newest score: one self-contained page, or its JSON twin, for the audit file."""
    allow(request.state.session.user, "export")
    desk = request.app.state.desk
    case = desk.cases.get(case_id)
    found = explain(request, case)
    if found is None or kind not in {"html", "json"}:
        raise NotThere(
            "There is no such file.", hint="the desk needs the market's tables: resellerrisk review DATA"
        )
    name = f"case-{case_id}-{found[0].as_of:%Y-%m-%d}.{kind}"
    if kind == "json":
        return views.send_file(found[0].to_json(), name, "application/json")
    return views.send_file(show_case(found[0]), name, "text/html")


def explain(request: Request, case: Case):
    """The explained case of the newest score in the browser's language, with the parts of its page; None where the market is not here."""
    desk, portfolio = request.app.state.desk, request.app.state.portfolio
    if portfolio is None:
        return None
    newest = desk.cases.scores(case.id)[-1]
    form = desk.applications.get(case.account_id) if case.subject == "application" else None
    return portfolio.explain(case, newest, form, choose_language(request.headers.get("accept-language", "")))


def _show(
    request: Request,
    case_id: int,
    status: int = 200,
    *,
    error: ResellerRiskError | None = None,
    given: dict[str, str] | None = None,
    done: str = "",
) -> Response:
    desk, portfolio = request.app.state.desk, request.app.state.portfolio
    case = desk.cases.get(case_id)
    scores, steps = desk.cases.scores(case_id), desk.decisions.history(case_id)
    form = desk.applications.get(case.account_id)
    found = explain(request, case)
    lines = portfolio.lines(case.account_id, case.order_id) if portfolio and case.order_id else None
    return views.show(
        request,
        "case",
        status,
        case=case,
        newest=scores[-1],
        scores=scores,
        steps=steps,
        proposal=steps[-1] if case.state == "waiting" else None,
        in_force=desk.decisions.actions_of(case_id),
        others=[one for one in desk.cases.of_account(case.account_id) if one.id != case_id][:20],
        beside=[] if found and found[0].similar else desk.cases.decided_beside(case_id),
        explained=found[0] if found else None,
        parts=found[1] if found else {},
        sections=SECTIONS,
        signals={} if found else desk.cases.signals(scores[-1].id),
        lines=[] if lines is None else lines.to_dict("records"),
        form=form,
        error=error,
        given=defaultdict(str, given or {}),
        done=done,
    )
