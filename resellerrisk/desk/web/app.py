"""The application: pages, API and static files put together, and how each refusal is answered.

What a page shows stands in its own module; who may come in in `guard`.
"""

from __future__ import annotations

import json
import logging
from contextlib import suppress

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from resellerrisk.desk.desk import Desk
from resellerrisk.desk.refusals import Conflict, NotAllowed, NotThere, StoreAway, Throttled
from resellerrisk.desk.web import (
    api,
    applications,
    assets,
    audit,
    cases,
    entry,
    lists,
    queue,
    rules,
    thresholds,
    users,
    views,
    webhooks,
)
from resellerrisk.desk.web.guard import Door, LoginNeeded, Seal, check_form, enter
from resellerrisk.desk.web.portfolio import Portfolio
from resellerrisk.errors import ResellerRiskError

logger = logging.getLogger(__name__)
_STATUS = {
    Conflict: 409,
    NotAllowed: 403,
    NotThere: 404,
    StoreAway: 503,
    Throttled: 429,
    ResellerRiskError: 422,
}
_TITLES = {
    400: "This request cannot be read",
    403: "Not with this role",
    404: "Not there",
    405: "Not that way",
    409: "Somebody was quicker",
    413: "Too large",
    422: "This cannot be done",
    429: "Too many failed logins",
    500: "Something broke here",
    503: "The desk's database does not answer",
}


def make_app(desk: Desk, *, portfolio: Portfolio | None = None, door: Door | None = None) -> FastAPI:
    """The review desk as an ASGI application.

    Parameters
    ----------
    desk : Desk
        The store, opened; whoever opened it closes it.
    portfolio : Portfolio, optional
        The market behind the scores: explains cases, scores applications. Without it the desk shows what came with the scores.
    door : Door, optional
        How people reach it; localhost without a proxy by default.

    Returns
    -------
    FastAPI
        Serve it with one process: all that has to be shared stands in the store.
    """
    door = door or Door()
    app = FastAPI(title="Review desk", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk, app.state.portfolio, app.state.door = desk, portfolio, door
    app.add_middleware(Seal, door=door, answer=answer_refusal)
    for part in (entry, webhooks, api):
        app.include_router(part.open_router)
    inside = [Depends(enter), Depends(check_form)]
    for part in (entry, queue, cases, applications, thresholds, rules, lists, users, audit, webhooks, api):
        app.include_router(part.router, dependencies=inside)
    app.get("/api/openapi.json", include_in_schema=False)(lambda: api.answer(app.openapi()))
    app.get("/static/{name}", include_in_schema=False)(assets.serve)
    for kind in (ResellerRiskError, HTTPException, RequestValidationError, LoginNeeded):
        app.add_exception_handler(kind, answer_refusal)
    return app


def answer_refusal(request: Request, error: Exception) -> Response:
    """A refusal as the answer that whoever asked can read: a page, or for the API a problem (RFC 9457)."""
    if isinstance(error, LoginNeeded):
        return _answer_login(request)
    status = status_of(error)
    if status == 404 and not hasattr(request.state, "session"):
        _recognise(request)
    if status == 500:
        logger.error("%s %s", request.method, request.scope.get("route", ""), exc_info=error)
    headers = {"Retry-After": str(error.seconds)} if isinstance(error, Throttled | StoreAway) else {}
    title = _TITLES.get(status, "This cannot be done")
    if request.url.path.startswith("/api/"):
        return _tell_problem(error, status, title, headers)
    answer = views.show(request, "refused", status, title=title, error=views.told(error, status))
    answer.headers.update(headers)
    return answer


def _tell_problem(error: Exception, status: int, title: str, headers: dict[str, str]) -> Response:
    """A refusal as a problem (RFC 9457)."""
    told = {"type": "about:blank", "title": title, "status": status, "detail": str(views.told(error, status))}
    if isinstance(error, Conflict):
        told |= {"who": error.who, "what": error.what, "when": api.plain(error.when)}
    return Response(json.dumps(told), status, headers, "application/problem+json")


def _recognise(request: Request) -> None:
    """Whose page it is that is not there: no route has asked yet."""
    with suppress(LoginNeeded, NotAllowed):
        enter(request)


def status_of(error: Exception) -> int:
    """The HTTP status that an error means."""
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, RequestValidationError):
        return 422
    for kind in type(error).__mro__:
        if kind in _STATUS:
            return _STATUS[kind]
    return 500


def _answer_login(request: Request) -> Response:
    if request.url.path.startswith("/api/"):
        error = NotAllowed("Nobody is logged in.", hint="POST /api/sessions")
        return _tell_problem(error, 401, "Nobody is logged in", {"WWW-Authenticate": "Bearer"})
    wanted = request.url.path if request.method == "GET" else "/"
    query = f"?{request.url.query}" if request.method == "GET" and request.url.query else ""
    return RedirectResponse(f"/login?{views.query({'next': wanted + query})}", 303)
