"""The review desk: what people decide about scored applications, accounts and orders, kept so that nothing is lost or changed.

The store's one door is `Desk`. The web pages and the JSON API stand in `resellerrisk.desk.web` and know only what is listed here.
No score is computed or edited in this room. Names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module

_WHERE = {
    "Case": "records",
    "ChainBroken": "refusals",
    "Condition": "conditions",
    "Conflict": "refusals",
    "Decision": "records",
    "Desk": "desk",
    "DeskError": "refusals",
    "Edition": "records",
    "Entry": "records",
    "Figures": "records",
    "LISTS": "words",
    "ListEntry": "records",
    "Loaded": "records",
    "Message": "records",
    "NotAllowed": "refusals",
    "NotThere": "refusals",
    "QUEUED": "words",
    "Queue": "records",
    "REASONS": "words",
    "RIGHTS": "words",
    "ROLES": "words",
    "Reason": "words",
    "Rule": "records",
    "STATES": "words",
    "STEPS": "words",
    "SYSTEM": "records",
    "Score": "records",
    "Session": "records",
    "Throttled": "refusals",
    "Trial": "records",
    "User": "records",
    "Verdict": "records",
    "WhyShown": "records",
    "may": "words",
    "neutralise": "sheets",
    "reasons_for": "words",
    "restore": "sheets",
    "write_sheet": "sheets",
}
__all__ = list(_WHERE)


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
