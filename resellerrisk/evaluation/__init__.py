"""The evaluation room: how good scores were on what came later, with intervals, beside two rivals.

It is handed scored rows with what turned out; it trains nothing and scores nothing. Names are loaded when
first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resellerrisk.evaluation.evaluation import Evaluation
    from resellerrisk.evaluation.families import compare_families, give_nothing
    from resellerrisk.evaluation.judged import take_judged
    from resellerrisk.evaluation.judging import judge
    from resellerrisk.evaluation.recall import Recall, estimate_recall

_HOME = {
    "Evaluation": "evaluation",
    "Recall": "recall",
    "compare_families": "families",
    "estimate_recall": "recall",
    "give_nothing": "families",
    "judge": "judging",
    "take_judged": "judged",
}
__all__ = [
    "Evaluation",
    "Recall",
    "compare_families",
    "estimate_recall",
    "give_nothing",
    "judge",
    "take_judged",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
