"""The users' page: who may come in, with which role; admins invite by a one-time link."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from resellerrisk.desk.people import allow
from resellerrisk.desk.web import views

router = APIRouter(include_in_schema=False)


@router.get("/users")
def show_users(request: Request, done: str = "") -> Response:
    """All users."""
    allow(request.state.session.user, "keep_users")
    return _show(request, done=done)


@router.post("/users/invite")
def invite(request: Request, role: Annotated[str, Form()] = "") -> Response:
    """A one-time link; it is shown once and kept nowhere."""
    token = request.app.state.desk.people.invite(request.state.session.user, role)
    here = f"{'https' if request.app.state.door.https else request.url.scheme}://{request.url.netloc}"
    return _show(request, invitation=f"{here}/welcome?{views.query({'token': token})}", role=role)


def _show(request: Request, invitation: str = "", role: str = "", done: str = "") -> Response:
    users = request.app.state.desk.people.list()
    return views.show(request, "users", users=users, invitation=invitation, role=role, done=done)
