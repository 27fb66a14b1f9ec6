"""What is kept of some accounts, and of several such pieces as one: codes over one list of texts, one array behind the other.

A piece in memory is the whole market's, or that of one part of it; laid down, its arrays lie in files until they are joined. What is
joined is the same however the accounts were dealt out. What is market-wide is `store`'s business.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from resellerrisk.signals.asks import CountedAsks, count_asked
from resellerrisk.signals.compute import Signals
from resellerrisk.signals.peers import PeerTable, join_peers
from resellerrisk.signals.rows import CONTRACT_TABLE, micros
from resellerrisk.signals.whole import join_places
from resellerrisk.signals.words import Words, as_words
from resellerrisk.state.arrays import map_arrays, save_arrays
from resellerrisk.state.choosing import join_last, last_not_kept, rows_to_keep
from resellerrisk.state.kept import KEPT, LAST_KNOWN
from resellerrisk.vocabulary import IDENTIFIER_KINDS

#: What is known of a line that is not kept, where it is the last of its title or address.
OLDER_PARTS = ("account", "code", "at")
#: By group of arrays the column that is coded over texts: which texts, and codes a text.
_CODED = {
    ("orders", "ship_to"): ("places", 1),
    ("older_ship_to", "code"): ("places", 1),
    ("identifiers", "value"): ("values", len(IDENTIFIER_KINDS)),
}


@dataclass(frozen=True)
class Piece:
    """What is kept of some accounts.

    Attributes
    ----------
    arrays : dict of str to dict of array, or of path
        By group: the columns of each view, ``older_title`` and ``older_ship_to``, and by account ``last`` and ``forms``; the groups' folders
        where they are laid down.
    texts : dict of str to object array
        ``places`` and ``values``: what codes count, sorted.
    words : dict of str to dict of list
        By view the lists of words.
    counts : dict of str to (int, int)
        By view rows kept, and of how many.
    asked : int64[n_titles]
        Accounts that had ordered each title.
    peers : PeerTable
    """

    arrays: dict[str, dict[str, np.ndarray] | Path]
    texts: dict[str, np.ndarray]
    words: dict[str, dict[str, list[str]]]
    counts: dict[str, tuple[int, int]]
    asked: np.ndarray
    peers: PeerTable

    def group(self, name: str) -> dict[str, np.ndarray]:
        """The arrays of a group."""
        found = self.arrays[name]
        return map_arrays(found) if isinstance(found, Path) else found


def take_piece(signals: Signals, moment: int, month: int, places: np.ndarray | None = None) -> Piece:
    """What is kept of the accounts of signals that know nothing from the moment on.

    Parameters
    ----------
    signals : Signals
    moment, month : int
        The moment and the first of its month, in microseconds.
    places : int64[n_accounts], optional
        Codes of the accounts in the whole market, where these are a part of it.
    """
    arrays, texts, words, counts = {}, {}, {}, {}
    for view in KEPT:
        if CONTRACT_TABLE[view] in signals.market.present:
            told, words[view], counts[view] = _take_rows(signals, view, moment, texts)
            arrays |= told
    if places is not None:
        for columns in arrays.values():
            columns["account"] = places[columns["account"]]
    asks, rows = signals.whole.asks, signals.views.orders
    asked = (
        asks.totals
        if isinstance(asks, CountedAsks)
        else count_asked(rows.account, rows.title, len(signals.market.title_ids))
    )
    forms = {
        column.declaration.function.__name__: np.asarray(signals.row_values(column.declaration), np.float64)
        for column in signals.catalogue.columns
        if column.declaration.table == "form"
    }
    arrays |= {"last": {"at": _last_rows(signals)}, "forms": forms}
    return Piece(arrays, texts, words, counts, asked, signals.peers_of_month(month))


def _take_rows(signals: Signals, view: str, moment: int, texts: dict) -> tuple[dict, dict, tuple[int, int]]:
    rows, places = getattr(signals.views, view), rows_to_keep(signals, view, moment)
    columns = {"account": np.asarray(rows.account)[places], "at": np.asarray(rows.at)[places]}
    words = {}
    for name in KEPT[view]:
        column = as_words(getattr(rows, name))
        if isinstance(column, Words):
            words[name] = [str(word) for word in column.categories]
            column = column.codes
        columns[name] = np.asarray(column)[places]
    arrays = {view: columns}
    if view == "orders":
        older = {name: _last_not_kept(signals, rows, name, places) for name in LAST_KNOWN}
        coded = [columns["ship_to"], older["ship_to"][1]]
        texts["places"] = _narrow(signals.views.place_texts, 1, coded)
        arrays |= {
            f"older_{name}": dict(zip(OLDER_PARTS, parts, strict=True)) for name, parts in older.items()
        }
    if view == "identifiers":
        texts["values"] = _narrow(signals.views.value_texts, len(IDENTIFIER_KINDS), [columns["value"]])
    return arrays, words, (len(places), len(rows))


def _last_not_kept(signals: Signals, rows, name: str, places: np.ndarray) -> tuple[np.ndarray, ...]:
    """As `last_not_kept`; where the signals are those of an earlier state, with the lines that were not kept then."""
    found = last_not_kept(rows, name, places)
    earlier = signals.views.older(name)
    return found if earlier is None else join_last(rows, name, found, earlier)


def _narrow(texts: np.ndarray, step: int, columns: list[np.ndarray]) -> np.ndarray:
    """The texts that some columns use, in their order; the columns are coded anew over them, in place.

    A code is a text's place times ``step``, and what is left over; -1 is missing.
    """
    used = np.unique(np.concatenate([column[column >= 0] // step for column in columns]))
    for column in columns:
        there = column >= 0
        column[there] = np.searchsorted(used, column[there] // step) * step + column[there] % step
    return np.asarray(texts, object)[used]


def _last_rows(signals: Signals) -> np.ndarray:
    """When each account was last heard of: its form, an identifier, an order; -1 of one that never was."""
    known, market = getattr(signals.whole, "last_rows", None), signals.market
    if known is not None:
        return known
    out = np.full(len(market.account_ids), -1, np.int64)
    for table, name in (("accounts", "applied_at"), ("identifiers", "seen_at"), ("orders", "ordered_at")):
        frame = getattr(market, table)
        np.maximum.at(out, frame["account_id"].cat.codes.to_numpy(), micros(frame[name]))
    return out


def lay_piece(folder: Path, piece: Piece) -> Piece:
    """Write the arrays of a piece into a folder; gives the piece without them, small enough to travel."""
    for group, columns in piece.arrays.items():
        save_arrays(folder / group, columns)
    laid = {group: folder / group for group in piece.arrays}
    return Piece(laid, piece.texts, piece.words, piece.counts, piece.asked, piece.peers)


class Joined:
    """Pieces of different accounts as one.

    Parameters
    ----------
    pieces : sequence of Piece
        In the order of their accounts.

    Attributes
    ----------
    texts : dict of str to object array
    words, counts, asked, peers
        As of a piece.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self.words = {
            view: {name: _join_words([one.words[view][name] for one in pieces]) for name in words}
            for view, words in pieces[0].words.items()
        }
        self.counts = {
            view: [sum(one.counts[view][place] for one in pieces) for place in (0, 1)] for view in self.words
        }
        self.asked = sum(one.asked for one in pieces)
        self.peers = join_peers([one.peers for one in pieces])
        self.texts, self._codes = {}, {}
        for name in pieces[0].texts:
            self._codes[name], self.texts[name] = join_places([one.texts[name] for one in pieces])

    @property
    def groups(self) -> list[str]:
        """Groups of arrays."""
        return list(self._pieces[0].arrays)

    def columns(self, group: str) -> Iterator[tuple[str, np.ndarray]]:
        """The arrays of a group, one after the other."""
        parts = [one.group(group) for one in self._pieces]
        for name in parts[0]:
            coded = _CODED.get((group, name))
            columns = [part[name] for part in parts]
            if name in self.words.get(group, ()) and len(parts) > 1:
                columns = self._recode_words(group, name, columns)
            if coded is not None:
                columns = [
                    _recode(column, codes, coded[1])
                    for column, codes in zip(columns, self._codes[coded[0]], strict=True)
                ]
            yield name, columns[0] if len(columns) == 1 else np.concatenate(columns)

    def _recode_words(self, view: str, name: str, columns: list[np.ndarray]) -> list[np.ndarray]:
        words = self.words[view][name]
        lists = [one.words[view][name] for one in self._pieces]
        return [
            pd.Categorical.from_codes(column, categories=own).set_categories(words).codes
            for column, own in zip(columns, lists, strict=True)
        ]


def _join_words(lists: Sequence[list[str]]) -> list[str]:
    """One list of words of several: theirs where they are alike, or all words, sorted.

    >>> _join_words([["new", "old"], ["new", "old"]]), _join_words([["wire"], ["card", "wire"]])
    (['new', 'old'], ['card', 'wire'])
    """
    return (
        lists[0]
        if all(words == lists[0] for words in lists)
        else sorted({word for words in lists for word in words})
    )


def _recode(column: np.ndarray, codes: np.ndarray, step: int) -> np.ndarray:
    """Codes over a piece's texts as codes over all.

    >>> _recode(np.array([0, -1, 3]), np.array([5, 7]), 2).tolist()
    [10, -1, 15]
    """
    out = np.array(column)
    there = out >= 0
    out[there] = codes[out[there] // step] * step + out[there] % step
    return out
