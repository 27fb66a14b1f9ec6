"""The life of a model: trained and written down as a run, kept, shadow-scored, promoted or refused, rolled back.

The home folder holds the models, the nights and the ledger; MLflow holds runs and registered versions, and is loaded only when
something is recorded there. Names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resellerrisk.tracking.gate import Verdict as Verdict
    from resellerrisk.tracking.gate import judge_challenger as judge_challenger
    from resellerrisk.tracking.home import HOME_VARIABLE as HOME_VARIABLE
    from resellerrisk.tracking.home import Home as Home
    from resellerrisk.tracking.keeping import Kept as Kept
    from resellerrisk.tracking.keeping import keep as keep
    from resellerrisk.tracking.keeping import retrain as retrain
    from resellerrisk.tracking.ledger import Ledger as Ledger
    from resellerrisk.tracking.loading import list_models as list_models
    from resellerrisk.tracking.loading import load as load
    from resellerrisk.tracking.loading import load_serving as load_serving
    from resellerrisk.tracking.promotion import ledger_of as ledger_of
    from resellerrisk.tracking.promotion import name_challenger as name_challenger
    from resellerrisk.tracking.promotion import promote as promote
    from resellerrisk.tracking.promotion import rollback as rollback
    from resellerrisk.tracking.registry import follow_aliases as follow_aliases
    from resellerrisk.tracking.rules import Rules as Rules
    from resellerrisk.tracking.rules import read_rules as read_rules
    from resellerrisk.tracking.shadow import shadow_score as shadow_score
    from resellerrisk.tracking.watched import record_night as record_night

_HOME = {
    "HOME_VARIABLE": "home",
    "Home": "home",
    "Kept": "keeping",
    "Ledger": "ledger",
    "Rules": "rules",
    "Verdict": "gate",
    "follow_aliases": "registry",
    "judge_challenger": "gate",
    "keep": "keeping",
    "ledger_of": "promotion",
    "list_models": "loading",
    "load": "loading",
    "load_serving": "loading",
    "name_challenger": "promotion",
    "promote": "promotion",
    "read_rules": "rules",
    "record_night": "watched",
    "retrain": "keeping",
    "rollback": "promotion",
    "shadow_score": "shadow",
}
__all__ = list(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
