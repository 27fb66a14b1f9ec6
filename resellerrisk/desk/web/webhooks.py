"""The webhooks' page: what was sent, what waits, what was given up; and whether the desk is well."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from resellerrisk.desk.acting import allow
from resellerrisk.desk.web import views
from resellerrisk.webhooks import Receiver

router = APIRouter(include_in_schema=False)
#: Open to anybody: whether the desk answers and its store can be read, and nothing else.
open_router = APIRouter(include_in_schema=False)


@router.get("/webhooks")
def show_messages(request: Request, done: str = "", state: str = "") -> Response:
    """The newest messages, and what the desk stands on."""
    allow(request.state.session.user, "keep_settings")
    desk, portfolio = request.app.state.desk, request.app.state.portfolio
    return views.show(
        request,
        "webhooks",
        messages=desk.outbox.messages(state or None),
        state=state,
        receiver=Receiver.from_environment(),
        nights=[(subject, desk.nights.newest(subject)) for subject in ("application", "account", "order")],
        portfolio=portfolio,
        done=done,
    )


@router.post("/webhooks/{message_id:int}/again")
def try_again(request: Request, message_id: int) -> Response:
    """Try a message again that was given up."""
    request.app.state.desk.outbox.again(request.state.session.user, message_id)
    return views.go("/webhooks", f"Message {message_id} waits again.")


@open_router.get("/health")
def tell_health(request: Request) -> Response:
    """200 where the store answers, for a watcher."""
    request.app.state.desk.settings.in_force()
    return JSONResponse({"status": "well"})
