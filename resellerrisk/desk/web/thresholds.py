"""The settings' page: costs and capacity from which bands and actions follow, tried on decided history before they are saved."""

from __future__ import annotations

from collections import defaultdict

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from resellerrisk.desk.acting import allow
from resellerrisk.desk.refusals import Conflict, DeskError, NotAllowed, StoreAway
from resellerrisk.desk.settings import PRIVATE, without_private
from resellerrisk.desk.web import views
from resellerrisk.desk.web.reading import plain_form
from resellerrisk.errors import ResellerRiskError

router = APIRouter(include_in_schema=False)
#: What each figure is, as the settings file says it.
LABELS = {
    "leaked_title": "Loss from one more leaked title",
    "loss_share_shipped_on_street_date": "Share of it left when shipped on the street date",
    "loss_share_reviewed": "Share of it left after a review",
    "block_above": "Block only above this probability",
    "quarantine_share": "Share of a table's rows set aside that stops a run",
    "titles_at_stake": "Titles at stake",
    "titles_at_stake_without_early_lines": "Titles at stake, no early lines",
    "honest_delayed": "An honest shop delayed costs",
    "review": "One review costs",
    "honest_blocked": "An honest shop blocked costs",
    "reviews_per_day": "Reviews a day",
    "random_review_share": "Share reviewed by chance alone",
}


@router.get("/thresholds")
def show_settings(request: Request, done: str = "") -> Response:
    """The settings in force, and every edition."""
    return _show(request, done=done)


@router.post("/thresholds")
async def draw_up(request: Request) -> Response:
    """Try settings, or save them, as the button says."""
    return await run_in_threadpool(_draw_up, request, plain_form(await request.form()))


def _draw_up(request: Request, given: dict[str, str]) -> Response:
    book, user = request.app.state.desk.settings, request.state.session.user
    allow(user, "keep_settings")
    try:
        content = read_content(book.content(), given)
        if given.get("do") == "save":
            edition = book.save(user, content, given.get("why", ""), _whole(given.get("seen", "")))
            return views.go("/thresholds", f"Saved as edition {edition.id}. The queue is ordered by it now.")
        return _show(request, given=given, trials=book.try_out(content), content=content)
    except (NotAllowed, StoreAway):
        raise
    except ResellerRiskError as error:
        return _show(request, 409 if isinstance(error, Conflict) else 422, given=given, error=error)


def read_content(now: dict, given: dict[str, str]) -> dict:
    """Settings as a form names them (``leaked_title``, ``order.review``); what it does not name stays as it is.

    Raises
    ------
    DeskError
        A figure that is no number.

    Examples
    --------
    >>> read_content({"a": 1.0, "order": {"review": 20.0}}, {"order.review": "25"})
    {'a': 1.0, 'order': {'review': 25.0}}
    """

    def read(name: str, value):
        if isinstance(value, dict):
            return {key: read(f"{name}.{key}" if name else key, part) for key, part in value.items()}
        if name not in given or name == PRIVATE:
            return value
        try:
            return type(value)(given[name])
        except (ValueError, OverflowError):
            raise DeskError(f"{name} is {given[name][:40]!r}: that is no {type(value).__name__}.") from None

    return read("", now)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _show(
    request: Request, status: int = 200, *, given=None, trials=None, content=None, error=None, done=""
) -> Response:
    book = request.app.state.desk.settings
    content = content or book.content()
    return views.show(
        request,
        "thresholds",
        status,
        general=[
            (name, value) for name, value in without_private(content).items() if not isinstance(value, dict)
        ],
        sections=[(name, part) for name, part in content.items() if isinstance(part, dict)],
        labels=LABELS,
        given=defaultdict(str, given or {}),
        seen=(given or {}).get("seen") or book.in_force(),
        trials=trials,
        editions=book.editions()[::-1],
        error=error,
        done=done,
    )
