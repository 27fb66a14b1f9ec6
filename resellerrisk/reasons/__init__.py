"""Reasons: why a score is what it is, as sentences beside the scores and as a case page for one of them.

The room's door. Sentences come from the signals' own declarations; nothing here computes a signal or a contribution, and
nothing here decides. Names are loaded when they are first used: a page wants jinja2, a table of reasons does not.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resellerrisk.reasons.case import Case as Case
    from resellerrisk.reasons.case import Link as Link
    from resellerrisk.reasons.case import Past as Past
    from resellerrisk.reasons.case import Ruling as Ruling
    from resellerrisk.reasons.case import Similar as Similar
    from resellerrisk.reasons.case import Step as Step
    from resellerrisk.reasons.case import Trace as Trace
    from resellerrisk.reasons.case import make_steps as make_steps
    from resellerrisk.reasons.grouped import Finding as Finding
    from resellerrisk.reasons.grouped import Reason as Reason
    from resellerrisk.reasons.grouped import find_reasons as find_reasons
    from resellerrisk.reasons.grouped import group_by_family as group_by_family
    from resellerrisk.reasons.history import case_orders as case_orders
    from resellerrisk.reasons.page import show_case as show_case
    from resellerrisk.reasons.page import show_parts as show_parts
    from resellerrisk.reasons.page import show_style as show_style
    from resellerrisk.reasons.page import write_case as write_case
    from resellerrisk.reasons.strongest import write_reasons as write_reasons

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
