"""What becomes of order lines: shipments, deliveries, returns and payments.

Nothing is cut off here: what happens after the market's last day is left out when it is written.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resellerrisk.simulate.assumptions import Setting
from resellerrisk.simulate.behaviour import Periods
from resellerrisk.simulate.calendar import DAY, NEVER
from resellerrisk.simulate.ordering import Lines, Orders
from resellerrisk.simulate.slate import Slate
from resellerrisk.vocabulary import PAYMENT_METHODS

#: Days on the way by standard, express, courier and pickup: least and most.
_TRANSIT_DAYS = np.array([[1.6, 5.0], [0.8, 2.1], [0.15, 1.2], [0.02, 0.15]])
_TERMS_DAYS = 30
_PREPAID = [PAYMENT_METHODS.index(method) for method in ("prepaid", "cash")]
_TERMS = PAYMENT_METHODS.index("terms")


@dataclass(frozen=True)
class Shipments:
    """One entry per order line; `delivered_at` is `NEVER` where no delivery is recorded."""

    shipped_at: np.ndarray
    delivered_at: np.ndarray


@dataclass(frozen=True)
class Returns:
    """Units sent back: `line` is a place in the block's lines."""

    line: np.ndarray
    at: np.ndarray
    quantity: np.ndarray


@dataclass(frozen=True)
class Payments:
    """Payment events: `order` is a place in the block's orders, amounts are in cents, `status` is a word's place."""

    order: np.ndarray
    at: np.ndarray
    amount: np.ndarray
    status: np.ndarray


def ship(
    setting: Setting,
    periods: Periods,
    orders: Orders,
    lines: Lines,
    slate: Slate,
    rng: np.random.Generator,
) -> Shipments:
    """When each line leaves and arrives.

    A disc already on sale leaves within days. One before its street date leaves so as to arrive as many days
    before that date as the shop is used to; where early delivery was asked, as soon as the distributor has it. The date
    that counts is the one known when it leaves: a date that moves later afterwards makes an early delivery by accident.

    Parameters
    ----------
    setting : Setting
    periods, orders, lines, slate
        Of the block.
    rng : numpy.random.Generator

    Returns
    -------
    Shipments
    """
    placed = orders.at[lines.order]
    ready = placed + (rng.gamma(2.0, 0.35, len(orders))[lines.order] * DAY).astype(np.int64)
    least, most = _TRANSIT_DAYS[orders.method].T
    parcel = least + (most - least) * rng.random(len(orders)) ** 1.5
    transit = (parcel[lines.order] * DAY * rng.uniform(0.9, 1.1, len(lines))).astype(np.int64)
    early = periods.days_early[orders.period][lines.order] * rng.gamma(4.0, 0.25, len(lines))
    early = np.where(orders.asks_early[lines.order], np.inf, early)
    ready = np.maximum(ready, slate.stock_at[lines.title])
    leaves = _leaves(ready, early, transit, slate.street[lines.title])
    moved_at, moved_to = slate.moved_at[lines.title], slate.moved_to[lines.title]
    leaves = np.where(moved_at < leaves, _leaves(ready, early, transit, moved_to), leaves)
    lost = rng.random(len(lines)) < setting.lost_share
    return Shipments(leaves, np.where(lost, NEVER, leaves + transit))


def _leaves(ready: np.ndarray, early: np.ndarray, transit: np.ndarray, street: np.ndarray) -> np.ndarray:
    """The later of being ready and the moment that makes it arrive as many days before its street date."""
    ahead = np.minimum(early, 400.0) * DAY
    found: np.ndarray = np.maximum(ready, street - ahead.astype(np.int64) - transit)
    return found


def send_back(
    chance: np.ndarray, lines: Lines, shipments: Shipments, slate: Slate, rng: np.random.Generator
) -> Returns:
    """Units sent back, some weeks after street date and delivery.

    Parameters
    ----------
    chance : ndarray of float, shape (orders,)
        Chance that a line of the order comes back.
    lines, shipments, slate
        Of the block.
    rng : numpy.random.Generator

    Returns
    -------
    Returns
        Never more units than were delivered.
    """
    back = rng.random(len(lines)) < chance[lines.order]
    line = np.flatnonzero(back & (shipments.delivered_at < NEVER))
    held = np.maximum(shipments.delivered_at[line], slate.final_street[lines.title[line]])
    at = held + ((3 + rng.gamma(2.0, 16.0, len(line))) * DAY).astype(np.int64)
    part = np.ceil(lines.quantity[line] * rng.uniform(0.2, 1.0, len(line))).astype(np.int64)
    return Returns(line, at, part)


def pay(
    orders: Orders,
    lines: Lines,
    shipments: Shipments,
    trouble: np.ndarray,
    rng: np.random.Generator,
) -> Payments:
    """One payment for each order, and a second event where the first failed or was charged back.

    Parameters
    ----------
    orders, lines, shipments
        Of the block.
    trouble : ndarray of float, shape (orders,)
        How much more often than usual payments of the account go wrong.
    rng : numpy.random.Generator

    Returns
    -------
    Payments
        Sorted by order and time. Status: 0 settled, 1 late, 2 failed, 3 chargeback.
    """
    count = len(orders)
    amount = np.bincount(lines.order, lines.quantity * lines.price, minlength=count).astype(np.int64)
    first = np.flatnonzero(np.r_[True, lines.order[1:] != lines.order[:-1]]) if count else np.zeros(0, int)
    shipped = np.minimum.reduceat(shipments.shipped_at, first) if count else orders.at
    terms, prepaid = orders.payment == _TERMS, np.isin(orders.payment, _PREPAID)
    chance = rng.random(count) / trouble
    status = np.select([chance < 0.003, chance < 0.02, terms & (chance < 0.075)], [3, 2, 1], 0)
    days = np.where(status == 1, rng.gamma(2.0, 9.0, count), rng.uniform(-9, 0.5, count)) + _TERMS_DAYS
    due = shipped + (days * DAY).astype(np.int64)
    at_once = orders.at + (rng.gamma(2.0, 0.2, count) * DAY).astype(np.int64)
    at = np.where(terms, due, np.where(prepaid, at_once, np.maximum(at_once, shipped)))
    failed, charged = np.flatnonzero(status == 2), np.flatnonzero(status == 3)
    again = at[failed] + (rng.uniform(1, 12, len(failed)) * DAY).astype(np.int64)
    disputed = at[charged] + (rng.uniform(15, 80, len(charged)) * DAY).astype(np.int64)
    order = np.concatenate([np.arange(count), failed, charged])
    moment = np.concatenate([at, again, disputed])
    result = np.concatenate(
        [
            np.where(status == 3, 0, status),
            np.zeros(len(failed)),
            np.full(len(charged), 3),
        ]
    )
    sort = np.lexsort([moment, order])
    return Payments(order[sort], moment[sort], amount[order[sort]], result[sort].astype(np.int64))
