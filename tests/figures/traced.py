"""Tracing on its own: do its probabilities mean what they say, and is the true source of a leak ranked first? The truth beside a market is the judge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from resellerrisk.evaluation.resampling import wilson
from resellerrisk.leaks import trace
from resellerrisk.matrix import known_fakes
from resellerrisk.signals.compute import Signals
from resellerrisk.signals.peers import active_accounts
from resellerrisk.tables import Market

#: Ten bins of equal width.
EDGES = np.linspace(0, 1, 11)


def measure_tracing(signals: Signals, truth: Path, moments: Sequence[str]) -> dict:
    """Calibration over all moments together, and ranks of the true sources at each.

    Parameters
    ----------
    signals : Signals
        The prepared market.
    truth : Path
        Folder of ``accounts`` and ``leaks`` as the simulator writes them.
    moments : sequence of str

    Returns
    -------
    dict
        ``calibration``: one row a bin; ``ranks``: one row a moment and way of counting.
    """
    market = signals.market
    accounts = pd.read_parquet(truth / "accounts.parquet").drop_duplicates("account_id", keep="last")
    accounts = accounts.set_index("account_id").reindex(market.account_ids)
    leaks = pd.read_parquet(truth / "leaks.parquet").dropna(subset=["account_id"])
    sources = accounts.index.isin(leaks["account_id"])
    rows, ranks = [], []
    for moment in map(pd.Timestamp, moments):
        traced = trace(market, moment)
        probability = traced.accounts.set_index("account_id")["source_probability"]
        active = active_accounts(signals.views, int(np.datetime64(moment, "us").view(np.int64)))
        active = np.setdiff1d(active, known_fakes(market, moment))
        fake = (accounts["is_fake"].astype("boolean").fillna(False) & (accounts["since"] <= moment)).to_numpy(
            bool
        )
        rows.append(
            pd.DataFrame(
                {
                    "account": active,
                    "probability": probability.reindex(market.account_ids[active]).to_numpy(),
                    "fake": fake[active],
                    "source": (fake & sources)[active],
                }
            )
        )
        ranks += rank_sources(market, traced, leaks, moment)
    return {"calibration": cut(pd.concat(rows)), "ranks": ranks}


def cut(rows: pd.DataFrame) -> list[dict]:
    """Foretold and seen in ten bins; an account that stands at several moments is one observation for the interval."""
    rows = rows.dropna(subset=["probability"])
    which = np.clip(np.searchsorted(EDGES, rows["probability"], side="right") - 1, 0, 9)
    table = []
    for place, inside in rows.groupby(which):
        told = {"bin": f"{EDGES[place]:.1f}-{EDGES[place + 1]:.1f}", "rows": len(inside)}
        told |= {"accounts": inside["account"].nunique(), "foretold": float(inside["probability"].mean())}
        for event in ("fake", "source"):
            seen = float(inside[event].mean())
            low, high = wilson(seen, told["accounts"])
            told |= {event: seen, f"{event}_low": low, f"{event}_high": high}
            told[f"{event}_within"] = bool(low <= told["foretold"] <= high)
        table.append(told)
    return table


def rank_sources(market: Market, traced, leaks: pd.DataFrame, moment: pd.Timestamp) -> list[dict]:
    """Where the true source of each leak of ours known by then stands: of all, and of those whose source was not yet found out."""
    found = market.outcomes[market.outcomes["outcome"] == "fake"]
    closed = (
        found.assign(account_id=found["account_id"].astype(str)).groupby("account_id")["decided_at"].min()
    )
    at = market.leaks.assign(leak_id=market.leaks["leak_id"].astype(str)).set_index("leak_id")["leaked_at"]
    ours = leaks.set_index("leak_id")["account_id"]
    ours = ours[ours.index.isin(traced.sources["leak_id"])]
    ways = traced.sources.dropna(subset=["account_id"]).copy()
    ways["place"] = ways.groupby("leak_id").cumcount()
    ways = ways.merge(ours.rename("truth"), left_on="leak_id", right_index=True)
    place = ways[ways["account_id"] == ways["truth"]].set_index("leak_id")["place"].reindex(ours.index)
    open_still = ~(ours.map(closed) < at.reindex(ours.index)).to_numpy()
    traced_at_all = ours.index.isin(traced.sources["leak_id"][traced.sources["probability"].notna()])
    ways_of_counting = {
        "all leaks of ours": np.ones(len(ours), bool),
        "their source not yet found out": open_still,
        "and before street date, with a known title": open_still & traced_at_all,
    }
    return [
        {
            "moment": str(moment.date()),
            "counted": way,
            "leaks": int(chosen.sum()),
            "first": float((place[chosen] == 0).mean()),
            "three": float((place[chosen] < 3).mean()),
        }
        for way, chosen in ways_of_counting.items()
    ]
