"""`Links`: what a market's accounts share, asked as of any moment.

Holds evidence, not judgements: pairs of accounts, the kind of value they share and since when. Figures for
models, rows for people, groups for tracing all come from the same compiled walk (`walk`), so they cannot
disagree.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.links.declare import (
    GROUPED,
    LINK_FIGURES,
    LINK_KINDS,
    LINKED,
    STANDING_FIGURES,
    worth_by_holders,
)
from resellerrisk.links.holdings import FROM_FORM, FROM_ORDER, Holdings, microseconds
from resellerrisk.tables.moments import monday_of

ENTRY_COLUMNS = (
    "own",
    "other",
    "kind",
    "own_value",
    "other_value",
    "own_seen",
    "own_source",
    "other_seen",
    "base",
    "near",
    "taken_over",
)
#: Mondays whose groups are kept for the next question.
_MONDAYS_KEPT = 4
#: Sights at the very moment that count for the subject itself: bits by source.
_OWN_FORM = 1 << FROM_FORM


class Links:
    """Links between accounts, each known from its own moment on. Made by `find_links`.

    Parameters
    ----------
    account_ids : sequence of str
        The market's, sorted; codes below are places in it.
    holdings : Holdings
    entries : dict of numpy.ndarray
        `ENTRY_COLUMNS`, sorted by account, other account, kind and moment.
    outcomes : pandas.DataFrame
        The contract's table; of two decided at the same moment `fake` counts.
    """

    def __init__(
        self, account_ids, holdings: Holdings, entries: dict[str, np.ndarray], outcomes: pd.DataFrame
    ) -> None:
        self.account_ids = np.asarray(account_ids, dtype=object)
        self.holdings, self.entries = holdings, entries
        self._outcomes = outcomes
        self._groups: dict[int, tuple[np.ndarray, ...]] = {}
        self._settled: dict[int, tuple[np.ndarray, ...]] = {}

    def figures(
        self, account_codes, as_of, *, own_order: bool = False, standing=None, outcomes=None
    ) -> dict[str, np.ndarray]:
        """The numbers of `LINK_FIGURES` for every snapshot, exact as of its moment.

        Parameters
        ----------
        account_codes : int array, shape (n,)
            Codes into `account_ids`.
        as_of : datetime64 array, shape (n,)
            Moments, UTC. What was seen or decided strictly before counts, and at the moment itself the
            account's own form (`applied_at` is the moment of an application).
        own_order : bool
            The snapshots are orders at their `ordered_at`: the address the order itself goes to counts too.
        standing : (datetime64 array of shape (m,), float array of shape (m, n_accounts)), optional
            A risk of every account as of ascending moments, such as tracing's; of each snapshot the newest
            row at or before its moment counts. Adds `STANDING_FIGURES`; missing before the first moment.
        outcomes : pandas.DataFrame, optional
            Instead of the market's.

        Returns
        -------
        dict of str to float64 array, shape (n,)
            In the order of `LINK_FIGURES`. The groups joined are those of the Monday 00:00 UTC at or before
            the moment (the snapshot's own links are those of its moment); all else is exact to the
            microsecond.

        Raises
        ------
        InputError
            A code without an account, arrays of different lengths, or a standing of the wrong shape.
        """
        from resellerrisk.links import walk

        accounts, moments = self._check_snapshots(account_codes, as_of)
        book = self.book
        decided = self.decided if outcomes is None else self._decided_by_account(outcomes)
        own = _OWN_FORM | (own_order << FROM_ORDER)
        table = np.zeros((len(accounts), len(walk.COLUMNS)))
        walk.describe_links(book, decided, accounts, moments, own, table)
        found = dict(zip(walk.COLUMNS, table.T, strict=True))
        with np.errstate(invalid="ignore"):
            found["linked_fake_share"] = found["linked_fake_count"] / found["linked_accounts_count"]
        kept = self._groups if outcomes is None else {}
        found |= self._group_figures(book, decided, accounts, moments, own, kept)
        names = [figure.name for figure in LINK_FIGURES]
        if standing is not None:
            found |= self._standing_figures(book, accounts, moments, own, standing)
            names += [figure.name for figure in STANDING_FIGURES]
        return {name: np.ascontiguousarray(found[name]) for name in names}

    def between(self, account_id: str, as_of, *, values: bool = False) -> pd.DataFrame:
        """The evidence of one account's links, strongest first.

        Parameters
        ----------
        account_id : str
        as_of : timestamp
            UTC; cut as in `figures`.
        values : bool
            Add `value` and `other_value`, normalised: personal data, so only when asked.

        Returns
        -------
        pandas.DataFrame
            One row per other account and shared value: `account_id` (the other), `kind`, `since`, `strength`
            (of this value alone), `holders` (accounts holding it then), `near` (a slip apart, not equal),
            `found_fake` (the other, then). Empty without links.

        Raises
        ------
        InputError
            No such account.
        """
        from resellerrisk.links import walk

        places = np.flatnonzero(self.account_ids == account_id)
        if not places.size:
            raise InputError(
                f"There is no account '{account_id}'.", hint="take an account_id of the accounts table"
            )
        moment = microseconds([np.datetime64(as_of)])[0]
        book, decided = self.book, self.decided
        start, end = book.starts[places[0]], book.starts[places[0] + 1]
        rows = [i for i in range(start, end) if walk.is_known(book, i, moment, _OWN_FORM)]
        since = np.maximum(book.own_seen[rows], book.other_seen[rows])
        evidence = {
            "account_id": self.account_ids[book.other[rows]],
            "kind": np.array([kind.name for kind in LINK_KINDS], dtype=object)[book.kind[rows]],
            "since": since.astype("datetime64[us]"),
            "strength": np.array([walk.weigh(book, i, moment) for i in rows], dtype=float),
            "holders": np.array([walk.count_holders(book, i, moment) for i in rows], dtype=np.int64),
            "near": book.near[rows],
            "found_fake": np.array([walk.is_fake(decided, book.other[i], moment) for i in rows], dtype=bool),
        }
        if values:
            evidence["value"] = self.holdings.keys[book.own_value[rows]]
            evidence["other_value"] = self.holdings.keys[book.other_value[rows]]
        return pd.DataFrame(evidence).sort_values(
            "strength", ascending=False, kind="stable", ignore_index=True
        )

    def groups(self, as_of, threshold: float = GROUPED) -> np.ndarray:
        """The group of every account: all that links of at least the threshold join.

        Parameters
        ----------
        as_of : timestamp
            UTC; links known strictly before.
        threshold : float
            Strength, 0 to 1.

        Returns
        -------
        int32 array, shape (n_accounts,)
            The smallest account code of the group; an account alone is its own group.
        """
        from resellerrisk.links import walk

        book = self.book
        moment = microseconds([np.datetime64(as_of)])[0]
        return walk.join_groups(book, moment, float(threshold))[0].astype(np.int32)

    def _group_figures(self, book, decided, accounts, moments, own, kept) -> dict[str, np.ndarray]:
        from resellerrisk.links import walk

        calendar, table = monday_of(moments), np.empty((len(accounts), 3))
        for day in np.unique(calendar):
            groups = self._kept_groups(book, decided, int(day), kept)
            rows = np.flatnonzero(calendar == day)
            part = np.empty((len(rows), 3))
            walk.describe_groups(
                book, decided, accounts[rows], moments[rows], day, own, GROUPED, groups, part
            )
            table[rows] = part
        return dict(
            zip(("link_group_size", "link_group_age_days", "link_group_fake_count"), table.T, strict=True)
        )

    def _join(self, book, decided, day: int) -> tuple[np.ndarray, ...]:
        """The groups of a Monday: root of every account, and by root the first link, members and found fakes."""
        from resellerrisk.links import walk

        root, oldest = walk.join_groups(book, day, GROUPED)
        return root, oldest, *walk.count_groups(decided, root, day)

    def _standing_figures(self, book, accounts, moments, own, standing) -> dict[str, np.ndarray]:
        from resellerrisk.links import walk

        known_at, risks = microseconds(standing[0]), np.ascontiguousarray(standing[1], dtype=np.float64)
        if risks.shape != (len(known_at), len(self.account_ids)):
            raise InputError(
                f"standing has the shape {risks.shape}.",
                f"There are {len(known_at)} moments and {len(self.account_ids)} accounts.",
                "one row per moment, one column per account of account_ids",
            )
        if (np.diff(known_at) < 0).any():
            raise InputError(
                "The moments of standing do not ascend.", hint="sort the moments and the rows with them"
            )
        lines = np.searchsorted(known_at, moments, side="right") - 1
        table = np.zeros((len(accounts), 2))
        walk.describe_standing(book, accounts, moments, own, risks, lines, table)
        return dict(zip((figure.name for figure in STANDING_FIGURES), table.T, strict=True))

    def _check_snapshots(self, account_codes, as_of) -> tuple[np.ndarray, np.ndarray]:
        accounts = np.asarray(account_codes).astype(np.int64)
        moments = microseconds(as_of)
        if accounts.shape != moments.shape:
            raise InputError(
                f"{accounts.size} accounts and {moments.size} moments are not snapshots.",
                hint="pass one moment each",
            )
        if accounts.size and (accounts.min() < 0 or accounts.max() >= len(self.account_ids)):
            raise InputError(
                f"Account codes run from {accounts.min()} to {accounts.max()}.",
                f"There are {len(self.account_ids)} accounts.",
                "codes are places in account_ids",
            )
        return accounts, moments

    def entries_of(self, accounts: np.ndarray) -> dict[str, np.ndarray]:
        """The evidence of some accounts, in the order given and each account's own."""
        starts = self.book.starts
        rows = spread_ranges(starts[accounts], starts[accounts + 1])
        return {name: self.entries[name][rows] for name in ENTRY_COLUMNS}

    def cut(self, codes: np.ndarray, account_ids, entries: dict[str, np.ndarray]) -> Links:
        """Links of some accounts alone, with evidence that may be new; groups and decisions are those of all.

        Parameters
        ----------
        codes : int64[m]
            Their codes here, -1 for one that is not here; in the order of their ids.
        account_ids : sequence of str, shape (m,)
        entries : dict of array
            Accounts and values by their codes here; of values that are not here, codes behind the last.
        """
        from resellerrisk.links.walk import Decided

        place = {int(code): n for n, code in enumerate(codes)}
        local = {name: entries[name] for name in ENTRY_COLUMNS}
        for name in ("own", "other"):
            local[name] = np.array([place[int(code)] for code in entries[name]], np.int64)
        values, coded = np.unique(
            np.concatenate([entries["own_value"], entries["other_value"]]), return_inverse=True
        )
        local["own_value"], local["other_value"] = np.split(coded.astype(np.int64), 2)
        since = np.maximum(local["own_seen"], local["other_seen"])
        order = np.lexsort((since, local["kind"], local["other"], local["own"]))
        # The types of what stands: compiled code is kept by type.
        ordered = {name: column[order].astype(self.entries[name].dtype) for name, column in local.items()}
        here = np.minimum(values, len(self.holdings.keys) - 1)
        first, end = self.book.holder_starts[here], self.book.holder_starts[here + 1]
        end = np.where(values < len(self.holdings.keys), end, first)
        rows = spread_ranges(first, end)
        holdings = Holdings(
            accounts=self.holdings.accounts[rows],
            values=np.repeat(np.arange(len(values)), end - first),
            seen=self.holdings.seen[rows],
            sources=self.holdings.sources[rows],
            kinds=self.holdings.kinds[here],
            keys=self.holdings.keys[here],
        )
        made = _Cut(account_ids, holdings, ordered, self, codes)
        began, ended = (np.append(self.decided.starts, 0)[codes + step] for step in (0, 1))
        began, ended = np.where(codes < 0, 0, began), np.where(codes < 0, 0, ended)
        rows = spread_ranges(began, ended)
        starts = np.concatenate([[0], np.cumsum(ended - began)])
        made.decided = Decided(starts, self.decided.moments[rows], self.decided.fake[rows])
        return made

    def groups_on(self, day: int) -> tuple[np.ndarray, ...]:
        """The groups of a Monday: root of every account, and by root the first link, members and found fakes."""
        return self._kept_groups(self.book, self.decided, day, self._groups)

    def settle_groups(self, mondays: np.ndarray) -> None:
        """Join the groups of some Mondays (int64 microseconds), two at a time, and keep them all: many parts will ask for each."""
        days = [int(day) for day in mondays if int(day) not in self._settled]
        with ThreadPoolExecutor(2) as pool:
            joined = pool.map(lambda day: self._join(self.book, self.decided, day), days)
            self._settled |= dict(zip(days, joined, strict=True))

    def _kept_groups(self, book, decided, day: int, kept) -> tuple[np.ndarray, ...]:
        if kept is self._groups and day in self._settled:
            return self._settled[day]
        if day not in kept:
            while len(kept) >= _MONDAYS_KEPT:
                kept.pop(next(iter(kept)))
            kept[day] = self._join(book, decided, day)
        return kept[day]

    @cached_property
    def book(self):
        """The evidence as the compiled walk reads it."""
        from resellerrisk.links.walk import SHARED, Book

        starts = np.searchsorted(self.entries["own"], np.arange(len(self.account_ids) + 1))
        held = np.searchsorted(self.holdings.values, np.arange(len(self.holdings.keys) + 1))
        return Book(
            starts,
            *(self.entries[name] for name in ENTRY_COLUMNS[1:]),
            holder_starts=held,
            holder_seen=self.holdings.seen,
            worth=worth_by_holders(),
            counts=np.array([kind.counts for kind in LINK_KINDS]),
            shared_column=np.array([SHARED.index(kind.shared) if kind.shared else -1 for kind in LINK_KINDS]),
            linked=LINKED,
        )

    @cached_property
    def decided(self):
        """The market's decisions, by account and moment."""
        return self._decided_by_account(self._outcomes)

    def _decided_by_account(self, outcomes: pd.DataFrame):
        from resellerrisk.links.walk import Decided

        decided = _decisions(outcomes)
        codes = pd.Index(self.account_ids).get_indexer(decided["account_id"])
        order = np.lexsort((decided["fake"], decided["moment"], codes))
        order = order[codes[order] >= 0]
        starts = np.searchsorted(codes[order], np.arange(len(self.account_ids) + 1))
        return Decided(starts, decided["moment"].to_numpy()[order], decided["fake"].to_numpy()[order])


class _Cut(Links):
    """Links of some accounts, whose groups are those of all."""

    def __init__(self, account_ids, holdings, entries, parent: Links, codes: np.ndarray) -> None:
        super().__init__(account_ids, holdings, entries, pd.DataFrame())
        self._parent, self._codes = parent, codes

    def _join(self, book, decided, day: int) -> tuple[np.ndarray, ...]:
        root, oldest, size, fakes = self._parent.groups_on(day)
        codes, alone = self._codes, self._codes < 0
        theirs = np.where(alone, -1 - np.arange(len(codes)), root[codes])
        _, first, back = np.unique(theirs, return_index=True, return_inverse=True)
        mine = first[back]
        return (
            mine,
            np.where(alone, -1, oldest[theirs]),
            np.where(alone, 1, size[theirs]),
            np.where(alone, 0, fakes[theirs]),
        )


def spread_ranges(first: np.ndarray, end: np.ndarray) -> np.ndarray:
    """All places of some ranges, one range after the other.

    Examples
    --------
    >>> spread_ranges(np.array([5, 0]), np.array([7, 1]))
    array([5, 6, 0])
    """
    length = end - first
    if not len(length):
        return np.empty(0, np.int64)
    return np.repeat(first - np.concatenate([[0], np.cumsum(length)[:-1]]), length) + np.arange(length.sum())


def _decisions(outcomes: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "account_id": np.asarray(outcomes["account_id"], dtype=object),
            "moment": microseconds(outcomes["decided_at"]),
            "fake": np.asarray(outcomes["outcome"], dtype=object) == "fake",
        }
    )
