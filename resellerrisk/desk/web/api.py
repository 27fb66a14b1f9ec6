"""The desk as JSON: the same calls as the pages, with an OpenAPI document at ``/api/openapi.json``.

A client logs in (``POST /api/sessions``) and sends the token as ``Authorization: Bearer``; a page's own session does too, with the
header ``X-CSRF`` at every change. A refusal is a problem (RFC 9457): who was quicker stands in a 409's ``who``, ``what`` and ``when``.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from resellerrisk.desk import records
from resellerrisk.desk.acting import allow
from resellerrisk.desk.refusals import NotThere
from resellerrisk.desk.settings import PRIVATE, without_private
from resellerrisk.desk.web.applications import add_applications
from resellerrisk.desk.web.cases import explain, take_step
from resellerrisk.desk.web.queue import Filters
from resellerrisk.desk.web.reading import COLUMNS

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=500)]
Word = Annotated[str, Field(max_length=200)]


class Problem(BaseModel):
    """Why something was refused."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    who: str | None = None
    what: str | None = None
    when: str | None = None


REFUSALS = {
    status: {"model": Problem, "description": words, "content": {"application/problem+json": {}}}
    for status, words in {
        400: "Not readable",
        401: "Nobody is logged in",
        403: "The role lacks the right",
        404: "Not there",
        409: "Somebody was quicker",
        413: "Too large",
        422: "Cannot be done",
        429: "Too many failed logins",
    }.items()
}
open_router = APIRouter(prefix="/api", responses=REFUSALS)
router = APIRouter(prefix="/api", responses=REFUSALS)


class Given(BaseModel):
    """What a client sends; a name that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Credentials(Given):
    name: Word
    password: Annotated[str, Field(max_length=1000)]


class Step(Given):
    version: Annotated[int, Field(ge=0, le=2**31 - 1, description="Case.version as it was seen.")]
    step: Word = "decide"
    action: Word = ""
    reason: Word = ""
    note: Annotated[str, Field(max_length=10_000)] = ""
    lines: dict[int, Word] = {}


class Form(Given):
    account_id: Annotated[str | None, Field(max_length=200)] = None
    form: dict[str, str | int | float | bool | None] = Field(description=f"Of: {', '.join(COLUMNS)}.")


class Entry(Given):
    list: Word
    account_id: Word
    reason: Annotated[str, Field(max_length=1000)]
    expires_at: datetime


class Proposal(Given):
    subject: Word
    condition: Annotated[str, Field(max_length=10_000)]
    action: Word
    name: Word = ""
    why: Annotated[str, Field(max_length=1000)] = ""


class Figures(Given):
    content: dict[str, Any]
    why: Annotated[str, Field(max_length=1000)] = ""
    seen: Annotated[int | None, Field(ge=0, le=2**31 - 1)] = None


def answer(value: object, status: int = 200) -> Response:
    """Records as JSON in ASCII: what no UTF-8 holds (half a character) survives too."""
    return Response(json.dumps(plain(value), allow_nan=False), status, media_type="application/json")


def plain(value: object) -> object:
    """Records, moments and mappings as JSON knows them.

    >>> plain((datetime(2020, 6, 30), {3: "block"}))
    ['2020-06-30T00:00:00Z', {'3': 'block'}]
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    return value


def _desk(request: Request):
    return request.app.state.desk


def _user(request: Request) -> records.User:
    return request.state.session.user


@open_router.post("/sessions", status_code=201)
def log_in(request: Request, given: Credentials) -> Response:
    """Log in: a token for ``Authorization: Bearer``, good for 12 hours."""
    address = request.app.state.door.address(request)
    session = _desk(request).people.login(given.name, given.password, address)
    return answer({"token": session.token, "expires_at": session.expires_at, "user": session.user}, 201)


@router.get("/session")
def get_session(request: Request) -> Response:
    """Who is logged in, and the form token for ``X-CSRF``."""
    session = request.state.session
    return answer({"user": session.user, "expires_at": session.expires_at, "csrf": session.csrf})


@router.delete("/session", status_code=204)
def log_out(request: Request) -> Response:
    """End the session."""
    _desk(request).people.logout(request.state.session.token)
    return Response(status_code=204)


@router.get("/cases", response_model=records.Queue)
def list_cases(request: Request, filters: Annotated[Filters, Depends()], limit: Limit = 50) -> Response:
    """A page of the queue, highest expected loss first."""
    told = filters.of_store(_user(request).name)
    return answer(_desk(request).cases.queue(**told, limit=limit, offset=(filters.page - 1) * limit))


@router.post("/cases/next", response_model=records.Case | None)
def take_next(request: Request) -> Response:
    """Take up the case with the highest expected loss that nobody has taken up; null where there is none."""
    return answer(_desk(request).cases.next(_user(request)))


@router.get("/cases/{case_id}", response_model=records.Case)
def get_case(request: Request, case_id: Id) -> Response:
    """One case."""
    return answer(_desk(request).cases.get(case_id))


@router.get("/cases/{case_id}/scores", response_model=list[records.Score])
def list_scores(request: Request, case_id: Id) -> Response:
    """All scores of a case, oldest first."""
    return answer(_desk(request).cases.scores(case_id))


@router.get("/cases/{case_id}/decisions", response_model=list[records.Decision])
def list_decisions(request: Request, case_id: Id) -> Response:
    """All steps of a case, oldest first."""
    return answer(_desk(request).decisions.history(case_id))


@router.post("/cases/{case_id}/decisions", response_model=records.Case)
def decide(request: Request, case_id: Id, given: Step) -> Response:
    """Decide, approve, refuse or reverse, by ``step``; 409 where somebody was quicker."""
    return answer(take_step(_desk(request), _user(request), case_id, **given.model_dump()))


@router.post("/cases/{case_id}/claim", response_model=records.Case)
def claim(request: Request, case_id: Id, take_over: bool = False) -> Response:
    """Take a case up for half an hour."""
    return answer(_desk(request).cases.claim(_user(request), case_id, take_over=take_over))


@router.delete("/cases/{case_id}/claim", response_model=records.Case)
def let_go(request: Request, case_id: Id) -> Response:
    """Give a claim up."""
    return answer(_desk(request).cases.let_go(_user(request), case_id))


@router.get("/cases/{case_id}/explanation", response_model=dict[str, Any])
def get_explanation(request: Request, case_id: Id) -> Response:
    """The case file's JSON of the newest score: reasons, evidence, orders, links, traces, history."""
    found = explain(request, _desk(request).cases.get(case_id))
    if found is None:
        raise NotThere("This case cannot be explained here.", hint="resellerrisk review DATA")
    return Response(found[0].to_json(), media_type="application/json")


@router.post("/applications", response_model=list[records.Case], status_code=201)
def enter_applications(
    request: Request, given: Annotated[list[Form], Body(min_length=1, max_length=500)]
) -> Response:
    """Score applications, keep their forms and put them into the queue: all, or none."""
    forms = [(one.account_id or None, one.form) for one in given]
    return answer(add_applications(_desk(request), request.app.state.portfolio, _user(request), forms), 201)


@router.get("/outcomes", response_model=list[dict[str, str]])
def list_outcomes(request: Request) -> Response:
    """What was decided about accounts, as rows of the contract's outcomes."""
    allow(_user(request), "export")
    frame = _desk(request).outcomes.frame()
    rows = frame.assign(decided_at=[f"{moment.isoformat()}Z" for moment in frame["decided_at"]])
    return answer(rows.astype(object).where(rows.notna(), None).to_dict("records"))


@router.get("/lists", response_model=list[records.ListEntry])
def list_entries(request: Request, past: bool = False) -> Response:
    """The allow and watch lists' entries that hold, and with ``past`` those that did."""
    return answer(_desk(request).lists.entries(past=past))


@router.post("/lists", response_model=records.ListEntry, status_code=201)
def add_entry(request: Request, given: Entry) -> Response:
    """Put an account on a list."""
    told = given.model_dump() | {"expires_at": _utc(given.expires_at)}
    return answer(_desk(request).lists.add(_user(request), **told), 201)


@router.delete("/lists/{entry_id}", response_model=records.ListEntry)
def remove_entry(request: Request, entry_id: Id) -> Response:
    """Take an entry off before its end."""
    return answer(_desk(request).lists.remove(_user(request), entry_id))


@router.get("/rules", response_model=list[records.Rule])
def list_rules(request: Request, past: bool = False) -> Response:
    """The rules in force, and with ``past`` those that were."""
    return answer(_desk(request).rules.list(past=past))


@router.post("/rules/trial", response_model=records.Trial)
def try_rule(request: Request, given: Proposal) -> Response:
    """What a rule would have caught, delayed and cost on decided history."""
    return answer(_desk(request).rules.try_out(given.subject, given.condition, given.action, given.name))


@router.post("/rules", response_model=records.Rule, status_code=201)
def save_rule(request: Request, given: Proposal) -> Response:
    """Save a rule; one of the same name is retired."""
    told = (given.name, given.subject, given.condition, given.action, given.why)
    return answer(_desk(request).rules.save(_user(request), *told), 201)


@router.delete("/rules/{rule_id}", response_model=records.Rule)
def retire_rule(request: Request, rule_id: Id) -> Response:
    """End a rule; its hits stay."""
    return answer(_desk(request).rules.retire(_user(request), rule_id))


@router.get("/settings", response_model=dict[str, Any])
def get_settings(request: Request) -> Response:
    """The settings in force and their edition's number."""
    book = _desk(request).settings
    return answer({"edition": book.in_force(), "content": without_private(book.content())})


@router.post("/settings/trial", response_model=dict[str, records.Trial])
def try_settings(request: Request, given: Figures) -> Response:
    """What other settings would have done on decided history."""
    return answer(_desk(request).settings.try_out(_whole(request, given)))


@router.put("/settings", response_model=dict[str, Any])
def save_settings(request: Request, given: Figures) -> Response:
    """Save settings; 409 where others were saved since ``seen``."""
    book, content = _desk(request).settings, _whole(request, given)
    edition = book.save(_user(request), content, given.why, given.seen)
    return answer({"edition": edition.id, "content": without_private(edition.content)})


@router.get("/audit", response_model=list[records.Entry])
def list_audit(
    request: Request,
    about: Annotated[str | None, Query(max_length=300)] = None,
    limit: Limit = 100,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """The audit log, newest first."""
    return answer(_desk(request).audit.entries(about=about, limit=limit, offset=offset))


@router.get("/audit/verdict", response_model=records.Verdict)
def verify_audit(request: Request) -> Response:
    """Whether the log is as it was written."""
    return answer(_desk(request).audit.verify())


@router.get("/messages", response_model=list[records.Message])
def list_messages(request: Request, state: Word | None = None, limit: Limit = 100) -> Response:
    """The webhook's messages, newest first."""
    allow(_user(request), "keep_settings")
    return answer(_desk(request).outbox.messages(state, limit))


@router.get("/users", response_model=list[records.User])
def list_users(request: Request) -> Response:
    """All users (admins)."""
    allow(_user(request), "keep_users")
    return answer(_desk(request).people.list())


def _utc(moment: datetime) -> datetime:
    offset = moment.utcoffset()
    return moment if offset is None else moment.replace(tzinfo=None) - offset


def _whole(request: Request, given: Figures) -> dict:
    """The content with what nobody is shown, as it stands."""
    return given.content | {PRIVATE: _desk(request).settings.content()[PRIVATE]}
