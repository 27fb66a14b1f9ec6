"""Labels with their delay: what was known by a moment about snapshots before it.

A confirmed fake is fake from some moment on that is seldom known: its snapshots count as positive from a declared lead before
the decision up to the decision, and are left out before. Genuine accounts and violations are negative. An account nobody has
decided about is unlabelled, which is not "genuine": `UNLABELLED` says how such snapshots are used.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.signals import kernel
from resellerrisk.signals.compute import Snapshots
from resellerrisk.signals.rows import micros
from resellerrisk.tables import Market
from resellerrisk.vocabulary import OUTCOMES, UNLABELLED

#: Days before the decision from which a confirmed fake's snapshots are positive. Assumption; chosen by validation
#: inside the training time (docs/experiments.md).
LEAD_DAYS = {"application": 1095, "account": 365, "order": 365}


def newest_outcomes(market: Market, until: pd.Timestamp) -> pd.DataFrame:
    """The newest outcome of each account decided before a moment.

    Parameters
    ----------
    market : Market
        Checked tables.
    until : Timestamp
        The moment T, UTC; outcomes with ``decided_at < T`` count.

    Returns
    -------
    DataFrame
        Index: account code; columns ``outcome`` (str) and ``decided_at``. ``unknown`` reverses: such accounts are left out.
    """
    frame = market.outcomes
    frame = frame[frame["decided_at"] < until]
    frame = pd.DataFrame(
        {
            "account": frame["account_id"].cat.codes.to_numpy().astype(np.int64),
            "outcome": frame["outcome"].astype(str).to_numpy(),
            "decided_at": frame["decided_at"].to_numpy(),
        }
    )
    frame["rank"] = frame["outcome"].map({name: i for i, name in enumerate(OUTCOMES)})
    frame = frame.sort_values(["account", "decided_at", "rank"], kind="stable").drop_duplicates(
        "account", keep="last"
    )
    return frame[frame["outcome"] != "unknown"].set_index("account")[["outcome", "decided_at"]]


def label_snapshots(
    market: Market,
    snapshots: Snapshots,
    until: pd.Timestamp,
    subject: str,
    unlabelled: str = UNLABELLED[0],
    lead_days: int | None = None,
) -> np.ndarray:
    """Labels of snapshots, as known at a moment.

    Parameters
    ----------
    market : Market
        Checked tables.
    snapshots : Snapshots
        n subjects.
    until : Timestamp
        When the labels are read.
    subject : {"application", "account", "order"}
        Decides the lead.
    unlabelled : {"doubtful_left_out", "negative", "left_out"}
        How snapshots of undecided accounts are used; the doubtful ones are negative here, and left out later.
    lead_days : int, optional
        Another lead than `LEAD_DAYS`.

    Returns
    -------
    float64[n]
        1 positive, 0 negative, missing: left out.
    """
    if unlabelled not in UNLABELLED:
        raise InputError(f"unlabelled={unlabelled!r} is not known.", f"There is: {', '.join(UNLABELLED)}.")
    known = newest_outcomes(market, until)
    lead = (LEAD_DAYS[subject] if lead_days is None else lead_days) * kernel.DAY
    outcome = known["outcome"].reindex(snapshots.account).to_numpy(object)
    decided = micros(known["decided_at"].reindex(snapshots.account).to_numpy("datetime64[us]"))
    labels = np.full(len(snapshots), np.nan if unlabelled == "left_out" else 0.0)
    labels[np.isin(outcome, ["genuine", "violation"])] = 0.0
    fake = outcome == "fake"
    in_time = fake & (snapshots.at >= decided - lead) & (snapshots.at < decided)
    labels[fake] = np.nan
    labels[in_time] = 1.0
    return labels


def is_decided(market: Market, snapshots: Snapshots, until: pd.Timestamp) -> np.ndarray:
    """Whether somebody had decided about each snapshot's account before a moment, bool[n]."""
    return np.isin(snapshots.account, newest_outcomes(market, until).index.to_numpy())


def known_fakes(market: Market, until: pd.Timestamp) -> np.ndarray:
    """Codes of the accounts known as fake before a moment, sorted."""
    known = newest_outcomes(market, until)
    return np.sort(known.index[known["outcome"] == "fake"].to_numpy(np.int64))
