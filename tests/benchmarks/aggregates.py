"""Forty common aggregates of order lines, declared as signals are: ten measures over four windows."""

from __future__ import annotations

import numpy as np

from resellerrisk.signals.catalogue import Catalogue
from resellerrisk.signals.declare import (
    COUNT,
    DISCS,
    MONEY,
    NEITHER,
    SHARE,
    TITLES,
    distinct,
    last,
    longest,
    mean,
    signal,
    total,
)

#: Days before the snapshot.
WINDOWS = (30, 90, 180, 365)


def _common(measure):
    return signal(
        "orders",
        measure,
        last(*WINDOWS),
        riskier=NEITHER,
        family="ordering",
        reason="{value}",
        source="benchmark",
    )


@_common(COUNT)
def lines(orders):
    """Order lines."""
    return np.ones(len(orders), bool)


@_common(COUNT)
def picked_up(orders):
    """Order lines that were picked up."""
    return orders.ship_method == "pickup"


@_common(total(DISCS))
def units(orders):
    """Units ordered."""
    return orders.quantity


@_common(total(MONEY))
def spent(orders):
    """What the lines cost."""
    return orders.cents / 100


@_common(SHARE)
def few_copies(orders):
    """Lines for one or two copies."""
    return orders.quantity <= 2


@_common(SHARE)
def hurried(orders):
    """Lines sent express or by courier."""
    return np.asarray(orders.ship_method.isin(["courier", "express"]))


@_common(SHARE)
def prepaid(orders):
    """Lines paid in advance."""
    return orders.payment_method == "prepaid"


@_common(mean(DISCS))
def copies(orders):
    """Units of a line."""
    return orders.quantity


@_common(longest(DISCS))
def most_copies(orders):
    """The largest line."""
    return orders.quantity


@_common(distinct(TITLES))
def titles(orders):
    """Different titles."""
    return orders.title


#: In the order in which every contestant hands its columns over: by measure, then by window.
MEASURES = (lines, picked_up, units, spent, few_copies, hurried, prepaid, copies, most_copies, titles)


def forty() -> Catalogue:
    """The forty columns."""
    return Catalogue(MEASURES)
