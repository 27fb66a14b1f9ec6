"""Walk an account's links as of a moment: the compiled inner loops behind `Links`.

Everything is cut strictly before T, but for what the subject itself brings at T (`own` below). Knows nothing of names, texts or
frames; accounts, values and kinds are codes, times int64 microseconds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from resellerrisk.links.declare import (
    GROUPED,
    HALF_WORTH_HOLDERS,
    KIND_CODES,
    LINK_KINDS,
    LINKED,
    MOST_HOLDERS,
)
from resellerrisk.links.holdings import FROM_FORM, FROM_ORDER

#: What of the subject's own rows at T itself counts: nothing; its form; its form and its order.
OWN_NOTHING, OWN_FORM, OWN_FORM_AND_ORDER = 0, 1, 2

_COUNTS = np.array([kind.counts for kind in LINK_KINDS])
#: Columns of the other accounts counted by kind of shared value, and of every kind its column (-1: none).
SHARED = ("pickup_person", "payment", "device", "ip", "phone", "ship_to")
_SHARED_COLUMN = np.array(
    [
        SHARED.index(name) if name in SHARED else -1
        for name in ({"bank": "payment", "card": "payment"}.get(k, k) for k in KIND_CODES)
    ]
)


class Entries(NamedTuple):
    """Evidence of links, one row per account, other account and value; account ``a`` at ``starts[a]:starts[a + 1]``."""

    starts: np.ndarray
    other: np.ndarray
    kind: np.ndarray
    own_value: np.ndarray
    other_value: np.ndarray
    own_seen: np.ndarray
    own_source: np.ndarray
    other_seen: np.ndarray
    base: np.ndarray
    near: np.ndarray
    taken_over: np.ndarray


class Timeline(NamedTuple):
    """Moments per code, ascending; code ``c`` at ``starts[c]:starts[c + 1]``. ``fake`` is empty for holders of values."""

    starts: np.ndarray
    moments: np.ndarray
    fake: np.ndarray


class Link(NamedTuple):
    """All evidence between two accounts as of a moment, and where the next account's evidence begins."""

    end: int
    strength: float
    kinds: int
    shared: int
    taken_over: int
    since: int


@njit(cache=True, nogil=True)
def worth_among(holders):
    """What sharing a value is worth when so many hold it: 1 for two, halved at HALF_WORTH_HOLDERS, 0 beyond MOST_HOLDERS."""
    if holders > MOST_HOLDERS:
        return 0.0
    crowd = max(holders - 2.0, 0.0) / (HALF_WORTH_HOLDERS - 2.0)
    return 1.0 / (1.0 + crowd * crowd * crowd)


@njit(cache=True, nogil=True)
def count_before(line, code, moment):
    """How many moments of a code lie strictly before a moment."""
    low, high = line.starts[code], line.starts[code + 1]
    while low < high:
        middle = (low + high) >> 1
        if line.moments[middle] < moment:
            low = middle + 1
        else:
            high = middle
    return low - line.starts[code]


@njit(cache=True, nogil=True)
def is_fake(outcomes, account, moment):
    """Whether the newest outcome decided before the moment is fake."""
    decided = count_before(outcomes, account, moment)
    return decided > 0 and outcomes.fake[outcomes.starts[account] + decided - 1]


@njit(cache=True, nogil=True)
def is_known(entries, i, moment, own):
    """Whether both accounts were seen with the value before the moment, the own form or order at the moment itself included."""
    if entries.other_seen[i] >= moment or entries.own_seen[i] > moment:
        return False
    if entries.own_seen[i] < moment:
        return True
    source = entries.own_source[i]
    return (source == FROM_FORM and own >= OWN_FORM) or (source == FROM_ORDER and own == OWN_FORM_AND_ORDER)


@njit(cache=True, nogil=True)
def holders_of(entries, holders, i, moment):
    """Accounts that held the entry's value (values, if near) before the moment, the own account among them in any case."""
    count = count_before(holders, entries.own_value[i], moment) + (entries.own_seen[i] >= moment)
    return count + (count_before(holders, entries.other_value[i], moment) if entries.near[i] else 0)


@njit(cache=True, nogil=True)
def strength_of(entries, holders, i, moment):
    """Strength of one piece of evidence as of the moment."""
    return entries.base[i] * worth_among(holders_of(entries, holders, i, moment))


@njit(cache=True, nogil=True)
def read_link(entries, holders, start, end, moment, own):
    """All evidence from ``start`` on that concerns one other account: of a kind the strongest counts, kinds add up as 1 - Π(1 - s)."""
    other, i = entries.other[start], start
    doubt, kinds, shared, taken_over, since = 1.0, 0, 0, 0, np.int64(-1)
    while i < end and entries.other[i] == other:
        kind, best = entries.kind[i], 0.0
        while i < end and entries.other[i] == other and entries.kind[i] == kind:
            if is_known(entries, i, moment, own):
                strength = strength_of(entries, holders, i, moment)
                best = max(best, strength)
                taken_over += entries.taken_over[i]
                if strength >= LINKED:
                    since = max(since, entries.own_seen[i], entries.other_seen[i])
                    if not entries.near[i] and _SHARED_COLUMN[kind] >= 0:
                        shared |= 1 << _SHARED_COLUMN[kind]
            i += 1
        if _COUNTS[kind]:
            doubt *= 1.0 - best
            kinds += best >= LINKED
    return Link(i, 1.0 - doubt, kinds, shared, taken_over, since)


@njit(cache=True, nogil=True)
def describe_links(entries, holders, outcomes, accounts, moments, own, out):
    """Fill the figures of every snapshot but the group's; columns as in `COLUMNS`."""
    for row in range(accounts.size):
        account, moment = accounts[row], moments[row]
        i, end = entries.starts[account], entries.starts[account + 1]
        newest, steps = np.int64(-1), 9
        while i < end:
            other = entries.other[i]
            link = read_link(entries, holders, i, end, moment, own)
            i = link.end
            fake = is_fake(outcomes, other, moment)
            out[row, 1] += link.strength
            out[row, 2] = max(out[row, 2], link.strength)
            out[row, 3] = max(out[row, 3], link.kinds)
            out[row, 8] += link.taken_over
            for column in range(len(SHARED)):
                out[row, 9 + column] += (link.shared >> column) & 1
            if fake:
                out[row, 5] += link.strength
                out[row, 6] = max(out[row, 6], link.strength)
            if link.strength >= LINKED:
                out[row, 0] += 1
                out[row, 4] += fake
                newest = max(newest, link.since)
                if fake:
                    steps = 1
                elif steps > 2 and touches_fake(entries, holders, outcomes, other, account, moment):
                    steps = 2
        out[row, 7] = steps if steps < 9 else np.nan
        out[row, 9 + len(SHARED)] = (moment - newest) / 86_400_000_000 if newest >= 0 else np.nan


@njit(cache=True, nogil=True)
def touches_fake(entries, holders, outcomes, account, but, moment):
    """Whether an account is linked with one found fake before the moment, another than ``but``."""
    i, end = entries.starts[account], entries.starts[account + 1]
    while i < end:
        other = entries.other[i]
        link = read_link(entries, holders, i, end, moment, OWN_NOTHING)
        i = link.end
        if other != but and link.strength >= LINKED and is_fake(outcomes, other, moment):
            return True
    return False


#: Columns that `describe_links` fills.
COLUMNS = (
    "linked_accounts_count",
    "link_strength_total",
    "strongest_link",
    "shared_kinds_count",
    "linked_fake_count",
    "link_strength_to_fakes",
    "strongest_link_to_fake",
    "steps_to_known_fake",
    "identifiers_changed_hands_count",
    *(f"shared_{name}_count" for name in SHARED),
    "newest_link_days",
)


@njit(cache=True, nogil=True)
def find_root(parent, account):
    """The group an account stands in; shortens the way on the way."""
    while parent[account] != account:
        parent[account] = parent[parent[account]]
        account = parent[account]
    return account


@njit(cache=True, nogil=True)
def join_groups(entries, holders, moment, threshold):
    """Groups joined by links of at least the threshold known before the moment.

    Returns the group of every account (its smallest code) and, by that code, the moment of the group's first link (-1: none).
    """
    parent = np.arange(entries.starts.size - 1)
    first = np.full(parent.size, np.int64(-1))
    for account in range(parent.size):
        i, end = entries.starts[account], entries.starts[account + 1]
        while i < end:
            other = entries.other[i]
            link = read_link(entries, holders, i, end, moment, OWN_NOTHING)
            i = link.end
            if link.strength < threshold:
                continue
            if first[account] < 0 or link.since < first[account]:
                first[account] = link.since
            one, two = find_root(parent, account), find_root(parent, other)
            parent[max(one, two)] = min(one, two)
    oldest = np.full(parent.size, np.int64(-1))
    for account in range(parent.size):
        parent[account] = find_root(parent, account)
        root = parent[account]
        if first[account] >= 0 and (oldest[root] < 0 or first[account] < oldest[root]):
            oldest[root] = first[account]
    return parent, oldest


@njit(cache=True, nogil=True)
def describe_groups(entries, holders, outcomes, accounts, moments, calendar, own, out):
    """Fill size, age in days and found fakes of the groups that a snapshot's own links join.

    The groups are those of the calendar day (ascending over the snapshots); the snapshot's own links are those of its moment.
    """
    n = entries.starts.size - 1
    stamp = np.full(n, -1)
    size, fakes = np.zeros(n, np.int64), np.zeros(n, np.int64)
    root, oldest = np.arange(n), np.full(n, np.int64(-1))
    for row in range(accounts.size):
        day = calendar[row]
        if row == 0 or day != calendar[row - 1]:
            root, oldest = join_groups(entries, holders, day, GROUPED)
            size[:], fakes[:] = 0, 0
            for account in range(n):
                size[root[account]] += 1
                fakes[root[account]] += is_fake(outcomes, account, day)
        account, moment = accounts[row], moments[row]
        joined = root[account]
        stamp[joined] = row
        members, found = size[joined], fakes[joined] - is_fake(outcomes, account, day)
        began = oldest[joined]
        i, end = entries.starts[account], entries.starts[account + 1]
        while i < end:
            other = entries.other[i]
            link = read_link(entries, holders, i, end, moment, own)
            i = link.end
            if link.strength < GROUPED:
                continue
            joined = root[other]
            for began_here in (link.since, oldest[joined]):
                if began_here >= 0 and (began < 0 or began_here < began):
                    began = began_here
            if stamp[joined] != row:
                stamp[joined] = row
                members += size[joined]
                found += fakes[joined]
        out[row, 0], out[row, 2] = members, found
        out[row, 1] = (moment - began) / 86_400_000_000 if began >= 0 else np.nan


@njit(cache=True, nogil=True)
def describe_standing(entries, holders, accounts, moments, own, standing, lines, out):
    """Fill the strongest and the summed standing of linked accounts; ``lines`` is the row of ``standing`` to use, -1 none."""
    for row in range(accounts.size):
        if lines[row] < 0:
            out[row, :] = np.nan
            continue
        i, end = entries.starts[accounts[row]], entries.starts[accounts[row] + 1]
        while i < end:
            other = entries.other[i]
            link = read_link(entries, holders, i, end, moments[row], own)
            i = link.end
            told = standing[lines[row], other] * link.strength
            if not np.isnan(told):
                out[row, 0] = max(out[row, 0], told)
                out[row, 1] += told
