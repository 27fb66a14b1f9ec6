"""Links and leaks as signals: what the rooms `links` and `leaks` declare of their figures, in the catalogue's terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from resellerrisk.leaks import LEAK_FIGURES
from resellerrisk.links import LINK_FIGURES, STANDING_FIGURES
from resellerrisk.signals.declare import (
    DAYS,
    EACH,
    HIGHER,
    LOWER,
    NEITHER,
    NUMBER,
    SHARE_OF,
    Unit,
    as_is,
    signal,
)
from resellerrisk.signals.sources import RINGS

LEAKS_SOURCE = "Who held which title before its copy appeared (docs/tracing.md)"

_UNITS = {
    "count": NUMBER,
    "share": SHARE_OF,
    "days": DAYS,
    "strength": EACH,
    "ratio": EACH,
    "log-odds": Unit("log-odds", low=-float("inf")),
    "copies": Unit("copies", one="copy"),
    "launches": Unit("launches", one="launch"),
}
_RISKIER = {"higher": HIGHER, "lower": LOWER, "none": NEITHER}

#: In which direction risk lies for a figure of tracing, and the sentence the desk reads.
_TRACED = {
    "source_probability": (
        HIGHER,
        "The leaks so far make it {value} likely that copies come from discs delivered here.",
    ),
    "expected_leaks": (
        HIGHER,
        "{value} that leaked are expected to come from discs delivered here.",
        "{value} that leaked is expected to come from a disc delivered here.",
    ),
    "expected_leaks_180d": (
        HIGHER,
        "{value} that leaked in the last 180 days are expected to come from discs delivered here.",
        "{value} that leaked in the last 180 days is expected to come from a disc delivered here.",
    ),
    "likely_leaks": (
        HIGHER,
        "{value} that leaked come more likely from here than from anywhere else.",
        "{value} that leaked comes more likely from here than from anywhere else.",
    ),
    "leaked_held_count": (
        NEITHER,
        "{value} held here before street date were followed by a copy.",
        "{value} held here before street date was followed by a copy.",
    ),
    "leaked_held_expected": (
        NEITHER,
        "Of any account with deliveries so early {value} followed by a copy are to be expected.",
        "Of any account with deliveries so early {value} followed by a copy is to be expected.",
    ),
    "leaked_held_lift": (
        HIGHER,
        "What was held here before street date leaked {value} times as often as expected.",
        "What was held here before street date leaked as often as expected ({value} time).",
    ),
    "held_early_count": (
        NEITHER,
        "{value} were delivered here before their street date.",
        "{value} was delivered here before its street date.",
    ),
    "unleaked_weight": (NEITHER, "Had every early delivery leaked, {value} would have appeared by now."),
}


def declare_links(figures: Iterable) -> list[Callable]:
    """A declared function for each figure of links: objects with name, meaning, unit, riskier and reason."""
    return [
        _declare("links", figure, _RISKIER[figure.riskier], (figure.reason, figure.reason_one), RINGS)
        for figure in figures
    ]


def declare_leaks(figures: Iterable) -> list[Callable]:
    """A declared function for each figure of tracing that has a sentence: objects with name, meaning and unit."""
    return [
        _declare("leaks", figure, _TRACED[figure.name][0], _TRACED[figure.name][1:], LEAKS_SOURCE)
        for figure in figures
        if figure.name in _TRACED
    ]


def _declare(table: str, figure, riskier: int, reasons: tuple[str, ...], source: str) -> Callable:
    def look_up(figures):
        return figures[look_up.__name__]

    look_up.__name__, look_up.__doc__ = figure.name, figure.meaning
    measure, (reason, *singular) = as_is(_UNITS[figure.unit]), reasons
    reason_one = singular[0] if singular else ""
    declare = signal(
        table, measure, riskier=riskier, family=table, reason=reason, reason_one=reason_one, source=source
    )
    return declare(look_up)


LINKED = declare_links((*LINK_FIGURES, *STANDING_FIGURES))
TRACED = declare_leaks(LEAK_FIGURES)
