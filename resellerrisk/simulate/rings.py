"""Rings of fakes: how many there are, who belongs to them, when each begins and when it is found.

How their members order is in `behaviour`; what they share is in `sharing`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resellerrisk.simulate.assumptions import Setting
from resellerrisk.simulate.calendar import DAY, NEVER

#: Rings begin no later than so many days before the market's last, and so many before its first at the earliest.
_LAST_START_DAYS, _FIRST_START_DAYS = 150, 250
_LAST_MEMBER_DAYS = 45


@dataclass(frozen=True)
class Members:
    """Fakes, one entry each.

    Parameters
    ----------
    ring, place : ndarray of int
        Its ring, and its place among the ring's members of the same strategy.
    places : ndarray of int
        How many members of the ring have that strategy.
    strategy : ndarray of int
        Place in the setting's strategies.
    since : ndarray of int
        Second from which on it is fake.
    found_at : ndarray of int
        Second of the decision, `NEVER` where it stays undetected.
    warned_at : ndarray of int
        Second from which on it trades more carefully, since another of its ring was found; `NEVER` where none was.
    """

    ring: np.ndarray
    place: np.ndarray
    places: np.ndarray
    strategy: np.ndarray
    since: np.ndarray
    found_at: np.ndarray
    warned_at: np.ndarray


def draw_members(setting: Setting, count: int, start: int, end: int, rng: np.random.Generator) -> Members:
    """Members of as many rings as hold `count` fakes.

    Parameters
    ----------
    setting : Setting
    count : int
        Fakes, those that take over an honest account included.
    start, end : int
        First second of the market, first second after it.
    rng : numpy.random.Generator

    Returns
    -------
    Members
    """
    ring = _ring_of_each(count, setting.ring_size, rng)
    rings = int(ring.max()) + 1 if count else 0
    last = max(start, end - _LAST_START_DAYS * DAY)
    begins = np.sort(rng.integers(start - _FIRST_START_DAYS * DAY, last + 1, rings))
    strategy = _strategies(setting, ring, rings, rng)
    since = _joining(ring, begins, end, rng)
    found_at, warned_at = _findings(setting, ring, rings, since, rng)
    place, places = _places(ring * len(setting.strategies) + strategy)
    return Members(ring, place, places, strategy, since, found_at, warned_at)


def _ring_of_each(count: int, mean: float, rng: np.random.Generator) -> np.ndarray:
    sizes = 1 + rng.geometric(1 / mean, count) - 1
    return np.repeat(np.arange(count), sizes)[:count]


def _strategies(setting: Setting, ring: np.ndarray, rings: int, rng: np.random.Generator) -> np.ndarray:
    """A ring has a way of its own, which two in three of its members follow; a share are taken-over accounts."""
    share = np.array([strategy.share for strategy in setting.strategies])
    names = [strategy.name for strategy in setting.strategies]
    usual = rng.choice(len(share), rings, p=share / share.sum())[ring]
    own = rng.choice(len(share), len(ring), p=share / share.sum())
    drawn = np.where(rng.random(len(ring)) < 0.67, usual, own)
    taken = rng.random(len(ring)) < setting.taken_over_share
    return np.where(taken, names.index("taken_over"), drawn)


def _joining(ring: np.ndarray, begins: np.ndarray, end: int, rng: np.random.Generator) -> np.ndarray:
    """The first member opens the ring; the others join over the months and years after."""
    first = np.r_[True, ring[1:] != ring[:-1]] if len(ring) else np.zeros(0, dtype=bool)
    late = end - _LAST_MEMBER_DAYS * DAY
    since = begins[ring] + np.where(first, 0, rng.exponential(260 * DAY, len(ring))).astype(np.int64)
    spread = begins[ring] + (rng.random(len(ring)) * np.maximum(late - begins[ring], 1)).astype(np.int64)
    found: np.ndarray = np.where(since < late, since, spread)
    return found


def _findings(
    setting: Setting,
    ring: np.ndarray,
    rings: int,
    since: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """When each is found, and when each is warned by the first finding in its ring."""
    median, spread, least = setting.found_days
    delay = np.maximum(np.exp(rng.normal(np.log(median), spread, len(ring))), least)
    own = np.where(
        rng.random(len(ring)) < setting.found_share,
        since + (delay * DAY).astype(np.int64),
        NEVER,
    )
    first = np.full(rings, NEVER)
    np.minimum.at(first, ring, own)
    first = first[ring]
    wake = first + (rng.uniform(8, 150, len(ring)) * DAY).astype(np.int64)
    follows = (rng.random(len(ring)) < setting.followed_share) & (since + 30 * DAY < first) & (first < NEVER)
    found = np.where(follows & (wake < own), wake, own)
    heard = first + (rng.uniform(3, 45, len(ring)) * DAY).astype(np.int64)
    warned = np.where((first < NEVER) & (heard < found), np.maximum(heard, since), NEVER)
    return found, warned


def _places(groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Place of each entry in its group, and the group's size."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    begins = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(groups) else np.zeros(0, int)
    sizes = np.diff(np.r_[begins, len(groups)])
    place, places = (
        np.empty(len(groups), dtype=np.int64),
        np.empty(len(groups), dtype=np.int64),
    )
    place[order] = np.arange(len(groups)) - np.repeat(begins, sizes)
    places[order] = np.repeat(sizes, sizes)
    return place, places
