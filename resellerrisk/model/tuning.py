"""Searching parameters within a budget of time, by cross-validation; Optuna comes with the extra `tune`.

The present parameters are the first trial, and they stay unless another set is better by more than the folds' own noise. What
is searched stands here; data, folds and what is done with the result are the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import average_precision_score

from resellerrisk.errors import ModelError
from resellerrisk.model.estimator import RiskModel

#: What is searched: least, most, and whether in equal steps of the logarithm.
SEARCHED = {
    "learning_rate": (0.02, 0.3, True),
    "num_leaves": (4, 31, True),
    "max_depth": (2, 7, False),
    "min_child_samples": (5, 100, True),
    "column_share": (0.05, 0.6, False),
    "l2": (0.1, 100.0, True),
}


@dataclass(frozen=True, eq=False)
class Tuned:
    """What a search found.

    Attributes
    ----------
    parameters : dict
        Those searched, at their best; the present ones where nothing was better beyond the noise.
    better : bool
        Whether they are others than the present ones.
    gain, noise : float
        Mean gain of average precision of the best trial over the present parameters, and the standard error of that mean.
    trials : DataFrame
        One row per whole trial: its parameters, ``average_precision`` (mean) and one column per fold.
    """

    parameters: dict
    better: bool
    gain: float
    noise: float
    trials: pd.DataFrame


def tune(
    model: RiskModel,
    X: pd.DataFrame,
    y,
    cv,
    *,
    sample_weight=None,
    times=None,
    groups=None,
    seconds: float | None = None,
    trials: int | None = None,
    seed: int = 0,
) -> Tuned:
    """Search parameters by average precision over the folds.

    Parameters
    ----------
    model : RiskModel
        With the present parameters; it is not changed.
    X : DataFrame of shape (n, p)
    y : array-like of 0/1, shape (n,)
    cv : splitter
        Such as `LabelGapSplit`.
    sample_weight, times, groups : array-like of shape (n,), optional
        As for `RiskModel.fit`; groups also keep the folds apart.
    seconds : float, optional
        After so long no further trial begins. What is found then depends on the machine.
    trials : int, optional
        At most so many; the same seed gives the same result.
    seed : int

    Returns
    -------
    Tuned

    Raises
    ------
    ModelError
        Optuna is not there, or neither a time nor a number of trials is given.
    """
    if seconds is None and trials is None:
        raise ModelError("It is not said how long to search.", hint="seconds=600, or trials=50")
    optuna = _load_optuna()
    y = np.asarray(y)
    folds = list(cv.split(X, y, groups))

    def judge(trial) -> float:
        found = clone(model).set_params(**_suggest(trial))
        scores = []
        for number, (train, test) in enumerate(folds):
            rows = {"sample_weight": sample_weight, "times": times, "groups": groups}
            taken = {name: np.asarray(each)[train] for name, each in rows.items() if each is not None}
            found.fit(X.iloc[train], y[train], **taken)
            weight = None if sample_weight is None else np.asarray(sample_weight)[test]
            scores.append(average_precision_score(y[test], found.margin(X.iloc[test]), sample_weight=weight))
            trial.report(float(np.mean(scores)), number)
            if trial.should_prune():
                raise optuna.TrialPruned
        trial.set_user_attr("folds", [float(score) for score in scores])
        return float(np.mean(scores))

    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=1),
    )
    present = {name: model.get_params()[name] for name in SEARCHED}
    study.enqueue_trial(present)
    study.optimize(judge, n_trials=trials, timeout=seconds)
    return _choose(study, present)


def _choose(study, present: dict) -> Tuned:
    whole = [trial for trial in study.trials if "folds" in trial.user_attrs]
    folds = np.array([trial.user_attrs["folds"] for trial in whole])
    best = int(np.argmax(folds.mean(axis=1)))
    gains = folds[best] - folds[0]
    noise = float(gains.std(ddof=1) / np.sqrt(gains.size)) if gains.size > 1 else np.inf
    better = best > 0 and float(gains.mean()) > noise
    table = pd.DataFrame([trial.params for trial in whole]).assign(average_precision=folds.mean(axis=1))
    for number in range(folds.shape[1]):
        table[f"fold_{number + 1}"] = folds[:, number]
    return Tuned(whole[best].params if better else present, better, float(gains.mean()), noise, table)


def _suggest(trial) -> dict:
    return {
        name: (trial.suggest_int if isinstance(least, int) else trial.suggest_float)(
            name, least, most, log=log
        )
        for name, (least, most, log) in SEARCHED.items()
    }


def _load_optuna():
    try:
        import optuna
    except ImportError as error:
        raise ModelError("Optuna is not installed.", hint="pip install 'resellerrisk[tune]'") from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
