"""`Links`: what a market's accounts share, asked as of any moment.

Holds evidence, not judgements: pairs of accounts, the kind of value they share and since when. Figures for
models, rows for people, groups for tracing all come from the same compiled walk (`walk`), so they cannot
disagree.
"""

from __future__ import annotations

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
        self.holdings, self._entries = holdings, entries
        self._decided = _decisions(outcomes)

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
        book = self._book()
        decided = self._decided_by_account(self._decided if outcomes is None else _decisions(outcomes))
        own = _OWN_FORM | (own_order << FROM_ORDER)
        table = np.zeros((len(accounts), len(walk.COLUMNS)))
        walk.describe_links(book, decided, accounts, moments, own, table)
        found = dict(zip(walk.COLUMNS, table.T, strict=True))
        with np.errstate(invalid="ignore"):
            found["linked_fake_share"] = found["linked_fake_count"] / found["linked_accounts_count"]
        found |= self._group_figures(book, decided, accounts, moments, own)
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
        book = self._book()
        decided = self._decided_by_account(self._decided)
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

        book = self._book()
        moment = microseconds([np.datetime64(as_of)])[0]
        return walk.join_groups(book, moment, float(threshold))[0].astype(np.int32)

    def _group_figures(self, book, decided, accounts, moments, own) -> dict[str, np.ndarray]:
        from resellerrisk.links import walk

        calendar = monday_of(moments)
        by_day = np.argsort(calendar, kind="stable")
        table = np.empty((len(accounts), 3))
        walk.describe_groups(
            book, decided, accounts[by_day], moments[by_day], calendar[by_day], own, GROUPED, table
        )
        back = np.empty_like(table)
        back[by_day] = table
        return dict(
            zip(("link_group_size", "link_group_age_days", "link_group_fake_count"), back.T, strict=True)
        )

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

    def _book(self):
        from resellerrisk.links.walk import SHARED, Book

        starts = np.searchsorted(self._entries["own"], np.arange(len(self.account_ids) + 1))
        held = np.searchsorted(self.holdings.values, np.arange(len(self.holdings.keys) + 1))
        return Book(
            starts,
            *(self._entries[name] for name in ENTRY_COLUMNS[1:]),
            holder_starts=held,
            holder_seen=self.holdings.seen,
            worth=worth_by_holders(),
            counts=np.array([kind.counts for kind in LINK_KINDS]),
            shared_column=np.array([SHARED.index(kind.shared) if kind.shared else -1 for kind in LINK_KINDS]),
            linked=LINKED,
        )

    def _decided_by_account(self, decided: pd.DataFrame):
        from resellerrisk.links.walk import Decided

        codes = pd.Index(self.account_ids).get_indexer(decided["account_id"])
        order = np.lexsort((decided["fake"], decided["moment"], codes))
        order = order[codes[order] >= 0]
        starts = np.searchsorted(codes[order], np.arange(len(self.account_ids) + 1))
        return Decided(starts, decided["moment"].to_numpy()[order], decided["fake"].to_numpy()[order])


def _decisions(outcomes: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "account_id": np.asarray(outcomes["account_id"], dtype=object),
            "moment": microseconds(outcomes["decided_at"]),
            "fake": np.asarray(outcomes["outcome"], dtype=object) == "fake",
        }
    )
