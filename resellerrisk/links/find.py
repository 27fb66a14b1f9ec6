"""Find every pair of accounts that share a value, and what the sharing is worth but for how many hold it.

A pair is fixed at the moment when the later account was first seen with the value, from rows strictly before
that moment: what comes after changes nothing. How many hold the value as of T, and what T knows of outcomes,
is left to `walk`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from numba import njit

from resellerrisk.links.declare import (
    KIND_CODES,
    LINK_KINDS,
    LINKED,
    MOST_HOLDERS,
    NEAR_WORTH,
    RELET_DAYS,
    RELET_WORTH,
    STOPPED_DAYS,
    TRUE_NAMESAKES,
)
from resellerrisk.links.distinct import one_by_one
from resellerrisk.links.holdings import (
    KINDS_TOGETHER,
    Holdings,
    account_codes,
    holdings_of_kinds,
    join_holdings,
    microseconds,
    stand_in_order,
)
from resellerrisk.links.links import ENTRY_COLUMNS, Links
from resellerrisk.links.near import near_addresses, near_names

_DAY = 86_400_000_000
_NEVER = np.int64(-(2**63))
#: Microseconds between two moments fit into so many bits: nine thousand years.
_MOMENT_BITS = 58
#: What is told of each pair.
_TOLD = ("one", "other", "near", "kind", "base", "taken_over")
#: Columns of pairs, a row each.
Pairs = Mapping[str, np.ndarray]


def find_links(market, run: Callable = one_by_one) -> Links:
    """Links between the accounts of a market, each from its own moment on.

    Parameters
    ----------
    market : Market
        `accounts` and `orders` are needed; `identifiers` and `outcomes` may be empty.
    run : function
        What calls a list of functions and gives what they say, in their order: for a large market several processes may share
        the work. By default one is called after the other.

    Returns
    -------
    Links
        Costs grow with the values that several accounts hold; of a value at most `MOST_HOLDERS` holders are
        paired.
    """
    heard = when_heard(market)
    found = run([partial(_links_of_kinds, market, heard, kinds) for kinds in KINDS_TOGETHER])
    found = [one for some in found for one in some]
    holdings, pairs = join_holdings([one for one, _ in found]), _join_pairs(found)
    return Links(market.account_ids, holdings, both_ways(pairs, holdings), market.outcomes)


def _links_of_kinds(
    market, heard: list[Heard], kinds: Sequence[str]
) -> list[tuple[Holdings, dict[str, np.ndarray]]]:
    """Holdings of some kinds and their pairs, which stand by themselves: no pair of one kind looks at another's."""
    found = []
    for holdings in holdings_of_kinds(market, kinds):
        pairs = pd.concat([exact_pairs(holdings), near_pairs(holdings)], ignore_index=True)
        pairs = order_in_time(pairs, holdings)
        silence = silence_since(heard, pairs["account"].to_numpy(np.int64), pairs["since"].to_numpy(np.int64))
        told = add_worth(pairs, holdings, silence, partial(count_words, holdings))
        found.append((holdings, {name: told[name] for name in _TOLD}))
    return found


def _join_pairs(found: Sequence[tuple[Holdings, dict[str, np.ndarray]]]) -> dict[str, np.ndarray]:
    """The pairs of all kinds, their rows counted in the holdings of all."""
    found = sorted(found, key=lambda one: one[0].kinds[:1].tolist())
    first, parts = 0, []
    for holdings, pairs in found:
        parts.append(pairs | {name: pairs[name] + first for name in ("one", "other")})
        first += len(holdings.values)
    return {name: np.concatenate([part[name] for part in parts]) for name in _TOLD}


def exact_pairs(holdings: Holdings) -> pd.DataFrame:
    """Rows of holdings of one value: every later one with every earlier one, of the first `MOST_HOLDERS`."""
    starts = np.searchsorted(holdings.values, np.arange(len(holdings.keys)))
    rank = np.arange(len(holdings.values)) - starts[holdings.values]
    earlier, later = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    reachable = np.flatnonzero((rank > 0) & (rank < MOST_HOLDERS))
    for back in range(1, MOST_HOLDERS):
        reachable = reachable[rank[reachable] >= back]
        earlier.append(reachable - back)
        later.append(reachable)
    return pd.DataFrame({"one": np.concatenate(earlier), "other": np.concatenate(later)}).assign(near=False)


def near_pairs(holdings: Holdings) -> pd.DataFrame:
    """Rows of holdings of two values one slip apart, of each value the first `MOST_HOLDERS`."""
    ends = np.searchsorted(holdings.values, np.arange(len(holdings.keys) + 1))
    found = [np.empty((0, 2), np.int64)]
    for code, kind in enumerate(LINK_KINDS):
        values = np.flatnonzero(holdings.kinds == code) if kind.near else found[0]
        if values.size:
            pairs = np.array(near_of_kind(kind.name, holdings.keys[values]), np.int64).reshape(-1, 2)
            found.append(values[pairs])
    values = np.concatenate(found)
    # Each holder of the one with each of the other.
    ones, others = np.minimum(np.diff(ends), MOST_HOLDERS)[values].T
    pair = np.repeat(np.arange(len(values)), ones * others)
    place = np.arange(len(pair)) - np.repeat(np.cumsum(ones * others) - ones * others, ones * others)
    one = ends[values[pair, 0]] + place // others[pair]
    other = ends[values[pair, 1]] + place % others[pair]
    differ = holdings.accounts[one] != holdings.accounts[other]
    return pd.DataFrame({"one": one[differ], "other": other[differ]}).assign(near=True)


def near_of_kind(kind: str, keys) -> list[tuple[int, int]]:
    """Pairs of keys of a kind that are one slip apart."""
    return near_addresses(keys) if kind == "address" else near_names(keys)


def order_in_time(pairs: pd.DataFrame, holdings: Holdings) -> pd.DataFrame:
    """`one` the holding seen earlier, `since` the sight of the later; with kind and accounts."""
    one, other = pairs["one"].to_numpy(), pairs["other"].to_numpy()
    turned = holdings.seen[one] > holdings.seen[other]
    one, other = np.where(turned, other, one), np.where(turned, one, other)
    return pairs.assign(
        one=one,
        other=other,
        kind=holdings.kinds[holdings.values[one]],
        account=holdings.accounts[one],
        since=holdings.seen[other],
    )


class Heard(NamedTuple):
    """Rows of a table by account and moment: where each account's begin, int64[n_accounts + 1], and the moments, int64[n_rows]."""

    starts: np.ndarray
    moments: np.ndarray


def when_heard(market) -> list[Heard]:
    """The tables that say when an account was last heard of."""
    tables = ((market.accounts, "applied_at"), (market.identifiers, "seen_at"), (market.orders, "ordered_at"))
    count = len(market.account_ids)
    return [by_account(account_codes(table), microseconds(table[column]), count) for table, column in tables]


def by_account(accounts: np.ndarray, moments: np.ndarray, count: int) -> Heard:
    """Rows in any order as `Heard`; rows of no account have the code -1."""
    if not stand_in_order(accounts, moments):
        order = np.lexsort((moments, accounts))
        accounts, moments = accounts[order], moments[order]
    return Heard(np.searchsorted(accounts, np.arange(count + 1, dtype=accounts.dtype)), moments)


def silence_since(heard: Sequence[Heard], accounts: np.ndarray, since: np.ndarray) -> np.ndarray:
    """Days from the last row of an account, in any table, strictly before a moment to that moment; missing where there is none.

    Parameters
    ----------
    heard : sequence of Heard
    accounts, since : int64[n]

    Examples
    --------
    >>> rows = by_account(np.array([3, 3]), np.array([0, _DAY]), 5)
    >>> silence_since([rows], np.array([3, 3, 4]), np.array([_DAY, 3 * _DAY, 9])).tolist()
    [1.0, 2.0, nan]
    """
    before = np.full(len(accounts), _NEVER)
    for rows in heard:
        before = np.maximum(before, _last_before(rows.starts, rows.moments, accounts, since))
    return np.where(before == _NEVER, np.nan, (since - before) / _DAY)


def days_silent(
    accounts: np.ndarray, moments: np.ndarray, asked: np.ndarray, since: np.ndarray
) -> np.ndarray:
    """As `silence_since`, of rows of one table in any order; nothing grows with accounts that are not asked for.

    Examples
    --------
    >>> days_silent(np.array([3, 3]), np.array([0, _DAY]), np.array([3, 3, 4]), np.array([_DAY, 3 * _DAY, 9])).tolist()
    [1.0, 2.0, nan]
    """
    known, place = np.unique(asked, return_inverse=True)
    wanted = np.isin(accounts, known)
    rows = by_account(np.searchsorted(known, accounts[wanted]), moments[wanted], len(known))
    return silence_since([rows], place, since)


@njit(cache=True, nogil=True)
def _last_before(starts, moments, accounts, since):
    """The last moment of each account strictly before another; the smallest int64 where there is none."""
    out = np.empty(accounts.size, np.int64)
    for i in range(accounts.size):
        low, high = starts[accounts[i]], starts[accounts[i] + 1]
        first = low
        while low < high:
            middle = (low + high) >> 1
            if moments[middle] < since[i]:
                low = middle + 1
            else:
                high = middle
        out[i] = moments[low - 1] if low > first else _NEVER
    return out


def add_worth(pairs: Pairs, holdings: Holdings, silence: np.ndarray, words) -> Pairs:
    """Pairs with what each is worth and whether it stands for a value that changed hands.

    ``pairs`` is a frame, or its columns where one subject's few pairs are asked for while somebody waits; ``words`` gives, of a kind,
    what `count_words` counts over the whole market.
    """
    told = {name: np.asarray(pairs[name]) for name in pairs}
    told["base"] = _worth(told, holdings, silence, words)
    return told | {"taken_over": _taken_over(told, silence)}


def _worth(pairs: Pairs, holdings: Holdings, silence: np.ndarray, words) -> np.ndarray:
    """Declared weight, less for near values, for what is given out anew, and for namesakes."""
    kinds = pairs["kind"]
    worth = np.array([kind.weight for kind in LINK_KINDS])[kinds]
    worth = np.where(pairs["near"], worth * NEAR_WORTH, worth)
    relet = np.array([kind.relet for kind in LINK_KINDS])[kinds]
    worth = np.where(relet & (silence >= RELET_DAYS), worth * RELET_WORTH, worth)
    for code, kind in enumerate(LINK_KINDS):
        if kind.by_chance and (kinds == code).any():
            worth = np.where(kinds == code, worth * _true_share(pairs, holdings, code, words(code)), worth)
    return worth


def count_words(holdings: Holdings, kind: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """When the holdings of a kind were seen, and those with each word, rising."""
    held = np.flatnonzero(holdings.kinds[holdings.values] == kind)
    held = held[np.argsort(holdings.seen[held], kind="stable")]
    values, which = np.unique(holdings.values[held], return_inverse=True)
    words, codes, starts = _code_words(holdings.keys[values])
    ends, seen = _sights_of_words(which, holdings.seen[held], codes, starts, len(words))
    return holdings.seen[held], {
        word: seen[first:end] for word, first, end in zip(words, [0, *ends[:-1]], ends, strict=True)
    }


def _code_words(keys) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The words of some keys, the code of each key's different words one key after the other, and where each key's begin."""
    place: dict[str, int] = {}
    codes, lengths = array("q"), [0]
    for key in keys:
        words = set(key.split())
        codes.extend([place.setdefault(word, len(place)) for word in words])
        lengths.append(len(words))
    return list(place), np.array(codes, np.int64), np.cumsum(lengths, dtype=np.int64)


@njit(cache=True, nogil=True)
def _sights_of_words(which, seen, codes, starts, words_count):
    """Moments of the holdings with each word, word by word in the holdings' order, and where each word's end."""
    counts = np.zeros(words_count + 1, np.int64)
    for i in range(which.size):
        for k in range(starts[which[i]], starts[which[i] + 1]):
            counts[codes[k] + 1] += 1
    ends = np.cumsum(counts)[:words_count]
    out = np.empty(counts.sum(), np.int64)
    for i in range(which.size):
        for k in range(starts[which[i]], starts[which[i] + 1]):
            out[ends[codes[k]]] = seen[i]
            ends[codes[k]] += 1
    return ends, out


def _true_share(pairs: Pairs, holdings: Holdings, kind: int, words) -> np.ndarray:
    """How likely a shared name is one person, not two namesakes: by how common its words were before `since`.

    With n holders of which a share p_w carries the word w, n · Π p_w namesakes are expected by chance; the
    share is TRUE_NAMESAKES / (TRUE_NAMESAKES + expected). The pair's earlier holder is left out of the
    counts.
    """
    moments, seen_of_word = words
    share = np.ones(len(pairs["one"]))
    rows = np.flatnonzero(pairs["kind"] == kind)
    ones, sinces = pairs["one"][rows], pairs["since"][rows].astype(np.int64)
    owns = (holdings.seen[ones] < sinces).astype(np.int64)
    totals = np.searchsorted(moments, sinces) - owns
    values, which = np.unique(holdings.values[ones], return_inverse=True)
    named, codes, starts = _code_words(holdings.keys[values])
    seen = [np.asarray(seen_of_word[word], np.int64) for word in named]
    seen_starts = np.cumsum([0, *map(len, seen)])
    seen = np.concatenate([*seen, np.empty(0, np.int64)])
    expected = _expect_namesakes(owns, sinces, totals, which, codes, starts, seen, seen_starts)
    share[rows] = TRUE_NAMESAKES / (TRUE_NAMESAKES + expected)
    return share


@njit(cache=True, nogil=True)
def _expect_namesakes(owns, sinces, totals, which, codes, starts, seen, seen_starts):
    """How many of so many holders would carry all words of a name by chance."""
    out = np.empty(owns.size, np.float64)
    carriers = np.empty(np.diff(starts).max() if starts.size > 1 else 0, np.int64)
    for i in range(owns.size):
        n = 0
        for k in range(starts[which[i]], starts[which[i] + 1]):
            first, end = seen_starts[codes[k]], seen_starts[codes[k] + 1]
            carriers[n] = np.searchsorted(seen[first:end], sinces[i])
            n += 1
        out[i] = totals[i]
        # In the order of how common the words are, not of their letters: a product's last bits follow the order of its factors.
        for count in np.sort(carriers[:n]):
            out[i] *= (count - owns[i] + 0.5) / (totals[i] + 1)
    return out


def _taken_over(pairs: Pairs, silence: np.ndarray) -> np.ndarray:
    """Pairs that stand for a value taken up after all its earlier holders had stopped, one a value."""
    telling = ~pairs["near"] & (pairs["base"] >= LINKED)
    telling &= ~np.isin(pairs["kind"], [KIND_CODES["name"], KIND_CODES["ship_to"]])
    one, own = pairs["one"], pairs["other"] * 2 + pairs["near"]
    values, place = np.unique(own, return_inverse=True)
    least, last = np.full(values.size, np.nan), np.full(values.size, -1, np.int64)
    np.fmin.at(least, place, silence)
    np.maximum.at(last, place, one)
    return telling & (least[place] >= STOPPED_DAYS) & (one == last[place])


def both_ways(pairs: Pairs, holdings: Holdings) -> dict[str, np.ndarray]:
    """Every pair twice, once for each account, sorted by account, other account, kind and moment."""
    one, other = pairs["one"], pairs["other"]
    own, far = np.concatenate([one, other]), np.concatenate([other, one])
    twice = {name: np.tile(pairs[name], 2) for name in ("kind", "base", "near")}
    taken = np.concatenate([np.zeros(len(one), bool), pairs["taken_over"]])
    entries = {
        "own": holdings.accounts[own],
        "other": holdings.accounts[far].astype(np.int64),
        "kind": twice["kind"],
        "own_value": holdings.values[own],
        "other_value": holdings.values[far],
        "own_seen": holdings.seen[own],
        "own_source": holdings.sources[own],
        "other_seen": holdings.seen[far],
        "base": twice["base"],
        "near": twice["near"],
        "taken_over": taken,
    }
    # By account, other account, kind, moment, and the two rows, each two of them as one number.
    since = np.maximum(entries["own_seen"], entries["other_seen"])
    one, other = entries["own"].astype(np.int64) + 1, entries["other"] + 1
    who = one * (int(one.max(initial=0)) + 1) + other
    when = (entries["kind"].astype(np.int64) << _MOMENT_BITS) + (since - since.min(initial=0))
    order = np.lexsort((own * np.int64(len(holdings.values)) + far, when, who))
    return {name: entries[name][order] for name in ENTRY_COLUMNS}
