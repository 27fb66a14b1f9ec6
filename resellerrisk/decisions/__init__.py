"""The decisions room: from a probability to a score, a band and an action, by costs and the desk's capacity.

It knows probabilities and settings only: no model, no matrix, no tables. It recommends; people decide.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resellerrisk.decisions.costs import SECOND_PERSON, actions, expected_costs, read_subject
    from resellerrisk.decisions.random_reviews import add_random_reviews
    from resellerrisk.decisions.scale import bands, score_1000, thresholds
    from resellerrisk.decisions.settings import Settings, SubjectSettings, build_settings, read_settings

_WHERE = {
    "SECOND_PERSON": "costs",
    "Settings": "settings",
    "SubjectSettings": "settings",
    "actions": "costs",
    "add_random_reviews": "random_reviews",
    "bands": "scale",
    "build_settings": "settings",
    "expected_costs": "costs",
    "read_settings": "settings",
    "read_subject": "costs",
    "score_1000": "scale",
    "thresholds": "scale",
}
__all__ = [
    "SECOND_PERSON",
    "Settings",
    "SubjectSettings",
    "actions",
    "add_random_reviews",
    "bands",
    "build_settings",
    "expected_costs",
    "read_settings",
    "read_subject",
    "score_1000",
    "thresholds",
]


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
