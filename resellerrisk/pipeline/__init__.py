"""The verbs of the main path: train, score, explain, evaluate. Names are loaded when first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resellerrisk.pipeline.arriving import Arrivals as Arrivals
    from resellerrisk.pipeline.evaluating import evaluate as evaluate
    from resellerrisk.pipeline.explaining import Explainer as Explainer
    from resellerrisk.pipeline.explaining import explain as explain
    from resellerrisk.pipeline.nights import score_night as score_night
    from resellerrisk.pipeline.parted import score_parts as score_parts
    from resellerrisk.pipeline.parted import train_parts as train_parts
    from resellerrisk.pipeline.scorer import Scored as Scored
    from resellerrisk.pipeline.scorer import Scorer as Scorer
    from resellerrisk.pipeline.scoring import Scores as Scores
    from resellerrisk.pipeline.scoring import score as score
    from resellerrisk.pipeline.told import to_scores as to_scores
    from resellerrisk.pipeline.trained import Trained as Trained
    from resellerrisk.pipeline.training import train as train

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
