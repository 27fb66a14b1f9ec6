"""Ordering: how much, how broad, how deep, when, and whether anything is ever ordered again."""

from __future__ import annotations

import numpy as np

from resellerrisk.signals.declare import (
    COUNT,
    DAYS,
    DISCS,
    EACH,
    HIGHER,
    LOWER,
    MONEY,
    NEITHER,
    SHARE,
    SINCE_LAST,
    TITLES,
    Unit,
    as_is,
    distinct,
    entropy,
    last,
    mean,
    signal,
    this_order,
    total,
)
from resellerrisk.signals.rows import given
from resellerrisk.signals.sources import FORMS, MOTIVE, OWN, RETAIL, RINGS, SDNY, SLATE

#: Hour of the day.
CLOCK = Unit("", high=24.0)
#: A title is back catalogue from so long after its street date.
CATALOGUE_AGE = np.timedelta64(180, "D")


@signal(
    "orders",
    COUNT,
    last(30, 90, 365),
    this_order,
    riskier=NEITHER,
    family="ordering",
    source=RETAIL,
    reason="Order lines in {window}: {value} (shops like this: {typical}).",
)
def lines(orders):
    """Order lines."""
    return np.ones(len(orders), bool)


@signal(
    "orders",
    COUNT,
    last(90, 365),
    riskier=NEITHER,
    family="ordering",
    source=RETAIL,
    reason="Orders in {window}: {value} (shops like this: {typical}).",
)
def orders(orders):
    """Orders, each counted once however many lines it has."""
    return orders.first_line


@signal(
    "orders",
    total(DISCS),
    last(90, 365),
    this_order,
    riskier=NEITHER,
    family="ordering",
    source=RETAIL,
    reason="{value} ordered in {window} (shops like this: {typical}).",
)
def units(orders):
    """Units ordered."""
    return orders.quantity


@signal(
    "orders",
    distinct(TITLES),
    last(90, 365),
    riskier=NEITHER,
    family="ordering",
    source=SLATE,
    reason="{value} ordered in {window} (shops like this: {typical}).",
)
def titles(orders):
    """Different titles ordered."""
    return orders.title


@signal(
    "orders",
    total(MONEY),
    last(365),
    this_order,
    riskier=NEITHER,
    family="ordering",
    source=RETAIL,
    reason="Orders worth {value} in {window} (shops like this: {typical}).",
)
def spent(orders):
    """What the ordered lines cost."""
    return orders.cents / 100


@signal(
    "orders",
    SHARE,
    last(90, 365),
    this_order,
    riskier=HIGHER,
    family="ordering",
    source=SLATE,
    peers=last(365),
    reason="{value} of the lines in {window} were for one or two copies (shops like this: {typical}).",
)
def few_copies(orders):
    """Order lines for one or two copies."""
    return orders.quantity <= 2


@signal(
    "orders",
    SHARE,
    last(90, 365),
    riskier=LOWER,
    family="ordering",
    source=MOTIVE,
    peers=last(365),
    reason="{value} of the lines in {window} ordered a title again (shops like this: {typical}).",
)
def reordered(orders):
    """Order lines for a title that the account had ordered before."""
    return ~np.isnat(orders.title_before)


@signal(
    "orders",
    SHARE,
    last(90, 365),
    this_order,
    riskier=LOWER,
    family="ordering",
    source=SDNY,
    peers=last(365),
    reason="{value} of the lines in {window} were for back catalogue (shops like this: {typical}).",
)
def back_catalogue(orders):
    """Order lines for titles on sale for more than half a year, by the street date known when ordering."""
    return given(orders.dated, orders.to_street < -CATALOGUE_AGE)


@signal(
    "orders",
    entropy(6),
    last(365),
    riskier=NEITHER,
    family="ordering",
    source=OWN,
    reason="How varied the quantities were in {window}: {value} of at most 2.6 bits (shops like this: {typical}).",
)
def quantities(orders):
    """How varied the ordered quantities are: 1, 2, 3-5, 6-12, 13-48, more."""
    return np.searchsorted([1, 2, 5, 12, 48], orders.quantity, side="left")


@signal(
    "orders",
    mean(DAYS),
    last(365),
    riskier=NEITHER,
    family="ordering",
    source=RETAIL,
    reason="{value} between one order and the next in {window} (shops like this: {typical}).",
)
def between_orders(orders):
    """Days from one order to the next."""
    return np.where(orders.first_line, orders.at - orders.previous_order_at, np.timedelta64("NaT"))


@signal(
    "orders",
    SINCE_LAST,
    last(365),
    riskier=NEITHER,
    family="ordering",
    source=RETAIL,
    reason="The last order was {value} ago (shops like this: {typical}).",
)
def order(orders):
    """Days since the last order."""
    return orders.first_line


@signal(
    "orders",
    SHARE,
    last(365),
    riskier=HIGHER,
    family="ordering",
    source=RETAIL,
    reason="{value} of the lines in {window} were ordered at night (shops like this: {typical}).",
)
def by_night(orders):
    """Order lines placed between 20 h and 7 h UTC."""
    return (orders.hour >= 20) | (orders.hour < 7)


@signal(
    "orders",
    SHARE,
    last(365),
    riskier=NEITHER,
    family="ordering",
    source=RETAIL,
    reason="{value} of the lines in {window} fell in November and December (shops like this: {typical}).",
)
def before_christmas(orders):
    """Order lines placed in November and December."""
    return orders.month >= 11


@signal(
    "orders",
    SHARE,
    last(365),
    riskier=NEITHER,
    family="ordering",
    source=OWN,
    reason="{value} of the lines in {window} were UHD discs (shops like this: {typical}).",
)
def uhd(orders):
    """Order lines for UHD discs."""
    return orders.format == "uhd"


@signal(
    "orders",
    mean(MONEY),
    last(365),
    this_order,
    riskier=NEITHER,
    family="ordering",
    source=OWN,
    reason="The titles ordered in {window} list at {value} (shops like this: {typical}).",
)
def list_price(orders):
    """Mean list price of the titles ordered."""
    return orders.list_price


@signal(
    "orders",
    mean(CLOCK),
    this_order,
    riskier=NEITHER,
    family="ordering",
    source=RETAIL,
    reason="The order was placed at hour {value} of the day, UTC (shops like this: {typical}).",
)
def placed(orders):
    """Hour of the day at which the order was placed."""
    return orders.hour.astype(float)


@signal(
    "derived",
    as_is(EACH),
    riskier=NEITHER,
    family="ordering",
    source=SLATE,
    reason="Units ordered for each title in the last 365 days: {value} (shops like this: {typical}).",
)
def units_per_title(units_total_365d, titles_distinct_365d):
    """Units ordered per title in the last 365 days: depth against breadth."""
    return units_total_365d / titles_distinct_365d


@signal(
    "derived",
    as_is(EACH),
    riskier=NEITHER,
    family="ordering",
    source=OWN,
    reason="Units ordered a month for each unit that the form declared: {value} (shops like this: {typical}).",
)
def units_against_claim(units_total_90d, units_declared):
    """Units ordered a month in the last 90 days, against the units that the form declared."""
    return units_total_90d / 3 / np.maximum(units_declared, 1)


@signal(
    "derived",
    as_is(EACH),
    riskier=NEITHER,
    family="ordering",
    source=FORMS,
    reason="{value} units in the last 365 days for each store that the form claims (shops like this: {typical}).",
)
def units_per_store(units_total_365d, stores_claimed):
    """Units ordered in the last 365 days for each store that the form claims."""
    return units_total_365d / np.maximum(stores_claimed, 1)


@signal(
    "orders",
    SHARE,
    last(365),
    this_order,
    riskier=HIGHER,
    family="links",
    source=RINGS,
    reason="{value} of the lines before street date in {window} were for titles that linked accounts first asked for earlier the same day.",
)
def also_by_linked(orders):
    """Of the lines ordered before street date, those for a title that a linked account first asked for earlier on the same day."""
    return given(orders.early, orders.also_by_linked)
