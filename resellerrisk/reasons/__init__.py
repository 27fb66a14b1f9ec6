"""Reasons: why a score is what it is, as sentences beside the scores and as a case page for one of them.

The room's door. Sentences come from the signals' own declarations; nothing here computes a signal or a contribution, and
nothing here decides. Names are loaded when they are first used: a page wants jinja2, a table of reasons does not.
"""

from __future__ import annotations

from importlib import import_module

_HOME = {
    "Case": "case",
    "Link": "case",
    "Past": "case",
    "Finding": "grouped",
    "Reason": "grouped",
    "Ruling": "case",
    "Similar": "case",
    "Step": "case",
    "Trace": "case",
    "case_orders": "history",
    "find_reasons": "grouped",
    "group_by_family": "grouped",
    "make_steps": "case",
    "show_case": "page",
    "show_parts": "page",
    "show_style": "page",
    "write_case": "page",
    "write_reasons": "strongest",
}

__all__ = [*_HOME]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
