"""Scoring and training on a Spark cluster, with the same bits as on one machine. The one door for pyspark (extra ``spark``)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resellerrisk.cluster.reading import SparkFolder as SparkFolder
    from resellerrisk.cluster.scoring import score_spark as score_spark
    from resellerrisk.cluster.session import open_session as open_session
    from resellerrisk.cluster.training import train_spark as train_spark

_HOME = {
    "SparkFolder": "reading",
    "open_session": "session",
    "score_spark": "scoring",
    "train_spark": "training",
}
__all__ = list(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
