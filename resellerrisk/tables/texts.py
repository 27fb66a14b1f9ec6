"""Columns of texts as codes: each different text once, and which of them each row holds.

The row groups of a file have a dictionary of their own each. Only the dictionaries are put together here; the rows stay as they were read, until
something is written down for each of them, once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from resellerrisk.tables.passes import kind_of_codes, spread, used_codes


@dataclass(frozen=True)
class Texts:
    """A text column.

    Parameters
    ----------
    uniques : pyarrow.Array of string
        The different texts that stand there, none of them empty.
    groups : tuple of (int32[n_rows of the group], int32[n_texts of the group])
        Rows that share a dictionary, one group after the other: which of its texts each row holds, -1 for none, and the place of
        these texts in ``uniques``, -1 for those that are empty.

    Examples
    --------
    >>> texts = take_texts(pa.chunked_array([["b", "", "a"], ["a", None, "c"]]))
    >>> texts.uniques.to_pylist(), texts.spread(np.array([20, 10, 30]), 0).tolist()
    (['b', 'a', 'c'], [20, 0, 10, 10, 0, 30])
    """

    uniques: pa.Array
    groups: tuple[tuple[np.ndarray, np.ndarray], ...]

    def __len__(self) -> int:
        return sum(codes.size for codes, _ in self.groups)

    def spread(self, values: np.ndarray, missing: object) -> np.ndarray:
        """One value a row, from one value for each different text."""
        out, end = np.empty(len(self), values.dtype), 0
        for codes, place in self.groups:
            begin, end = end, end + codes.size
            spread(spread(values, place, missing), codes, missing, out[begin:end])
        return out

    def unusable(self, usable: np.ndarray) -> np.ndarray:
        """Rows that are filled with a text which is not usable, bool[n_rows]."""
        return np.zeros(len(self), bool) if usable.all() else self.spread(~usable, False)


def take_texts(raw: pa.ChunkedArray) -> Texts:
    """The different texts of a column of strings, plain or as dictionaries, and where they stand; an empty text is missing."""
    if pa.types.is_null(raw.type):
        return Texts(pa.array([], pa.string()), ((np.full(len(raw), -1, np.int32), np.empty(0, np.int32)),))
    if not pa.types.is_dictionary(raw.type):
        raw = raw.dictionary_encode()
    chunks = [chunk for chunk in raw.chunks if len(chunk)]
    uniques, places = _put_together([chunk.dictionary for chunk in chunks])
    groups = [(_whole_codes(chunk.indices), place) for chunk, place in zip(chunks, places, strict=True)]
    used = np.zeros(len(uniques), bool)
    for codes, place in groups:
        used[place[used_codes(codes, place.size) & (place >= 0)]] = True
    used &= pc.not_equal(uniques, "").to_numpy(zero_copy_only=False)
    if not used.all():
        kept = np.where(used, np.cumsum(used) - 1, -1).astype(np.int32)
        groups = [(codes, spread(kept, place, -1)) for codes, place in groups]
        uniques = uniques.filter(pa.array(used))
    return Texts(uniques, tuple(groups))


def _put_together(dictionaries: list[pa.Array]) -> tuple[pa.Array, list[np.ndarray]]:
    """The different texts of some dictionaries, and the place of each dictionary's texts among them; -1 for none."""
    known: dict[tuple, int] = {}
    which = [known.setdefault(_memory_of(one), len(known)) for one in dictionaries]
    first = [dictionaries[which.index(number)].cast(pa.string()) for number in range(len(known))]
    uniques, codes = _tell_apart(pa.chunked_array(first, pa.string()))
    places = np.split(codes, np.cumsum([len(one) for one in first])[:-1])
    return uniques, [places[number] for number in which]


def _tell_apart(texts: pa.ChunkedArray) -> tuple[pa.Array, np.ndarray]:
    """The different ones of some texts, and which of them each is; -1 where there is none."""
    if not texts.null_count:
        whole = texts.combine_chunks()
        # Ids that were given one after the other rise through a file: then equal ones stand side by side, and nothing is hashed.
        if isinstance(whole, pa.Array) and pc.all(pc.less_equal(whole[:-1], whole[1:]), min_count=0).as_py():
            new = np.ones(len(whole), bool)
            new[1:] = pc.not_equal(whole[:-1], whole[1:]).to_numpy(zero_copy_only=False)
            return whole.filter(pa.array(new)), np.cumsum(new, dtype=np.int32) - np.int32(1)
    encoded = texts.dictionary_encode().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0) if encoded.num_chunks else pa.array([], encoded.type)
    return encoded.dictionary, _whole_codes(encoded.indices)


def _memory_of(dictionary: pa.Array) -> tuple:
    """Where a dictionary lies: the chunks of a table often share one."""
    held = (0 if buffer is None else buffer.address for buffer in dictionary.buffers())
    return dictionary.offset, len(dictionary), *held


def _whole_codes(indices: pa.Array) -> np.ndarray:
    indices = indices.cast(pa.int32())
    return (pc.fill_null(indices, -1) if indices.null_count else indices).to_numpy(zero_copy_only=False)


def as_category(texts: Texts) -> pd.Categorical:
    """Categories in sorted order, so that codes do not hang on the order of the file."""
    uniques = texts.uniques
    rank = np.arange(len(uniques), dtype=kind_of_codes(len(uniques)))
    if not pc.all(pc.less(uniques[:-1], uniques[1:]), min_count=0).as_py():
        order = pc.sort_indices(uniques)
        rank[order.to_numpy()] = rank.copy()
        uniques = uniques.take(order)
    categories = pd.Index(uniques.to_numpy(zero_copy_only=False), dtype=object)
    # Looking whether they rise tells pandas that they differ, so that it builds no table of them all.
    _ = categories.is_monotonic_increasing
    return pd.Categorical.from_codes(
        texts.spread(rank, -1), dtype=pd.CategoricalDtype(categories), validate=False
    )


def find_longer(texts: Texts, most: int) -> np.ndarray:
    """Positions of cells that have more characters than so many, rising."""
    long = pc.greater(pc.utf8_length(texts.uniques), most).to_numpy(zero_copy_only=False)
    return texts.unusable(~long).nonzero()[0] if long.any() else np.empty(0, np.int64)
