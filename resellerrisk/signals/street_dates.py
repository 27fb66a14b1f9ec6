"""Street date: what is ordered and delivered before it may be sold, by the street date known at that moment."""

from __future__ import annotations

import numpy as np

from resellerrisk.signals.declare import (
    COUNT,
    DAYS,
    DISCS,
    EACH,
    HIGHER,
    LOWER,
    NEITHER,
    NUMBER,
    SHARE,
    SHARE_OF,
    SINCE_FIRST,
    TITLES,
    as_is,
    distinct,
    ever,
    last,
    longest,
    mean,
    signal,
    this_order,
    total,
)
from resellerrisk.signals.rows import given
from resellerrisk.signals.sources import MOTIVE, OWN, SDNY, SLATE, TRADE

_NOTHING = np.timedelta64("NaT")


@signal(
    "orders",
    SHARE,
    last(30, 90, 365),
    this_order,
    riskier=HIGHER,
    family="street date",
    source=SDNY,
    peers=last(90, 365),
    reason="{value} of the lines ordered in {window} were for discs not yet on sale (shops like this: {typical}).",
)
def before_street_date(orders):
    """Order lines for discs that were not yet on sale, by the street date known when ordering."""
    return given(orders.dated, orders.early)


@signal(
    "orders",
    COUNT,
    last(90),
    this_order,
    riskier=NEITHER,
    family="street date",
    source=SDNY,
    reason="Lines for discs not yet on sale in {window}: {value} (shops like this: {typical}).",
)
def early_lines(orders):
    """Number of order lines for discs that were not yet on sale."""
    return orders.early


@signal(
    "orders",
    total(DISCS),
    last(90),
    this_order,
    riskier=NEITHER,
    family="street date",
    source=SDNY,
    reason="{value} in {window} were of discs not yet on sale (shops like this: {typical}).",
    reason_one="{value} in {window} was of a disc not yet on sale (shops like this: {typical}).",
)
def early_units(orders):
    """Units ordered of discs that were not yet on sale."""
    return np.where(orders.early, orders.quantity, 0)


@signal(
    "orders",
    distinct(TITLES),
    last(90, 365),
    riskier=NEITHER,
    family="street date",
    source=SLATE,
    market=True,
    reason="{value} ordered before their street date in {window} (shops like this: {typical}).",
    reason_one="{value} ordered before its street date in {window} (shops like this: {typical}).",
)
def early_titles(orders):
    """Different titles ordered before their street date."""
    return np.where(orders.early, orders.title, -1)


@signal(
    "derived",
    as_is(SHARE_OF),
    riskier=HIGHER,
    family="street date",
    source=SLATE,
    reason="The account ordered {value} of all titles that any shop ordered before street date in the last 90 days (shops like this: {typical}).",
)
def slate_90d(early_titles_distinct_90d, market_early_titles_distinct_90d):
    """Share of the coming slate (titles anybody ordered before street date) that the account ordered, last 90 days."""
    return early_titles_distinct_90d / market_early_titles_distinct_90d


@signal(
    "derived",
    as_is(SHARE_OF),
    riskier=HIGHER,
    family="street date",
    source=SLATE,
    reason="The account ordered {value} of all titles that any shop ordered before street date in the last 365 days (shops like this: {typical}).",
)
def slate_365d(early_titles_distinct_365d, market_early_titles_distinct_365d):
    """Share of the coming slate that the account ordered, last 365 days."""
    return early_titles_distinct_365d / market_early_titles_distinct_365d


@signal(
    "orders",
    mean(DAYS),
    last(90, 365),
    this_order,
    riskier=HIGHER,
    family="street date",
    source=SDNY,
    peers=last(365),
    reason="Discs not yet on sale were ordered {value} ahead in {window} (shops like this: {typical}).",
)
def lead_ordered(orders):
    """Days from the order to the street date, over lines ordered before it."""
    return np.where(orders.early, orders.to_street, _NOTHING)


@signal(
    "orders",
    SHARE,
    last(90, 365),
    this_order,
    riskier=HIGHER,
    family="street date",
    source=SLATE,
    peers=last(365),
    reason="{value} of the lines before street date in {window} were for one or two copies (shops like this: {typical}).",
)
def early_few_copies(orders):
    """Of the lines ordered before street date, those for one or two copies."""
    return given(orders.early, orders.quantity <= 2)


@signal(
    "orders",
    mean(NUMBER),
    last(365),
    this_order,
    riskier=LOWER,
    family="street date",
    source=SLATE,
    reason="{value} copies a line were ordered before street date in {window} (shops like this: {typical}).",
    reason_one="{value} copy a line was ordered before street date in {window} (shops like this: {typical}).",
)
def early_copies(orders):
    """Copies per line ordered before street date."""
    return given(orders.early, orders.quantity)


@signal(
    "orders",
    SHARE,
    last(90, 365),
    this_order,
    riskier=HIGHER,
    family="street date",
    source=SDNY,
    reason="{value} of the lines before street date in {window} asked for courier, express or pick-up (shops like this: {typical}).",
)
def early_in_haste(orders):
    """Of the lines ordered before street date, those by courier, express or pick-up."""
    return given(orders.early, orders.ship_method != "standard")


@signal(
    "orders",
    SHARE,
    last(365),
    this_order,
    riskier=HIGHER,
    family="street date",
    source=SDNY,
    reason="{value} of the lines before street date in {window} went to another address than the account's own (shops like this: {typical}).",
)
def early_elsewhere(orders):
    """Of the lines ordered before street date, those sent to another address than the account's own."""
    return given(orders.early, ~orders.ship_to_own)


@signal(
    "orders",
    mean(NUMBER),
    last(365),
    this_order,
    riskier=NEITHER,
    family="street date",
    source=OWN,
    reason="{value} accounts had already asked for a title when this account ordered it before street date, in {window} (shops like this: {typical}).",
    reason_one="{value} account had already asked for a title when this account ordered it before street date, in {window} (shops like this: {typical}).",
)
def sought_after(orders):
    """Accounts that had already ordered the title, over lines ordered before street date."""
    return given(orders.early, orders.askers)


@signal(
    "orders",
    SHARE,
    last(365),
    riskier=NEITHER,
    family="street date",
    source=OWN,
    reason="{value} of the lines before street date in {window} were UHD discs (shops like this: {typical}).",
)
def early_uhd(orders):
    """Of the lines ordered before street date, those for UHD discs."""
    return given(orders.early, orders.format == "uhd")


@signal(
    "orders",
    SHARE,
    last(365),
    riskier=NEITHER,
    family="street date",
    source=OWN,
    reason="{value} of the lines before street date in {window} were Blu-ray discs (shops like this: {typical}).",
)
def early_bluray(orders):
    """Of the lines ordered before street date, those for Blu-ray discs."""
    return given(orders.early, orders.format == "bluray")


@signal(
    "orders",
    distinct(TITLES),
    last(365),
    riskier=NEITHER,
    family="street date",
    source=MOTIVE,
    reason="{value} were ordered again after their street date in {window} (shops like this: {typical}).",
    reason_one="{value} was ordered again after its street date in {window} (shops like this: {typical}).",
)
def followed_up(orders):
    """Different titles ordered again once on sale."""
    return np.where(~orders.early & ~np.isnat(orders.title_before), orders.title, -1)


@signal(
    "derived",
    as_is(EACH),
    riskier=LOWER,
    family="street date",
    source=MOTIVE,
    reason="For each title ordered before street date {value} were ordered again after it (shops like this: {typical}).",
    reason_one="For each title ordered before street date {value} was ordered again after it (shops like this: {typical}).",
)
def follow_up(followed_up_distinct_365d, early_titles_distinct_365d):
    """Titles ordered again once on sale, per title ordered before street date, last 365 days."""
    return followed_up_distinct_365d / early_titles_distinct_365d


@signal(
    "orders",
    SINCE_FIRST,
    ever,
    riskier=NEITHER,
    family="street date",
    source=OWN,
    reason="The first order before a street date was {value} ago (shops like this: {typical}).",
)
def early_order(orders):
    """Days since the account's first order line before a street date."""
    return orders.early


@signal(
    "deliveries",
    SHARE,
    last(90, 365),
    riskier=HIGHER,
    family="street date",
    source=TRADE,
    peers=last(90, 365),
    reason="{value} of the lines delivered in {window} arrived before the street date (shops like this: {typical}).",
)
def delivered_early(deliveries):
    """Delivered lines that arrived before their street date, by the date known then."""
    return given(deliveries.dated, deliveries.early)


@signal(
    "deliveries",
    distinct(TITLES),
    last(90, 365),
    riskier=NEITHER,
    family="street date",
    source=TRADE,
    market=True,
    reason="{value} arrived before their street date in {window} (shops like this: {typical}).",
    reason_one="{value} arrived before its street date in {window} (shops like this: {typical}).",
)
def held_early(deliveries):
    """Different titles that arrived before their street date."""
    return np.where(deliveries.early, deliveries.title, -1)


@signal(
    "deliveries",
    mean(DAYS),
    last(90, 365),
    riskier=HIGHER,
    family="street date",
    source=SDNY,
    peers=last(365),
    reason="Discs that arrived before street date came {value} ahead in {window} (shops like this: {typical}).",
)
def lead_delivered(deliveries):
    """Days from delivery to the street date, over lines delivered before it."""
    return np.where(deliveries.early, deliveries.to_street, _NOTHING)


@signal(
    "deliveries",
    longest(DAYS),
    last(365),
    riskier=HIGHER,
    family="street date",
    source=SDNY,
    reason="The longest lead of a delivery before its street date in {window} was {value} (shops like this: {typical}).",
)
def lead_held(deliveries):
    """Longest time from a delivery to its street date, in days."""
    return np.where(deliveries.early, deliveries.to_street, _NOTHING)


@signal(
    "derived",
    as_is(EACH),
    riskier=NEITHER,
    family="street date",
    source=TRADE,
    reason="For each title ordered before street date {value} arrived before it, last 365 days (shops like this: {typical}).",
)
def early_arrivals(held_early_distinct_365d, early_titles_distinct_365d):
    """Titles that arrived before street date per title ordered before it, last 365 days."""
    return held_early_distinct_365d / early_titles_distinct_365d
