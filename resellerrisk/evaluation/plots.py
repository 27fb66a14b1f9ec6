"""The report's plots as inline SVG that takes its colours from the page; only this module uses matplotlib.

Loaded late. Lines differ in dash and marker as well as in colour, so that nothing hangs on colour alone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, NullLocator, PercentFormatter

from resellerrisk.evaluation.evaluation import Evaluation
from resellerrisk.evaluation.judged import RANKINGS

#: Colours that stand for the page's own, which differ in light and dark.
_PAGE_COLOURS = {
    "#010101": "var(--ink)",
    "#020202": "var(--quiet)",
    "#030303": "var(--rail)",
    "#040404": "var(--ours)",
    "#050505": "var(--logistic)",
    "#060606": "var(--one-line)",
}
INK, QUIET, RAIL, OURS, LOGISTIC, RULE = _PAGE_COLOURS
_LINES: dict[str, dict[str, Any]] = {
    "probability": {"color": OURS, "linestyle": "-", "marker": "o", "linewidth": 2.0},
    "logistic": {"color": LOGISTIC, "linestyle": "--", "marker": "s", "linewidth": 1.6},
    "rule": {"color": RULE, "linestyle": ":", "marker": "^", "linewidth": 1.8},
}
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "resellerrisk",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RAIL,
    "grid.linewidth": 0.8,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}
_PERCENT = PercentFormatter(1.0, decimals=0)
_FEW_PERCENT = FuncFormatter(lambda value, _: f"{100 * value:g}%")
_MONEY = FuncFormatter(lambda value, _: f"{value:,.0f}")


def draw_plots(evaluation: Evaluation) -> dict[str, tuple[str, str]]:
    """Every plot that the evaluation has data for.

    Parameters
    ----------
    evaluation : Evaluation
        What is drawn.

    Returns
    -------
    dict
        Name in `words.SECTIONS` -> (inline SVG, what it shows in words).
    """
    drawn = {}
    for name, draw in _PLOTS.items():
        with _canvas() as (canvas, axes):
            shown = draw(axes, evaluation)
            if shown:
                drawn[name] = (_to_svg(canvas, shown, name), shown)
    return drawn


@contextmanager
def _canvas() -> Iterator[tuple[Canvas, Axes]]:
    with rc_context(_STYLE):
        canvas = Canvas(figsize=(6.4, 4.1), layout="constrained")
        yield canvas, canvas.subplots()


def _to_svg(canvas: Canvas, title: str, name: str) -> str:
    """The drawing as an SVG element without prologue, colours handed to the page and ids of its own."""
    written = io.StringIO()
    with rc_context(_STYLE | {"svg.hashsalt": f"resellerrisk {name}"}):
        canvas.savefig(
            written,
            format="svg",
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    for stands, page in _PAGE_COLOURS.items():
        svg = svg.replace(stands, page)
    svg = re.sub(r'\b(id="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    return re.sub(r"^<svg ", f'<svg role="img" aria-label="{title}" ', svg)


def _draw_precision(axes: Axes, evaluation: Evaluation) -> str:
    curve = evaluation.curves.get("precision_recall", pd.DataFrame())
    if not len(curve):
        return ""
    for ranking, rows in curve.groupby("ranking", sort=False):
        axes.plot(
            rows["recall"],
            rows["precision"],
            label=RANKINGS[ranking],
            markevery=(10, 20),
            markersize=5,
            **_LINES[ranking],
        )
    axes.set(
        xlabel="Recall: share of the fakes found",
        ylabel="Precision",
        xlim=(0, 1.02),
        ylim=(0, 1.05),
    )
    axes.xaxis.set_major_formatter(_PERCENT)
    axes.yaxis.set_major_formatter(_PERCENT)
    axes.legend()
    return "Precision along recall, mean over the scored moments."


def _draw_recall(axes: Axes, evaluation: Evaluation) -> str:
    table = evaluation.tables.get("detection", pd.DataFrame())
    table = table[table["moment"] != "mean"].dropna(subset=["recall_at_capacity"]) if len(table) else table
    if not len(table) or table["moment"].nunique() < 2:
        return ""
    moments = sorted(table["moment"].unique())
    for shift, (ranking, words) in zip((-0.06, 0.0, 0.06), RANKINGS.items(), strict=True):
        rows = table[table["ranking"] == words]
        if len(rows):
            at = np.array([moments.index(moment) for moment in rows["moment"]]) + shift
            axes.plot(
                at,
                rows["recall_at_capacity"],
                label=words,
                markersize=6,
                **_LINES[ranking],
            )
            ends = rows[["recall_at_capacity_low", "recall_at_capacity_high"]].astype(float).T.to_numpy()
            axes.vlines(at, *ends, color=_LINES[ranking]["color"], linewidth=1.2)
    fakes = table.groupby("moment")["fakes"].first()
    told = [f"{moment}\n{fakes[moment]} fakes" for moment in moments]
    axes.set_xticks(range(len(moments)), told, fontsize=9 if len(moments) < 6 else 7)
    axes.set(ylabel="Recall at the desk's capacity", ylim=(0, min(1.05, 1.2 * axes.get_ylim()[1])))
    axes.yaxis.set_major_formatter(_PERCENT)
    axes.legend()
    return "Recall at the desk's capacity at each scored moment, with 95 % intervals."


def _draw_calibration(axes: Axes, evaluation: Evaluation) -> str:
    marks = {
        "calibration": ("bins of equal count", LOGISTIC, "s"),
        "calibration_high": ("bins of equal expected fakes", OURS, "o"),
    }
    floor, drawn = 1e-4, False
    axes.plot(
        [floor, 1],
        [floor, 1],
        color=QUIET,
        linewidth=1,
        linestyle="--",
        label="as foretold",
    )
    for name, (words, colour, marker) in marks.items():
        rows = evaluation.tables.get(name, pd.DataFrame())
        if len(rows):
            drawn = True
            foretold, seen = (
                rows["foretold"].clip(lower=floor),
                rows["seen"].clip(lower=floor),
            )
            low, high = (
                rows["seen_low"].clip(lower=floor),
                rows["seen_high"].clip(lower=floor),
            )
            axes.vlines(foretold, low, high, color=colour, linewidth=1.2)
            axes.plot(
                foretold,
                seen,
                linestyle="none",
                marker=marker,
                markersize=6,
                color=colour,
                label=words,
            )
    axes.set(
        xscale="log",
        yscale="log",
        xlim=(floor, 1.2),
        ylim=(floor, 1.2),
        xlabel="Foretold",
        ylabel="Seen",
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(_FEW_PERCENT)
        axis.set_minor_locator(NullLocator())
    axes.legend(loc="upper left")
    return (
        "Seen share of fakes against the foretold one, both on a logarithmic scale, with Wilson's intervals."
        if drawn
        else ""
    )


def _draw_cost(axes: Axes, evaluation: Evaluation) -> str:
    curve, table = (kind.get("cost", pd.DataFrame()) for kind in (evaluation.curves, evaluation.tables))
    rows = evaluation.figures["cost_per_1000"]["rows"]
    if not len(curve) or not rows:
        return ""
    axes.plot(
        curve["threshold"],
        curve["cost"],
        color=OURS,
        linewidth=2,
        label="this model, held from the threshold on",
    )
    cost = 1000 * table.set_index("policy")["cost"] / rows
    axes.axhline(
        cost["release everything"],
        color=INK,
        linewidth=1,
        linestyle="-.",
        label="release everything",
    )
    axes.axhline(
        cost["the settings' actions"],
        color=INK,
        linewidth=1.2,
        label="the settings' actions",
    )
    for ranking in ("logistic", "rule"):
        for policy in [policy for policy in cost.index if policy.endswith(f"highest of {RANKINGS[ranking]}")]:
            line = {name: _LINES[ranking][name] for name in ("color", "linestyle", "linewidth")}
            axes.axhline(cost[policy], label=policy, **line)
    axes.set(
        xscale="log",
        xlabel="Threshold of the probability",
        ylabel="Cost of 1,000 rows",
        ylim=(0, None),
    )
    axes.xaxis.set_major_formatter(_FEW_PERCENT)
    axes.yaxis.set_major_formatter(_MONEY)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.legend(fontsize=9, loc="upper left", bbox_to_anchor=(0, -0.16), ncols=2)
    return "Cost of 1,000 rows when all from a threshold on are held, beside releasing all and the rivals."


def _draw_held_back(axes: Axes, evaluation: Evaluation) -> str:
    curve = evaluation.curves.get("held_back", pd.DataFrame())
    if not len(curve):
        return ""
    for ranking, rows in curve.groupby("ranking", sort=False):
        axes.plot(
            rows["delayed"],
            rows["held_back"],
            label=RANKINGS[ranking],
            markevery=8,
            markersize=5,
            **_LINES[ranking],
        )
        if rows["low"].notna().any():
            axes.fill_between(
                rows["delayed"],
                rows["low"],
                rows["high"],
                color=_LINES[ranking]["color"],
                alpha=0.12,
                linewidth=0,
            )
    axes.axvline(0.01, color=QUIET, linewidth=1, linestyle="--")
    axes.set_xscale("symlog", linthresh=0.001)
    ticks = [0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2]
    axes.set_xticks(ticks, [f"{100 * tick:g}%" for tick in ticks])
    axes.set(
        xlabel="Honest lines before street date that are delayed",
        ylabel="Fakes' discs held back",
        xlim=(0, 0.2),
        ylim=(0, 1.05),
    )
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(_PERCENT)
    axes.legend()
    return (
        "Share of the fakes' discs that is held back, by the share of honest lines delayed, with 95 % bands."
    )


_PLOTS = {
    "precision_recall": _draw_precision,
    "recall": _draw_recall,
    "calibration": _draw_calibration,
    "cost": _draw_cost,
    "held_back": _draw_held_back,
}
