"""Walk an account's links as of a moment: the compiled inner loops behind `Links`.

Everything is cut strictly before T, but for what the subject itself brings at T (`own` below). Knows nothing
of names, texts or frames; accounts, values and kinds are codes, times int64 microseconds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit


class Book(NamedTuple):
    """Evidence of links, a row per account, other account and value; account ``a`` at ``starts[a]:starts[a + 1]``.

    The declared numbers travel in it (`worth` by number of holders, `counts` and `shared_column` by kind,
    `linked`), for a compiled function kept on disk would not notice that a module's constant has changed.
    """

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
    holder_starts: np.ndarray
    holder_seen: np.ndarray
    worth: np.ndarray
    counts: np.ndarray
    shared_column: np.ndarray
    linked: float


class Decided(NamedTuple):
    """Decisions of every account by moment; account ``a`` at ``starts[a]:starts[a + 1]``."""

    starts: np.ndarray
    moments: np.ndarray
    fake: np.ndarray


#: No own sight at the moment itself counts. (Typed, as all codes are int64: one compiled form per function, so that
#: processes that compile at the same time write the same files.)
_NOTHING = np.int64(0)
#: Columns of the other accounts counted by kind of shared value.
SHARED = ("pickup_person", "payment", "device", "ip", "phone", "ship_to")


class Link(NamedTuple):
    """All evidence between two accounts as of a moment, and where the next account's evidence begins."""

    end: int
    strength: float
    kinds: int
    shared: int
    taken_over: int
    since: int


@njit(cache=True, nogil=True)
def count_before(moments, low, high, moment):
    """How many of ``moments[low:high]``, ascending, lie strictly before a moment."""
    start = low
    while low < high:
        middle = (low + high) >> 1
        if moments[middle] < moment:
            low = middle + 1
        else:
            high = middle
    return low - start


@njit(cache=True, nogil=True)
def is_fake(decided, account, moment):
    """Whether the newest outcome decided before the moment is fake."""
    first, end = decided.starts[account], decided.starts[account + 1]
    count = count_before(decided.moments, first, end, moment)
    return count > 0 and decided.fake[first + count - 1]


@njit(cache=True, nogil=True)
def is_known(book, i, moment, own):
    """Whether both accounts were seen with the value before the moment.

    At the moment itself the own sight counts too if it comes from a source in ``own`` (bits by source: the
    form, an order).
    """
    if book.other_seen[i] >= moment or book.own_seen[i] > moment:
        return False
    return book.own_seen[i] < moment or (own >> book.own_source[i]) & 1 == 1


@njit(cache=True, nogil=True)
def count_holders(book, i, moment):
    """Accounts that held the row's value (values, if near) before the moment, the own account in any case."""
    own, other = book.own_value[i], book.other_value[i]
    starts, seen = book.holder_starts, book.holder_seen
    holders = count_before(seen, starts[own], starts[own + 1], moment) + (book.own_seen[i] >= moment)
    return holders + (count_before(seen, starts[other], starts[other + 1], moment) if book.near[i] else 0)


@njit(cache=True, nogil=True)
def weigh(book, i, moment):
    """Strength of one row as of the moment."""
    holders = count_holders(book, i, moment)
    return book.base[i] * book.worth[holders] if holders < book.worth.size else 0.0


@njit(cache=True, nogil=True)
def read_link(book, start, end, moment, own):
    """All evidence from ``start`` on that concerns one other account.

    Of a kind the strongest counts; kinds add up as 1 - Π(1 - s).
    """
    other, i = book.other[start], start
    doubt, kinds, shared, taken_over, since = 1.0, 0, 0, 0, np.int64(-1)
    while i < end and book.other[i] == other:
        kind, best = book.kind[i], 0.0
        while i < end and book.other[i] == other and book.kind[i] == kind:
            if is_known(book, i, moment, own):
                strength = weigh(book, i, moment)
                best = max(best, strength)
                taken_over += book.taken_over[i]
                if strength >= book.linked:
                    since = max(since, book.own_seen[i], book.other_seen[i])
                    if not book.near[i] and book.shared_column[kind] >= 0:
                        shared |= 1 << book.shared_column[kind]
            i += 1
        if book.counts[kind]:
            doubt *= 1.0 - best
            kinds += best >= book.linked
    return Link(i, 1.0 - doubt, kinds, shared, taken_over, since)


@njit(cache=True, nogil=True)
def describe_links(book, decided, accounts, moments, own, out):
    """Fill the figures of every snapshot but the group's; columns as in `COLUMNS`."""
    for row in range(accounts.size):
        account, moment = accounts[row], moments[row]
        i, end = book.starts[account], book.starts[account + 1]
        newest, steps = np.int64(-1), 9
        while i < end:
            other = book.other[i]
            link = read_link(book, i, end, moment, own)
            i = link.end
            fake = is_fake(decided, other, moment)
            out[row, 1] += link.strength
            out[row, 2] = max(out[row, 2], link.strength)
            out[row, 3] = max(out[row, 3], link.kinds)
            out[row, 8] += link.taken_over
            for column in range(len(SHARED)):
                out[row, 9 + column] += (link.shared >> column) & 1
            if fake:
                out[row, 5] += link.strength
                out[row, 6] = max(out[row, 6], link.strength)
            if link.strength >= book.linked:
                out[row, 0] += 1
                out[row, 4] += fake
                newest = max(newest, link.since)
                if fake:
                    steps = 1
                elif steps > 2 and touches_fake(book, decided, other, account, moment):
                    steps = 2
        out[row, 7] = steps if steps < 9 else np.nan
        out[row, 9 + len(SHARED)] = (moment - newest) / 86_400_000_000 if newest >= 0 else np.nan


@njit(cache=True, nogil=True)
def touches_fake(book, decided, account, but, moment):
    """Whether an account is linked with one found fake before the moment, another than ``but``."""
    i, end = book.starts[account], book.starts[account + 1]
    while i < end:
        other = book.other[i]
        link = read_link(book, i, end, moment, _NOTHING)
        i = link.end
        if other != but and link.strength >= book.linked and is_fake(decided, other, moment):
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
def join_groups(book, moment, threshold):
    """Groups joined by links of at least the threshold known before the moment.

    Returns the group of every account (its smallest code) and, by that code, the moment of the group's first
    link (-1: none).
    """
    parent = np.arange(book.starts.size - 1)
    first = np.full(parent.size, np.int64(-1))
    for account in range(parent.size):
        i, end = book.starts[account], book.starts[account + 1]
        while i < end:
            other = book.other[i]
            link = read_link(book, i, end, moment, _NOTHING)
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
def count_groups(decided, root, day):
    """Members of every group, and how many of them had been found fake before the day; by the group's smallest code."""
    size, fakes = np.zeros(root.size, np.int64), np.zeros(root.size, np.int64)
    for account in range(root.size):
        size[root[account]] += 1
        fakes[root[account]] += is_fake(decided, account, day)
    return size, fakes


@njit(cache=True, nogil=True)
def describe_groups(book, decided, accounts, moments, day, own, grouped, groups, out):
    """Fill size, age in days and found fakes of the groups that a snapshot's own links join.

    The groups are those of the day (root, first link, size and fakes, as `join_groups` and `count_groups` give them); the
    snapshot's own links are those of its moment.
    """
    root, oldest, size, fakes = groups
    for row in range(accounts.size):
        account, moment = accounts[row], moments[row]
        i, end = book.starts[account], book.starts[account + 1]
        met, joins = np.empty(end - i + 1, np.int64), 1
        joined = root[account]
        met[0] = joined
        members, found = size[joined], fakes[joined] - is_fake(decided, account, day)
        began = oldest[joined]
        while i < end:
            other = book.other[i]
            link = read_link(book, i, end, moment, own)
            i = link.end
            if link.strength < grouped:
                continue
            joined = root[other]
            for began_here in (link.since, oldest[joined]):
                if began_here >= 0 and (began < 0 or began_here < began):
                    began = began_here
            if not _among(met, joins, joined):
                met[joins] = joined
                joins += 1
                members += size[joined]
                found += fakes[joined]
        out[row, 0], out[row, 2] = members, found
        out[row, 1] = (moment - began) / 86_400_000_000 if began >= 0 else np.nan


@njit(cache=True, nogil=True)
def _among(values, count, value):
    """Whether a value is one of the first ``count``."""
    for i in range(count):  # noqa: SIM110 - a loop is what is compiled
        if values[i] == value:
            return True
    return False


@njit(cache=True, nogil=True)
def describe_standing(book, accounts, moments, own, standing, lines, out):
    """Fill the strongest and the summed standing of linked accounts; ``lines`` are rows of ``standing``, -1 none."""
    for row in range(accounts.size):
        if lines[row] < 0:
            out[row, :] = np.nan
            continue
        i, end = book.starts[accounts[row]], book.starts[accounts[row] + 1]
        while i < end:
            other = book.other[i]
            link = read_link(book, i, end, moments[row], own)
            i = link.end
            told = standing[lines[row], other] * link.strength
            if not np.isnan(told):
                out[row, 0] = max(out[row, 0], told)
                out[row, 1] += told
