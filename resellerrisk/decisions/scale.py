"""From a probability to a whole number from 0 to 1000, and to a band.

Both follow the probability: neither knows the desk's capacity, so that neither changes with who else was
scored.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logit

from resellerrisk.decisions.costs import read_probability, read_subject
from resellerrisk.decisions.settings import Settings
from resellerrisk.vocabulary import BANDS

#: Log-odds at score 0 and at score 1000: probabilities of about 1 in 10,000 and 999 in 1,000.
SCORE_RANGE = (-9.2, 6.9)


def score_1000(probability: ArrayLike) -> np.ndarray:
    """A score from 0 to 1000: the calibrated log-odds on a line, clipped and rounded.

    A step is 0.0161 log-odds, about 1.6 % of the odds; 43 steps double the odds. The line keeps apart what
    `1000 * probability` would press together at both ends. Sort by probability, not by score: a score has
    ties.

    Parameters
    ----------
    probability : array-like of float, shape (n,), in [0, 1]
        Calibrated.

    Returns
    -------
    ndarray of int64, shape (n,)
        Never falling as the probability grows.

    Raises
    ------
    InputError
        A probability that is missing or outside [0, 1].

    Examples
    --------
    >>> score_1000([0.0, 0.0001, 0.005, 0.1, 0.5, 0.9, 0.999, 1.0])
    array([   0,    0,  243,  435,  571,  708, 1000, 1000])
    """
    low, high = SCORE_RANGE
    clipped = np.clip(logit(read_probability(probability)), low, high)
    score: np.ndarray = np.rint(1000 * (clipped - low) / (high - low)).astype(np.int64)
    return score


def thresholds(subject: str, settings: Settings) -> np.ndarray:
    """The probabilities above which the bands guarded, high and severe begin.

    A band begins where its action (ship on the street date, review, block), or a stricter one, costs less
    than every milder action: with early lines, the settings' titles at stake and a desk without limits.
    Severe never begins below `block_above`.

    Parameters
    ----------
    subject : {"application", "account", "order"}
    settings : Settings

    Returns
    -------
    ndarray of float, shape (3,)
        Never falling; infinity where no such action ever pays.

    Examples
    --------
    >>> from resellerrisk.decisions import read_settings
    >>> thresholds("account", read_settings()).round(4)
    array([0.011 , 0.1667, 0.9   ])
    """
    costs = read_subject(subject, settings)
    loss = costs.titles_at_stake * settings.leaked_title
    shipped, reviewed = settings.loss_share_shipped_on_street_date, settings.loss_share_reviewed
    delayed = costs.honest_delayed
    at_zero = np.array([0.0, delayed, delayed + costs.review, costs.honest_blocked])
    at_one = np.array([loss, shipped * loss, reviewed * loss + costs.review, 0.0])
    begins = [
        min(
            max(_meet(at_zero, at_one, mild, strict, settings) for mild in range(band))
            for strict in range(band, 4)
        )
        for band in range(1, 4)
    ]
    return np.array(begins)


def bands(probability: ArrayLike, subject: str, settings: Settings) -> np.ndarray:
    """The band of every row: low, guarded, high or severe.

    Parameters
    ----------
    probability : array-like of float, shape (n,), in [0, 1]
    subject : {"application", "account", "order"}
    settings : Settings

    Returns
    -------
    ndarray of str, shape (n,)
        From `vocabulary.BANDS`; a probability that equals a threshold is still in the lower band.

    Examples
    --------
    >>> from resellerrisk.decisions import read_settings
    >>> bands([0.001, 0.05, 0.5, 0.95], "account", read_settings()).tolist()
    ['low', 'guarded', 'high', 'severe']
    """
    begins = thresholds(subject, settings)
    found: np.ndarray = np.array(BANDS)[np.searchsorted(begins, read_probability(probability), side="left")]
    return found


def _meet(at_zero: np.ndarray, at_one: np.ndarray, mild: int, strict: int, settings: Settings) -> float:
    """The probability above which the stricter action costs less than the milder one."""
    dearer, cheaper = float(at_zero[strict] - at_zero[mild]), float(at_one[mild] - at_one[strict])
    if cheaper <= 0:
        return np.inf
    meet = dearer / (dearer + cheaper) if dearer > 0 else 0.0
    return max(meet, settings.block_above) if strict == 3 else meet
