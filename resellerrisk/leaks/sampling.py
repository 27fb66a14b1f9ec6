"""The sampler behind tracing, compiled with numba: one Markov chain over which accounts are sources.

One sweep draws each suspect's state given all others', with the question "which copy is whose" summed out; then suspects who held the
same launch are offered an exchange of streams (`exchange`), so that look-alikes are told apart no better than the evidence allows; then
the few market-wide numbers are set to their means given the states. The random numbers come from an own generator with a fixed seed,
so the same input gives the same bits. What the arrays mean stands in `chain`, the mathematics in docs/tracing.md.
"""

from __future__ import annotations

import inspect
import math
import zlib

import numpy as np
from numba import njit

from resellerrisk.leaks import chain as chain_module
from resellerrisk.leaks import exchange, market_rates, randomness
from resellerrisk.leaks.chain import (
    ANY_TAG,
    FIRST_TAGS,
    HONEST,
    LATE_START,
    RATES,
    SIGNED,
    Chain,
    Draws,
    Suspects,
    empty_draws,
)
from resellerrisk.leaks.exchange import offer_exchange
from resellerrisk.leaks.market_rates import set_market
from resellerrisk.leaks.randomness import COMPILED, draw, draw_class

_HUGE = 1e120
_LOG_HUGE = math.log(_HUGE)
#: Odds of a stream are cut here: beyond, it surely flows.
_SURE = 500.0
#: A stream that flows with less probability is counted by it, not by how often it is drawn.
_FAINT = 0.1


def run_chain(suspects: Suspects, chain: Chain, sweeps: int, kept: int) -> Draws:
    """Run the chain and average its last sweeps.

    Parameters
    ----------
    suspects : Suspects
    chain : Chain
        Changed in place.
    sweeps, kept : int

    Returns
    -------
    Draws
    """
    draws = empty_draws(suspects, chain, kept)
    most = int(np.diff(suspects.streams).max(initial=0))
    _run(suspects, chain, draws, sweeps, kept, np.zeros((most, RATES.size)), np.zeros(most))
    return draws


@njit(**COMPILED)
def _add_up(suspects, chain):
    """Densities of the copies by all ways together, from the states."""
    for c in range(suspects.copy_tag.size):
        chain.total[c] = chain.from_elsewhere[c]
    for p in range(suspects.copy.size):
        chain.total[suspects.copy[p]] += chain.density[p]


@njit(**COMPILED)
def _draw_state(suspects, chain, s, mass, logs, product, any_mass):
    """Draw a suspect's state given all others'; notes the probability that it is a source. The rest is room to work in."""
    first, end = suspects.streams[s], suspects.streams[s + 1]
    weight, copy, late, pairs = suspects.weight, suspects.copy, suspects.late, suspects.pairs
    silent, share, total = suspects.silent[s], chain.rate_share, chain.total
    if chain.mode[s] != HONEST:
        _take_out(copy, chain.density, total, chain.from_elsewhere, pairs[first], pairs[end])
        for j in range(first, end):
            chain.tag_streams[suspects.tag[j]] -= chain.rate[j] >= 0
    for j in range(first, end):
        logs[j - first] = _weigh_stream(
            weight, copy, late, total, silent, share, pairs[j], pairs[j + 1], mass[j - first], product
        )
    any_log = _weigh_any(
        weight, copy, total, suspects.market_tags, suspects.tag, pairs, first, end, silent, share, any_mass
    )
    unseen = 0.0
    for k in range(RATES.size):
        product[k] = silent[k] * share[k]
        unseen += product[k]
    first_mass, signed_log = _weigh_signed(
        suspects.tag, chain.tag_streams, suspects.market_tags, chain.market[2], first, end, logs, unseen
    )
    chance = _draw_mode(chain, s, chain.prevalence[suspects.kind[s]], signed_log, any_log)
    _note_faint(chain, first, end, chance, mass, logs, first_mass)
    for j in range(first, end):
        chain.rate[j] = -1
    if chain.mode[s] == ANY_TAG:
        chain.plain_rate[s] = draw_class(chain.seed, any_mass)
        _flow_any(suspects, chain, s)
    elif chain.mode[s] == SIGNED:
        chain.plain_rate[s] = draw_class(chain.seed, product)
        _open_streams(suspects, chain, s, mass, logs, first_mass)


@njit(**COMPILED)
def _draw_mode(chain, s, prevalence, signed_log, any_log):
    """Draw a suspect's mode; notes the probability that it is a source, and returns that of its signing with tags."""
    any_share = chain.market[1]
    honest = math.log1p(-prevalence)
    signed = math.log(prevalence * (1 - any_share)) + signed_log
    with_any = math.log(prevalence * any_share) + any_log
    top = max(honest, signed, with_any)
    honest, signed, with_any = math.exp(honest - top), math.exp(signed - top), math.exp(with_any - top)
    whole = honest + signed + with_any
    chain.source[s] = (signed + with_any) / whole
    u = draw(chain.seed) * whole
    chain.mode[s] = HONEST if u < honest else SIGNED if u < honest + signed else ANY_TAG
    return signed / whole


@njit(**COMPILED)
def _note_faint(chain, first, end, chance, mass, logs, first_mass):
    """Note of each stream that hardly flows how likely it does, and at what rate; drawing alone would mostly say never."""
    whole = 0.0
    for i in range(first_mass.size):
        whole += first_mass[i]
    for i in range(end - first):
        odds = chain.market[2] * math.exp(min(logs[i], _SURE))
        further = odds / (1 - chain.market[2] + odds)
        main = first_mass[i] / whole
        flows = chance * (main + (1 - main) * further)
        chain.faint[first + i] = flows if flows < _FAINT else -1.0
        all_rates, mean = 0.0, 0.0
        for k in range(RATES.size):
            all_rates += mass[i, k]
            mean += mass[i, k] * RATES[k]
        chain.faint_rate[first + i] = mean / all_rates


@njit(**COMPILED)
def _take_out(copy, density, total, from_elsewhere, first, end):
    """Take a suspect's share out of the copies' densities."""
    for p in range(first, end):
        if density[p] > 0.0:
            total[copy[p]] = max(total[copy[p]] - density[p], from_elsewhere[copy[p]])
            density[p] = 0.0


@njit(**COMPILED)
def _weigh_stream(weight, copy, late, total, silent, share, first, end, mass, product):
    """Likelihood of each rate of a stream against none, summed over starts, into ``mass`` up to a factor; the log of their sum."""
    scale, whole = 0.0, 0.0
    for k in range(RATES.size):
        product[k], mass[k] = 1.0, 0.0
    for p in range(end - 1, first - 1, -1):
        odds = weight[p] / total[copy[p]]
        for k in range(RATES.size):
            product[k] *= 1 + RATES[k] * odds
            mass[k] += product[k] * late[p, k]
        if product[RATES.size - 1] > _HUGE:
            for k in range(RATES.size):
                product[k], mass[k] = product[k] / _HUGE, mass[k] / _HUGE
            scale += _LOG_HUGE
    for k in range(RATES.size):
        mass[k] = (mass[k] + product[k] * (1 - LATE_START) * silent[k]) * share[k]
        whole += mass[k]
    return math.log(whole) + scale


@njit(**COMPILED)
def _weigh_any(weight, copy, total, market_tags, tag, pairs, first, end, silent, share, mass):
    """As `_weigh_stream`, for a source that signs with any tag from its first holding on."""
    scale, whole = 0.0, 0.0
    for k in range(RATES.size):
        mass[k] = 1.0
    for j in range(first, end):
        for p in range(pairs[j], pairs[j + 1]):
            odds = weight[p] * market_tags[tag[j]] / total[copy[p]]
            for k in range(RATES.size):
                mass[k] *= 1 + RATES[k] * odds
            if mass[RATES.size - 1] > _HUGE:
                for k in range(RATES.size):
                    mass[k] = mass[k] / _HUGE
                scale += _LOG_HUGE
    for k in range(RATES.size):
        mass[k] *= silent[k] * share[k]
        whole += mass[k]
    return math.log(whole) + scale


@njit(**COMPILED)
def _weigh_signed(tag, tag_streams, market_tags, further, first, end, logs, unseen):
    """Weight of each stream as the first one (the last place: a tag not seen on these launches), and the log of all together."""
    n = end - first
    first_mass, all_logs, seen, whole = np.empty(n + 1), 0.0, 0.0, 0.0
    streams = FIRST_TAGS
    for t in range(tag_streams.size):
        streams += tag_streams[t]
    for i in range(n):
        t = tag[first + i]
        share = (tag_streams[t] + FIRST_TAGS * market_tags[t]) / streams
        odds = math.exp(min(logs[i], _SURE))
        with_or_without = 1 - further + further * odds
        first_mass[i] = share * odds / with_or_without
        all_logs += math.log(with_or_without) + max(logs[i] - _SURE, 0.0)
        seen += share
        whole += first_mass[i]
    first_mass[n] = max(1 - seen, 0.0) * unseen
    return first_mass, all_logs + math.log(whole + first_mass[n])


@njit(**COMPILED)
def _flow_any(suspects, chain, s):
    rate = RATES[chain.plain_rate[s]]
    for j in range(suspects.streams[s], suspects.streams[s + 1]):
        share = suspects.market_tags[suspects.tag[j]]
        for p in range(suspects.pairs[j], suspects.pairs[j + 1]):
            chain.density[p] = rate * share * suspects.weight[p]
            chain.total[suspects.copy[p]] += chain.density[p]


@njit(**COMPILED)
def _open_streams(suspects, chain, s, mass, logs, first_mass):
    """Draw which streams of a source flow, and their rates and starts."""
    first, further = suspects.streams[s], chain.market[2]
    main = draw_class(chain.seed, first_mass)
    for i in range(first_mass.size - 1):
        odds = further * math.exp(min(logs[i], _SURE))
        if i != main and draw(chain.seed) * (1 - further + odds) >= odds:
            continue
        j, k = first + i, draw_class(chain.seed, mass[i])
        begin = _draw_begin(suspects, chain, s, j, k)
        chain.rate[j], chain.begin[j] = k, begin
        chain.tag_streams[suspects.tag[j]] += 1
        for p in range(begin, suspects.pairs[j + 1]):
            chain.density[p] = RATES[k] * suspects.weight[p]
            chain.total[suspects.copy[p]] += chain.density[p]


@njit(**COMPILED)
def _draw_begin(suspects, chain, s, j, k):
    """Draw the pair from which on a stream flows, given its rate."""
    first, end = suspects.pairs[j], suspects.pairs[j + 1]
    mass, product = np.zeros(end - first + 1), 1.0
    for p in range(end - 1, first - 1, -1):
        product *= 1 + RATES[k] * suspects.weight[p] / chain.total[suspects.copy[p]]
        mass[p - first] = product * suspects.late[p, k]
        if product > _HUGE:
            product /= _HUGE
            for i in range(p - first, end - first):
                mass[i] /= _HUGE
    mass[end - first] = product * (1 - LATE_START) * suspects.silent[s, k]
    drawn = draw_class(chain.seed, mass)
    return first + drawn if drawn < end - first else first


@njit(**COMPILED)
def _keep(suspects, chain, draws, kept, part):
    """Add a sweep's part of the averages, and draw whose each copy is."""
    for numbers, average in (
        (chain.source, draws.source),
        (chain.rate_share, draws.rate_share),
        (chain.prevalence, draws.prevalence),
        (chain.market, draws.market),
    ):
        for i in range(numbers.size):
            average[i] += numbers[i] * part
    for s in range(suspects.kind.size):
        if chain.mode[s] == ANY_TAG:
            draws.rate[s] += RATES[chain.plain_rate[s]] * part
    for j in range(suspects.tag.size):
        if chain.rate[j] >= 0:
            draws.rate[suspects.suspect_of[suspects.pairs[j]]] += RATES[chain.rate[j]] * part
    for c in range(suspects.copy_tag.size):
        draws.none[c] += chain.from_elsewhere[c] / chain.total[c] * part
        u, drawn = draw(chain.seed) * chain.total[c], -1
        for i in range(suspects.copy_starts[c], suspects.copy_starts[c + 1]):
            p = suspects.by_copy[i]
            draws.pair[p] += _share_of_pair(suspects, chain, p, c) * part
            u -= chain.density[p]
            if u < 0 and drawn < 0 and chain.density[p] > 0:
                drawn = p
        if drawn >= 0:
            draws.counts[kept, suspects.suspect_of[drawn]] += 1


@njit(**COMPILED)
def _share_of_pair(suspects, chain, p, c):
    """Probability that the copy came from the holding: by the state, or for a faint stream by how likely it flows."""
    j = suspects.stream_of[p]
    if chain.faint[j] < 0 or chain.mode[suspects.suspect_of[p]] == ANY_TAG:
        return chain.density[p] / chain.total[c]
    flowing = chain.faint_rate[j] * suspects.weight[p]
    return chain.faint[j] * flowing / (chain.total[c] - chain.density[p] + flowing)


def _compile_run(parts: int):
    """The loop over sweeps, compiled anew whenever a part changes.

    Numba keeps compiled code on disk by the outermost function's file alone, and would go on with old parts and old priors; what it
    does look at is the value of a closure's variables.
    """

    @njit(cache=True, **COMPILED)
    def run(suspects, chain, draws, sweeps, kept, mass, logs):
        if parts < 0:
            return
        product, any_mass = np.zeros(RATES.size), np.zeros(RATES.size)
        for sweep in range(sweeps):
            _add_up(suspects, chain)
            for s in range(suspects.kind.size):
                _draw_state(suspects, chain, s, mass, logs, product, any_mass)
            for _ in range(-(-suspects.copy_tag.size // 3)):  # none where no copy appeared
                offer_exchange(suspects, chain)
            set_market(suspects, chain)
            if sweep >= sweeps - kept:
                _keep(suspects, chain, draws, sweep - sweeps + kept, 1 / kept)

    return run


_PARTS = (chain_module, exchange, market_rates, randomness)
_run = _compile_run(zlib.crc32("".join(map(inspect.getsource, _PARTS)).encode()))
