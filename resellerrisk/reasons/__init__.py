"""Reasons: why a score is what it is, as sentences beside the scores and as a case page for one of them.

The room's door. Sentences come from the signals' own declarations; nothing here computes a signal or a contribution, and
nothing here decides. Names are loaded when they are first used: a page wants jinja2, a table of reasons does not.
"""

from __future__ import annotations

from importlib import import_module

_HOME = {
    "Case": "case",
    "Link": "case",
    "Reason": "strongest",
    "Step": "case",
    "Trace": "case",
    "case_orders": "history",
    "find_reasons": "strongest",
    "group_by_family": "strongest",
    "make_steps": "case",
    "write_case": "page",
    "write_reasons": "strongest",
}

__all__ = [
    "Case",
    "Link",
    "Reason",
    "Step",
    "Trace",
    "case_orders",
    "find_reasons",
    "group_by_family",
    "make_steps",
    "write_case",
    "write_reasons",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
