"""The verbs of the main path: train, score, explain, evaluate. Names are loaded when first used."""

from __future__ import annotations

from importlib import import_module

_HOME = {
    "Arrivals": "arriving",
    "Explainer": "explaining",
    "Scored": "scorer",
    "Scorer": "scorer",
    "Scores": "scoring",
    "Trained": "trained",
    "evaluate": "evaluating",
    "explain": "explaining",
    "score": "scoring",
    "to_scores": "told",
    "score_night": "nights",
    "score_parts": "parted",
    "train": "training",
    "train_parts": "parted",
}
__all__ = list(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
