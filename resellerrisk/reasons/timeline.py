"""Where an account's order lines stand against their street dates: time of the order across, days to the street date up.

Only numbers and labels come from here; the template draws them. Many lines are put together to cells, so that the picture
stays small; lines for titles long on sale are counted by month below it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from resellerrisk.translations import ENGLISH, Language
from resellerrisk.vocabulary import FORMATS

WIDTH, LEFT, RIGHT = 860, 52, 850
TOP, BOTTOM = 8, 262
STRIP_TOP, STRIP_BOTTOM = 286, 326
HEIGHT = 348
#: Lines on sale for longer stand in the strip below; lines ordered further ahead stand at the upper edge.
MOST_DAYS_AFTER, MOST_DAYS_BEFORE, FEWEST_DAYS_BEFORE = 35, 84, 21
#: From so many lines on, lines are put together to cells of so many pixels.
MOST_SINGLE, CELL = 600, 7
SMALLEST, LARGEST, LARGEST_IN_CELL = 2.0, 8.0, 3.6


@dataclass(frozen=True)
class Marks:
    """All lines of one format, ordered before street date or not, as one path."""

    format: str
    early: bool
    path: str
    lines: int


@dataclass(frozen=True)
class Timeline:
    """The whole picture in pixels; ``notes`` say in words what the drawing leaves out or puts together."""

    marks: tuple[Marks, ...]
    zero_y: float
    days: tuple[tuple[float, str], ...]
    times: tuple[tuple[float, str], ...]
    months: tuple[tuple[float, float, float], ...]
    most_in_month: int
    notes: tuple[str, ...]
    early_lines: int
    dated_lines: int


def draw_timeline(orders: pd.DataFrame, as_of: pd.Timestamp, language: Language = ENGLISH) -> Timeline:
    """The picture of an account's order lines.

    Parameters
    ----------
    orders : DataFrame
        From `case_orders`.
    as_of : Timestamp
        The right edge.
    language : Language

    Returns
    -------
    Timeline
        Without marks where no line has a street date.
    """
    dated = orders[orders["lead_days"].notna()]
    lead = dated["lead_days"].to_numpy(float)
    shown = lead >= -MOST_DAYS_AFTER
    highest = float(np.clip(lead.max(initial=0.0) + 4, FEWEST_DAYS_BEFORE, MOST_DAYS_BEFORE))
    across = _time_scale(orders["ordered_at"], as_of)
    zero = float(_height(np.zeros(1), highest)[0])
    lines = pd.DataFrame(
        {
            "x": across(dated["ordered_at"])[shown],
            "y": _height(lead[shown], highest),
            "units": dated["quantity"].to_numpy(float)[shown],
            "format": dated["format"].to_numpy(object)[shown],
            "early": lead[shown] > 0,
        }
    )
    months, most = _count_months(dated["ordered_at"][~shown], across)
    notes = _notes(len(lines), int((lead > highest).sum()), len(orders) - len(dated), highest, language)
    return Timeline(
        marks=_draw_marks(_gather(lines, zero)),
        zero_y=zero,
        days=_day_ticks(highest),
        times=_time_ticks(orders["ordered_at"], as_of, across, language),
        months=months,
        most_in_month=most,
        notes=notes,
        early_lines=int((lead > 0).sum()),
        dated_lines=len(dated),
    )


def _height(lead: np.ndarray, highest: float) -> np.ndarray:
    part = (highest - np.minimum(lead, highest)) / (highest + MOST_DAYS_AFTER)
    found: np.ndarray = TOP + part * (BOTTOM - TOP)
    return found


def _time_scale(ordered_at: pd.Series, as_of: pd.Timestamp) -> Callable[[Any], np.ndarray]:
    """A function from times to pixels: from the first order to the moment, at least 30 days."""
    first = _first_time(ordered_at, as_of)
    width = as_of - first
    return lambda times: LEFT + np.asarray((pd.DatetimeIndex(times) - first) / width, float) * (RIGHT - LEFT)


def _first_time(ordered_at: pd.Series, as_of: pd.Timestamp) -> pd.Timestamp:
    month_ago = as_of - pd.Timedelta(days=30)
    return min(ordered_at.min(), month_ago) if len(ordered_at) else month_ago


def _gather(lines: pd.DataFrame, zero: float) -> pd.DataFrame:
    """Lines as they are where they are few; else one mark for all lines of a cell, of a size by their units.

    Cells begin at the street date's line, so that none holds lines of both sides.
    """
    lines = lines.assign(lines=1)
    if len(lines) <= MOST_SINGLE:
        return lines
    cells = lines.assign(
        x=((lines["x"] - LEFT) // CELL + 0.5) * CELL + LEFT,
        y=zero + ((lines["y"] - zero) // CELL + 0.5) * CELL,
    )
    return cells.groupby(["x", "y", "format", "early"], as_index=False)[["units", "lines"]].sum()


def _draw_marks(lines: pd.DataFrame) -> tuple[Marks, ...]:
    largest = LARGEST if (lines["lines"] == 1).all() else LARGEST_IN_CELL
    radius = np.clip(1.6 + 0.65 * np.sqrt(lines["units"].to_numpy(float)), SMALLEST, largest)
    lines = lines.assign(radius=radius)
    marks = []
    for early in (False, True):
        for name in FORMATS:
            rows = lines[(lines["early"] == early) & (lines["format"] == name)]
            if len(rows):
                path = "".join(map(SHAPES[name], rows["x"], rows["y"], rows["radius"]))
                marks.append(Marks(name, early, path, int(rows["lines"].sum())))
    return tuple(marks)


def _circle(x: float, y: float, r: float) -> str:
    return f"M{x - r:.1f} {y:.1f}a{r:.1f} {r:.1f} 0 1 0 {2 * r:.1f} 0a{r:.1f} {r:.1f} 0 1 0 {-2 * r:.1f} 0"


def _square(x: float, y: float, r: float) -> str:
    side = 1.75 * r
    return f"M{x - side / 2:.1f} {y - side / 2:.1f}h{side:.1f}v{side:.1f}h{-side:.1f}z"


def _diamond(x: float, y: float, r: float) -> str:
    r = 1.3 * r
    return f"M{x:.1f} {y - r:.1f}l{r:.1f} {r:.1f}l{-r:.1f} {r:.1f}l{-r:.1f} {-r:.1f}z"


#: The shape of each format, so that colour never speaks alone.
SHAPES = {"dvd": _circle, "bluray": _square, "uhd": _diamond}


def _count_months(
    ordered_at: pd.Series, across: Callable[[Any], np.ndarray]
) -> tuple[tuple[tuple[float, float, float], ...], int]:
    """Bars (x, y, width) of the strip: lines a month for titles on sale for longer, and the most in one month."""
    if not len(ordered_at):
        return (), 0
    starts = ordered_at.dt.to_period("M").dt.start_time
    counts = starts.groupby(starts).size()
    left = across(counts.index)
    right = np.minimum(across(counts.index + pd.offsets.MonthBegin()), RIGHT)
    most = int(counts.max())
    tops = STRIP_BOTTOM - counts.to_numpy() / most * (STRIP_BOTTOM - STRIP_TOP)
    left = np.maximum(left, LEFT)
    bars = zip(left, tops, np.maximum(right - left - 1, 1), strict=True)
    return tuple((float(x), float(y), float(w)) for x, y, w in bars), most


def _day_ticks(highest: float) -> tuple[tuple[float, str], ...]:
    step = 7 if highest <= 35 else 14
    days = np.arange(-MOST_DAYS_AFTER // step * step + step, highest, step)
    days = days[days != 0]
    return tuple(
        (float(y), f"{abs(day):.0f}")
        for day, y in zip(days, _height(days.astype(float), highest), strict=True)
    )


def _time_ticks(
    ordered_at: pd.Series, as_of: pd.Timestamp, across: Callable[[Any], np.ndarray], language: Language
) -> tuple[tuple[float, str], ...]:
    """Starts of years, quarters or months, whatever gives about four to twelve labels."""
    first = _first_time(ordered_at, as_of)
    months = (as_of - first).days / 30.4
    rule = "MS" if months <= 9 else "QS" if months <= 30 else "YS"
    starts = pd.date_range(first.normalize(), as_of, freq=rule)
    starts = starts[(starts >= first)]
    labels = [str(start.year) if rule == "YS" else language.month(start.date()) for start in starts]
    return tuple((float(x), label) for x, label in zip(across(starts), labels, strict=True))


def _notes(
    shown: int, further_ahead: int, undated: int, highest: float, language: Language
) -> tuple[str, ...]:
    together = language.text(
        "Drawn together, one mark for all lines of a few days: {n}.", n=language.number(shown)
    )
    ahead = language.text(
        "At the upper edge, ordered more than {days} days ahead: {n}.",
        days=language.number(highest),
        n=language.number(further_ahead),
    )
    without = language.text("Not drawn, no street date known when ordering: {n}.", n=language.number(undated))
    tests = [(shown > MOST_SINGLE, together), (further_ahead, ahead), (undated, without)]
    return tuple(words for holds, words in tests if holds)
