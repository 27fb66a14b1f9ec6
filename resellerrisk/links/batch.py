"""Links of what some days bring to a market whose links stand: pairs of new holdings only, then the links around some accounts.

A pair is fixed at the moment when the later account was first seen with the value, so what is seen from a moment on changes no pair that
stood before it. The rules are those of `find`, run over the values that somebody new holds and those one slip away from them; the figures
are, bit for bit, those of links found anew (tests/laws/test_nights.py).

Accounts have codes here that go on behind those of the market that stands: its own first, then the new ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from resellerrisk.links.declare import LINK_KINDS, MOST_HOLDERS
from resellerrisk.links.find import (
    add_worth,
    both_ways,
    days_silent,
    exact_pairs,
    near_of_kind,
    near_pairs,
    order_in_time,
)
from resellerrisk.links.holdings import Holdings
from resellerrisk.links.kept import KeptLinks
from resellerrisk.links.links import ENTRY_COLUMNS, Links, spread_ranges


@dataclass(frozen=True)
class Brought:
    """Who was first seen with what from a moment on, that it was not seen with before.

    Attributes
    ----------
    accounts : int64[n]
    values : int64[n]
        Codes of the values that stand; of new ones, codes behind the last.
    seen : int64[n]
    sources : int8[n]
    kinds, keys
        Of the new values.
    """

    accounts: np.ndarray
    values: np.ndarray
    seen: np.ndarray
    sources: np.ndarray
    kinds: np.ndarray
    keys: np.ndarray


@dataclass(frozen=True)
class LastRows:
    """Rows of accounts that say when each was last heard of (form, identifiers, orders), in any order."""

    accounts: np.ndarray
    moments: np.ndarray


def find_brought(
    kept: KeptLinks, held: Holdings, codes: np.ndarray, known_count: int, moment: int
) -> Brought:
    """What is new among some first sights.

    Parameters
    ----------
    kept : KeptLinks
    held : Holdings
        Of rows from the moment on, and of accounts that applied since.
    codes : int64[n_accounts]
        The code of each account of ``held``.
    known_count : int
        Accounts that stand.
    moment : int
        Up to which links stand, in microseconds.
    """
    accounts = codes[held.accounts]
    values = kept.find_values(held.kinds, held.keys)[held.values]
    new = held.seen >= moment
    rows, of = kept.holders(touched := np.unique(values[new & (values >= 0)]))
    holds = touched[of] * np.int64(known_count + 1) + kept.arrays["accounts"][rows]
    own = values * np.int64(known_count + 1) + accounts
    new &= (accounts >= known_count) | (values < 0) | ~np.isin(own, holds)
    unknown, place = np.unique(held.values[new & (values < 0)], return_inverse=True)
    coded = values[new]
    coded[coded < 0] = kept.values_count + place
    return Brought(
        accounts[new], coded, held.seen[new], held.sources[new], held.kinds[unknown], held.keys[unknown]
    )


def pair_brought(
    kept: KeptLinks, brought: Brought, account_ids: np.ndarray, last: LastRows, moment: int
) -> dict[str, np.ndarray]:
    """The evidence of the pairs that new holdings make, both ways, in the columns of `ENTRY_COLUMNS`.

    Parameters
    ----------
    kept, brought, moment
    account_ids : object[n_accounts]
        By code.
    last : LastRows
    """
    local, codes, values = _touched_holdings(kept, brought, account_ids)
    pairs = pd.concat([exact_pairs(local), near_pairs(local)], ignore_index=True)
    pairs = order_in_time(pairs, local)
    pairs = pairs[pairs["since"] >= moment].reset_index(drop=True)
    asked = codes[pairs["account"].to_numpy()]
    silence = days_silent(last.accounts, last.moments, asked, pairs["since"].to_numpy())
    pairs = add_worth(pairs, local, silence, _words_of(kept, brought, local))
    entries = both_ways(pairs, local)
    coded = {"own": codes, "other": codes, "own_value": values, "other_value": values}
    return {name: coded[name][column] if name in coded else column for name, column in entries.items()}


def _touched_holdings(
    kept: KeptLinks, brought: Brought, account_ids
) -> tuple[Holdings, np.ndarray, np.ndarray]:
    """All holders of the values that somebody new holds, and of those one slip away; with the codes of accounts and values."""
    held = np.unique(brought.values)
    full = np.flatnonzero(held < kept.values_count)
    starts = kept.arrays["holder_starts"]
    many = starts[held[full] + 1] - starts[held[full]] >= MOST_HOLDERS
    held = np.delete(held, full[many])
    values = np.union1d(held, _twins(kept, brought, held))
    old = values[values < kept.values_count]
    rows, of = kept.holders(old)
    mine = np.isin(brought.values, values)
    accounts = np.concatenate([kept.arrays["accounts"][rows], brought.accounts[mine]]).astype(np.int64)
    coded = np.concatenate([old[of], brought.values[mine]])
    seen = np.concatenate([kept.arrays["seen"][rows], brought.seen[mine]])
    sources = np.concatenate([kept.arrays["sources"][rows], brought.sources[mine]])
    kinds, keys = _kinds_and_keys(kept, brought, values)
    by_text = np.lexsort((pd.factorize(keys, sort=True)[0], kinds))
    place = np.empty(len(values), np.int64)
    place[by_text] = np.arange(len(values))
    codes = np.unique(accounts)
    codes = codes[np.argsort(account_ids[codes], kind="stable")]
    who = _places_of(codes, accounts)
    which = place[np.searchsorted(values, coded)]
    order = np.lexsort((who, seen, which))
    local = Holdings(who[order], which[order], seen[order], sources[order], kinds[by_text], keys[by_text])
    return local, codes, values[by_text]


def _places_of(codes: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where each wanted code stands in a list of different codes."""
    order = np.argsort(codes)
    return order[np.searchsorted(codes[order], wanted)]


def _kinds_and_keys(kept: KeptLinks, brought: Brought, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    old = values < kept.values_count
    kinds, keys = np.empty(len(values), np.int8), np.empty(len(values), object)
    kinds[old], keys[old] = kept.arrays["kinds"][values[old]], kept.texts(values[old])
    new = values[~old] - kept.values_count
    kinds[~old], keys[~old] = brought.kinds[new], brought.keys[new]
    return kinds, keys


def _twins(kept: KeptLinks, brought: Brought, held: np.ndarray) -> np.ndarray:
    """Values one slip away from one of some."""
    found = [np.empty(0, np.int64)]
    kinds, keys = _kinds_and_keys(kept, brought, held)
    for code, kind in enumerate(LINK_KINDS):
        if not kind.near or not (kinds == code).any():
            continue
        own = held[kinds == code]
        others = np.setdiff1d(kept.candidates(code, keys[kinds == code]), own)
        texts = np.concatenate([keys[kinds == code], kept.texts(others)])
        pairs = np.array(near_of_kind(kind.name, texts), np.int64).reshape(-1, 2)
        pairs = pairs[pairs[:, 0] < len(own)]
        found.append(np.concatenate([own, others])[pairs[:, 1]])
    return np.concatenate(found)


def _words_of(kept: KeptLinks, brought: Brought, local: Holdings):
    """By kind what `find.count_words` counts over the whole market, of the words that the touched values have."""

    def count(kind: int):
        words = sorted({word for key in local.keys[local.kinds == kind] for word in key.split()})
        moments, found = kept.count_words(kind, words)
        kinds, keys = _kinds_and_keys(kept, brought, brought.values)
        mine = np.flatnonzero(kinds == kind)
        moments = np.sort(np.concatenate([moments, brought.seen[mine]]))
        more: dict[str, list[int]] = {}
        for row in mine:
            for word in set(keys[row].split()):
                more.setdefault(word, []).append(int(brought.seen[row]))
        none = np.empty(0, np.int64)
        return moments, {
            word: np.sort(np.concatenate([found.get(word, none), np.array(more.get(word, ()), np.int64)]))
            for word in words
        }

    return count


@dataclass(frozen=True)
class Around:
    """Links of some accounts and those around them.

    Attributes
    ----------
    links : Links
        Accounts coded in the order of their ids.
    codes : int64[m]
        The code of each.
    """

    links: Links
    codes: np.ndarray


def cut_around(
    kept: KeptLinks,
    brought: Brought,
    entries: dict[str, np.ndarray],
    accounts: np.ndarray | None,
    account_ids: np.ndarray,
    outcomes: pd.DataFrame,
    make=Links,
) -> Around:
    """The links of some accounts, with all that their figures ask of those around them; of all where ``accounts`` is None.

    Parameters
    ----------
    kept, brought
    entries : dict of array
        From `pair_brought`.
    accounts : int64[n], optional
    account_ids : object
        By code.
    outcomes : DataFrame
    make : callable
        Makes the links from account ids, holdings, entries and outcomes.
    """
    if accounts is None:
        codes = np.arange(len(account_ids))
        told = _join_entries(kept, entries, codes)
        values = np.arange(kept.values_count + len(brought.keys))
    else:
        own = _join_entries(kept, entries, accounts)
        friends = np.unique(own["other"])
        told = _join_entries(kept, entries, np.union1d(accounts, friends))
        codes = np.unique(np.concatenate([accounts, told["own"], told["other"]]))
        values = np.unique(np.concatenate([told["own_value"], told["other_value"]]))
    codes = codes[np.argsort(account_ids[codes], kind="stable")]
    if accounts is None:
        values = _in_order_of_text(kept, brought)
    holdings = _cut_holdings(kept, brought, values, codes)
    local = dict(told)
    for name in ("own", "other"):
        local[name] = _places_of(codes, told[name])
    for name in ("own_value", "other_value"):
        local[name] = _places_of(values, told[name]).astype(np.int32)
    since = np.maximum(local["own_seen"], local["other_seen"])
    order = np.lexsort((since, local["kind"], local["other"], local["own"]))
    types = {name: kept.arrays[f"entry_{name}"].dtype for name in ENTRY_COLUMNS}
    local = {name: column[order].astype(types[name]) for name, column in local.items()}
    return Around(make(account_ids[codes], holdings, local, outcomes), codes)


def _join_entries(
    kept: KeptLinks, entries: dict[str, np.ndarray], accounts: np.ndarray
) -> dict[str, np.ndarray]:
    """What stands of some accounts, then what is new of them."""
    starts = kept.arrays["entry_starts"]
    known = accounts[accounts < len(starts) - 1]
    rows = spread_ranges(starts[known], starts[known + 1])
    mine = np.isin(entries["own"], accounts)
    return {
        name: np.concatenate([kept.arrays[f"entry_{name}"][rows], entries[name][mine]])
        for name in ENTRY_COLUMNS
    }


def _in_order_of_text(kept: KeptLinks, brought: Brought) -> np.ndarray:
    """Codes of all values by kind and key."""
    old, new = kept.arrays["kinds"], np.lexsort((pd.factorize(brought.keys, sort=True)[0], brought.kinds))
    ends = np.searchsorted(old, np.arange(len(LINK_KINDS) + 1))
    keys = kept.keys.to_numpy(zero_copy_only=False)
    place = [
        ends[kind] + np.searchsorted(keys[ends[kind] : ends[kind + 1]], key)
        for kind, key in zip(brought.kinds[new], brought.keys[new], strict=True)
    ]
    return np.insert(np.arange(len(old)), np.array(place, np.int64), len(old) + new)


def _cut_holdings(kept: KeptLinks, brought: Brought, values: np.ndarray, codes: np.ndarray) -> Holdings:
    """Holders of some values, coded by place; an account that is not among ``codes`` has the code -1."""
    old = values[values < kept.values_count]
    rows, of = kept.holders(old)
    mine = np.isin(brought.values, values)
    accounts = np.concatenate([kept.arrays["accounts"][rows], brought.accounts[mine]]).astype(np.int64)
    which = _places_of(values, np.concatenate([old[of], brought.values[mine]]))
    seen = np.concatenate([kept.arrays["seen"][rows], brought.seen[mine]])
    sources = np.concatenate([kept.arrays["sources"][rows], brought.sources[mine]])
    order = np.argsort(codes)
    place = np.minimum(np.searchsorted(codes[order], accounts), len(codes) - 1)
    who = np.where(codes[order][place] == accounts, order[place], -1) if len(codes) else accounts
    by_value = np.lexsort((who, seen, which))
    kinds, keys = _kinds_and_keys(kept, brought, values)
    return Holdings(
        who[by_value].astype(np.int32),
        which[by_value].astype(np.int32),
        seen[by_value],
        sources[by_value],
        kinds,
        keys,
    )
