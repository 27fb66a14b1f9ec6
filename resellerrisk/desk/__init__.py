"""The review desk: what people decide about scored applications, accounts and orders, kept so that nothing is lost or changed.

The store's one door is `Desk`. The web pages and the JSON API stand in `resellerrisk.desk.web` and know only what is listed here.
No score is computed or edited in this room. Names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resellerrisk.desk.conditions import Condition as Condition
    from resellerrisk.desk.desk import Desk as Desk
    from resellerrisk.desk.records import SYSTEM as SYSTEM
    from resellerrisk.desk.records import Case as Case
    from resellerrisk.desk.records import Decision as Decision
    from resellerrisk.desk.records import Edition as Edition
    from resellerrisk.desk.records import Entry as Entry
    from resellerrisk.desk.records import Figures as Figures
    from resellerrisk.desk.records import ListEntry as ListEntry
    from resellerrisk.desk.records import Loaded as Loaded
    from resellerrisk.desk.records import Message as Message
    from resellerrisk.desk.records import Queue as Queue
    from resellerrisk.desk.records import Rule as Rule
    from resellerrisk.desk.records import Score as Score
    from resellerrisk.desk.records import Session as Session
    from resellerrisk.desk.records import Trial as Trial
    from resellerrisk.desk.records import User as User
    from resellerrisk.desk.records import Verdict as Verdict
    from resellerrisk.desk.records import WhyShown as WhyShown
    from resellerrisk.desk.refusals import ChainBroken as ChainBroken
    from resellerrisk.desk.refusals import Conflict as Conflict
    from resellerrisk.desk.refusals import DeskError as DeskError
    from resellerrisk.desk.refusals import NotAllowed as NotAllowed
    from resellerrisk.desk.refusals import NotThere as NotThere
    from resellerrisk.desk.refusals import Throttled as Throttled
    from resellerrisk.desk.sheets import neutralise as neutralise
    from resellerrisk.desk.sheets import restore as restore
    from resellerrisk.desk.sheets import write_sheet as write_sheet
    from resellerrisk.desk.words import LISTS as LISTS
    from resellerrisk.desk.words import QUEUED as QUEUED
    from resellerrisk.desk.words import REASONS as REASONS
    from resellerrisk.desk.words import RIGHTS as RIGHTS
    from resellerrisk.desk.words import ROLES as ROLES
    from resellerrisk.desk.words import STATES as STATES
    from resellerrisk.desk.words import STEPS as STEPS
    from resellerrisk.desk.words import Reason as Reason
    from resellerrisk.desk.words import may as may
    from resellerrisk.desk.words import reasons_for as reasons_for

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
