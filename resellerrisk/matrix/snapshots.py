"""Which subjects are looked at, and when: snapshots for training and for scoring. No signal is computed here."""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.signals.compute import Snapshots
from resellerrisk.signals.peers import active_accounts
from resellerrisk.signals.rows import Views, micros


def snapshot_accounts(views: Views, at: pd.Timestamp) -> Snapshots:
    """Every account that had applied before a moment, at that moment.

    Parameters
    ----------
    views : Views
        The market's rows.
    at : Timestamp
        The moment T, UTC.

    Returns
    -------
    Snapshots
        By account code.
    """
    moment = micros(np.array([at], "datetime64[us]"))[0]
    account = np.flatnonzero(views.applied < moment)
    return Snapshots(account, np.full(account.size, moment))


def snapshot_months(views: Views, until: pd.Timestamp) -> Snapshots:
    """The active accounts on the first of every month before a moment, and at the moment itself.

    An account is active where it ordered in the 180 days before; the months begin with the first order.
    """
    ordered = views.orders.at
    if not ordered.size or ordered.min() >= np.datetime64(until):
        return Snapshots(np.empty(0, np.int64), np.empty(0, np.int64))
    first = np.datetime64(ordered.min(), "M") + 1
    months = np.arange(first, np.datetime64(until, "M") + 1).astype("datetime64[us]")
    moments = np.unique(np.append(months[months < np.datetime64(until)], np.datetime64(until, "us"))).view(
        np.int64
    )
    account = [active_accounts(views, int(moment)) for moment in moments]
    at = [np.full(found.size, moment) for found, moment in zip(account, moments, strict=True)]
    return Snapshots(np.concatenate(account), np.concatenate(at))


def snapshot_applications(views: Views, since: pd.Timestamp | None, until: pd.Timestamp) -> Snapshots:
    """Accounts at their application, for applications in ``since <= applied_at < until``."""
    applied = views.applied
    account = np.flatnonzero((applied >= _low(since)) & (applied < np.datetime64(until, "us").view(np.int64)))
    return Snapshots(account, applied[account])


def snapshot_orders(views: Views, since: pd.Timestamp | None, until: pd.Timestamp) -> Snapshots:
    """Orders at the moment they were placed, for ``since <= ordered_at < until``.

    An order id whose lines name several accounts or moments makes a snapshot for each.
    """
    rows = views.orders
    at = micros(rows.at)
    chosen = np.flatnonzero(
        rows.first_line & (at >= _low(since)) & (at < np.datetime64(until, "us").view(np.int64))
    )
    return Snapshots(rows.account[chosen], at[chosen], rows.order[chosen])


def thin_out(snapshots: Snapshots, keep: np.ndarray, most: int, seed: int) -> tuple[Snapshots, np.ndarray]:
    """A random part of the snapshots, with the weight that makes up for it.

    Parameters
    ----------
    snapshots : Snapshots
        n subjects.
    keep : bool[n]
        Which must stay.
    most : int
        How many of the others to keep at most.
    seed : int
        Same seed, same choice.

    Returns
    -------
    Snapshots, float64[m]
        The kept ones in their order, and a weight each: 1 for those that must stay.
    """
    others = np.flatnonzero(~keep)
    if others.size <= most:
        return snapshots, np.ones(len(snapshots))
    chosen = np.random.default_rng(seed).choice(others, most, replace=False)
    taken = np.sort(np.concatenate([np.flatnonzero(keep), chosen]))
    weight = np.where(keep[taken], 1.0, others.size / most)
    return take(snapshots, taken), weight


def take(snapshots: Snapshots, places: np.ndarray) -> Snapshots:
    """The snapshots at some places (positions or a mask)."""
    return Snapshots(snapshots.account[places], snapshots.at[places], snapshots.order[places])


def _low(since: pd.Timestamp | None) -> int:
    return np.iinfo(np.int64).min if since is None else np.datetime64(since, "us").view(np.int64)
