"""Exchanges of streams between suspects who held the same launch: the moves by which the chain passes between look-alikes.

Without them a chain that has laid ten copies to one of two accounts with the same holdings would hardly ever try the other. An
exchange is offered at random and taken by the Metropolis rule, so it changes no probability, only how soon the chain has seen it all.
"""

from __future__ import annotations

import math

from numba import njit

from resellerrisk.leaks.chain import ANY_TAG, FIRST_TAGS, HONEST, RATES, SIGNED
from resellerrisk.leaks.randomness import COMPILED, draw


@njit(**COMPILED)
def offer_exchange(suspects, chain):
    """Offer two holders of a launch of which a copy appeared each other's stream of the copy's tag.

    Parameters
    ----------
    suspects : Suspects
    chain : Chain
        Changed in place.
    """
    c = int(draw(chain.seed) * suspects.copy_tag.size)
    low, high = suspects.copy_starts[c], suspects.copy_starts[c + 1]
    one, two, u = draw(chain.seed), draw(chain.seed), draw(chain.seed)
    if high - low < 2:
        return
    p, q = suspects.by_copy[low + int(one * (high - low))], suspects.by_copy[low + int(two * (high - low))]
    i, j = suspects.stream_of[p], suspects.stream_of[q]
    a, b = suspects.suspect_of[p], suspects.suspect_of[q]
    if p == q or not (_may_exchange(suspects, chain, i, j, a) and _may_exchange(suspects, chain, j, i, b)):
        return
    before = _log_prior(suspects, chain, a) + _log_prior(suspects, chain, b)
    gain = _gain(
        suspects.copy,
        suspects.weight,
        suspects.pairs,
        chain.rate,
        chain.density,
        chain.total,
        chain.shift,
        i,
        j,
    )
    gain += _silence(suspects, chain, i, j, a, b)
    _exchange_rates(suspects, chain, i, j, a, b)
    gain += _log_prior(suspects, chain, a) + _log_prior(suspects, chain, b) - before
    if math.log(u + 1e-300) < gain:
        _flow(suspects, chain, i)
        _flow(suspects, chain, j)
    else:
        _exchange_rates(suspects, chain, i, j, a, b)


@njit(**COMPILED)
def _may_exchange(suspects, chain, mine, other, s):
    """One of the streams flows, mine did not begin late, and its account does not sign with any tag."""
    if chain.mode[s] == ANY_TAG or (chain.rate[mine] < 0 and chain.rate[other] < 0):
        return False
    return chain.rate[mine] < 0 or chain.begin[mine] == suspects.pairs[mine]


@njit(**COMPILED)
def _rate_of(rate, j):
    return RATES[rate[j]] if rate[j] >= 0 else 0.0


@njit(**COMPILED)
def _gain(copy, weight, pairs, rate, density, total, shift, i, j):
    """What the log likelihood of the copies gains when two streams exchange their rates."""
    for one, other in ((i, j), (j, i)):
        new = _rate_of(rate, other)
        for p in range(pairs[one], pairs[one + 1]):
            shift[copy[p]] += new * weight[p] - density[p]
    gain = 0.0
    for one in (i, j):
        for p in range(pairs[one], pairs[one + 1]):
            c = copy[p]
            if shift[c] != 0.0:
                gain += math.log(max(total[c] + shift[c], 1e-300) / total[c])
                shift[c] = 0.0
    return gain


@njit(**COMPILED)
def _silence(suspects, chain, i, j, a, b):
    """What the log probability of the copies that never came gains."""
    gain = 0.0
    if chain.rate[i] >= 0:
        gain += math.log(suspects.silent[b, chain.rate[i]]) - math.log(suspects.silent[a, chain.rate[i]])
    if chain.rate[j] >= 0:
        gain += math.log(suspects.silent[a, chain.rate[j]]) - math.log(suspects.silent[b, chain.rate[j]])
    return gain


@njit(**COMPILED)
def _exchange_rates(suspects, chain, i, j, a, b):
    chain.rate[i], chain.rate[j] = chain.rate[j], chain.rate[i]
    chain.begin[i], chain.begin[j] = suspects.pairs[i], suspects.pairs[j]
    for s in (a, b):
        flowing = False
        for stream in range(suspects.streams[s], suspects.streams[s + 1]):
            flowing = flowing or chain.rate[stream] >= 0
        chain.mode[s] = SIGNED if flowing else HONEST


@njit(**COMPILED)
def _flow(suspects, chain, j):
    """Write a stream's share in the copies' densities, from its rate; what was noted of it before no longer holds."""
    rate = _rate_of(chain.rate, j)
    chain.faint[j] = -1.0
    for p in range(suspects.pairs[j], suspects.pairs[j + 1]):
        c, new = suspects.copy[p], rate * suspects.weight[p]
        chain.total[c] = max(chain.total[c] + new - chain.density[p], chain.from_elsewhere[c])
        chain.density[p] = new


@njit(**COMPILED)
def _log_prior(suspects, chain, s):
    """Log prior of which streams of a suspect flow."""
    prevalence, further = chain.prevalence[suspects.kind[s]], chain.market[2]
    if chain.mode[s] == HONEST:
        return math.log1p(-prevalence)
    streams = FIRST_TAGS
    for t in range(chain.tag_streams.size):
        streams += chain.tag_streams[t]
    first, seen, flowing = 0.0, 0.0, 0
    for j in range(suspects.streams[s], suspects.streams[s + 1]):
        t = suspects.tag[j]
        share = (chain.tag_streams[t] + FIRST_TAGS * suspects.market_tags[t]) / streams
        seen += share
        if chain.rate[j] >= 0:
            first += share / further
            flowing += 1
    silent = suspects.streams[s + 1] - suspects.streams[s] - flowing
    chance = flowing * math.log(further) + silent * math.log1p(-further)
    return math.log(prevalence * (1 - chain.market[1])) + chance + math.log(first + max(1 - seen, 0.0))
