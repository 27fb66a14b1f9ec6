"""The posterior of a case: which accounts are sources, and whose each copy is.

Runs the chain in rounds: with a timing assumed, estimated, and estimated again. What the figures mean to people is `figures` and `tracing`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resellerrisk.leaks import timing as when
from resellerrisk.leaks.chain import PRIOR_ACCOUNTS, PRIOR_SOURCES, RATES, start_chain
from resellerrisk.leaks.holdings import Case
from resellerrisk.leaks.sampling import run_chain
from resellerrisk.leaks.suspects import KIND_EDGES, Arrangement, arrange_suspects

#: Sweeps of the chain, how many of them are kept, and in how many it settles, round by round.
ROUNDS = ((12, 4, 6), (8, 6, 0), (45, 40, 0))
_SEED = 1


@dataclass(frozen=True)
class Posterior:
    """What is believed of a case.

    Parameters
    ----------
    case : Case
    timing : Timing
    source : ndarray of float64, shape (n_accounts,)
        Probability of being a source, for holders of any account code; accounts without early holdings have the market's prevalence.
    counts : ndarray of int32, shape (n_sweeps, n_suspects)
        Copies of each suspect, draw by draw.
    suspect : ndarray of int64, shape (n_suspects,)
        Account codes.
    pair : ndarray of float64, shape (n_pairs,)
        Probability that the case's copy came from its holding.
    none : ndarray of float64, shape (n_copies,)
        Probability that a copy came from elsewhere.
    held, exposure : ndarray, shape (n_accounts,)
        Launches held early; copies to be expected of a source with rate 1.
    rate : ndarray of float64, shape (n_accounts,)
        Expected copies per launch held early, given all that is known.
    prevalence : float
        Share of sources among accounts with early holdings.
    background_rate : float
        Copies from elsewhere per launch.
    """

    case: Case
    timing: when.Timing
    source: np.ndarray
    counts: np.ndarray
    suspect: np.ndarray
    pair: np.ndarray
    none: np.ndarray
    held: np.ndarray
    exposure: np.ndarray
    rate: np.ndarray
    prevalence: float
    background_rate: float


def infer_sources(case: Case, n_accounts: int) -> Posterior:
    """Run the chain on a case.

    Parameters
    ----------
    case : Case
    n_accounts : int

    Returns
    -------
    Posterior
        The same bits for the same case, always.
    """
    timing, chain = when.assume_timing(case), None
    for last, (sweeps, kept, settling) in enumerate(ROUNDS, start=1 - len(ROUNDS)):
        arranged = arrange_suspects(case, timing, n_accounts)
        chain = chain or start_chain(arranged.suspects, len(KIND_EDGES), _SEED)
        draws = run_chain(arranged.suspects, chain, sweeps, kept, settling)
        pair = np.empty(len(arranged.pair))
        pair[arranged.pair] = draws.pair
        rate = np.zeros(n_accounts)
        rate[arranged.account] = draws.rate
        if last < 0:
            timing = when.estimate_timing(case, timing, pair, draws.none, rate[case.holding_account])
    source, silent_rate = _weigh_silent(arranged, draws)
    source[arranged.account] = draws.source
    rate = np.where(np.isin(np.arange(n_accounts), arranged.account), rate, silent_rate)
    holders = arranged.held > 0
    prevalence = float((source[holders].sum() + PRIOR_SOURCES) / (holders.sum() + PRIOR_ACCOUNTS))
    source[~holders] = prevalence
    return Posterior(
        case, timing, source, draws.counts, arranged.account, pair, draws.none, arranged.held, arranged.exposure, rate,
        prevalence, float(draws.market[0]),
    )  # fmt: skip


def _weigh_silent(arranged: Arrangement, draws) -> tuple[np.ndarray, np.ndarray]:
    """Probability of being a source, and expected rate, of accounts from whose holdings no copy came."""
    each = np.exp(-RATES * arranged.exposure[:, None]) * draws.rate_share
    prevalence = draws.prevalence[arranged.kind]
    whole = prevalence * each.sum(axis=1) + 1 - prevalence
    return prevalence * each.sum(axis=1) / whole, prevalence * (each @ RATES) / whole
