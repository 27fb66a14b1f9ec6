"""The report of a night as one self-contained page: it asks nothing of any network and runs no script."""

from __future__ import annotations

from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

from resellerrisk.watch.findings import tell_move
from resellerrisk.watch.nightly import MONTHS, NIGHTS, Move, Moves
from resellerrisk.watch.watching import Watched

#: Nights drawn, and the drawing's size in pixels.
DRAWN, WIDTH, HEIGHT, EDGE = 120, 560, 120, 8
_GROUPS = (
    "rows by table",
    "rows set aside",
    "cells missing",
    "words and values",
    "signals",
    "scores",
    "volume by action",
)


def render_page(watched: Watched) -> str:
    """The page as text; the same night gives the same text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("resellerrisk.watch", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = resources.files("resellerrisk.evaluation").joinpath("evaluation.css").read_text("utf-8")
    style += resources.files("resellerrisk.watch").joinpath("watch.css").read_text("utf-8")
    return environment.get_template("watch.html.j2").render(
        watched=watched,
        style=Markup(style),
        policy="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        findings=[(finding, draw(watched, finding.figure)) for finding in watched.findings],
        groups=_groups(watched),
        outcomes=_outcomes(watched),
        size=(WIDTH, HEIGHT),
    )


def draw(watched: Watched, figure: str) -> dict[str, Any] | None:
    """The last nights of a figure as two lines, what was seen and what was expected; None where it is no figure of nights.

    Returns
    -------
    dict or None
        ``seen`` and ``expected`` as SVG path data, ``low`` and ``high`` of the axis, ``first`` and ``last`` in words, ``alt``.
    """
    move = next((one for one in watched.moves if one.series.name == figure), None)
    if move is None:
        return None
    months = move.series.name.startswith("accounts ") and move.series.group in _GROUPS[-2:]
    moves = Moves(move.series, move.width, MONTHS if months else NIGHTS)
    seen, expected = moves.value[-DRAWN:], moves.expected[-DRAWN:]
    known = np.r_[seen, expected]
    known = known[np.isfinite(known)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    low = min(low, 0.0) if move.series.kind in {"count", "share"} else low
    high = high if high > low else low + 1
    unit = "months" if months else "nights"
    return {
        "seen": _path(seen, low, high),
        "expected": _path(expected, low, high),
        "low": _axis(low, move),
        "high": _axis(high, move),
        "first": f"{seen.size} {unit} ago",
        "last": "the newest" if months else "tonight",
        "alt": f"{figure} over the last {seen.size} {unit}: {tell_move(move)}",
    }


def _path(values: np.ndarray, low: float, high: float) -> str:
    """A line through the values; it is broken where one is missing."""
    across = np.linspace(EDGE, WIDTH - EDGE, values.size) if values.size > 1 else np.array([WIDTH / 2])
    up = HEIGHT - EDGE - (values - low) / (high - low) * (HEIGHT - 2 * EDGE)
    parts, pen = [], "M"
    for x, y in zip(across, up, strict=True):
        if np.isfinite(y):
            parts.append(f"{pen}{x:.1f} {y:.1f}")
            pen = "L"
        else:
            pen = "M"
    return "".join(parts)


def _axis(value: float, move: Move) -> str:
    if move.series.kind == "share":
        return f"{value:.0%}"
    return f"{value:,.0f}" if move.series.kind == "count" else f"{value:.2f}"


def _groups(watched: Watched) -> list[tuple[str, list[dict[str, Any]]]]:
    """Every figure by group: its night in words, its week's deviations beside it."""
    raised = {finding.figure for finding in watched.findings}
    groups: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in _GROUPS}
    for move in watched.moves:
        rows = groups[move.series.group]
        row = rows.setdefault(
            move.series.name,
            {
                "name": move.series.name,
                "meaning": move.series.meaning,
                "told": "",
                "off": {},
                "raised": move.series.name in raised,
            },
        )
        if move.width == 1:
            row["told"] = (
                tell_move(move) if np.isfinite(move.value) and np.isfinite(move.expected) else "not known"
            )
        row["off"][move.width] = f"{move.deviations:+.1f}" if np.isfinite(move.deviations) else "–"
    return [(name, list(rows.values())) for name, rows in groups.items() if rows]


def _outcomes(watched: Watched) -> list[tuple[str, str, list[str], list[list[str]]]]:
    """The tables of what turned out: title, what it says, header, rows."""
    if watched.outcomes is None:
        return []
    told = watched.outcomes
    return [
        (
            "Cases, by the month they arose",
            "Accounts that the model would first have sent to review or block on the first of a month, and what was decided since.",
            ["Month", "Cases", "Decided", "Fakes", "Open", "Precision (95 %)", ""],
            [
                [_month(r.month), r.cases, r.decided, r.fakes, r.open, _share(r), _learnt(r.learnt)]
                for r in told.by_case.itertuples()
            ],
        ),
        (
            "Decisions, by the month they were made",
            "Every account decided in a month, and how many of those found fake had been a case before.",
            ["Month", "Decided", "Fakes", "Fakes that were cases", "Cases decided"],
            [
                [_month(r.month), r.decided, r.fakes, r.fakes_asked, r.cases_decided]
                for r in told.by_decision.itertuples()
            ],
        ),
        (
            "Foretold and found",
            "Fakes among the accounts of a month: foretold by the model, and found so far within the time a label is given. A month is "
            "judged when that time is over.",
            ["Month", "Accounts", "Foretold", "Found", ""],
            [
                [
                    _month(r.month),
                    r.accounts,
                    f"{r.foretold:.1f}",
                    r.found,
                    _learnt(r.learnt) or ("" if r.mature else "not yet over"),
                ]
                for r in told.calibration.itertuples()
            ],
        ),
    ]


def _month(month: pd.Timestamp) -> str:
    return f"{month:%Y-%m}"


def _learnt(learnt: bool) -> str:
    return "the model learnt from it" if learnt else ""


def _share(row: Any) -> str:
    return (
        "nothing decided"
        if pd.isna(row.precision)
        else f"{row.precision:.0%} ({row.low:.0%} to {row.high:.0%})"
    )
