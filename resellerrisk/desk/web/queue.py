"""The queue's page: what there is to decide by expected loss, filters, search, taking up, and the same as a sheet."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import Response

from resellerrisk.desk.acting import allow
from resellerrisk.desk.records import Case
from resellerrisk.desk.sheets import write_sheet
from resellerrisk.desk.web import views
from resellerrisk.desk.words import QUEUED
from resellerrisk.vocabulary import SUBJECTS

router = APIRouter(include_in_schema=False)
SHOWN, EXPORTED = 50, 500
Many = Annotated[list[str] | None, Query()]
SHEET = (
    "case",
    "subject",
    "account_id",
    "order_id",
    "name",
    "state",
    "since",
    "score",
    "probability",
    "band",
    "model_asks",
    "rules_ask",
    "asked",
    "decided",
    "expected_loss",
    "first_reason",
    "as_of",
    "claimed_by",
    "model_version",
)


class Filters:
    """What of the queue is looked at, as it stands in the address."""

    def __init__(
        self,
        state: Many = None,
        subject: Many = None,
        asked: Many = None,
        band: Many = None,
        search: str = "",
        whose: str = "",
        page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    ) -> None:
        self.state = [word for word in state or () if word] or list(QUEUED)
        self.subject = [word for word in subject or () if word]
        self.asked = [word for word in asked or () if word]
        self.band = [word for word in band or () if word]
        self.search, self.whose, self.page = search[:200], whose if whose in {"mine", "free"} else "", page

    def of_store(self, name: str) -> dict[str, object]:
        """As the store's `Cases.queue` takes them, for a user."""
        return {
            "states": self.state,
            "subjects": self.subject or list(SUBJECTS),
            "asked": self.asked or None,
            "bands": self.band or None,
            "search": self.search,
            "claimed_by": name if self.whose == "mine" else None,
            "unclaimed": self.whose == "free",
        }

    def address(self, **other: object) -> str:
        """The queue's address with some of them otherwise."""
        told = {
            "state": [] if self.state == list(QUEUED) else self.state,
            "subject": self.subject,
            "asked": self.asked,
            "band": self.band,
            "search": self.search,
            "whose": self.whose,
            **other,
        }
        said = views.query({name: value for name, value in told.items() if value not in (None, "", [])})
        return f"/queue?{said}" if said else "/queue"


@router.get("/queue")
def show_queue(request: Request, filters: Annotated[Filters, Depends()], done: str = "") -> Response:
    """A page of the queue."""
    user = request.state.session.user
    offset = (filters.page - 1) * SHOWN
    found = request.app.state.desk.cases.queue(**filters.of_store(user.name), limit=SHOWN, offset=offset)
    return views.show(
        request,
        "queue",
        found=found,
        filters=filters,
        first=offset + 1,
        shown=SHOWN,
        done=done,
        sheet_most=EXPORTED,
    )


@router.post("/queue/next")
def take_next(request: Request, subject: Annotated[str, Form()] = "") -> Response:
    """Take up the case with the highest expected loss that nobody has taken up."""
    told = {"subjects": (subject,)} if subject else {}
    case = request.app.state.desk.cases.next(request.state.session.user, **told)
    return (
        views.go(f"/cases/{case.id}")
        if case
        else views.go("/queue", "Nothing waits that nobody has taken up.")
    )


@router.get("/queue/export.csv")
def export_sheet(request: Request, filters: Annotated[Filters, Depends()]) -> Response:
    """The queue as it is filtered, as a sheet that is safe to open; at most `EXPORTED` rows from the page on."""
    user = request.state.session.user
    allow(user, "export")
    found = request.app.state.desk.cases.queue(**filters.of_store(user.name), limit=EXPORTED)
    return views.send_file(write_sheet(SHEET, map(sheet_row, found.cases)), "queue.csv")


def sheet_row(case: Case) -> tuple[object, ...]:
    """A case as a row of `SHEET`."""
    rules = "; ".join(f"{name}: {action}" for name, action in case.rules)
    return (
        case.id,
        case.subject,
        case.account_id,
        case.order_id,
        case.title,
        case.state,
        case.since.isoformat(),
        case.score,
        case.probability,
        case.band,
        case.recommended,
        rules,
        case.asked,
        case.action,
        case.expected_loss,
        case.first_reason,
        case.as_of.isoformat(),
        case.claimed_by,
        case.model_version,
    )
