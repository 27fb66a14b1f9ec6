"""The packaged files: style sheets, script, mark. Each address carries the file's digest, so that a browser may keep it for good."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response

from resellerrisk.reasons import show_style

_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}


def serve(name: str) -> Response:
    """A packaged file as an answer."""
    files = read()
    if name not in files:
        raise HTTPException(404)
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(files[name], media_type=_KINDS[Path(name).suffix], headers=kept)


def address(name: str) -> str:
    """Where a packaged file is served.

    >>> address("desk.css").startswith("/static/desk.css?")
    True
    """
    return f"/static/{name}?{_digests()[name]}"


@cache
def read() -> dict[str, bytes]:
    """All packaged files by name; the style sheet of a case's parts (`resellerrisk.reasons`) beside our own."""
    folder = resources.files("resellerrisk.desk.web").joinpath("static")
    files = {file.name: file.read_bytes() for file in folder.iterdir() if Path(file.name).suffix in _KINDS}
    return files | {"case.css": show_style().encode()}


@cache
def _digests() -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest()[:12] for name, content in read().items()}
