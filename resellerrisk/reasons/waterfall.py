"""Where the pieces of the waterfall stand: from the base, step by step, to the score's log-odds.

Only numbers and labels come from here; the template draws them. The axis is linear in log-odds and labelled in
probability, which is what people read.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from resellerrisk.reasons.case import Case, probability_of
from resellerrisk.translations import ENGLISH, Language, read_language

WIDTH, ROW, TOP = 900, 23, 34
LABEL_RIGHT, VALUE_LEFT, PLOT_LEFT, PLOT_RIGHT = 362, 372, 490, 846
LABEL_LETTERS = 58
TICKS = (1e-6, 1e-5, 1e-4, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999)
FEWEST_TICK_PIXELS = 42


@dataclass(frozen=True)
class Bar:
    """One row: an arrow from ``start`` to ``end`` (pixels), its words, and where the line to the next row stands."""

    label: str
    value: str
    amount: str
    y: float
    start: float
    end: float
    raises: bool

    @property
    def arrow(self) -> str:
        """The corners of a bar whose tip points to where the score goes."""
        tip = min(6.0, abs(self.end - self.start)) * (1 if self.raises else -1)
        high, middle, low = self.y + 4, self.y + ROW / 2, self.y + ROW - 4
        neck = self.end - tip
        corners = [(self.start, high), (neck, high), (self.end, middle), (neck, low), (self.start, low)]
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


@dataclass(frozen=True)
class Waterfall:
    """The whole picture in pixels: bars, ticks as (x, label), where base and result stand, and the height."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    base_x: float
    result_x: float
    height: float


def draw_waterfall(case: Case) -> Waterfall:
    """The waterfall of a case.

    Parameters
    ----------
    case : Case

    Returns
    -------
    Waterfall
        With no bars where nothing moves the score.

    Examples
    --------
    >>> from resellerrisk.reasons.case import Step
    >>> case = Case("A1", "2020-06-30", 500, 0.5, "low", "release", base_value=-1.0, steps=(Step("Tempo", "3", 1.0),))
    >>> [(bar.label, bar.amount, bar.raises) for bar in draw_waterfall(case).bars]
    [('Tempo', '+1.00', True)]
    """
    levels = [case.base_value]
    for step in case.steps:
        levels.append(levels[-1] + step.contribution)
    place, language = _scale(min(levels), max(levels)), read_language(case.language)
    bars = tuple(
        Bar(
            shorten(step.label),
            step.value,
            show_signed(step.contribution, language=language),
            TOP + ROW * number,
            place(before),
            place(after),
            step.contribution > 0,
        )
        for number, (step, before, after) in enumerate(zip(case.steps, levels, levels[1:], strict=False))
    )
    height = TOP + ROW * len(bars) + 26
    ticks = _ticks(place, *_reach(levels), language)
    return Waterfall(bars, ticks, place(levels[0]), place(levels[-1]), height)


def shorten(label: str, letters: int = LABEL_LETTERS) -> str:
    """A label that fits beside its bar: what stands in the middle goes, the window at its end stays.

    >>> shorten("Order lines for discs that were not yet on sale (the last 90 days)", 50)
    'Order lines for discs that were… (the last 90 days)'
    >>> shorten("Order lines")
    'Order lines'
    """
    if len(label) <= letters:
        return label
    words, bracket, window = label.rpartition(" (")
    if not bracket or len(window) > letters // 2:
        return label[: letters - 1].rstrip(" ,") + "…"
    return words[: letters - len(window) - 2].rstrip(" ,") + "… (" + window


def _reach(levels: list[float]) -> tuple[float, float]:
    """The range of the axis, never without width."""
    low, high = min(levels), max(levels)
    margin = max(0.05 * (high - low), 0.1)
    return low - margin, high + margin


def _scale(low: float, high: float) -> Callable[[float], float]:
    first, last = _reach([low, high])
    return lambda level: PLOT_LEFT + (level - first) / (last - first) * (PLOT_RIGHT - PLOT_LEFT)


def _ticks(
    place: Callable[[float], float], low: float, high: float, language: Language
) -> tuple[tuple[float, str], ...]:
    """Round probabilities within the axis, as far as they have room; the axis' ends where none is within."""
    chances = [chance for chance in TICKS if low <= math.log(chance / (1 - chance)) <= high]
    if len(chances) < 2:
        chances = [probability_of(low), probability_of(high)]
    ticks: list[tuple[float, str]] = []
    for chance in chances:
        x = place(math.log(chance / (1 - chance)))
        if not ticks or x - ticks[-1][0] >= FEWEST_TICK_PIXELS:
            ticks.append((x, show_chance(chance, language)))
    return tuple(ticks)


def show_signed(log_odds: float, digits: int = 2, language: Language = ENGLISH) -> str:
    """Log-odds with their sign, a minus as long as the plus is wide.

    >>> show_signed(0.5), show_signed(-1.25), show_signed(0.0)
    ('+0.50', '−1.25', '+0.00')
    """
    sign = "\N{MINUS SIGN}" if f"{log_odds:+.{digits}f}".startswith("-") else "+"
    return sign + language.number(abs(log_odds), digits)


def show_chance(probability: float, language: Language = ENGLISH) -> str:
    """A probability with as many digits as it needs, never rounded to what is impossible or certain.

    >>> show_chance(0.123), show_chance(0.0004), show_chance(0.99952), show_chance(1e-9), show_chance(1.0)
    ('12%', '0.04%', '99.95%', 'less than 0.0001%', 'more than 99.9999%')
    """
    percent = 100 * probability
    distance = min(percent, 100 - percent)
    if distance < 1e-4:
        return language.text(
            "less than {chance}" if percent < 50 else "more than {chance}",
            chance=language.percent(1e-6 if percent < 50 else 0.999999, 4),
        )
    digits = max(0, -math.floor(math.log10(distance) + 1e-9)) if distance < 10 else 0
    return language.percent(probability, digits)
