"""What tracing says of an account, as figures: for the trace's table and, on a calendar of moments, for signals.

What each figure means stands in `declared`. Figures are of the market as known strictly before a moment.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from resellerrisk.leaks.declared import LEAK_FIGURES, RECENT_DAYS
from resellerrisk.leaks.holdings import DAY, Evidence, cut_evidence, gather_evidence
from resellerrisk.leaks.inference import Posterior, infer_sources
from resellerrisk.leaks.timing import LEAD_EDGES, class_of

if TYPE_CHECKING:
    from resellerrisk.tables import Market

_CLOSEST = 1e-6


def account_figures(posterior: Posterior, evidence: Evidence) -> dict[str, np.ndarray]:
    """The figures of every account from a posterior.

    Parameters
    ----------
    posterior : Posterior
    evidence : Evidence

    Returns
    -------
    dict of ndarray of float64, shape (n_accounts,)
        By the names of `LEAK_FIGURES`. Members of a group have the group's figures. Without any early holding the probability is the
        market's prevalence, counts are 0 and the lift is missing.
    """
    case, n = posterior.case, len(posterior.source)
    account = case.holding_account[case.pair_holding]
    recent = case.copy_at[case.pair_copy] >= case.moment - RECENT_DAYS * DAY
    leaked = np.zeros(len(case.holding_account), bool)
    leaked[case.pair_holding] = True
    leaked_held = np.bincount(case.holding_account, leaked, n)
    expected = np.bincount(case.holding_account, _expect_leaked(case, leaked), n)
    probability = np.clip(posterior.source, _CLOSEST, 1 - _CLOSEST)
    figures = {
        "source_probability": posterior.source,
        "source_log_odds": np.log(probability / (1 - probability)),
        "expected_leaks": np.bincount(account, posterior.pair, n),
        "expected_leaks_180d": np.bincount(account, posterior.pair * recent, n),
        "likely_leaks": np.bincount(account, posterior.pair > 0.5, n),
        "leaked_held_count": leaked_held,
        "leaked_held_expected": expected,
        "leaked_held_lift": np.where(posterior.held > 0, (leaked_held + 1) / (expected + 1), np.nan),
        "held_early_count": posterior.held.astype(float),
        "unleaked_weight": posterior.exposure,
    }
    return {figure.name: figures[figure.name][evidence.holder].astype(float) for figure in LEAK_FIGURES}


def _expect_leaked(case, leaked: np.ndarray) -> np.ndarray:
    """Of each early holding the share of leaked ones among all holdings delivered as early."""
    classes = class_of(case.holding_lead, LEAD_EDGES)
    held = np.bincount(classes, minlength=len(LEAD_EDGES))
    return (np.bincount(classes, leaked, len(LEAD_EDGES)) / np.maximum(held, 1))[classes]


def trace_calendar(start: str | pd.Timestamp, end: str | pd.Timestamp) -> np.ndarray:
    """Moments at which the market is traced: Mondays, midnight UTC, from ``start`` to ``end``, both included.

    Parameters
    ----------
    start, end : str or Timestamp

    Returns
    -------
    ndarray of datetime64[us]

    Examples
    --------
    >>> trace_calendar("2019-12-20", "2020-01-06")
    array(['2019-12-23T00:00:00.000000', '2019-12-30T00:00:00.000000',
           '2020-01-06T00:00:00.000000'], dtype='datetime64[us]')
    """
    return pd.date_range(pd.Timestamp(start).ceil("D"), end, freq="W-MON").to_numpy("datetime64[us]")


def trace_figures(
    market: Market,
    moments: np.ndarray,
    *,
    groups: np.ndarray | None = None,
    out: dict[str, np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """The figures of every account at many moments.

    Parameters
    ----------
    market : Market
    moments : ndarray of datetime64, shape (n_moments,)
    groups : ndarray of int, shape (n_accounts,), optional
        Accounts of one group are taken as one holder. They must have been known at all moments.
    out : dict of ndarray of float64, optional
        Arrays of that shape, by the figures' names, to put them into.

    Returns
    -------
    dict of ndarray of float64, shape (n_moments, n_accounts)
        By the names of `LEAK_FIGURES`; to the bit what `trace(market.before(T), T)` gives. All missing where the market has no leaks
        table.
    """
    moments = np.asarray(moments, "datetime64[us]").astype(np.int64)
    shape = len(moments), len(market.account_ids)
    figures = out or {figure.name: np.empty(shape) for figure in LEAK_FIGURES}
    for values in figures.values():
        values.fill(np.nan)
    if "leaks" not in market.present:
        return figures
    evidence = gather_evidence(market, groups)

    def figure_out(moment: int) -> dict[str, np.ndarray]:
        return account_figures(infer_sources(cut_evidence(evidence, moment), shape[1]), evidence)

    # The chain is compiled and lets go of the interpreter, and no moment needs another: threads serve.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for row, found in enumerate(pool.map(figure_out, moments.tolist())):
            for name, values in found.items():
                figures[name][row] = values
    return figures
