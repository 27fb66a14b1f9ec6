"""Evidence of what tracing says: the early deliveries and the copies that followed, as of the Monday whose figures are used."""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.leaks import list_copies, list_holdings
from resellerrisk.leaks.declared import RECENT_DAYS
from resellerrisk.signals.evidence.linked import Gathered
from resellerrisk.tables.moments import monday_of

_COPIES = {"source_probability", "expected_leaks", "expected_leaks_180d", "likely_leaks"}


def gather_leaked(alone, snapshot, name: str, value: float) -> Gathered:
    """The deliveries and copies behind one figure of tracing.

    Parameters
    ----------
    alone : Alone
    snapshot : Snapshots
        Of length one.
    name : str
        The figure.
    value : float
        What it is; not looked at.
    """
    place = int(alone.places_in_whole[alone.account])
    trace = alone.whole.trace_at(int(monday_of(snapshot.at)[0]))
    holdings = list_holdings(trace, alone.market, place)
    copies = list_copies(trace, alone.market, place)
    if name in _COPIES:
        return Gathered(
            "copies", copies.assign(counts=copies["probability"]), holdings, _recipe(name, trace, place)
        )
    counts = _COUNTED[name]
    return Gathered("holdings", holdings.assign(counts=holdings[counts]), copies, _recipe(name, trace, place))


#: What each early delivery gives to a figure.
_COUNTED = {
    "leaked_held_count": "leaked",
    "leaked_held_expected": "expected",
    "leaked_held_lift": "leaked",
    "held_early_count": "held",
    "unleaked_weight": "weight",
}


def _recipe(name: str, trace, place: int):
    """How a figure is recomputed. The probability itself is the trace's: it weighs all accounts against each other."""

    def recompute(found) -> float:
        rows = found.rows
        if name == "source_probability":
            told = trace.accounts.set_index("account_id")["source_probability"]
            return float(told.get(found.account_id, trace.posterior.source[place]))
        if name == "likely_leaks":
            return float((rows["probability"] > 0.5).sum())
        if name == "expected_leaks_180d":
            recent = rows["leaked_at"] >= trace.as_of - pd.Timedelta(days=RECENT_DAYS)
            return float(rows.loc[recent, "probability"].sum())
        if name == "leaked_held_lift":
            if rows.empty:
                return float("nan")
            return float((rows["leaked"].sum() + 1) / (rows["expected"].sum() + 1))
        return float(np.sum(rows["counts"].to_numpy(float)))

    return recompute
