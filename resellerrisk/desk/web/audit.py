"""The audit log's page: what was done by whom and when, verified on demand, and exported."""

from __future__ import annotations

import json
from collections.abc import Iterator

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from resellerrisk.desk.people import allow
from resellerrisk.desk.sheets import write_sheet
from resellerrisk.desk.web import views

router = APIRouter(include_in_schema=False)
_SHOWN = 100


@router.get("/audit")
def show_log(request: Request, about: str = "", page: int = 1, verify: bool = False) -> Response:
    """A page of the log, newest first; with ``verify`` whether the whole chain is sound."""
    log, page = request.app.state.desk.audit, max(1, min(page, 1_000_000))
    found = log.entries(about=about or None, limit=_SHOWN + 1, offset=(page - 1) * _SHOWN)
    return views.show(
        request,
        "audit",
        entries=found[:_SHOWN],
        about=about,
        page=page,
        more=len(found) > _SHOWN,
        verdict=log.verify() if verify else None,
    )


@router.get("/audit/export.jsonl")
def export_lines(request: Request) -> Response:
    """The whole log as JSON lines, as `resellerrisk audit export` writes it."""
    allow(request.state.session.user, "export")
    told = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
    return StreamingResponse(_lines(request), media_type="application/x-ndjson", headers=told)


@router.get("/audit/export.csv")
def export_sheet(request: Request) -> Response:
    """The whole log as a sheet that is safe to open."""
    allow(request.state.session.user, "export")
    header = ("number", "at", "who", "event", "about", "details", "previous", "hash")
    rows = (
        (
            entry.number,
            entry.at.isoformat(),
            entry.who,
            entry.event,
            entry.about,
            json.dumps(entry.details),
            entry.previous,
            entry.hash,
        )
        for entry in request.app.state.desk.audit.read()
    )
    return views.send_file(write_sheet(header, rows), "audit.csv")


def _lines(request: Request) -> Iterator[bytes]:
    for entry in request.app.state.desk.audit.read():
        line = vars(entry) | {"at": entry.at.isoformat(timespec="microseconds")}
        yield json.dumps(line, sort_keys=True).encode() + b"\n"
