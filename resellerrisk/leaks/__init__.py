"""Leaks: which title a release is, and which accounts explain the leaks.

Names are loaded when they are first used, so that importing this room costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resellerrisk.leaks.declared import LEAK_FIGURES as LEAK_FIGURES
    from resellerrisk.leaks.declared import LeakFigure as LeakFigure
    from resellerrisk.leaks.distinguish import recommend_tests as recommend_tests
    from resellerrisk.leaks.evidence import list_copies as list_copies
    from resellerrisk.leaks.evidence import list_holdings as list_holdings
    from resellerrisk.leaks.figures import trace_calendar as trace_calendar
    from resellerrisk.leaks.figures import trace_figures as trace_figures
    from resellerrisk.leaks.listing import TraceTables as TraceTables
    from resellerrisk.leaks.listing import list_trace as list_trace
    from resellerrisk.leaks.match import match_leaks as match_leaks
    from resellerrisk.leaks.releases import Release as Release
    from resellerrisk.leaks.releases import parse_release as parse_release
    from resellerrisk.leaks.tracing import Trace as Trace
    from resellerrisk.leaks.tracing import trace as trace

_HOME = {
    "LEAK_FIGURES": "declared",
    "LeakFigure": "declared",
    "Release": "releases",
    "Trace": "tracing",
    "TraceTables": "listing",
    "list_copies": "evidence",
    "list_holdings": "evidence",
    "list_trace": "listing",
    "match_leaks": "match",
    "parse_release": "releases",
    "recommend_tests": "distinguish",
    "trace": "tracing",
    "trace_calendar": "figures",
    "trace_figures": "figures",
}

__all__ = [
    "LEAK_FIGURES",
    "LeakFigure",
    "Release",
    "Trace",
    "TraceTables",
    "list_copies",
    "list_holdings",
    "list_trace",
    "match_leaks",
    "parse_release",
    "recommend_tests",
    "trace",
    "trace_calendar",
    "trace_figures",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
