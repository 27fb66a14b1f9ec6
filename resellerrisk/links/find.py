"""Find every pair of accounts that share a value, and what the sharing is worth but for how many hold it.

A pair is fixed at the moment when the later account was first seen with the value, from rows strictly before
that moment: what comes after changes nothing. How many hold the value as of T, and what T knows of outcomes,
is left to `walk`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from functools import partial

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
from resellerrisk.links.holdings import Holdings, collect_holdings, microseconds
from resellerrisk.links.links import ENTRY_COLUMNS, Links
from resellerrisk.links.near import near_addresses, near_names

_DAY = 86_400_000_000
_NEVER = np.int64(-(2**63))
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
    holdings = collect_holdings(market, run)
    pairs = pd.concat([exact_pairs(holdings), near_pairs(holdings, run)], ignore_index=True)
    pairs = order_in_time(pairs, holdings)
    silence = _silence_before(market, pairs)
    pairs = add_worth(pairs, holdings, silence, lambda kind: count_words(holdings, kind))
    entries = both_ways(pairs, holdings)
    return Links(market.account_ids, holdings, entries, market.outcomes)


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


def near_pairs(holdings: Holdings, run: Callable = one_by_one) -> pd.DataFrame:
    """Rows of holdings of two values one slip apart, of each value the first `MOST_HOLDERS`."""
    ends = np.searchsorted(holdings.values, np.arange(len(holdings.keys) + 1))
    near = [code for code, kind in enumerate(LINK_KINDS) if kind.near]
    values_of = [np.flatnonzero(holdings.kinds == code) for code in near]
    tasks = [
        partial(near_of_kind, LINK_KINDS[code].name, holdings.keys[values])
        for code, values in zip(near, values_of, strict=True)
    ]
    found = []
    for values, pairs in zip(values_of, run(tasks), strict=True):
        for i, j in pairs:
            ones, others = (np.arange(ends[v], ends[v + 1])[:MOST_HOLDERS] for v in (values[i], values[j]))
            found.append(np.array(np.meshgrid(ones, others)).reshape(2, -1))
    one, other = np.concatenate(found, axis=1) if found else np.empty((2, 0), np.int64)
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


def _silence_before(market, pairs: pd.DataFrame) -> np.ndarray:
    """Days from the earlier account's last row before a pair's `since` to that moment."""
    tables = ((market.accounts, "applied_at"), (market.identifiers, "seen_at"), (market.orders, "ordered_at"))
    accounts = np.concatenate([table["account_id"].cat.codes.to_numpy(np.int64) for table, _ in tables])
    moments = np.concatenate([microseconds(table[column]) for table, column in tables])
    return days_silent(
        accounts, moments, pairs["account"].to_numpy(np.int64), pairs["since"].to_numpy(np.int64)
    )


def days_silent(
    accounts: np.ndarray, moments: np.ndarray, asked: np.ndarray, since: np.ndarray
) -> np.ndarray:
    """Days from the last row of an account strictly before a moment to that moment; missing where there is none.

    Parameters
    ----------
    accounts, moments : int64[n_rows]
        Account and microseconds of each row, in any order.
    asked, since : int64[n]

    Examples
    --------
    >>> days_silent(np.array([3, 3]), np.array([0, _DAY]), np.array([3, 3, 4]), np.array([_DAY, 3 * _DAY, 9])).tolist()
    [1.0, 2.0, nan]
    """
    # Accounts that are asked for are counted anew, so that nothing grows with the others.
    known, place = np.unique(asked, return_inverse=True)
    wanted = np.isin(accounts, known)
    accounts, moments = np.searchsorted(known, accounts[wanted]), moments[wanted]
    rows = np.lexsort((moments, accounts))
    accounts, moments = accounts[rows], moments[rows]
    starts = np.searchsorted(accounts, np.arange(len(known) + 1))
    before = _last_before(starts, moments, place, since)
    return np.where(before == _NEVER, np.nan, (since - before) / _DAY)


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
    seen_of_word: dict[str, list[int]] = {}
    for row in held:
        for word in set(holdings.keys[holdings.values[row]].split()):
            seen_of_word.setdefault(word, []).append(holdings.seen[row])
    return holdings.seen[held], {word: np.array(seen) for word, seen in seen_of_word.items()}


def _true_share(pairs: Pairs, holdings: Holdings, kind: int, words) -> np.ndarray:
    """How likely a shared name is one person, not two namesakes: by how common its words were before `since`.

    With n holders of which a share p_w carries the word w, n · Π p_w namesakes are expected by chance; the
    share is TRUE_NAMESAKES / (TRUE_NAMESAKES + expected). The pair's earlier holder is left out of the
    counts.
    """
    moments, seen_of_word = words
    ones, sinces = pairs["one"], pairs["since"]
    share = np.ones(len(ones))
    rows = np.flatnonzero(pairs["kind"] == kind)
    owns = (holdings.seen[ones[rows]] < sinces[rows]).astype(np.int64).tolist()
    totals = np.searchsorted(moments, sinces[rows]).tolist()
    values, sinces = holdings.values[ones[rows]].tolist(), sinces[rows].tolist()
    for i, own, before, value, since in zip(rows.tolist(), owns, totals, values, sinces, strict=True):
        total = before - own
        expected = float(total)
        named = set(holdings.keys[value].split())
        # Lists, not arrays: one look-up costs a tenth. In the order of how common the words are, not of their letters: a product's last
        # bits follow the order of its factors.
        for carriers in sorted(bisect_left(_listed(seen_of_word, word), since) for word in named):
            expected *= (carriers - own + 0.5) / (total + 1)
        share[i] = TRUE_NAMESAKES / (TRUE_NAMESAKES + expected)
    return share


def _listed(seen_of_word: dict, word: str) -> list[int]:
    seen = seen_of_word[word]
    if not isinstance(seen, list):
        seen = seen_of_word[word] = seen.tolist()
    return seen


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
    order = np.lexsort(
        (
            far,
            own,
            np.maximum(entries["own_seen"], entries["other_seen"]),
            entries["kind"],
            entries["other"],
            entries["own"],
        )
    )
    return {name: entries[name][order] for name in ENTRY_COLUMNS}
