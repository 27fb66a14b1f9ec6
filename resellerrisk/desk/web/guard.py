"""Who may come in: the session's cookie, the token in every form, the right each page asks for, and the headers of every answer.

Passwords, sessions and throttling are the store's (`resellerrisk.desk.people`), which refuses a wrong role by itself; here the refusal
becomes a page that says which role is needed. Nothing is stored here.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from resellerrisk.desk.refusals import NotAllowed

COOKIE = "desk"
SAFE = ("GET", "HEAD", "OPTIONS")
#: Nothing inline, nothing from elsewhere, in no frame.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


def seal(response: Response) -> Response:
    """An answer with the desk's headers; what a page said itself stays."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def check_origin(request: Request) -> None:
    """Refuse a change that another site asks for.

    Raises
    ------
    NotAllowed
        The browser names another origin than the desk's own.
    """
    if request.method in SAFE:
        return
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise NotAllowed("This was asked for by another site.", hint="open the page of the desk itself")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise NotAllowed("This was asked for by another site.", hint="open the page of the desk itself")


def check_token(given: str, session) -> None:
    """Refuse a change whose form does not hold the session's token.

    Raises
    ------
    NotAllowed
    """
    if not hmac.compare_digest(given.encode("utf-8", "replace"), session.csrf.encode()):
        raise NotAllowed("The form is from another login.", hint="load the page again and repeat it")
