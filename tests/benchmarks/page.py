"""Measured tables are written into the documents by the command that measured them, between two marks."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

DOCS = Path(__file__).resolve().parents[2] / "docs"


def write_section(document: str, name: str, text: str) -> None:
    """Put a text between the marks of a section of a document; `NAME` is what the marks are called."""
    path = DOCS / document
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = path.read_text()
    if begin not in page:
        raise SystemExit(f"{document} has no section {name}.")
    head, rest = page.split(begin)
    path.write_text(f"{head}{begin}\n{text.strip()}\n{rest[rest.index(end) :]}")


def describe_machine(*libraries: str) -> str:
    """Processor, cores, load and versions, on one line."""
    cpu = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    versions = ", ".join(f"{name} {version(name)}" for name in libraries)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cpu.group(1).strip() if cpu else platform.machine()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f} at the end; Python {platform.python_version()}, {versions}."
    )


def fit_exponent(rows: list[dict], size: str) -> float:
    """By which power of a size CPU seconds (``cpu_s``) grow, fitted to the logarithms of both."""
    logs = np.log([[row[size], row["cpu_s"]] for row in rows])
    return np.polyfit(*logs.T, 1)[0]


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])
