"""Order lines: when each account orders, which new films it wants by then, and what else goes into the order.

A block of accounts is drawn at a time, from a stream of its own. What becomes of the lines is in `fulfilment`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from resellerrisk.simulate.assumptions import Setting
from resellerrisk.simulate.behaviour import Periods
from resellerrisk.simulate.calendar import DAY, OrderingYear
from resellerrisk.simulate.randomness import choose, scatter
from resellerrisk.simulate.slate import Slate

#: A film wanted for its street date is let go when the next order comes later than this, days after street date; one in
#: five is ordered all the same.
_STILL_NEW_DAYS, _ORDERED_LATE = 10, 0.2
#: A second order of a new title is given up when the next order comes so many days too late.
_REORDER_PATIENCE_DAYS = 45
#: Of ordinary lines, the share that are for discs of the last so many days.
_RECENT_SHARE, _RECENT_DAYS = 0.40, 120
_MOST_COPIES = 3_000


@dataclass(frozen=True)
class Orders:
    """The orders of a block of accounts, sorted by account and time, one entry each.

    `period` is a place in the block's periods; `method`, `payment` are places in the vocabulary; `drop` is which of
    the account's other addresses it goes to, 0 for its own; `asks_early` whether discs are to be sent as soon as they are
    in the house; `rank` is where its ordinary lines stand among all orders, from 0 to 1; `takes_new` is false for orders
    that only fill up the shelf.
    """

    period: np.ndarray
    account: np.ndarray
    at: np.ndarray
    method: np.ndarray
    payment: np.ndarray
    drop: np.ndarray
    asks_early: np.ndarray
    rank: np.ndarray
    takes_new: np.ndarray

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True)
class Lines:
    """Order lines, sorted by order and line: `order` is a place in the block's orders, prices are in cents."""

    order: np.ndarray
    line: np.ndarray
    title: np.ndarray
    quantity: np.ndarray
    price: np.ndarray

    def __len__(self) -> int:
        return len(self.order)


def draw_orders(
    setting: Setting,
    periods: Periods,
    slate: Slate,
    year: OrderingYear,
    seed: int,
    rng: np.random.Generator,
) -> tuple[Orders, Lines]:
    """Orders and their lines for a block of accounts.

    Parameters
    ----------
    setting : Setting
    periods : Periods
        Those of the block's accounts.
    slate : Slate
    year : OrderingYear
    seed : int
        The market's seed; it settles which part of the slate a member of a rotating ring buys.
    rng : numpy.random.Generator
        The block's own stream.

    Returns
    -------
    Orders, Lines
        Every order has at least one line.
    """
    orders = _moments(setting, periods, year, rng)
    period, film, at, until = _wishes(periods, slate, seed, rng)
    wish_order = _next_order(orders, periods.account[period], at, until, rng)
    landed = np.flatnonzero(wish_order >= 0)
    pair, new_title = _discs(periods, period[landed], film[landed], slate, rng)
    new_order = wish_order[landed[pair]]
    more_order, more_title = _ordinary(setting, periods, orders, new_order, slate, rng)
    order = np.concatenate([new_order, more_order])
    title = np.concatenate([new_title, more_title])
    return _numbered(orders, *_once_each(order, title, len(slate.film)), periods, slate, rng)


def _moments(setting: Setting, periods: Periods, year: OrderingYear, rng: np.random.Generator) -> Orders:
    """When each period's orders are placed, and how they are to be sent and paid."""
    begins, ends = year.weight_at(periods.start), year.weight_at(periods.end)
    count = rng.poisson(periods.orders_a_year * (ends - begins) * (1 - setting.second_order_same_day))
    period = np.repeat(np.arange(len(periods)), count)
    at = year.moments(begins[period] + rng.random(len(period)) * (ends - begins)[period], rng)
    period, at = _followed_up(setting, period, at, rng)
    inside = (at > periods.start[period]) & (at < periods.end[period])
    period, at = period[inside], at[inside]
    order = np.lexsort([at, periods.account[period]])
    period, at = period[order], at[order]
    drop = rng.random(len(at)) < periods.drops[period]
    rank = rng.random(len(at))
    return Orders(
        period=period,
        account=periods.account[period],
        at=at,
        method=choose(rng, periods.methods[period]),
        payment=choose(rng, periods.payments[period]),
        drop=np.where(drop, 1 + (rng.random(len(at)) ** 2 * 3).astype(np.int64), 0),
        asks_early=rng.random(len(at)) < periods.asks_early[period],
        rank=rank,
        takes_new=rank >= setting.top_ups * periods.cover[period],
    )


def _followed_up(
    setting: Setting, period: np.ndarray, at: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Add the orders that follow another the same day or some working days later."""
    chance = rng.random(len(at))
    same_day = chance < setting.second_order_same_day
    same_week = chance > 1 - setting.second_order_same_week
    shuts = at[same_day] // DAY * DAY + max(h + 1 for h, weight in enumerate(setting.hours) if weight) * 3600
    left = shuts - at[same_day]
    later_today = at[same_day] + (left * rng.uniform(0.05, 0.95, len(left))).astype(np.int64)
    days = rng.integers(1, 4, same_week.sum())
    saturday = (at[same_week] // DAY + days + 3) % 7 == 5
    later = at[same_week] + (days + saturday) * DAY
    return (
        np.concatenate([period, period[same_day], period[same_week]]),
        np.concatenate([at, later_today, later]),
    )


def _wishes(
    periods: Periods, slate: Slate, seed: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """New films wanted: by which period, which film, from when on, and until when."""
    disc = slate.title_of.max(axis=1)  # all discs of a film have the same dates
    period, film = _wanted_films(periods, slate, disc, seed, rng)
    street, final = slate.street[disc[film]], slate.final_street[disc[film]]
    lead = periods.lead_days[period] * np.exp(0.35 * rng.standard_normal(len(period)))
    told = slate.announced_at[disc[film]] + (rng.exponential(3.0, len(period)) * DAY).astype(np.int64)
    at = np.maximum(street - (lead * DAY).astype(np.int64), told)
    until = np.maximum(street, at) + _STILL_NEW_DAYS * DAY
    again = np.flatnonzero(rng.random(len(period)) < periods.reorders[period])
    again_at = final[again] + (rng.gamma(2.0, 9.0, len(again)) * DAY).astype(np.int64)
    period, film = np.concatenate([period, period[again]]), np.concatenate([film, film[again]])
    at = np.concatenate([at, again_at])
    until = np.concatenate([until, again_at + _REORDER_PATIENCE_DAYS * DAY])
    inside = (at > periods.start[period]) & (at < periods.end[period])
    return period[inside], film[inside], at[inside], until[inside]


def _wanted_films(
    periods: Periods, slate: Slate, disc: np.ndarray, seed: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of period and film."""
    first = periods.start.min(initial=0) - 30 * DAY
    films = np.flatnonzero(slate.final_street[disc] > first)
    odds = periods.wanted[:, None] + periods.sought[:, None] * slate.film_demand[films]
    wanted = rng.random(odds.shape) * (1 + np.exp(-odds)) < 1
    wanted &= slate.announced_at[disc[films]] < periods.end[:, None]
    wanted &= slate.final_street[disc[films]] > periods.start[:, None] - 30 * DAY
    wanted &= _own_part(periods, films, seed)
    period, film = np.nonzero(wanted)
    return period, films[film]


def _own_part(periods: Periods, films: np.ndarray, seed: int) -> np.ndarray:
    """Which films fall to each period: all of them, but to a member of a rotating ring its own part only."""
    place, places = periods.share_of_ring[:, :1], periods.share_of_ring[:, 1:]
    found: np.ndarray = scatter(seed, "rotation", films)[None, :] % places == place
    return found


def _discs(
    periods: Periods, period: np.ndarray, film: np.ndarray, slate: Slate, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The discs in which wanted films are taken: place of the pair, and title. A film may come in none that is liked."""
    titles = slate.title_of[film]
    takes = (rng.random(titles.shape) < periods.formats[period]) & (titles >= 0)
    instead = ~takes.any(axis=1) & (titles[:, 1] >= 0) & (rng.random(len(film)) < 0.5)
    takes[instead, 1] = True
    pair, disc = np.nonzero(takes)
    return pair, titles[pair, disc]


def _next_order(
    orders: Orders,
    account: np.ndarray,
    at: np.ndarray,
    until: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """The account's first order for new films at or after each moment; -1 where there is none, or none in time."""
    open_orders = np.flatnonzero(orders.takes_new)
    if not len(open_orders):
        return np.full(len(account), -1)
    reach = np.int64(2**38)  # more seconds than any market lasts
    keys = orders.account[open_orders] * reach + orders.at[open_orders]
    found = np.searchsorted(keys, account * reach + at)
    there = found < len(open_orders)
    found = open_orders[np.where(there, found, 0)]
    there &= orders.account[found] == account
    in_time = (orders.at[found] <= until) | (rng.random(len(account)) < _ORDERED_LATE)
    return np.where(there & in_time, found, -1)


def _ordinary(
    setting: Setting,
    periods: Periods,
    orders: Orders,
    wish_order: np.ndarray,
    slate: Slate,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """The lines of ordinary trade: discs on sale, by how much each is bought; some more for lately out ones."""
    share, lines = np.array(setting.lines_per_order).T
    size = np.interp(orders.rank, share, lines) * periods.basket[orders.period]
    trades = rng.random(len(orders)) < periods.cover[orders.period]
    new = np.bincount(wish_order, minlength=len(orders))
    count = np.where(trades, np.maximum(np.rint(size).astype(np.int64), 1) - new, 0)
    order = np.repeat(np.arange(len(orders)), np.maximum(count, 0))
    return order, _bought_off_the_shelf(orders.at[order], slate, rng)


def _bought_off_the_shelf(at: np.ndarray, slate: Slate, rng: np.random.Generator) -> np.ndarray:
    """For each moment a title that is on sale by then."""
    weight_before = np.r_[0.0, slate.weight.cumsum()]
    street = slate.final_street
    high = weight_before[np.searchsorted(street, at, side="right")]
    low = weight_before[np.searchsorted(street, at - _RECENT_DAYS * DAY, side="right")]
    recent = (rng.random(len(at)) < _RECENT_SHARE) & (low < high)
    reached = np.where(recent, low, 0.0) + rng.random(len(at)) * np.where(recent, high - low, high)
    found: np.ndarray = np.minimum(np.searchsorted(weight_before, reached, side="right") - 1, len(street) - 1)
    return found


def _once_each(order: np.ndarray, title: np.ndarray, titles: int) -> tuple[np.ndarray, np.ndarray]:
    """Each title once per order, sorted by order and title."""
    keys = np.unique(order * np.int64(titles) + title)
    return keys // titles, keys % titles


def _numbered(
    orders: Orders,
    order: np.ndarray,
    title: np.ndarray,
    periods: Periods,
    slate: Slate,
    rng: np.random.Generator,
) -> tuple[Orders, Lines]:
    """Number the lines, drop orders without any, and settle copies and prices."""
    used, first, place = np.unique(order, return_index=True, return_inverse=True)
    kept = Orders(**{f.name: getattr(orders, f.name)[used] for f in fields(Orders)})
    period = kept.period[place]
    spread = periods.copies_spread[period] * rng.standard_normal(len(order))
    demand = 0.2 * slate.film_demand[slate.film[title]]
    copies = np.exp(np.log(periods.copies[period]) + spread + demand - 0.1)
    discount = 0.30 + 0.12 * np.minimum(np.log10(periods.copies[period] + 1), 2.0)
    deal = rng.uniform(-0.03, 0.03, len(kept))[place]
    return kept, Lines(
        order=place,
        line=np.arange(len(order)) - first[place] + 1,
        title=title,
        quantity=np.clip(np.rint(copies), 1, _MOST_COPIES).astype(np.int64),
        price=np.rint(slate.price[title] * (1 - discount - deal)).astype(np.int64),
    )
