"""One reason as a sentence: what was seen, what is typical of shops like it, and which way it moves the score.

The sentence comes from the signal's own declaration; nothing is worded here but what every reason shares: a missing value,
a range, and the ending. Which columns are told is not decided here.
"""

from __future__ import annotations

from math import isnan

from resellerrisk.signals.declare import Column, Unit

RAISES, LOWERS = "Raises the score.", "Lowers the score."
UNKNOWN = "not known"


def tell(column: Column, value: float, low: float, high: float, contribution: float) -> str:
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
    ending = RAISES if contribution > 0 else LOWERS
    typical = show_typical(column.unit, low, high)
    if isnan(value):
        return f"{_tell_missing(column, typical)} {ending}"
    told = column.declaration.reason.format(
        value=column.unit.show(value), window=column.window_words, typical=typical
    )
    return f"{told} {ending}"


def names_typical(column: Column) -> bool:
    """Whether the column's sentence says what is typical, so that it must be looked up."""
    return "{typical}" in column.declaration.reason


def show_typical(unit: Unit, low: float, high: float) -> str:
    """The range between two quartiles as a person reads it.

    Examples
    --------
    >>> from resellerrisk.signals.declare import DAYS, SHARE_OF, YES_NO
    >>> show_typical(DAYS, 7.3, 16.5), show_typical(SHARE_OF, 0.03, 0.12), show_typical(SHARE_OF, 0.0, 0.0)
    ('7.3 to 16.5 days', '3% to 12%', '0%')
    >>> show_typical(YES_NO, 0.0, 1.0), show_typical(DAYS, float("nan"), float("nan"))
    ('some yes, some no', 'not known')
    """
    if isnan(low) or isnan(high):
        return UNKNOWN
    first, second = unit.show(low), unit.show(high)
    if first == second:
        return first
    if unit.words:
        return "of several kinds"
    if unit.name == "yes/no":
        return "some yes, some no"
    return f"{first.removesuffix(unit.name).rstrip()} to {second}"


def describe(column: Column) -> str:
    """What the column measures, as the middle of a sentence: no capital at the front, no full stop.

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
        return f"where it stands among shops of the same type and size: {describe(column.base)}"
    meaning = column.declaration.meaning.rstrip(".")
    acronym = meaning[1:2].isupper()
    return meaning if acronym else meaning[:1].lower() + meaning[1:]


def _tell_missing(column: Column, typical: str) -> str:
    """The sentence where the value is missing, which may weigh as much as a value."""
    spoken_of = column.window is not None and (column.window.far or column.window.own_order)
    window = f" for {column.window_words}" if spoken_of else ""
    compared = f" (shops like this: {typical})" if names_typical(column) and typical != UNKNOWN else ""
    return f"Not known{window}: {describe(column)}{compared}."
