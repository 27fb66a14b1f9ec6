"""The market-wide numbers of the chain: how many accounts are sources, at what rates, and what comes from elsewhere.

Each is set to its mean given the suspects' states and its prior (`chain`), not drawn: they rest on the whole market, and their own
spread is small beside that of the states.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from resellerrisk.leaks.chain import (
    ANY_TAG,
    CLASS_ACCOUNTS,
    ELSEWHERE_TAGS,
    PERIOD_LAUNCHES,
    PRIOR_ACCOUNTS,
    PRIOR_ANY,
    PRIOR_ANY_OF,
    PRIOR_ELSEWHERE,
    PRIOR_FURTHER,
    PRIOR_FURTHER_OF,
    PRIOR_LAUNCHES,
    PRIOR_SOURCES,
    RATES,
    SIGNED,
)
from resellerrisk.leaks.randomness import COMPILED


@njit(**COMPILED)
def set_market(suspects, chain):
    """Set all market-wide numbers.

    Parameters
    ----------
    suspects : Suspects
    chain : Chain
        Changed in place.
    """
    _set_elsewhere(suspects, chain)
    _set_signing(suspects, chain)
    _set_sources(suspects, chain)


@njit(**COMPILED)
def _set_elsewhere(suspects, chain):
    """Density of each copy's coming from elsewhere: by the rate of its period, drawn towards that of all time, and by its tag."""
    copies, launches = np.zeros(suspects.elsewhere_exposure.size), suspects.elsewhere_exposure
    tags = ELSEWHERE_TAGS * suspects.market_tags
    for c in range(suspects.copy_tag.size):
        share = chain.from_elsewhere[c] / chain.total[c]
        copies[suspects.copy_period[c]] += share
        tags[suspects.copy_tag[c]] += share
    everything = copies.sum()
    usual = (everything + PRIOR_ELSEWHERE) / (launches.sum() + PRIOR_LAUNCHES)
    chain.market[0] = usual
    for c in range(suspects.copy_tag.size):
        period, signed = suspects.copy_period[c], tags[suspects.copy_tag[c]] / (everything + ELSEWHERE_TAGS)
        rate = (copies[period] + PERIOD_LAUNCHES * usual) / (launches[period] + PERIOD_LAUNCHES)
        chain.from_elsewhere[c] = rate * signed * suspects.elsewhere[c]


@njit(**COMPILED)
def _set_signing(suspects, chain):
    """Share of sources that sign with any tag, and the chance that a further tag is a source's own."""
    sources, with_any, further, tags = 0, 0, 0, 0
    for s in range(suspects.kind.size):
        sources += chain.mode[s] != 0
        with_any += chain.mode[s] == ANY_TAG
        if chain.mode[s] == SIGNED:
            flowing = 0
            for j in range(suspects.streams[s], suspects.streams[s + 1]):
                flowing += chain.rate[j] >= 0
            further += max(flowing - 1, 0)
            tags += suspects.streams[s + 1] - suspects.streams[s] - 1
    chain.market[1] = (with_any + PRIOR_ANY) / (sources + PRIOR_ANY_OF)
    chain.market[2] = (further + PRIOR_FURTHER) / (tags + PRIOR_FURTHER_OF)


@njit(**COMPILED)
def _set_sources(suspects, chain):
    """Prevalence of sources by class, and shares of the rates; accounts without any copy count by their probability."""
    rates, n_kinds = np.ones(RATES.size), chain.prevalence.size
    sources, accounts = np.zeros(n_kinds), np.zeros(n_kinds)
    for s in range(suspects.kind.size):
        sources[suspects.kind[s]] += chain.source[s]
        accounts[suspects.kind[s]] += 1
        _count_rates(suspects.streams, chain.mode, chain.plain_rate, chain.rate, s, rates)
    for i in range(suspects.others.shape[0]):
        kind, likely = suspects.others_kind[i], 0.0
        prevalence = chain.prevalence[kind]
        for k in range(RATES.size):
            likely += chain.rate_share[k] * suspects.others[i, k]
        whole = prevalence * likely + 1 - prevalence
        sources[kind] += prevalence * likely / whole
        accounts[kind] += 1
        for k in range(RATES.size):
            rates[k] += prevalence * chain.rate_share[k] * suspects.others[i, k] / whole
    for k in range(RATES.size):
        chain.rate_share[k] = rates[k] / rates.sum()
    overall = (sources.sum() + PRIOR_SOURCES) / (accounts.sum() + PRIOR_ACCOUNTS)
    for kind in range(n_kinds):
        chain.prevalence[kind] = (sources[kind] + CLASS_ACCOUNTS * overall) / (
            accounts[kind] + CLASS_ACCOUNTS
        )


@njit(**COMPILED)
def _count_rates(streams, mode, plain_rate, rate, s, rates):
    """Count a source's rates: of its streams, or its one rate where none flows."""
    flowing = 0
    for j in range(streams[s], streams[s + 1]):
        if rate[j] >= 0:
            rates[rate[j]] += 1
            flowing += 1
    if mode[s] != 0 and not flowing:
        rates[plain_rate[s]] += 1
