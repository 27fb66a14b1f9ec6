"""The posterior of a case: which accounts are sources, and whose each copy is.

Runs the chain in rounds: with a timing assumed, estimated, and estimated again. What the figures mean to people is `figures` and `tracing`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from resellerrisk.leaks import timing as when
from resellerrisk.leaks.chain import (
    PRIOR_ACCOUNTS,
    PRIOR_SOURCES,
    RATES,
    Draws,
    start_chain,
)
from resellerrisk.leaks.holdings import Case
from resellerrisk.leaks.sampling import run_chain
from resellerrisk.leaks.suspects import KIND_EDGES, Arrangement, arrange_suspects

#: Sweeps of a chain and how many of them are kept: in each round of estimating the timing, ...
ROUNDS = ((12, 4), (8, 6))
#: ... and in each of the final chains, which start anew, so that none stays where it happened to begin.
FINAL, CHAINS = (24, 18), 3
#: Share of the accounts that copies are laid to for certain, of which it is so: discs also go through hands that no table shows. Chosen on four
#: markets of our own and harbour before 2020: of accounts above 0.9 it was said 0.993 and seen 0.982 (272 rows, docs/tracing.md).
AS_IT_SEEMS = 0.99
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
    timing = _learn_timing(case, n_accounts)
    arranged = arrange_suspects(case, timing, n_accounts)
    # The chains are compiled, let go of the interpreter and do not look at each other.
    with ThreadPoolExecutor(CHAINS) as pool:
        seeds = range(_SEED + 1, _SEED + 1 + CHAINS)
        draws = _average(list(pool.map(partial(_run_anew, arranged), seeds)))
    source, rate = _weigh_silent(arranged, draws)
    source[arranged.account], rate[arranged.account] = AS_IT_SEEMS * draws.source, draws.rate
    holders = arranged.held > 0
    prevalence = float((source[holders].sum() + PRIOR_SOURCES) / (holders.sum() + PRIOR_ACCOUNTS))
    source[~holders] = prevalence
    pair, none = _add_to_one(case, _in_case_order(arranged, draws), draws.none)
    return Posterior(
        case=case,
        timing=timing,
        source=source,
        counts=draws.counts,
        suspect=arranged.account,
        pair=pair,
        none=none,
        held=arranged.held,
        exposure=arranged.exposure,
        rate=rate,
        prevalence=prevalence,
        background_rate=float(draws.market[0]),
    )


def _learn_timing(case: Case, n_accounts: int) -> when.Timing:
    """Timing by one chain that goes on while it is estimated."""
    timing, chain = when.assume_timing(case), None
    for sweeps, kept in ROUNDS:
        arranged = arrange_suspects(case, timing, n_accounts)
        chain = chain or start_chain(arranged.suspects, len(KIND_EDGES), _SEED)
        draws = run_chain(arranged.suspects, chain, sweeps, kept)
        rate = np.zeros(n_accounts)
        rate[arranged.account] = draws.rate
        pair = _in_case_order(arranged, draws)
        timing = when.estimate_timing(case, timing, pair, draws.none, rate[case.holding_account])
    return timing


def _run_anew(arranged: Arrangement, seed: int) -> Draws:
    chain = start_chain(arranged.suspects, len(KIND_EDGES), seed)
    return run_chain(arranged.suspects, chain, *FINAL)


def _average(chains: list[Draws]) -> Draws:
    """The chains' averages together; of the counts all sweeps."""
    together = [np.mean(numbers, axis=0) for numbers in zip(*chains, strict=True)]
    return Draws(*together)._replace(counts=np.concatenate([chain.counts for chain in chains]))


def _add_to_one(case: Case, pair: np.ndarray, none: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A copy's probabilities over all its ways, made to add up to one exactly (faint ones were reckoned each by itself)."""
    whole = none + np.bincount(case.pair_copy, pair, len(none))
    return pair / whole[case.pair_copy], none / whole


def _in_case_order(arranged: Arrangement, draws: Draws) -> np.ndarray:
    pair = np.empty(len(arranged.pair))
    pair[arranged.pair] = draws.pair
    return pair


def _weigh_silent(arranged: Arrangement, draws: Draws) -> tuple[np.ndarray, np.ndarray]:
    """Probability of being a source, and expected rate, of accounts from whose holdings no copy came."""
    each = np.exp(-RATES * arranged.exposure[:, None]) * draws.rate_share
    prevalence = draws.prevalence[arranged.kind]
    whole = prevalence * each.sum(axis=1) + 1 - prevalence
    return prevalence * each.sum(axis=1) / whole, prevalence * (each @ RATES) / whole
