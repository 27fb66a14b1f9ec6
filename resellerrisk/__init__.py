"""Finds fake retailers among a disc distributor's accounts, and says why.

The main path in five lines::

    import resellerrisk as rr

    market = rr.read_market("data/sample")
    model = rr.train(market, subject="account", as_of="2019-12-31")
    scores = rr.score(market, model, as_of="2020-06-30")
    case = rr.explain(market, model, scores.scores.account_id[0], as_of="2020-06-30")
    report = rr.evaluate(market, subject="account", as_of="2019-12-31")

Names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resellerrisk.cluster import score_spark as score_spark
    from resellerrisk.cluster import train_spark as train_spark
    from resellerrisk.decisions import read_settings as read_settings
    from resellerrisk.errors import ResellerRiskError as ResellerRiskError
    from resellerrisk.evaluation import Evaluation as Evaluation
    from resellerrisk.leaks import trace as trace
    from resellerrisk.matrix import SignalBuilder as SignalBuilder
    from resellerrisk.matrix import prepare_signals as prepare_signals
    from resellerrisk.model import LabelGapSplit as LabelGapSplit
    from resellerrisk.model import RiskModel as RiskModel
    from resellerrisk.model import tune as tune
    from resellerrisk.pipeline import Explainer as Explainer
    from resellerrisk.pipeline import Scored as Scored
    from resellerrisk.pipeline import Scorer as Scorer
    from resellerrisk.pipeline import Scores as Scores
    from resellerrisk.pipeline import Trained as Trained
    from resellerrisk.pipeline import evaluate as evaluate
    from resellerrisk.pipeline import explain as explain
    from resellerrisk.pipeline import score as score
    from resellerrisk.pipeline import score_night as score_night
    from resellerrisk.pipeline import score_parts as score_parts
    from resellerrisk.pipeline import train as train
    from resellerrisk.pipeline import train_parts as train_parts
    from resellerrisk.pipeline.rows import labelled_rows as labelled_rows
    from resellerrisk.reasons import Case as Case
    from resellerrisk.reasons import write_case as write_case
    from resellerrisk.signals.catalogue import catalogue as catalogue
    from resellerrisk.signals.evidence import evidence as evidence
    from resellerrisk.simulate import simulate_market as simulate_market
    from resellerrisk.tables import Market as Market
    from resellerrisk.tables import check_market as check_market
    from resellerrisk.tables import read_market as read_market
    from resellerrisk.tables import write_market as write_market
    from resellerrisk.tracking import Home as Home
    from resellerrisk.tracking import promote as promote
    from resellerrisk.tracking import retrain as retrain
    from resellerrisk.tracking import rollback as rollback
    from resellerrisk.tracking import shadow_score as shadow_score
    from resellerrisk.watch import watch_night as watch_night

__version__ = "0.1.0"

_HOME = {
    "Case": "reasons",
    "Evaluation": "evaluation",
    "Explainer": "pipeline",
    "Home": "tracking",
    "LabelGapSplit": "model",
    "Market": "tables",
    "ResellerRiskError": "errors",
    "RiskModel": "model",
    "Scored": "pipeline",
    "Scorer": "pipeline",
    "Scores": "pipeline",
    "SignalBuilder": "matrix",
    "Trained": "pipeline",
    "catalogue": "signals.catalogue",
    "check_market": "tables",
    "evaluate": "pipeline",
    "evidence": "signals.evidence",
    "explain": "pipeline",
    "labelled_rows": "pipeline.rows",
    "prepare_signals": "matrix",
    "promote": "tracking",
    "read_market": "tables",
    "read_settings": "decisions",
    "retrain": "tracking",
    "rollback": "tracking",
    "score": "pipeline",
    "score_night": "pipeline",
    "score_parts": "pipeline",
    "score_spark": "cluster",
    "shadow_score": "tracking",
    "simulate_market": "simulate",
    "trace": "leaks",
    "train": "pipeline",
    "train_parts": "pipeline",
    "train_spark": "cluster",
    "tune": "model",
    "watch_night": "watch",
    "write_case": "reasons",
    "write_market": "tables",
}

__all__ = [*_HOME]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
