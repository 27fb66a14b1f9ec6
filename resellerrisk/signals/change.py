"""Change: what an account does now against its own past, for accounts that were taken over or sold."""

from __future__ import annotations

import numpy as np

from resellerrisk.signals.declare import (
    CHANGE,
    COUNT,
    DAYS,
    EACH,
    HIGHER,
    LOWER,
    NEITHER,
    SHARE,
    SINCE_LAST,
    TIMES,
    TITLES,
    as_is,
    distinct,
    earlier,
    ever,
    last,
    mean,
    signal,
)
from resellerrisk.signals.rows import given
from resellerrisk.signals.sources import TAKEOVER

_NOW_AND_THEN = (90, 455)


@signal(
    "orders",
    SHARE,
    earlier(*_NOW_AND_THEN),
    riskier=NEITHER,
    family="change",
    source=TAKEOVER,
    reason="{value} of the lines in {window} were for discs not yet on sale (shops like this: {typical}).",
)
def past_before_street_date(orders):
    """Order lines for discs not yet on sale, in the year before the last 90 days."""
    return given(orders.dated, orders.early)


@signal(
    "orders",
    COUNT,
    earlier(*_NOW_AND_THEN),
    riskier=NEITHER,
    family="change",
    source=TAKEOVER,
    reason="Order lines in {window}: {value} (shops like this: {typical}).",
)
def past_lines(orders):
    """Order lines in the year before the last 90 days."""
    return np.ones(len(orders), bool)


@signal(
    "orders",
    distinct(TITLES),
    earlier(*_NOW_AND_THEN),
    riskier=NEITHER,
    family="change",
    source=TAKEOVER,
    reason="Different titles in {window}: {value} (shops like this: {typical}).",
)
def past_titles(orders):
    """Different titles ordered in the year before the last 90 days."""
    return orders.title


@signal(
    "orders",
    SHARE,
    earlier(*_NOW_AND_THEN),
    riskier=NEITHER,
    family="change",
    source=TAKEOVER,
    reason="{value} of the lines in {window} were for one or two copies (shops like this: {typical}).",
)
def past_few_copies(orders):
    """Order lines for one or two copies, in the year before the last 90 days."""
    return orders.quantity <= 2


@signal(
    "orders",
    SHARE,
    earlier(*_NOW_AND_THEN),
    riskier=NEITHER,
    family="change",
    source=TAKEOVER,
    reason="{value} of the lines in {window} went to the account's own address (shops like this: {typical}).",
)
def past_to_own_address(orders):
    """Order lines sent to the account's own address, in the year before the last 90 days."""
    return orders.ship_to_own


@signal(
    "orders",
    SHARE,
    earlier(*_NOW_AND_THEN),
    riskier=NEITHER,
    family="change",
    source=TAKEOVER,
    reason="{value} of the lines in {window} were not by standard shipping (shops like this: {typical}).",
)
def past_special_method(orders):
    """Order lines not by standard shipping, in the year before the last 90 days."""
    return orders.ship_method != "standard"


@signal(
    "orders",
    SHARE,
    last(90),
    riskier=NEITHER,
    family="change",
    source=TAKEOVER,
    reason="{value} of the lines in {window} were not by standard shipping (shops like this: {typical}).",
)
def special_method(orders):
    """Order lines not by standard shipping."""
    return orders.ship_method != "standard"


@signal(
    "deliveries",
    mean(DAYS),
    earlier(*_NOW_AND_THEN),
    riskier=NEITHER,
    family="change",
    source=TAKEOVER,
    reason="Discs that arrived before street date came {value} ahead in {window} (shops like this: {typical}).",
)
def past_lead_delivered(deliveries):
    """Days from delivery to street date over early deliveries, in the year before the last 90 days."""
    return np.where(deliveries.early, deliveries.to_street, np.timedelta64("NaT"))


@signal(
    "derived",
    as_is(CHANGE),
    riskier=HIGHER,
    family="change",
    source=TAKEOVER,
    reason="The share of lines for discs not yet on sale went {value} against the year before (shops like this: {typical}).",
)
def shift_before_street_date(before_street_date_share_90d, past_before_street_date_share_90_455d):
    """Share of lines before street date in the last 90 days, less that of the year before."""
    return before_street_date_share_90d - past_before_street_date_share_90_455d


@signal(
    "derived",
    as_is(CHANGE),
    riskier=HIGHER,
    family="change",
    source=TAKEOVER,
    reason="The share of lines for one or two copies went {value} against the year before (shops like this: {typical}).",
)
def shift_few_copies(few_copies_share_90d, past_few_copies_share_90_455d):
    """Share of lines for one or two copies in the last 90 days, less that of the year before."""
    return few_copies_share_90d - past_few_copies_share_90_455d


@signal(
    "derived",
    as_is(CHANGE),
    riskier=LOWER,
    family="change",
    source=TAKEOVER,
    reason="The share of lines to the account's own address went {value} against the year before (shops like this: {typical}).",
)
def shift_to_own_address(to_own_address_share_90d, past_to_own_address_share_90_455d):
    """Share of lines to the account's own address in the last 90 days, less that of the year before."""
    return to_own_address_share_90d - past_to_own_address_share_90_455d


@signal(
    "derived",
    as_is(CHANGE),
    riskier=HIGHER,
    family="change",
    source=TAKEOVER,
    reason="The share of lines not by standard shipping went {value} against the year before (shops like this: {typical}).",
)
def shift_special_method(special_method_share_90d, past_special_method_share_90_455d):
    """Share of lines not by standard shipping in the last 90 days, less that of the year before."""
    return special_method_share_90d - past_special_method_share_90_455d


@signal(
    "derived",
    as_is(DAYS),
    riskier=HIGHER,
    family="change",
    source=TAKEOVER,
    reason="Early deliveries come {value} earlier than in the year before (shops like this: {typical}).",
)
def shift_lead_delivered(lead_delivered_mean_90d, past_lead_delivered_mean_90_455d):
    """Mean lead of early deliveries in the last 90 days, less that of the year before, in days."""
    return lead_delivered_mean_90d - past_lead_delivered_mean_90_455d


@signal(
    "derived",
    as_is(EACH),
    riskier=NEITHER,
    family="change",
    source=TAKEOVER,
    reason="Order lines a day for each one of the year before: {value} (shops like this: {typical}).",
)
def shift_tempo(lines_count_90d, past_lines_count_90_455d):
    """Order lines a day in the last 90 days over those of the year before, one line added to each."""
    return (lines_count_90d + 1) / 90 / ((past_lines_count_90_455d + 1) / 365)


@signal(
    "derived",
    as_is(TIMES),
    riskier=NEITHER,
    family="change",
    source=TAKEOVER,
    reason="{value} as many different titles a day as in the year before (shops like this: {typical}).",
)
def shift_breadth(titles_distinct_90d, past_titles_distinct_90_455d):
    """Different titles a day in the last 90 days over those of the year before, one title added to each."""
    return (titles_distinct_90d + 1) / 90 / ((past_titles_distinct_90_455d + 1) / 365)


@signal(
    "identifiers",
    COUNT,
    last(90, 365),
    riskier=HIGHER,
    family="change",
    source=TAKEOVER,
    reason="New identifiers seen on the account in {window}: {value} (shops like this: {typical}).",
)
def new_identifiers(identifiers):
    """Identifiers seen on the account for the first time."""
    return np.isnat(identifiers.value_before)


@signal(
    "identifiers",
    SINCE_LAST,
    ever,
    riskier=NEITHER,
    family="change",
    source=TAKEOVER,
    reason="The last new bank, device, officer, mail or phone was seen {value} ago (shops like this: {typical}).",
)
def identity_changed(identifiers):
    """Days since a bank, device, officer, mail address or phone was first seen on the account."""
    own = identifiers.kind.isin(["bank", "device", "officer", "email", "phone"])
    return np.asarray(own) & np.isnat(identifiers.value_before)
