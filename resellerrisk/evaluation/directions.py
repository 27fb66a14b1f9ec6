"""Declared directions that the data contradict: signals whose riskier side is not the riskier one here.

One signal at a time. A signal that is contradicted alone may still be right beside the others; a person
looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from resellerrisk.errors import InputError
from resellerrisk.evaluation.judged import Judged, count_accounts

#: Accounts with a known value that are needed on each side before a direction is judged.
ENOUGH_FAKES, ENOUGH_HONEST = 20, 100
#: Standard errors below one half from which a direction counts as contradicted: about 1 in 700 by chance, as
#: there are some hundred signals.
STANDARD_ERRORS = 3.0
#: Honest rows that are looked at, at most.
MOST_HONEST = 20_000


def find_contradictions(
    judged: Judged, signals: pd.DataFrame, directions: Mapping[str, int], seed: int = 0
) -> tuple[pd.DataFrame, int]:
    """Signals whose declared direction does not hold among the judged rows.

    Parameters
    ----------
    judged : Judged
        Rows to judge.
    signals : DataFrame
        Values, row by row those of `Judged.frame`; missing values are left out.
    directions : mapping of str to int
        1 where higher values were declared riskier, -1 where lower ones were; 0 is not judged.
    seed : int
        Of the sample of honest rows, where there are very many.

    Returns
    -------
    table : DataFrame
        The contradicted ones, worst first: ``signal``, ``declared``, ``auc`` (chance that a fake stands on
        the declared side of an honest shop; below a half is a contradiction) with its three-standard-error
        range, and counts.
    judgeable : int
        Signals with a direction and enough data.

    Raises
    ------
    InputError
        Rows that do not match, or a direction of a signal that is not there.

    Source
    ------
    Hanley and McNeil, "The meaning and use of the area under a ROC curve", Radiology 143 (1982), with
    accounts in place of rows as the number of observations.
    """
    absent = [name for name in directions if name not in signals]
    if absent or len(signals) != len(judged.frame):
        raise InputError(
            f"Directions cannot be judged: {len(signals)} rows of signals for {len(judged.frame)} judged rows"
            + (f", and no column {', '.join(absent[:5])}." if absent else "."),
            hint="pass the signals of the very rows that are judged, in their order",
        )
    rows = _sample(judged.frame, seed)
    frame = judged.frame.iloc[rows]
    table = [
        _judge(name, riskier, signals[name].to_numpy(float)[rows], frame)
        for name, riskier in directions.items()
        if riskier
    ]
    told = pd.DataFrame([row for row in table if row])
    if not len(told):
        return told, 0
    return told[told["auc_high"] < 0.5].sort_values(["auc", "signal"]).reset_index(drop=True), len(told)


def _sample(frame: pd.DataFrame, seed: int) -> np.ndarray:
    fake = frame["fake"].to_numpy()
    honest = np.flatnonzero(~fake)
    if len(honest) > MOST_HONEST:
        honest = np.random.default_rng(seed).choice(honest, MOST_HONEST, replace=False)
    return np.sort(np.concatenate([np.flatnonzero(fake), honest]))


def _judge(name: str, riskier: int, values: np.ndarray, frame: pd.DataFrame) -> dict[str, Any] | None:
    known = np.isfinite(values)
    frame, values = frame[known], values[known]
    fake = frame["fake"].to_numpy()
    fakes, honest = count_accounts(frame[fake]), count_accounts(frame[~fake])
    if fakes < ENOUGH_FAKES or honest < ENOUGH_HONEST:
        return None
    auc = area(riskier * values, fake)
    spread = STANDARD_ERRORS * _standard_error(auc, fakes, honest)
    declared = "higher is riskier" if riskier > 0 else "lower is riskier"
    told = {
        "signal": name,
        "declared": declared,
        "auc": auc,
        "auc_low": auc - spread,
        "auc_high": auc + spread,
    }
    return told | {"fakes": fakes, "honest": honest}


def area(values: np.ndarray, fake: np.ndarray) -> float:
    """Chance that a fake's value is above an honest one's, ties half; both sides must be there.

    >>> float(area(np.array([3.0, 1.0, 2.0, 1.0]), np.array([True, False, False, True])))
    0.625
    """
    positives = int(fake.sum())
    above = rankdata(values)[fake].sum() - positives * (positives + 1) / 2
    return float(above / (positives * (len(fake) - positives)))


def _standard_error(auc: float, fakes: int, honest: int) -> float:
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (fakes - 1) * (q1 - auc**2) + (honest - 1) * (q2 - auc**2)
    return float(np.sqrt(max(variance, 0.0) / (fakes * honest)))
