"""What is judged: scored snapshots with what turned out, checked and put in order before anything else.

Nothing is scored or measured here, and no label is made: `fake` is what the caller says was true at the
snapshot's moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.vocabulary import ACTIONS, SUBJECTS

#: Rankings that may stand in a judged frame, ours first, with the name a person reads.
RANKINGS = {
    "probability": "this model",
    "logistic": "logistic regression",
    "rule": "one-line rule",
}
#: Honest shops that look most like fakes; their error rates are told apart (facts.md, how such a model is
#: judged).
GROUPS = {
    "small": "small shops",
    "young": "young shops",
    "home_based": "home-based shops",
    "foreign": "foreign shops",
}
#: The name of the one period in which applications and orders are judged together.
WHOLE = "whole time"

_KEYS = {
    "account": ["account_id", "as_of"],
    "application": ["account_id"],
    "order": ["order_id"],
}
_FLAGS = ("fake", "known", "ring_known", *GROUPS)
_ORDER_COUNTS = ("early_lines", "early_units", "lines")


@dataclass(frozen=True, eq=False)
class Judged:
    """Scored snapshots of one subject, without those already known as fake.

    Attributes
    ----------
    subject : {"application", "account", "order"}
        What a row is.
    frame : DataFrame, n rows
        The caller's columns, and `moment` (str: the date of `as_of` for accounts, one period for the others)
        and `cluster` (int, below `clusters`: the ring where one is told, else the account).
    clusters : int
        How many clusters there are; what is drawn in a bootstrap.
    rankings : tuple of str
        Names in `RANKINGS` that stand in the frame, ours first.
    rows : array of int, shape (n,)
        Where each row stood in the caller's frame.
    removed : int
        Rows left out because the account was already known as fake.
    days : float
        Days that the rows cover; at least 1.
    """

    subject: str
    frame: pd.DataFrame
    clusters: int
    rankings: tuple[str, ...]
    rows: np.ndarray
    removed: int
    days: float

    @property
    def moments(self) -> list[str]:
        """The scored moments, in order of time."""
        return sorted(self.frame["moment"].unique())

    @property
    def fakes(self) -> int:
        """Accounts that are fake in at least one row."""
        return count_accounts(self.frame[self.frame["fake"]])

    def budget(self, reviews_per_day: float) -> float:
        """Rows the desk can look at: a day's for accounts at each moment, the whole time's for the others."""
        return reviews_per_day * (1.0 if self.subject == "account" else self.days)


def count_accounts(frame: pd.DataFrame) -> int:
    """How many different accounts stand in some rows.

    >>> count_accounts(pd.DataFrame({"account_id": ["A1", "A2", "A1"]}))
    2
    """
    return int(frame["account_id"].nunique())


def take_judged(frame: pd.DataFrame, subject: str) -> Judged:
    """Check a frame of scored snapshots and leave out what was already known.

    Parameters
    ----------
    frame : DataFrame
        One row per scored snapshot: ``account_id``, ``as_of``, ``probability`` (0-1), ``fake`` and ``known``
        (bool); for orders also ``order_id``, ``early_lines``, ``early_units``, ``lines``. Where they are told
        also: ``logistic`` and ``rule`` (higher = riskier; missing ranks last), ``ring``, ``ring_known``,
        ``business_type``, ``action`` (as scored), and ``small``, ``young``, ``home_based``, ``foreign``.
    subject : {"application", "account", "order"}
        What a row is.

    Returns
    -------
    Judged
        An empty frame gives an empty one.

    Raises
    ------
    InputError
        Everything that is wrong with the frame, in one message.

    Examples
    --------
    >>> rows = pd.DataFrame({"account_id": ["A1", "A2"], "as_of": pd.to_datetime(["2020-03-31"] * 2),
    ...                      "probability": [0.9, 0.1], "fake": [True, False], "known": [False, False]})
    >>> judged = take_judged(rows, "account")
    >>> len(judged.frame), judged.fakes, judged.moments
    (2, 1, ['2020-03-31'])
    """
    if subject not in SUBJECTS:
        raise InputError(f"There is no subject {subject!r}.", f"There is: {', '.join(SUBJECTS)}.")
    faults = _find_missing(frame, subject) or _find_faults(frame, subject)
    if faults:
        raise InputError(
            f"The {subject} rows cannot be judged: " + "; ".join(faults) + ".",
            f"There are {len(frame)} rows with the columns {', '.join(map(str, frame.columns))}.",
            hint="see take_judged for the columns that are needed",
        )
    return _put_in_order(frame, subject)


def _find_missing(frame: pd.DataFrame, subject: str) -> list[str]:
    needed = ["account_id", "as_of", "probability", "fake", "known", *_KEYS[subject]]
    needed += _ORDER_COUNTS if subject == "order" else ()
    absent = [name for name in dict.fromkeys(needed) if name not in frame]
    return [f"columns are missing: {', '.join(absent)}"] if absent else []


def _find_faults(frame: pd.DataFrame, subject: str) -> list[str]:
    faults = []
    probability = pd.to_numeric(frame["probability"], errors="coerce")
    if wrong := int((~probability.between(0, 1)).sum()):
        faults.append(f"probability is not between 0 and 1 in {wrong} rows")
    for name in [name for name in _FLAGS if name in frame]:
        if wrong := int((~frame[name].isin([True, False])).sum()):
            faults.append(f"{name} is neither true nor false in {wrong} rows")
    for name in _ORDER_COUNTS if subject == "order" else ():
        counts = pd.to_numeric(frame[name], errors="coerce")
        if wrong := int((~(counts >= 0)).sum()):
            faults.append(f"{name} is not 0 or more in {wrong} rows")
    if "action" in frame and (wrong := int((~frame["action"].isin(ACTIONS)).sum())):
        faults.append(f"action is none of {', '.join(ACTIONS)} in {wrong} rows")
    if wrong := int(frame["account_id"].isna().sum()):
        faults.append(f"account_id is missing in {wrong} rows")
    if wrong := int(pd.to_datetime(frame["as_of"], errors="coerce", format="ISO8601").isna().sum()):
        faults.append(f"as_of is no time in {wrong} rows")
    if "ring" in frame and "ring_known" not in frame:
        faults.append("ring is told without ring_known")
    if wrong := int(frame.duplicated(_KEYS[subject]).sum()):
        faults.append(f"{' and '.join(_KEYS[subject])} stand twice in {wrong} rows")
    return faults


def _put_in_order(frame: pd.DataFrame, subject: str) -> Judged:
    present = [name for name in _FLAGS if name in frame]
    frame = frame.assign(**{name: frame[name].astype(bool) for name in present})
    rankings = tuple(name for name in RANKINGS if name in frame)
    ranks = {name: frame[name].astype(float).fillna(-np.inf) for name in rankings}
    frame = frame.assign(
        account_id=frame["account_id"].astype(str),
        as_of=pd.to_datetime(frame["as_of"], format="ISO8601"),
        **ranks,
    )
    frame = frame.reset_index(drop=True)
    removed = int(frame["known"].sum())
    frame = frame[~frame["known"]].sort_values(["as_of", *_KEYS[subject]], kind="stable")
    rows, frame = frame.index.to_numpy(), frame.reset_index(drop=True)
    by_date = subject == "account"
    frame["moment"] = _name_moments(frame["as_of"]) if by_date else WHOLE
    frame["cluster"], names = pd.factorize(_name_clusters(frame), sort=True)
    days = (frame["as_of"].max() - frame["as_of"].min()) / pd.Timedelta(days=1) if len(frame) else 0.0
    return Judged(subject, frame, len(names), rankings, rows, removed, max(1.0, days))


def _name_moments(as_of: pd.Series) -> pd.Series:
    midnight = bool((as_of == as_of.dt.normalize()).all())
    return as_of.dt.strftime("%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M:%S").astype(object)


def _name_clusters(frame: pd.DataFrame) -> pd.Series:
    own = "account " + frame["account_id"]
    if "ring" not in frame:
        return own
    return own.where(frame["ring"].isna(), "ring " + frame["ring"].astype(str))
