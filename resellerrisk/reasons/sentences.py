"""One reason as a sentence: what was seen, what is typical of shops like it, and which way it moves the score.

The sentence comes from the signal's own declaration, in the language asked for; nothing is worded here but what every reason
shares: a missing value, a range, a position among peers, and the ending. Which columns are told is not decided here.
"""

from __future__ import annotations

from functools import lru_cache
from math import isnan
from typing import NamedTuple

import numpy as np

from resellerrisk.signals.declare import Column, Unit
from resellerrisk.translations import ENGLISH, Language

RAISES, LOWERS = "Raises the score.", "Lowers the score."
UNKNOWN = "not known"
POSITION = "Higher than {value} of shops of the same type and size ({window}): {meaning}."


def tell(
    column: Column,
    value: float,
    low: float,
    high: float,
    contribution: float,
    language: Language = ENGLISH,
) -> str:
    """The reason that one column gives for one score.

    Parameters
    ----------
    column : Column
        What was measured; its declaration brings the sentence.
    value : float
        What was seen; NaN where nothing is known, which is told in a sentence of its own.
    low, high : float
        Lower and upper quartile among shops like it; NaN where that is not known.
    contribution : float
        Log-odds that the value adds to the score; its sign is the ending.
    language : Language

    Returns
    -------
    str

    Examples
    --------
    >>> from resellerrisk.signals.declare import HIGHER, SHARE, columns_of, last, signal
    >>> @signal("orders", SHARE, last(90), riskier=HIGHER, family="ordering", source="-",
    ...         reason="{value} of the lines in {window} were ordered at night (shops like this: {typical}).")
    ... def by_night(orders):
    ...     '''Order lines placed at night.'''
    >>> [column] = columns_of(by_night.declared)
    >>> tell(column, 0.26, 0.03, 0.12, +0.4)
    '26% of the lines in the last 90 days were ordered at night (shops like this: 3% to 12%). Raises the score.'
    >>> tell(column, float("nan"), float("nan"), float("nan"), -0.1)
    'Not known for the last 90 days: order lines placed at night. Lowers the score.'
    """
    ending = language.text(RAISES if contribution > 0 else LOWERS)
    return f"{tell_seen(column, value, low, high, language)} {ending}"


def tell_each(
    column: Column,
    values: np.ndarray,
    ranges: np.ndarray,
    contributions: np.ndarray,
    language: Language = ENGLISH,
) -> list[str]:
    """`tell` of one column for many scores; what is alike is worded once.

    Parameters
    ----------
    column : Column
    values : float64[n]
    ranges : float64[n, 2]
        Lower and upper quartiles.
    contributions : float64[n]
    language : Language

    Examples
    --------
    >>> from resellerrisk.signals.catalogue import catalogue
    >>> told = tell_each(catalogue().column("mail_free"), np.array([1.0, 1.0]), np.zeros((2, 2)), np.array([0.1, -0.1]))
    >>> told[0].removesuffix(RAISES) == told[1].removesuffix(LOWERS)
    True
    """
    seen: dict[tuple[float, float, float], str] = {}
    endings = language.text(LOWERS), language.text(RAISES)
    told = []
    for value, (low, high), raises in zip(
        values.tolist(), ranges.tolist(), (contributions > 0).tolist(), strict=True
    ):
        key = value, low, high
        if key not in seen:
            seen[key] = tell_seen(column, value, low, high, language)
        told.append(f"{seen[key]} {endings[raises]}")
    return told


def tell_seen(column: Column, value: float, low: float, high: float, language: Language = ENGLISH) -> str:
    """What was seen and what is typical, without the ending; see `tell`."""
    if isnan(value):
        return _tell_missing(column, low, high, language)
    shown, window = column.unit.show(value, language), show_window(column, language)
    if column.base:
        return language.text(POSITION, value=shown, window=window, meaning=describe(column.base, language))
    slots = {
        "value": shown,
        "window": window,
        "typical": show_typical(column.unit, low, high, language, value),
    }
    declared = column.declaration
    if declared.otherwise:
        return language.text(declared.reason if value else declared.otherwise, **slots)
    if not is_counted(column):
        return language.text(declared.reason, **slots)
    return language.count(declared.reason_one or declared.reason, declared.reason, value, **slots)


def is_counted(column: Column) -> bool:
    """Whether the words around the value depend on how many it is."""
    unit = column.unit
    return not (unit.words or unit.name in {"share", "points", "yes/no"})


def names_typical(column: Column) -> bool:
    """Whether the column's sentence says what is typical, so that it must be looked up."""
    return "{typical}" in column.declaration.reason


def show_window(column: Column, language: Language = ENGLISH) -> str:
    """The column's window as words; empty where the value stands at the snapshot itself.

    Examples
    --------
    >>> from resellerrisk.signals.catalogue import catalogue
    >>> show_window(catalogue().column("lines_count_30d")), show_window(catalogue().column("mail_free"))
    ('the last 30 days', '')
    """
    return _tell_window(column, WITHIN, language)


def label_window(column: Column, language: Language = ENGLISH) -> str:
    """The column's window as a label that stands by itself; empty where the value stands at the snapshot.

    Examples
    --------
    >>> from resellerrisk.signals.catalogue import catalogue
    >>> label_window(catalogue().column("lines_count_30d"))
    'last 30 days'
    """
    return _tell_window(column, ALONE, language)


class _Wording(NamedTuple):
    """How windows are said: of the order, of all time, before the last days, of the last days."""

    own_order: str
    all_time: str
    before: str
    last: str


#: Inside a sentence, and as a label that stands by itself.
WITHIN = _Wording(
    "the order itself", "all time so far", "the {days} days before the last {near}", "the last {days} days"
)
ALONE = _Wording("this order", "all time", "{days} days before the last {near}", "last {days} days")


def _tell_window(column: Column, wording: _Wording, language: Language) -> str:
    window = column.window
    if window is None:
        return ""
    if window.own_order:
        return language.text(wording.own_order)
    if not window.far:
        return language.text(wording.all_time)
    if window.near:
        return language.text(wording.before, days=window.far - window.near, near=window.near)
    return language.text(wording.last, days=window.far)


def show_typical(
    unit: Unit, low: float, high: float, language: Language = ENGLISH, value: float = float("nan")
) -> str:
    """The range between two quartiles as a person reads it; of a yes or no, how it compares with the value.

    Examples
    --------
    >>> from resellerrisk.signals.declare import DAYS, SHARE_OF, YES_NO
    >>> show_typical(DAYS, 7.3, 16.5), show_typical(SHARE_OF, 0.03, 0.12), show_typical(SHARE_OF, 0.0, 0.0)
    ('7.3 to 16.5 days', '3% to 12%', '0%')
    >>> show_typical(YES_NO, 0.0, 1.0), show_typical(DAYS, float("nan"), float("nan"))
    ('some yes, some no', 'not known')
    >>> show_typical(YES_NO, 0.0, 0.0, value=0.0), show_typical(YES_NO, 0.0, 0.0, value=1.0)
    ('mostly the same', 'mostly not')
    """
    if isnan(low) or isnan(high):
        return language.text(UNKNOWN)
    if unit.name == "yes/no":
        if low != high:
            return language.text("some yes, some no")
        return language.text("mostly the same" if isnan(value) or value == low else "mostly not")
    return _show_range(unit, low, high, language)


@lru_cache(1 << 14)
def _show_range(unit: Unit, low: float, high: float, language: Language) -> str:
    """The range between two numbers, kept: many shops have the same peers."""
    first, second = unit.show(low, language), unit.show(high, language)
    if first == second:
        return first
    if unit.words:
        return language.text("of several kinds")
    number, blank, name = first.partition(" ")
    if unit.name and unit.name not in {"share", "points"} and blank and name:
        first = number
    return language.text("{low} to {high}", low=first, high=second)


def describe(column: Column, language: Language = ENGLISH) -> str:
    """What the column measures, as the middle of a sentence: no full stop, and no capital at the front.

    Examples
    --------
    >>> from resellerrisk.signals.declare import COUNT, NEITHER, columns_of, ever, signal
    >>> @signal("orders", COUNT, ever, riskier=NEITHER, family="ordering", reason="{value}", source="-")
    ... def lines(orders):
    ...     '''Order lines.'''
    >>> describe(columns_of(lines.declared)[0])
    'order lines'
    """
    if column.base:
        meaning = describe(column.base, language)
        return language.text(
            "where it stands among shops of the same type and size: {meaning}", meaning=meaning
        )
    return language.middle(language.text(column.declaration.meaning).rstrip("."))


def _tell_missing(column: Column, low: float, high: float, language: Language) -> str:
    """The sentence where the value is missing, which may weigh as much as a value."""
    slots = {"meaning": describe(column, language), "window": show_window(column, language)}
    spoken_of = column.window is not None and (column.window.far or column.window.own_order)
    compared = names_typical(column) and column.unit.name != "yes/no" and not (isnan(low) or isnan(high))
    if compared:
        slots["typical"] = show_typical(column.unit, low, high, language)
    if spoken_of and compared:
        return language.text("Not known for {window}: {meaning} (shops like this: {typical}).", **slots)
    if spoken_of:
        return language.text("Not known for {window}: {meaning}.", **slots)
    if compared:
        return language.text("Not known: {meaning} (shops like this: {typical}).", **slots)
    return language.text("Not known: {meaning}.", **slots)
