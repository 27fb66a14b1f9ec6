"""The life of a model: trained and written down as a run, kept, shadow-scored, promoted or refused, rolled back.

The home folder holds the models, the nights and the ledger; MLflow holds runs and registered versions, and is loaded only when
something is recorded there. Names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module

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
