"""What serves goes on serving unless another kind of model is surely better: with a dozen fakes found, a comparison flips by chance.

Nothing is fitted here. Whether two models of one kind change places is the gate's matter (`tracking.gate`).
"""

from __future__ import annotations

import numpy as np
from sklearn.metrics import average_precision_score

from resellerrisk.evaluation.resampling import draw_weights

#: Share of the draws of whole accounts in which another kind must rank better before it takes the place of the one that serves.
#: Assumption: the gate's `stable_share`, for the same reason.
SURE = 0.80
DRAWS = 200


def share_ahead(
    labels: np.ndarray, ours: np.ndarray, theirs: np.ndarray, weight: np.ndarray, account: np.ndarray
) -> float:
    """Share of the draws of whole accounts in which one ranking has the higher average precision; a tie counts half.

    Parameters
    ----------
    labels : float64[n], 0 or 1
    ours, theirs : float64[n]
        Two rankings of the rows, the higher the riskier.
    weight : float64[n]
    account : int64[n]
        Whose the row is; accounts are drawn whole, the same ones for both rankings.

    Returns
    -------
    float
        0 to 1; 0.5 where no draw holds a fake.

    Examples
    --------
    >>> labels, account = np.array([1.0, 0.0, 1.0, 0.0]), np.arange(4)
    >>> share_ahead(labels, labels, 1 - labels, np.ones(4), account) > 0.9
    True
    >>> share_ahead(labels, labels, labels, np.ones(4), account)
    0.5
    """
    _, member = np.unique(account, return_inverse=True)
    ahead = []
    for drawn in draw_weights(member.max() + 1, DRAWS).T[1:]:
        drawn_weight = weight * drawn[member]
        kept = drawn_weight > 0
        if labels[kept].any():
            both = [
                average_precision_score(labels[kept], ranking[kept], sample_weight=drawn_weight[kept])
                for ranking in (ours, theirs)
            ]
            ahead.append((np.sign(both[0] - both[1]) + 1) / 2)
    return float(np.mean(ahead)) if ahead else 0.5
