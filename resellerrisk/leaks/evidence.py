"""What a trace says of one account, row by row: its early deliveries, and the copies that may have come from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from resellerrisk.leaks.figures import _expect_leaked
from resellerrisk.leaks.timing import holding_exposure

if TYPE_CHECKING:
    from resellerrisk.leaks.tracing import Trace
    from resellerrisk.tables import Market


def list_holdings(trace: Trace, market: Market, account: int) -> pd.DataFrame:
    """The launches delivered to an account before their street date, oldest first.

    Parameters
    ----------
    trace : Trace
    market : Market
        The market that was traced.
    account : int
        Its code.

    Returns
    -------
    DataFrame
        `title_id`, `delivered_at`, `street_date` (the launch's, as known at the trace's moment), `lead_days`, `held` (1),
        `leaked` (1 where a copy appeared after the delivery), `expected` (share of deliveries so early that were followed by
        one, anybody's) and `weight` (copies to be expected by now, did every early delivery lead to one).
    """
    case = trace.posterior.case
    mine = np.flatnonzero(case.holding_account == account)
    leaked = np.zeros(len(case.holding_account), bool)
    leaked[case.pair_holding] = True
    at = case.holding_at[mine]
    return pd.DataFrame(
        {
            "title_id": _titles_delivered(trace, account, at),
            "delivered_at": at.astype("datetime64[us]"),
            "street_date": case.launch_street[case.holding_launch[mine]].astype("datetime64[us]"),
            "lead_days": case.holding_lead[mine],
            "held": 1.0,
            "leaked": leaked[mine].astype(float),
            "expected": _expect_leaked(case, leaked)[mine],
            "weight": holding_exposure(case, trace.posterior.timing)[mine],
        }
    )


def list_copies(trace: Trace, market: Market, account: int) -> pd.DataFrame:
    """The copies that appeared after a delivery to an account and before the street date, likeliest first.

    Returns
    -------
    DataFrame
        `leak_id`, `release_name`, `title_id` (of the disc held), `delivered_at`, `leaked_at`, `delay_days`, `probability` that the
        copy came from this delivery.
    """
    case, evidence = trace.posterior.case, trace.evidence
    pairs = np.flatnonzero(case.holding_account[case.pair_holding] == account)
    holding, copy = case.pair_holding[pairs], case.pair_copy[pairs]
    first = np.full(len(case.copy_at), -1, np.int64)
    known = np.flatnonzero(case.copy_of_leak >= 0)
    by_time = known[np.argsort(evidence.leak_at[known], kind="stable")][::-1]
    first[case.copy_of_leak[by_time]] = by_time
    leak_id = evidence.leak_id[first[copy]]
    names = market.leaks["release_name"].set_axis(market.leaks["leak_id"].astype(str))
    at = case.holding_at[holding]
    table = pd.DataFrame(
        {
            "leak_id": leak_id,
            "release_name": names.reindex(leak_id).to_numpy(object),
            "title_id": _titles_delivered(trace, account, at),
            "delivered_at": at.astype("datetime64[us]"),
            "leaked_at": case.copy_at[copy].astype("datetime64[us]"),
            "delay_days": case.pair_delay[pairs],
            "probability": trace.posterior.pair[pairs],
        }
    )
    return table.sort_values("probability", ascending=False, kind="stable", ignore_index=True)


def _titles_delivered(trace: Trace, account: int, at: np.ndarray) -> np.ndarray:
    """The title delivered to an account at each moment: of several at one moment any, for they are told by their launch."""
    evidence = trace.evidence
    mine = np.flatnonzero(evidence.delivery_account == account)
    place = mine[np.searchsorted(evidence.delivery_at[mine], at)] if len(at) else np.empty(0, np.int64)
    return evidence.title_ids.to_numpy(object)[evidence.delivery_title[place]]
