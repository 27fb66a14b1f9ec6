"""Who may come in: the session's cookie, the token in every form, the host that is asked for, and the headers of every answer.

Passwords, sessions, throttling and rights are the store's (`resellerrisk.desk.people`), which refuses a wrong role by itself; here
a refusal only becomes an answer. Nothing is stored here.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resellerrisk.desk.records import Session
from resellerrisk.desk.refusals import NotAllowed

COOKIE, SECURE_COOKIE = "desk", "__Host-desk"
SAFE = ("GET", "HEAD", "OPTIONS")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
#: The largest body of a request (bytes): a CSV of some ten thousand applications.
MOST_BYTES = 8_000_000
#: Nothing inline, nothing from elsewhere, in no frame.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": browsers would then say "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Door:
    """How people reach the desk.

    Attributes
    ----------
    hosts : tuple of str
        Names under which it is asked for; any other is refused, so that no foreign name can be made to lead here.
    https : bool
        Whether browsers reach it by https, by a proxy in front too: cookies are then sent by https only.
    proxy_header : str
        Header in which a reverse proxy names the user it has let in; empty: nobody comes in that way.
    proxies : tuple of str
        Numeric addresses of the proxy; from any other the header counts for nothing.
    proxy_role : str or None
        Role of a user whom the proxy names first; None: unknown users stay out.
    """

    hosts: tuple[str, ...] = LOCAL_HOSTS
    https: bool = False
    proxy_header: str = ""
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    proxy_role: str | None = None
    #: What the form token of a proxy's user is made of; a restart makes a new one.
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def cookie(self) -> str:
        """The session cookie's name."""
        return SECURE_COOKIE if self.https else COOKIE

    def is_proxy(self, request: Request) -> bool:
        """Whether a request comes from the proxy itself."""
        peer = request.client.host if request.client else ""
        return bool(self.proxy_header) and _same_address(peer, self.proxies)

    def address(self, request: Request) -> str:
        """Where a request comes from: behind the proxy, what the proxy says."""
        told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        peer = request.client.host if request.client else ""
        return told if told and self.is_proxy(request) else peer


class LoginNeeded(Exception):
    """Nobody is logged in."""


def enter(request: Request) -> Session:
    """The session behind a request, and that it may do what it asks for: what every page but the login depends on.

    Raises
    ------
    LoginNeeded
        There is none.
    NotAllowed
        The proxy names somebody who may not come in.
    """
    session, by_token = _find_session(request)
    if session is None:
        raise LoginNeeded
    request.state.session, request.state.by_token = session, by_token
    if request.method not in SAFE and not by_token:
        check_origin(request)
        given = request.headers.get("x-csrf")
        if given is not None:
            check_token(given, session)
            request.state.checked = True
    return session


async def check_form(request: Request) -> None:
    """Refuse a form without the session's token; runs after `enter`."""
    state = request.state
    if request.method in SAFE or state.by_token or getattr(state, "checked", False):
        return
    if request.url.path.startswith("/api/"):
        raise NotAllowed("The header X-CSRF is missing.", hint="GET /api/session names the token")
    given = (await request.form()).get("csrf", "")
    check_token(given if isinstance(given, str) else "", state.session)


def _find_session(request: Request) -> tuple[Session | None, bool]:
    """The session and whether it came as a bearer token, which no browser sends of its own accord."""
    door, people = request.app.state.door, request.app.state.desk.people
    kind, _, bearer = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and request.url.path.startswith("/api/"):
        return people.session(bearer.strip()), True
    if door.is_proxy(request) and request.headers.get(door.proxy_header):
        user = people.from_proxy(request.headers[door.proxy_header], door.proxy_role)
        csrf = hmac.new(door.secret, user.name.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return Session(user, datetime.max - timedelta(days=1), "", csrf), False
    token = request.cookies.get(door.cookie, "")
    return (people.session(token) if token else None), False


def check_origin(request: Request) -> None:
    """Refuse a change that another site asks for.

    Raises
    ------
    NotAllowed
        The browser names another origin than the desk's own.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise NotAllowed("This was asked for by another site.", hint="open the page of the desk itself")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise NotAllowed("This was asked for by another site.", hint="open the page of the desk itself")


def check_token(given: str, session: Session) -> None:
    """Refuse a change whose form does not hold the session's token.

    Raises
    ------
    NotAllowed
    """
    if not hmac.compare_digest(given.encode("utf-8", "replace"), session.csrf.encode()):
        raise NotAllowed("The form is from another login.", hint="load the page again and repeat it")


def local_path(text: str) -> str:
    """A path of the desk's own to go on to, or its front page: never another site.

    >>> local_path("/cases/3?x=1"), local_path("//evil.example"), local_path("https://evil.example"), local_path("/\\\\evil.example")
    ('/cases/3?x=1', '/', '/', '/')
    """
    plain = text.isprintable() and text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if plain else "/"


class Seal:
    """Around the whole application: refuses a foreign host and a body too large, answers what broke, sets every answer's headers."""

    def __init__(self, app: ASGIApp, door: Door, answer: Callable[[Request, Exception], Response]) -> None:
        self._app, self._door, self._answer = app, door, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen, started = 0, False

        async def receive_counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > MOST_BYTES:
                raise HTTPException(413)
            return message

        async def send_sealed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self._door.https:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        headers = Headers(scope=scope)
        refused = self._refuse(headers)
        if refused is not None:
            await refused(scope, receive, send_sealed)
            return
        try:
            await self._app(scope, receive_counted, send_sealed)
        except Exception as error:
            if started:
                raise
            await self._answer(Request(scope), error)(scope, receive, send_sealed)

    def _refuse(self, headers: Headers) -> Response | None:
        if _host_of(headers.get("host", "")) not in self._door.hosts:
            return PlainTextResponse("The desk is not known under this name (--name).\n", 421)
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > MOST_BYTES:
            return PlainTextResponse("The request is too large.\n", 413)
        return None


def _host_of(header: str) -> str:
    """The name in a Host header, without its port.

    >>> _host_of("Desk.example:8600"), _host_of("[::1]:8600"), _host_of("[")
    ('desk.example', '::1', '')
    """
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _same_address(text: str, others: tuple[str, ...]) -> bool:
    try:
        peer = ipaddress.ip_address(text)
        peer = getattr(peer, "ipv4_mapped", None) or peer
        return any(peer == ipaddress.ip_address(other) for other in others)
    except ValueError:
        return False
