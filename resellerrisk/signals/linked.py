"""Links and leaks as signals: what the rooms `links` and `leaks` declare of their figures, in the catalogue's terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from resellerrisk.leaks import LEAK_FIGURES
from resellerrisk.links import LINK_FIGURES, STANDING_FIGURES
from resellerrisk.signals.declare import DAYS, HIGHER, LOWER, NEITHER, NUMBER, SHARE_OF, Unit, as_is, signal

_UNITS = {"count": NUMBER, "share": SHARE_OF, "days": DAYS, "strength": Unit("")}
_RISKIER = {"higher": HIGHER, "lower": LOWER, "none": NEITHER}


def declare_figures(table: str, figures: Iterable, source: str) -> list[Callable]:
    """A declared function per figure, which looks the figure up.

    Parameters
    ----------
    table : {"links", "leaks"}
        Which room gives the figures.
    figures : iterable
        Objects with ``name``, ``meaning``, ``unit``, ``riskier`` and ``reason``.
    source : str
        Why we believe them.
    """
    return [_declare(table, figure, source) for figure in figures]


def _declare(table: str, figure, source: str) -> Callable:
    def look_up(figures):
        return figures[look_up.__name__]

    look_up.__name__, look_up.__doc__ = figure.name, figure.meaning
    unit = _UNITS.get(figure.unit, Unit(figure.unit))
    return signal(
        table,
        as_is(unit),
        riskier=_RISKIER[figure.riskier],
        family=table,
        reason=figure.reason,
        source=source,
    )(look_up)


LINKED = declare_figures(
    "links",
    (*LINK_FIGURES, *STANDING_FIGURES),
    "SDNY press release, 26 Aug 2020: members in several states and countries, other groups at the same distributor",
)
TRACED = declare_figures(
    "leaks", LEAK_FIGURES, "Noisy-OR over who held which title before its copy appeared (docs/tracing.md)"
)
