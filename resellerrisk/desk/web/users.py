"""The users' page: who may come in and with which role, by one-time links; and everybody's own password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from resellerrisk.desk.acting import allow
from resellerrisk.desk.refusals import DeskError
from resellerrisk.desk.web import views

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form()]


@router.get("/users")
def show_users(request: Request, done: str = "") -> Response:
    """All users."""
    allow(request.state.session.user, "keep_users")
    return _show(request, done=done)


@router.post("/users/invite")
def invite(request: Request, role: Text = "") -> Response:
    """A one-time link for a new user; it is shown once and kept nowhere."""
    token = request.app.state.desk.people.invite(request.state.session.user, role)
    return _show(request, invitation=_link(request, token), invited=f"a new {role}")


@router.post("/users/change")
def change(request: Request, name: Text = "", do: Text = "", role: Text = "") -> Response:
    """Give a user another role, keep them out, let them in, or make a link by which they set a new password."""
    people, by = request.app.state.desk.people, request.state.session.user
    if do == "reset":
        return _show(request, invitation=_link(request, people.reset_link(by, name)), invited=name)
    if do == "role":
        people.set_role(by, name, role)
        return views.go("/users", f"{name} is {role} now.")
    people.set_active(by, name, do == "let_in")
    return views.go("/users", f"{name} {'may come in' if do == 'let_in' else 'is kept out'}.")


@router.get("/me")
def show_own(request: Request, done: str = "") -> Response:
    """One's own account."""
    return views.show(request, "me", error=None, done=done)


@router.post("/me")
def set_password(request: Request, old: Text = "", password: Text = "", again: Text = "") -> Response:
    """Change one's own password; other sessions end."""
    session = request.state.session
    try:
        if password != again:
            raise DeskError("The two passwords differ.")
        request.app.state.desk.people.set_password(
            session.user, session.user.name, password, old, keep=session.token
        )
    except DeskError as error:
        return views.show(request, "me", 422, error=error, done="")
    return views.go("/me", "The password is changed; your other sessions have ended.")


def _link(request: Request, token: str) -> str:
    scheme = "https" if request.app.state.door.https else request.url.scheme
    return f"{scheme}://{request.url.netloc}/welcome?{views.query({'token': token})}"


def _show(request: Request, invitation: str = "", invited: str = "", done: str = "") -> Response:
    users = request.app.state.desk.people.list()
    return views.show(request, "users", users=users, invitation=invitation, invited=invited, done=done)
