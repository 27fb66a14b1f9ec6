"""How many fakes the scores miss, estimated from a random slice that people looked at.

Without such a slice recall cannot be known: what nobody looks at is never found out. Every reviewed subject stands for as many as
the inverse of the probability with which it was looked at. Nothing is drawn here: `decisions.random_reviews` does that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError

_COLUMNS = ("account_id", "as_of", "sampled", "review_probability")


@dataclass(frozen=True)
class Recall:
    """Recall of the scores' own recommendations, with what it was estimated from.

    Attributes
    ----------
    value, low, high : float
        Share of the fakes that the scores sent to a person, 0-1, and its 95 % interval; missing where no fake was found at all.
    caught : float
        Fakes that the scores sent to a person.
    missed, missed_low, missed_high : float
        Estimated number of fakes among the others.
    slice_reviewed, slice_fakes : int
        Subjects of the random slice with a decision, and how many of them are fake.
    undecided : int
        Reviews without a decision so far; those decided stand for them.
    """

    value: float
    low: float
    high: float
    caught: float
    missed: float
    missed_low: float
    missed_high: float
    slice_reviewed: int
    slice_fakes: int
    undecided: int


def estimate_recall(scores: pd.DataFrame, outcomes: pd.DataFrame, *, level: float = 0.95) -> Recall:
    """Estimate recall from scored subjects and what reviews found.

    Parameters
    ----------
    scores : DataFrame
        What `score` gave, of one night or of many: ``account_id``, ``as_of``, ``sampled``, ``review_probability``. Several rows of one
        account count once (`over_time`).
    outcomes : DataFrame
        ``account_id``, ``outcome``, ``decided_at``: the newest decision after the account was first scored counts; `unknown` is none.
    level : float
        Of the interval, 0-1.

    Returns
    -------
    Recall

    Raises
    ------
    InputError
        Where columns are missing, or probabilities are no such.

    Notes
    -----
    Missed fakes are estimated by Horvitz and Thompson (1952). Their interval is that of a weighted sum of Poisson counts by Fay and
    Feuer (1997), which holds for few fakes and for none: then up to 3.7 times the greatest weight may have been missed.
    Within those caught and within the slice, subjects without a decision are taken to be like those with one.

    Examples
    --------
    >>> scores = pd.DataFrame({"account_id": ["a", "b", "c", "d"], "as_of": pd.Timestamp("2020-01-01"),
    ...     "sampled": [False, False, True, False], "review_probability": [1.0, 1.0, 0.5, 0.5]})
    >>> outcomes = pd.DataFrame({"account_id": ["a", "b", "c"], "outcome": ["fake", "fake", "fake"],
    ...                          "decided_at": pd.Timestamp("2020-02-01")})
    >>> found = estimate_recall(scores, outcomes)
    >>> found.caught, found.missed, round(found.value, 2), found.low < 0.5 < found.high
    (2.0, 2.0, 0.5, True)
    """
    accounts = over_time(scores)
    accounts["fake"] = _decide(accounts, outcomes)
    by_score = accounts[accounts["review_probability"] >= 1]
    slice_ = accounts[(accounts["review_probability"] < 1) & accounts["sampled"]]
    seen = slice_[slice_["fake"].notna()]
    scale = len(slice_) / len(seen) if len(seen) else np.nan
    weights = scale / seen.loc[seen["fake"].astype(bool), "review_probability"].to_numpy(float)
    greatest = scale / seen["review_probability"].min() if len(seen) else np.nan
    low, high = weighted_poisson_interval(weights, greatest, level)
    missed = float(weights.sum()) if len(seen) else np.nan
    if not (accounts["review_probability"] < 1).any():
        low, missed, high = 0.0, 0.0, 0.0
    decided = by_score["fake"].dropna().astype(bool)
    caught = float(decided.sum() * len(by_score) / len(decided)) if len(decided) else 0.0
    return Recall(
        _share(caught, missed),
        _share(caught, high),
        _share(caught, low),
        caught,
        missed,
        low,
        high,
        len(seen),
        int(seen["fake"].astype(bool).sum()),
        int(accounts["fake"].isna()[accounts["sampled"] | (accounts["review_probability"] >= 1)].sum()),
    )


def over_time(scores: pd.DataFrame) -> pd.DataFrame:
    """One row an account: from when on it was scored, whether it was ever drawn, and how likely it was to be looked at at least once.

    Raises
    ------
    InputError
        Where columns are missing, or probabilities are no such.

    Examples
    --------
    >>> nights = pd.DataFrame({"account_id": ["a", "a"], "as_of": pd.to_datetime(["2020-01-01", "2020-01-02"]),
    ...                        "sampled": [False, True], "review_probability": [0.1, 0.1]})
    >>> over_time(nights)[["sampled", "review_probability"]].round(3).values.tolist()
    [[True, 0.19]]
    """
    missing = [name for name in _COLUMNS if name not in scores]
    if missing:
        raise InputError(
            f"The scores lack {', '.join(missing)}.",
            hint="take scores.parquet as resellerrisk score writes it",
        )
    probability = scores["review_probability"].to_numpy(float)
    if not ((probability >= 0) & (probability <= 1)).all():
        raise InputError(
            "review_probability is not between 0 and 1 on every row.", hint="look for missing values"
        )
    rows = scores.assign(passed_over=1 - probability)
    found = rows.groupby("account_id", observed=True).agg(
        as_of=("as_of", "min"), sampled=("sampled", "any"), passed_over=("passed_over", "prod")
    )
    found["review_probability"] = 1 - found.pop("passed_over")
    return found.reset_index()


def _decide(accounts: pd.DataFrame, outcomes: pd.DataFrame) -> pd.Series:
    """Whether each account was found fake after it was first scored; missing without a decision."""
    rows = outcomes.assign(account_id=outcomes["account_id"].astype(str))
    since = accounts.set_index(accounts["account_id"].astype(str))["as_of"]
    rows = rows[rows["decided_at"] >= rows["account_id"].map(since)]
    last = rows.sort_values("decided_at", kind="stable").drop_duplicates("account_id", keep="last")
    last = last[last["outcome"].astype(str) != "unknown"].set_index("account_id")["outcome"].astype(str)
    fake = (last == "fake").astype(object)
    return accounts["account_id"].astype(str).map(fake)


def weighted_poisson_interval(weights: np.ndarray, greatest: float, level: float) -> tuple[float, float]:
    """An interval for a sum of weights of which each stands for one event of a Poisson count.

    Parameters
    ----------
    weights : float64[n]
        Of the events seen.
    greatest : float
        The greatest weight an event could have had; missing where nothing was looked at, and then nothing is known.
    level : float

    Source: Fay and Feuer, Confidence intervals for directly standardized rates, Statistics in Medicine 16 (1997), 791-801.

    Examples
    --------
    >>> tuple(float(round(end, 2)) for end in weighted_poisson_interval(np.ones(10), 1.0, 0.95))
    (4.8, 18.39)
    >>> tuple(float(round(end, 2)) for end in weighted_poisson_interval(np.empty(0), 100.0, 0.95))
    (0.0, 368.89)
    """
    from scipy.stats import chi2

    if not np.isfinite(greatest):
        return 0.0, np.inf
    tail = (1 - level) / 2
    total, spread = weights.sum(), (weights**2).sum()
    low = 0.0 if total == 0 else spread / (2 * total) * chi2.ppf(tail, 2 * total**2 / spread)
    above, wide = total + greatest, spread + greatest**2
    return float(low), float(wide / (2 * above) * chi2.ppf(1 - tail, 2 * above**2 / wide))


def _share(caught: float, missed: float) -> float:
    """Caught of all; missing where there is none or nothing is known."""
    return float(caught / (caught + missed)) if caught + missed > 0 else float("nan")
