"""The model room: a scikit-learn estimator around one LightGBM Booster, and the baselines it is judged
against.

Only this room imports lightgbm and shap, and only once a model is fitted, loaded or asked. It knows
matrices and labels; it knows nothing of accounts, dates of decision, settings or sentences.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resellerrisk.model.baselines import LogisticBaseline as LogisticBaseline
    from resellerrisk.model.baselines import RuleBaseline as RuleBaseline
    from resellerrisk.model.estimator import RiskModel as RiskModel
    from resellerrisk.model.fitted import FittedModel as FittedModel
    from resellerrisk.model.folds import LabelGapSplit as LabelGapSplit
    from resellerrisk.model.shap_values import to_explanation as to_explanation
    from resellerrisk.model.splits import later_split as later_split
    from resellerrisk.model.splits import random_split as random_split
    from resellerrisk.model.tuning import tune as tune

_WHERE = {
    "FittedModel": "fitted",
    "LabelGapSplit": "folds",
    "LogisticBaseline": "baselines",
    "RiskModel": "estimator",
    "RuleBaseline": "baselines",
    "later_split": "splits",
    "random_split": "splits",
    "to_explanation": "shap_values",
    "tune": "tuning",
}
__all__ = list(_WHERE)


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
