"""Links as they are kept on disk: with look-ups by key, by slip and by word, so that what a night brings is paired without reading all.

What stands here was seen before one moment. Nothing is paired here (`batch`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from resellerrisk.links.declare import LINK_KINDS
from resellerrisk.links.find import count_words
from resellerrisk.links.links import Links, spread_ranges
from resellerrisk.links.near import meeting_places

#: Tells hashes of one kind from those of another.
_ODD = 0x9E3779B97F4A7C15


def index_links(links: Links) -> dict[str, np.ndarray]:
    """Arrays by which `KeptLinks` finds its way; of texts only hashes.

    Parameters
    ----------
    links : Links
    """
    holdings = links.holdings
    hashes = hash_keys(holdings.kinds, holdings.keys)
    order = np.argsort(hashes, kind="stable")
    met, values = _all_meetings(holdings)
    by_place = np.argsort(met, kind="stable")
    out = {
        "accounts": holdings.accounts,
        "seen": holdings.seen,
        "sources": holdings.sources,
        "kinds": holdings.kinds,
        "holder_starts": links.book.holder_starts,
        "key_hash": hashes[order],
        "key_value": order,
        "meeting": met[by_place],
        "meeting_value": values[by_place],
        "entry_starts": links.book.starts,
    }
    return out | _index_words(holdings) | {f"entry_{name}": column for name, column in links.entries.items()}


def hash_keys(kinds: np.ndarray, keys: Sequence[str]) -> np.ndarray:
    """A 64-bit hash of each key of a kind.

    >>> hash_keys(np.array([0, 1, 0]), ["a", "a", "a"])[[0, 1]].tolist() == hash_keys(np.array([0, 0]), ["a", "a"]).tolist()
    False
    """
    texts = pd.util.hash_array(np.asarray(keys, dtype=object), categorize=False)
    return texts ^ (np.asarray(kinds).astype(np.uint64) * np.uint64(_ODD))


def _all_meetings(holdings) -> tuple[np.ndarray, np.ndarray]:
    met, values = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for code, kind in enumerate(LINK_KINDS):
        if kind.near:
            own = np.flatnonzero(holdings.kinds == code)
            places, positions = meet(code, holdings.keys[own])
            met.append(places)
            values.append(own[positions])
    return np.concatenate(met), np.concatenate(values)


def meet(kind: int, keys) -> tuple[np.ndarray, np.ndarray]:
    """`meeting_places` of keys of a kind, told from those of other kinds."""
    places, positions = meeting_places(LINK_KINDS[kind].name, keys)
    return places ^ (np.full(1, kind, np.uint64) * np.uint64(_ODD)), positions


def _index_words(holdings) -> dict[str, np.ndarray]:
    """Of kinds whose namesakes are weighed: when they were seen, and by word when it was."""
    hashes, counts, seen = [], [], []
    out = {}
    for code, kind in enumerate(LINK_KINDS):
        if kind.by_chance:
            out[f"named_{code}"], by_word = count_words(holdings, code)
            words = list(by_word)
            hashes.append(hash_keys(np.full(len(words), code), words))
            counts += [len(by_word[word]) for word in words]
            seen += [by_word[word] for word in words]
    starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    hashed = np.concatenate(hashes) if hashes else np.empty(0, np.uint64)
    order = np.argsort(hashed, kind="stable")
    return out | {
        "word_hash": hashed[order],
        "word_first": starts[:-1][order],
        "word_end": starts[1:][order],
        "word_seen": np.concatenate(seen) if seen else np.empty(0, np.int64),
    }


@dataclass(frozen=True)
class KeptLinks:
    """Links that stand, as arrays on disk.

    Attributes
    ----------
    arrays : mapping of str to array
        As `index_links` makes them.
    keys : pyarrow.Array
        Of each value, its normalised text.
    """

    arrays: Mapping[str, np.ndarray]
    keys: pa.Array

    @property
    def values_count(self) -> int:
        """How many values were ever seen."""
        return len(self.arrays["kinds"])

    def texts(self, values: np.ndarray) -> np.ndarray:
        """The keys of some values."""
        return self.keys.take(pa.array(np.asarray(values, np.int64))).to_numpy(zero_copy_only=False)

    def find_values(self, kinds: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """Codes of values by kind and key; -1 where nobody was seen with it."""
        hashes, known = hash_keys(kinds, keys), self.arrays["key_hash"]
        low = np.searchsorted(known, hashes)
        out = np.full(len(hashes), -1, np.int64)
        # Hashes that meet by chance stand side by side: walk on to the key itself.
        for step in range(4):
            place = low + step
            there = np.flatnonzero((place < len(known)) & (out < 0))
            there = there[known[place[there]] == hashes[there]]
            if not there.size:
                break
            value = self.arrays["key_value"][place[there]]
            same = (self.texts(value) == keys[there]) & (self.arrays["kinds"][value] == kinds[there])
            out[there[same]] = value[same]
        return out

    def candidates(self, kind: int, keys) -> np.ndarray:
        """Values that may be one slip away from one of some keys of a kind."""
        own, _ = meet(kind, keys)
        own, known = np.unique(own), self.arrays["meeting"]
        low, high = np.searchsorted(known, own), np.searchsorted(known, own, side="right")
        return np.unique(self.arrays["meeting_value"][spread_ranges(low, high)])

    def holders(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the holdings of some values, one value after the other, and which of the values each is of."""
        starts = self.arrays["holder_starts"]
        first, end = starts[values], starts[np.asarray(values) + 1]
        return spread_ranges(first, end), np.repeat(np.arange(len(values)), end - first)

    def count_words(self, kind: int, words: Sequence[str]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """As `find.count_words`, of some words."""
        found = {}
        for word, hashed in zip(words, hash_keys(np.full(len(words), kind), words), strict=True):
            place = int(np.searchsorted(self.arrays["word_hash"], hashed))
            if place < len(self.arrays["word_hash"]) and self.arrays["word_hash"][place] == hashed:
                first, end = self.arrays["word_first"][place], self.arrays["word_end"][place]
                found[word] = self.arrays["word_seen"][first:end]
        return self.arrays[f"named_{kind}"], found
