"""A small random share of subjects for review, so that what the scores miss can be estimated at all.

Whether a subject is drawn follows from its ids, its date and a seed by a keyed hash: the same alone as in bulk, on any machine.
What is learned from the draw is `evaluation.recall`'s business.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd

from resellerrisk.decisions.costs import read_subject
from resellerrisk.decisions.settings import Settings

#: Actions with which a person looks at the subject anyway.
LOOKED_AT = ("review", "block")


def add_random_reviews(scores: pd.DataFrame, subject: str, settings: Settings) -> pd.DataFrame:
    """Send a random share of the subjects to review, and write down how likely each was to be looked at.

    Parameters
    ----------
    scores : DataFrame
        ``account_id``, ``as_of``, ``action`` and, for orders, ``order_id``.
    subject : {"application", "account", "order"}
        Its ``random_review_share`` is the probability of the draw.
    settings : Settings

    Returns
    -------
    DataFrame
        The same rows; ``action`` becomes ``review`` for those drawn that nobody would have looked at. Two columns are added:
        ``sampled`` (bool: sent to review by the draw alone) and ``review_probability`` (0-1: 1 where the score alone sends it to
        a person, else the share).

    Examples
    --------
    >>> from dataclasses import replace
    >>> from resellerrisk.decisions import read_settings
    >>> settings = read_settings()
    >>> everybody = replace(settings, account=replace(settings.account, random_review_share=1.0))
    >>> rows = pd.DataFrame({"account_id": ["A1", "A2"], "as_of": pd.Timestamp("2020-06-30"), "action": ["release", "block"]})
    >>> add_random_reviews(rows, "account", everybody)[["action", "sampled", "review_probability"]].values.tolist()
    [['review', True, 1.0], ['block', False, 1.0]]
    """
    share = read_subject(subject, settings).random_review_share
    anyway = scores["action"].isin(LOOKED_AT).to_numpy()
    drawn = ~anyway & (draw_numbers(scores, subject, settings.random_review_seed) < share)
    action = np.where(drawn, "review", scores["action"].to_numpy(object))
    return scores.assign(
        action=action,
        sampled=drawn,
        review_probability=np.where(anyway, 1.0, share),
    )


def draw_numbers(scores: pd.DataFrame, subject: str, seed: float) -> np.ndarray:
    """A number for each subject and day, evenly spread over 0-1, float64[n].

    Without the seed nobody can foretell who is drawn. Source: BLAKE2b with a key, RFC 7693.
    """
    names = [name for name in ("account_id", "order_id") if name in scores]
    days = pd.to_datetime(scores["as_of"]).dt.strftime("%Y-%m-%d")
    rows = zip(*(scores[name].astype(str) for name in names), days, strict=True)
    drawn = [_draw(subject, row, seed) for row in rows]
    return np.array(drawn, np.uint64) / 2.0**64


def draw_review(
    action: str, subject: str, names: tuple[str, ...], as_of: Any, settings: Settings
) -> tuple[str, bool, float]:
    """`add_random_reviews` of one subject: its action, whether the draw alone sent it to review, and how likely it was to be looked at.

    Parameters
    ----------
    action, subject : str
    names : tuple of str
        ``account_id`` and, for orders, ``order_id``.
    as_of : datetime64
    settings : Settings
    """
    share = read_subject(subject, settings).random_review_share
    if action in LOOKED_AT:
        return action, False, 1.0
    day = str(np.datetime64(as_of, "D"))
    drawn = float(np.uint64(_draw(subject, (*names, day), settings.random_review_seed)) / 2.0**64) < share
    return ("review" if drawn else action), drawn, share


def _draw(subject: str, row: tuple[str, ...], seed: float) -> int:
    key = repr(float(seed)).encode()
    return int.from_bytes(
        hashlib.blake2b("\x1f".join((subject, *row)).encode(), digest_size=8, key=key).digest()
    )
