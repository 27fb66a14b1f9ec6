"""Links of one account as rows for people: shared values, the group, and one step further. The figures come from `walk`.

The cuts are those of `walk`: both accounts seen with the value strictly before the moment, the own form (and for an order the
order's own address) at the moment itself too.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.links.declare import GROUPED, LINK_KINDS, LINKED
from resellerrisk.links.holdings import FROM_FORM, FROM_ORDER
from resellerrisk.links.links import Links
from resellerrisk.tables.moments import monday_of

_NAMES = np.array([kind.name for kind in LINK_KINDS], dtype=object)


def list_links(links: Links, place: int, moment: int, *, own_order: bool = False) -> pd.DataFrame:
    """Every value shared with another account, known at a moment.

    Parameters
    ----------
    links : Links
    place : int
        Code of the account.
    moment : int
        Microseconds.
    own_order : bool
        The subject is an order at its moment.

    Returns
    -------
    DataFrame
        `other` (code), `account_id`, `kind`, `value`, `other_value`, `since`, `strength`, `holders`, `near`, `taken_over`,
        `found_fake`; values normalised. They are personal data: for the desk, not for logs.
    """
    from resellerrisk.links import walk

    book, decided = links.book, links.decided
    own = (1 << FROM_FORM) | (own_order << FROM_ORDER)
    start, end = book.starts[place], book.starts[place + 1]
    rows = [i for i in range(start, end) if walk.is_known(book, i, moment, own)]
    since = np.maximum(book.own_seen[rows], book.other_seen[rows])
    return pd.DataFrame(
        {
            "other": book.other[rows].astype(np.int64),
            "account_id": links.account_ids[book.other[rows]],
            "kind": _NAMES[book.kind[rows]],
            "value": links.holdings.keys[book.own_value[rows]],
            "other_value": links.holdings.keys[book.other_value[rows]],
            "since": since.astype("datetime64[us]"),
            "strength": np.array([walk.weigh(book, i, moment) for i in rows], dtype=float),
            "holders": np.array([walk.count_holders(book, i, moment) for i in rows], dtype=np.int64),
            "near": book.near[rows].astype(bool),
            "taken_over": book.taken_over[rows].astype(float),
            "found_fake": np.array([walk.is_fake(decided, book.other[i], moment) for i in rows], dtype=bool),
        }
    )


def list_steps(links: Links, others: np.ndarray, but: int, moment: int) -> pd.DataFrame:
    """Accounts found fake that linked accounts are linked with in turn.

    Returns
    -------
    DataFrame
        `via` (the account between), `account_id`, `strength`, `found_fake`; links of at least `declare.LINKED`.
    """
    from resellerrisk.links import walk

    book, decided = links.book, links.decided
    found = []
    for via in others:
        i, end = book.starts[via], book.starts[via + 1]
        while i < end:
            other = book.other[i]
            link = walk.read_link(book, i, end, moment, np.int64(0))
            i = link.end
            if other != but and link.strength >= LINKED and walk.is_fake(decided, other, moment):
                found.append((links.account_ids[via], links.account_ids[other], link.strength, True))
    return pd.DataFrame(found, columns=["via", "account_id", "strength", "found_fake"])


def list_group(links: Links, place: int, moment: int, *, own_order: bool = False) -> pd.DataFrame:
    """The accounts that strong links join with one: the groups of the Monday before, joined by its own links at the moment.

    Returns
    -------
    DataFrame
        `account_id` (itself included), `found_fake` (by that Monday), `group_since` (the first link of the part of the group it
        stood in that Monday), `own_link_since` (its own link with the account, NaT without one).
    """
    from resellerrisk.links import walk

    book, decided = links.book, links.decided
    own = (1 << FROM_FORM) | (own_order << FROM_ORDER)
    day = int(monday_of(moment))
    root, oldest = walk.join_groups(book, day, GROUPED)
    strong: dict[int, int] = {}
    i, end = book.starts[place], book.starts[place + 1]
    while i < end:
        other = int(book.other[i])
        link = walk.read_link(book, i, end, moment, own)
        i = link.end
        if link.strength >= GROUPED:
            strong[other] = int(link.since)
    roots = {int(root[place]), *(int(root[other]) for other in strong)}
    members = np.flatnonzero(np.isin(root, list(roots)))
    nothing = np.iinfo(np.int64).min
    first = oldest[root[members]]
    since = np.array([strong.get(int(one), -1) for one in members], np.int64)
    return pd.DataFrame(
        {
            "account_id": links.account_ids[members],
            "found_fake": np.array([walk.is_fake(decided, one, day) for one in members], dtype=bool),
            "group_since": np.where(first >= 0, first, nothing).astype("datetime64[us]"),
            "own_link_since": np.where(since >= 0, since, nothing).astype("datetime64[us]"),
        }
    )
