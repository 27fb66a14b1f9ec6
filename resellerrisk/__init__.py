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
