"""From a case to the arrays the chain runs on: accounts that held a launch before its copy appeared, stream by stream.

Here the evidence meets the timing: what a source's copies would have to be expected of every holding, and how well each copy fits it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resellerrisk.leaks import timing as when
from resellerrisk.leaks.chain import LATE_START, RATES, Suspects
from resellerrisk.leaks.holdings import DAY, Case

#: Mean days from delivery to street date over an account's early holdings: classes that share a prevalence; the last one is open.
KIND_EDGES = np.array([0, 2, 4, 6, 8, 11], float)
#: Periods in which what comes from elsewhere is taken as even; the last one is open.
PERIOD_DAYS, MOST_PERIODS = 182, 40


@dataclass(frozen=True)
class Arrangement:
    """The chain's arrays, and which rows of the case they stand for.

    Parameters
    ----------
    suspects : Suspects
    account : ndarray of int64, shape (n_suspects,)
    pair : ndarray of int64, shape (n_pairs,)
        Row of the case's pairs at each place of the chain's.
    held : ndarray of int64, shape (n_accounts,)
        Launches held early.
    exposure : ndarray of float64, shape (n_accounts,)
        Copies to be expected by now, were the account a source with rate 1.
    kind : ndarray of int64, shape (n_accounts,)
        Class of `KIND_EDGES`.
    """

    suspects: Suspects
    account: np.ndarray
    pair: np.ndarray
    held: np.ndarray
    exposure: np.ndarray
    kind: np.ndarray


def arrange_suspects(case: Case, timing: when.Timing, n_accounts: int) -> Arrangement:
    """Arrange a case for the chain.

    Parameters
    ----------
    case : Case
    timing : Timing
    n_accounts : int

    Returns
    -------
    Arrangement
    """
    of_holding = when.holding_exposure(case, timing)
    held = np.bincount(case.holding_account, minlength=n_accounts)
    exposure = np.bincount(case.holding_account, of_holding, n_accounts)
    kind = _classify(case, held)
    copy_tag, market_tags = _market_tags(case.copy_tag)
    tag, account = copy_tag[case.pair_copy], case.holding_account[case.pair_holding]
    # Pairs stand by holding and copy already.
    order = np.argsort(account * len(market_tags) + tag, kind="stable")
    tag, account = tag[order], account[order]
    new = np.r_[True, (account[1:] != account[:-1]) | (tag[1:] != tag[:-1])][: len(order)]
    opening = np.flatnonzero(new)
    first = np.r_[True, account[1:] != account[:-1]][: len(order)]
    accounts, suspect_of = account[first], np.cumsum(first) - 1
    others = np.setdiff1d(np.flatnonzero(held), accounts)
    period = _periods(case)
    suspects = Suspects(
        streams=_starts(suspect_of[opening], len(accounts)),
        pairs=np.r_[opening, len(order)],
        tag=tag[opening],
        suspect_of=suspect_of,
        stream_of=np.cumsum(new) - 1,
        kind=kind[accounts],
        silent=np.exp(-RATES * exposure[accounts, None]),
        copy=case.pair_copy[order],
        weight=when.pair_weight(case, timing)[order],
        late=_late_start(case, case.pair_holding[order], new, of_holding, exposure, held),
        others=np.exp(-RATES * exposure[others, None]),
        others_kind=kind[others],
        by_copy=np.argsort(case.pair_copy[order].astype(np.min_scalar_type(len(copy_tag))), kind="stable"),
        copy_starts=np.r_[0, np.cumsum(np.bincount(case.pair_copy, minlength=len(copy_tag)))],
        copy_tag=copy_tag,
        elsewhere=when.elsewhere_density(case, timing),
        copy_period=period[case.copy_launch],
        elsewhere_exposure=np.bincount(
            period, when.elsewhere_exposure(case, timing), int(period.max(initial=0)) + 1
        ),
        market_tags=market_tags,
    )
    return Arrangement(suspects, accounts, order, held, exposure, kind)


def _classify(case: Case, held: np.ndarray) -> np.ndarray:
    lead = np.bincount(case.holding_account, case.holding_lead, len(held)) / np.maximum(held, 1)
    return np.searchsorted(KIND_EDGES, lead, side="right") - 1


def _periods(case: Case) -> np.ndarray:
    """Period of each launch, counted back from the moment; what comes from elsewhere changes over time."""
    back = (case.moment - case.launch_street) // (PERIOD_DAYS * DAY)
    return np.clip(back, 0, MOST_PERIODS - 1)


def _market_tags(tag: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tags with all unsigned copies under one more, and each tag's share of the copies."""
    n_tags = int(tag.max(initial=-1)) + 2
    complete = np.where(tag < 0, n_tags - 1, tag)
    counted = np.bincount(complete, minlength=n_tags) + 1.0
    return complete, counted / counted.sum()


def _starts(codes: np.ndarray, n: int) -> np.ndarray:
    """Where each of ``n`` codes begins in ``codes``, which ascend, and their end."""
    return np.searchsorted(codes, np.arange(n + 1))


def _late_start(
    case: Case,
    holding: np.ndarray,
    new: np.ndarray,
    of_holding: np.ndarray,
    exposure: np.ndarray,
    held: np.ndarray,
) -> np.ndarray:
    """For each pair the prior of its stream's starting since the stream's pair before, times no copy from then on.

    A start is as likely at each of an account's early holdings; of two pairs of one holding the first stands for both.
    """
    account = case.holding_account[holding]
    first = np.searchsorted(case.holding_account, np.arange(len(held)))[account]
    before = np.r_[0.0, np.cumsum(of_holding)]
    left = np.maximum(exposure[account] - (before[holding] - before[first]), 0.0)
    rank = holding - first
    rank_before = np.where(new, -1, np.r_[-1, rank[:-1]][: len(rank)])
    share = (rank - rank_before) / held[account]
    late = np.multiply.outer(left, -RATES)
    np.exp(late, out=late)
    late *= (LATE_START * share)[:, None]
    return late
