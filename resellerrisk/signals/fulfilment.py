"""Fulfilment, returns and payments: how goods go out, whether any come back, and how they are paid for."""

from __future__ import annotations

import numpy as np

from resellerrisk.signals.declare import (
    ADDRESSES,
    COUNT,
    DISCS,
    HIGHER,
    LOWER,
    NEITHER,
    NUMBER,
    SHARE,
    SHARE_OF,
    SINCE_LAST,
    as_is,
    distinct,
    ever,
    last,
    signal,
    this_order,
    total,
)
from resellerrisk.signals.rows import given
from resellerrisk.signals.sources import MOTIVE, OWN, PICKUP, RETAIL


@signal(
    "orders",
    SHARE,
    last(90, 365),
    this_order,
    riskier=HIGHER,
    family="fulfilment",
    source=PICKUP,
    reason="{value} of the lines in {window} were to be picked up (shops like this: {typical}).",
)
def picked_up(orders):
    """Order lines to be picked up."""
    return orders.ship_method == "pickup"


@signal(
    "orders",
    SHARE,
    last(90, 365),
    this_order,
    riskier=HIGHER,
    family="fulfilment",
    source=PICKUP,
    peers=last(365),
    reason="{value} of the lines in {window} went by courier or express (shops like this: {typical}).",
)
def in_haste(orders):
    """Order lines by courier or express."""
    return np.asarray(orders.ship_method.isin(["courier", "express"]))


@signal(
    "orders",
    SHARE,
    last(90, 365),
    this_order,
    riskier=LOWER,
    family="fulfilment",
    source=PICKUP,
    reason="{value} of the lines in {window} went to the account's own address (shops like this: {typical}).",
)
def to_own_address(orders):
    """Order lines sent to the address on the account's own form."""
    return orders.ship_to_own


@signal(
    "orders",
    distinct(ADDRESSES),
    last(90, 365),
    riskier=HIGHER,
    family="fulfilment",
    source=PICKUP,
    reason="Goods went to {value} in {window} (shops like this: {typical}).",
)
def ship_to(orders):
    """Different addresses that goods were sent to."""
    return orders.ship_to


@signal(
    "orders",
    COUNT,
    last(90, 365),
    this_order,
    riskier=HIGHER,
    family="fulfilment",
    source=PICKUP,
    reason="Lines to an address not used by the account before, in {window}: {value} (shops like this: {typical}).",
)
def to_new_address(orders):
    """Order lines sent to an address that the account had not used before, its first order apart."""
    return np.isnat(orders.ship_to_before) & ~np.isnat(orders.previous_order_at)


@signal(
    "identifiers",
    distinct(NUMBER),
    ever,
    last(365),
    riskier=HIGHER,
    family="fulfilment",
    source=PICKUP,
    reason="People who picked goods up in {window}: {value} (shops like this: {typical}).",
)
def pickup_people(identifiers):
    """Different people who picked goods up."""
    return np.where(identifiers.kind == "pickup_person", identifiers.value, -1)


@signal(
    "returns",
    total(DISCS),
    last(365),
    riskier=NEITHER,
    family="returns",
    source=RETAIL,
    reason="{value} were sent back in {window} (shops like this: {typical}).",
    reason_one="{value} was sent back in {window} (shops like this: {typical}).",
    peers=last(365),
)
def returned(returns):
    """Units sent back."""
    return returns.quantity


@signal(
    "derived",
    as_is(SHARE_OF),
    riskier=LOWER,
    family="returns",
    source=MOTIVE,
    reason="{value} of the units ordered in the last 365 days were sent back (shops like this: {typical}).",
)
def return_rate(returned_total_365d, units_total_365d):
    """Units sent back per unit ordered, last 365 days."""
    return returned_total_365d / units_total_365d


@signal(
    "returns",
    SINCE_LAST,
    ever,
    riskier=NEITHER,
    family="returns",
    source=RETAIL,
    reason="The last return was {value} ago (shops like this: {typical}).",
)
def return_made(returns):
    """Days since the last return."""
    return np.ones(len(returns), bool)


@signal(
    "orders",
    SHARE,
    last(90, 365),
    this_order,
    riskier=HIGHER,
    family="payments",
    source=MOTIVE,
    reason="{value} of the lines in {window} were prepaid, by wire or in cash (shops like this: {typical}).",
)
def paid_ahead(orders):
    """Order lines prepaid, by wire or in cash."""
    return np.asarray(orders.payment_method.isin(["prepaid", "wire", "cash"]))


@signal(
    "orders",
    SHARE,
    last(365),
    riskier=LOWER,
    family="payments",
    source=OWN,
    reason="{value} of the lines in {window} were bought on terms (shops like this: {typical}).",
)
def on_terms(orders):
    """Order lines bought on terms."""
    return orders.payment_method == "terms"


@signal(
    "payments",
    SHARE,
    last(365),
    riskier=NEITHER,
    family="payments",
    source=OWN,
    reason="{value} of the payments in {window} came late (shops like this: {typical}).",
)
def paid_late(payments):
    """Payments that came late."""
    return payments.status == "late"


@signal(
    "payments",
    SHARE,
    last(365),
    riskier=NEITHER,
    family="payments",
    source=OWN,
    reason="{value} of the payments in {window} failed or were charged back (shops like this: {typical}).",
)
def payment_failed(payments):
    """Payments that failed or were charged back."""
    return np.asarray(payments.status.isin(["failed", "chargeback"]))


@signal(
    "orders",
    SHARE,
    last(365),
    riskier=HIGHER,
    family="payments",
    source=MOTIVE,
    reason="{value} of the lines before street date in {window} were prepaid, by wire or in cash (shops like this: {typical}).",
)
def early_paid_ahead(orders):
    """Of the lines ordered before street date, those prepaid, by wire or in cash."""
    return given(orders.early, orders.payment_method.isin(["prepaid", "wire", "cash"]))
