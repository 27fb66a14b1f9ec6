"""Answers of a `Scorer` put together as the contract's three tables, column for column what `score` gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from resellerrisk.pipeline.scorer import Scored
from resellerrisk.pipeline.scoring import Scores
from resellerrisk.vocabulary import REASONS_SHOWN


def to_scores(told: Sequence[Scored], scored_at=None) -> Scores:
    """Scores, contributions and signals of some subjects, a row each.

    Parameters
    ----------
    told : sequence of Scored
        At least one, of one model.
    scored_at : Timestamp, optional
        What to write as the moment of scoring; the clock's by default.

    Examples
    --------
    >>> one = Scored("A1", "", np.datetime64("2020-06-30", "us"), 412, 0.04, "guarded", "release", False, 0.01,
    ...              (("Two orders.", "order_count_30d", 0.3),), -3.5, -3.2, {"order_count_30d": 2.0}, {"order_count_30d": 0.3}, "m")
    >>> tables = to_scores([one])
    >>> tables.scores[["account_id", "score", "reason_1_signal"]].values.tolist()
    [['A1', 412, 'order_count_30d']]
    """
    moment = np.datetime64(scored_at or datetime.now(UTC).replace(tzinfo=None, microsecond=0), "us")
    keys = pd.DataFrame({"account_id": [one.account_id for one in told]}, dtype=object)
    keys["as_of"] = np.array([one.as_of for one in told], "datetime64[us]")
    if told[0].order_id:
        keys.insert(1, "order_id", [one.order_id for one in told])
    names = ("score", "probability", "band", "action", "sampled", "review_probability")
    reasons = {}
    for part, suffix in enumerate(("", "_signal", "_contribution")):
        for n in range(REASONS_SHOWN):
            cells = [one.reasons[n][part] if n < len(one.reasons) else None for one in told]
            reasons[f"reason_{n + 1}{suffix}"] = pd.Series(cells, dtype=float if part == 2 else object)
    scores = keys.assign(
        **{name: [getattr(one, name) for one in told] for name in names},
        **reasons,
        base_value=[one.base_value for one in told],
        model_version=[one.model_version for one in told],
        scored_at=moment,
    )
    contributions = pd.DataFrame([one.contributions for one in told])
    return Scores(
        scores,
        pd.concat([keys, contributions.assign(base_value=scores["base_value"])], axis=1),
        pd.concat([keys, pd.DataFrame([one.signals for one in told])], axis=1),
    )
