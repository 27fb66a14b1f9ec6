"""From a template and what it shows to a page: the templates' environment, the words of the desk, numbers and days as read.

All text that comes from data is escaped by the environment; a lone half character (a surrogate) is written as a reference.
Nothing is looked up or decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from urllib.parse import urlencode

import jinja2
import pandas as pd
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from resellerrisk.desk import words
from resellerrisk.desk.web import assets
from resellerrisk.errors import ResellerRiskError
from resellerrisk.reasons.page import ACTION_WORDS, BAND_WORDS, FORMAT_WORDS, SUBJECT_WORDS
from resellerrisk.vocabulary import ACTIONS, BANDS, SUBJECTS

#: What a state is called where there is little room; `words.STATES` says what it means.
STATE_WORDS = {
    "clear": "Nothing to look at",
    "new": "Not yet triaged",
    "open": "Taken up",
    "waiting": "Second person",
    "decided": "Decided",
}
SUBJECT_TABS = {"application": "Applications", "account": "Accounts", "order": "Held orders"}
THEMES = ("light", "dark")


def show(request: Request, template: str, status: int = 200, **slots: object) -> HTMLResponse:
    """A page as the answer to a request.

    Parameters
    ----------
    request : Request
        Its state holds the session, where somebody is logged in.
    template : str
        Name of the template without its ending.
    status : int
    **slots
        What the template shows.
    """
    return HTMLResponse(render(request, template, **slots).encode("utf-8", "xmlcharrefreplace"), status)


def render(request: Request, template: str, **slots: object) -> str:
    """A template's text, with what every page knows: who is there, the theme, where one is."""
    session = getattr(request.state, "session", None)
    theme = request.cookies.get("theme", "")
    common = {
        "theme": theme if theme in THEMES else "",
        "user": session.user if session else None,
        "csrf": session.csrf if session else "",
        "may": lambda right: session is not None and words.may(session.user.role, right),
        "here": request.url.path,
        "now": datetime.now(UTC).replace(tzinfo=None),
        "counts": getattr(request.state, "counts", {}),
    }
    return environment().get_template(f"{template}.html.j2").render(common | slots)


def go(path: str, done: str = "") -> RedirectResponse:
    """On to another page after a change, with a word of what was done (shown once, from the address)."""
    mark = "&" if "?" in path else "?"
    return RedirectResponse(path + (f"{mark}{query({'done': done})}" if done else ""), 303)


def send_file(text: str, name: str, kind: str = "text/csv") -> Response:
    """A text as a file to save."""
    told = f'attachment; filename="{name}"'
    content = text.encode("utf-8", "replace")
    return Response(content, media_type=f"{kind}; charset=utf-8", headers={"Content-Disposition": told})


def told(error: Exception, status: int) -> ResellerRiskError:
    """An error as its three parts; of what broke in here nothing is told but that it did."""
    if isinstance(error, ResellerRiskError):
        return error
    if status == 500:
        return ResellerRiskError(
            "The desk could not answer.", hint="try again; the log of the desk says what"
        )
    if isinstance(error, HTTPException):
        return ResellerRiskError(
            {404: "There is no such page.", 413: "The request is too large."}.get(status, error.detail)
        )
    named = sorted({str(fault["loc"][-1]) for fault in getattr(error, "errors", list)()})
    return ResellerRiskError(f"This cannot be read: {', '.join(named)}.")


def query(pairs: Mapping[str, object]) -> str:
    """A query of what is there.

    >>> query({"state": "new", "search": "", "page": 2})
    'state=new&page=2'
    """
    return urlencode(
        {name: value for name, value in pairs.items() if value not in (None, "")},
        doseq=True,
        errors="replace",
    )


@cache
def environment() -> jinja2.Environment:
    """The templates' environment: what is undefined is an error, what comes from data is escaped."""
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {
        "ACTIONS": ACTIONS,
        "BANDS": BANDS,
        "SUBJECTS": SUBJECTS,
        "STATES": words.STATES,
        "QUEUED": words.QUEUED,
        "LISTS": words.LISTS,
        "ROLES": words.ROLES,
        "RIGHTS": words.RIGHTS,
        "STEPS": words.STEPS,
        "reasons_for": words.reasons_for,
        "reason_text": {reason.name: reason.text for reason in words.REASONS}.get,
        "state_words": STATE_WORDS,
        "subject_words": SUBJECT_WORDS,
        "subject_tabs": SUBJECT_TABS,
        "band_words": BAND_WORDS,
        "action_words": ACTION_WORDS,
        "action_choices": [(name, ACTION_WORDS[name][0]) for name in ACTIONS],
        "asset": assets.address,
    }
    made.filters |= {
        "day": show_day,
        "moment": show_moment,
        "ago": show_age,
        "number": lambda value: f"{value:,.0f}",
        "chance": show_chance,
        "query": query,
        "fact": show_fact,
        "clock": lambda moment: f"{moment:%H:%M}",
        "disc": lambda name: FORMAT_WORDS.get(name, name),
        "later": lambda moment, other: not pd.isna(moment) and moment > other,
    }
    return made


def _read(name: str) -> str:
    return resources.files("resellerrisk.desk.web").joinpath("templates", name).read_text(encoding="utf-8")


def show_day(moment) -> str:
    """
    >>> show_day(datetime(2020, 6, 30, 11)), show_day(None)
    ('2020-06-30', '–')
    """
    return "–" if moment is None or pd.isna(moment) else f"{pd.Timestamp(moment):%Y-%m-%d}"


def show_moment(moment) -> str:
    """
    >>> show_moment(datetime(2020, 6, 30, 11))
    '2020-06-30 11:00 UTC'
    """
    return "–" if moment is None or pd.isna(moment) else f"{pd.Timestamp(moment):%Y-%m-%d %H:%M} UTC"


def show_age(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits.

    >>> show_age(datetime(2020, 6, 30), datetime(2020, 7, 2, 5)), show_age(datetime(2020, 6, 30), datetime(2020, 6, 30, 0, 3))
    ('2 d', '3 min')
    """
    seconds = max(0, int((now - moment).total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:,} {unit}"
    return f"{seconds} s"


def show_chance(probability: float) -> str:
    """
    >>> show_chance(0.123), show_chance(0.00012), show_chance(0.9999)
    ('12.3%', '0.01%', '99.99%')
    """
    digits = 2 if probability < 0.01 or probability > 0.99 else 1
    return f"{100 * probability:.{digits}f}%"


def show_fact(value) -> str:
    """Anything as text a person reads.

    >>> show_fact(1234), show_fact(None), show_fact(pd.Timestamp("2020-06-30")), show_fact({"a": 1}), show_fact(0.25)
    ('1,234', '–', '2020-06-30', 'a: 1', '0.25')
    """
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {show_fact(part)}" for key, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(show_fact, value))
    if value is None or value == "" or (not isinstance(value, str) and pd.isna(value)):
        return "–"
    if isinstance(value, (datetime, pd.Timestamp)):
        stamp = pd.Timestamp(value)
        return show_day(stamp) if stamp == stamp.normalize() else show_moment(stamp)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:,.0f}" if value == int(value) else f"{value:,.6g}"
    return str(value)
