"""Leaks: which title a release is, and which accounts explain the leaks.

Names are loaded when they are first used, so that importing this room costs nothing.
"""

from __future__ import annotations

from importlib import import_module

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
