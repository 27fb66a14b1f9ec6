"""Coming in and going out: login, the first link and an invitation, logout, one's own account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from resellerrisk.desk.records import Session
from resellerrisk.desk.refusals import DeskError, NotAllowed
from resellerrisk.desk.web import views
from resellerrisk.desk.web.guard import check_origin, local_path

#: What is open to anybody.
open_router = APIRouter(include_in_schema=False)
router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form()]


@open_router.get("/login")
def ask(request: Request, next: str = "/") -> Response:
    """The login."""
    return views.show(request, "login", next=local_path(next), name="", error=None)


@open_router.post("/login")
def log_in(request: Request, name: Text = "", password: Text = "", next: Text = "/") -> Response:
    """Check a password; the right one sets the session's cookie."""
    check_origin(request)
    desk, door = request.app.state.desk, request.app.state.door
    try:
        session = desk.people.login(name, password, door.address(request))
    except NotAllowed as error:
        return views.show(request, "login", 403, next=local_path(next), name=name, error=error)
    return _let_in(request, session, local_path(next))


@open_router.get("/welcome")
def welcome(request: Request, token: str = "") -> Response:
    """Where a one-time link leads: a name and a password of one's own. Opening the page uses nothing up."""
    return views.show(request, "welcome", token=token, name="", error=None)


@open_router.post("/welcome")
def make_user(
    request: Request, token: Text = "", name: Text = "", password: Text = "", again: Text = ""
) -> Response:
    """Use a one-time link."""
    check_origin(request)
    people = request.app.state.desk.people
    try:
        if password != again:
            raise DeskError("The two passwords differ.")
        people.use_link(token, name, password)
    except DeskError as error:
        return views.show(request, "welcome", 422, token=token, name=name, error=error)
    return _let_in(request, people.login(name, password, request.app.state.door.address(request)), "/")


@router.get("/")
def front() -> Response:
    """The page to begin with."""
    return views.go("/queue")


@router.post("/logout")
def log_out(request: Request) -> Response:
    """End the session."""
    request.app.state.desk.people.logout(request.state.session.token)
    answer = views.go("/login")
    answer.delete_cookie(request.app.state.door.cookie, path="/", secure=request.app.state.door.https)
    return answer


@router.post("/theme")
def choose_theme(theme: Text = "", back: Text = "/") -> Response:
    """Keep a theme in a cookie that the server reads, so that no page flashes in the other one."""
    answer = views.go(local_path(back))
    if theme in views.THEMES:
        answer.set_cookie("theme", theme, max_age=31_536_000, path="/", samesite="strict")
    else:
        answer.delete_cookie("theme", path="/")
    return answer


def _let_in(request: Request, session: Session, path: str) -> Response:
    door = request.app.state.door
    answer = views.go(path)
    answer.set_cookie(
        door.cookie, session.token, path="/", httponly=True, samesite="strict", secure=door.https
    )
    return answer
