"""Identity: what the application form says, as it was handed in. Names, mails and phones are read here and nowhere shown."""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.links.identity import (
    mail_domain_kind,
    phone_country_agrees,
    tax_id_state,
)
from resellerrisk.signals.declare import (
    HIGHER,
    LOWER,
    NEITHER,
    NUMBER,
    SHARE_OF,
    YEARS,
    YES_NO,
    as_is,
    kind_of,
    signal,
)
from resellerrisk.signals.sources import FORMS, OWN, TAKEOVER
from resellerrisk.vocabulary import BUSINESS_TYPES

_YEAR = np.timedelta64(31_556_952, "s")
_ASKED = (
    "legal_name",
    "trading_name",
    "street",
    "postcode",
    "city",
    "email",
    "phone",
    "website",
    "tax_id",
    "founded_on",
)


def _years_between(later, earlier) -> np.ndarray:
    return (np.asarray(later) - np.asarray(earlier)) / _YEAR


def _texts(column) -> np.ndarray:
    return np.asarray(column, object)


@signal(
    "form",
    as_is(YEARS),
    riskier=LOWER,
    family="identity",
    source=FORMS,
    reason="The company was {value} old when it applied (shops like this: {typical}).",
)
def company_age(form):
    """Years from the company's founding to its application."""
    return _years_between(form.applied_at, form.founded_on)


@signal(
    "form",
    as_is(YEARS),
    riskier=LOWER,
    family="identity",
    source=FORMS,
    reason="The web site's domain was registered {value} before the application (shops like this: {typical}).",
)
def website_age(form):
    """Years from the registration of the web site's domain to the application."""
    return _years_between(form.applied_at, form.website_registered_on)


@signal(
    "form",
    as_is(YES_NO),
    riskier=HIGHER,
    family="identity",
    source=FORMS,
    reason="The form names no web site (shops like this: {typical}).",
    otherwise="The form names a web site (shops like this: {typical}).",
)
def website_missing(form):
    """Whether the form names no web site."""
    return pd.isna(_texts(form.website))


def _mail_kinds(form) -> np.ndarray:
    return mail_domain_kind(_texts(form.email), _texts(form.website))


@signal(
    "form",
    as_is(YES_NO),
    riskier=HIGHER,
    family="identity",
    source=FORMS,
    reason="The mail address is at a free provider (shops like this: {typical}).",
    otherwise="The mail address is not at a free provider (shops like this: {typical}).",
)
def mail_free(form):
    """Whether the mail address is at a free mail provider."""
    return _mail_kinds(form) == "free"


@signal(
    "form",
    as_is(YES_NO),
    riskier=HIGHER,
    family="identity",
    source=FORMS,
    reason="The mail address is at a provider of throw-away addresses.",
    otherwise="The mail address is not at a provider of throw-away addresses.",
)
def mail_disposable(form):
    """Whether the mail address is at a provider of disposable addresses."""
    return _mail_kinds(form) == "disposable"


@signal(
    "form",
    as_is(YES_NO),
    riskier=LOWER,
    family="identity",
    source=FORMS,
    reason="The mail address is at the web site's own domain (shops like this: {typical}).",
    otherwise="The mail address is not at the web site's own domain (shops like this: {typical}).",
)
def mail_at_own_site(form):
    """Whether the mail address is at the domain of the account's own web site."""
    return _mail_kinds(form) == "own"


@signal(
    "form",
    as_is(YES_NO),
    riskier=HIGHER,
    family="identity",
    source=FORMS,
    reason="The form names no tax id (shops like this: {typical}).",
    otherwise="The form names a tax id (shops like this: {typical}).",
)
def tax_id_missing(form):
    """Whether the form names no tax id."""
    return pd.isna(_texts(form.tax_id))


@signal(
    "form",
    as_is(YES_NO),
    riskier=HIGHER,
    family="identity",
    source=FORMS,
    reason="The tax id fails its country's own check (shops like this: {typical}).",
    otherwise="The tax id passes its country's own check (shops like this: {typical}).",
)
def tax_id_failing(form):
    """Whether the tax id given fails the check digits or the form of its country; missing where none is given."""
    state = tax_id_state(_texts(form.tax_id), _texts(form.country))
    return np.where(pd.isna(_texts(form.tax_id)), np.nan, state == "failing")


@signal(
    "form",
    as_is(YES_NO),
    riskier=HIGHER,
    family="identity",
    source=FORMS,
    reason="The phone belongs to another country than the address.",
    otherwise="The phone belongs to the same country as the address.",
)
def phone_country_differs(form):
    """Whether the phone number belongs to another country than the address; missing where it cannot be told."""
    return 1.0 - np.asarray(phone_country_agrees(_texts(form.phone), _texts(form.country)), float)


@signal(
    "form",
    as_is(YES_NO),
    riskier=HIGHER,
    family="identity",
    source=FORMS,
    reason="The address is a home (shops like this: {typical}).",
    otherwise="The address is no home (shops like this: {typical}).",
)
def address_residential(form):
    """Whether the address on the form is residential."""
    return form.address_kind == "residential"


@signal(
    "form",
    as_is(YES_NO),
    riskier=HIGHER,
    family="identity",
    source=FORMS,
    reason="The address is a mailbox (shops like this: {typical}).",
    otherwise="The address is no mailbox (shops like this: {typical}).",
)
def address_mailbox(form):
    """Whether the address on the form is a mailbox."""
    return form.address_kind == "mailbox"


@signal(
    "form",
    as_is(SHARE_OF),
    riskier=LOWER,
    family="identity",
    source=FORMS,
    reason="{value} of the form's fields were filled in (shops like this: {typical}).",
)
def form_complete(form):
    """Share of the form's main fields that were filled in."""
    return np.mean([~pd.isna(np.asarray(getattr(form, name), object)) for name in _ASKED], axis=0)


@signal(
    "form",
    as_is(NUMBER),
    riskier=NEITHER,
    family="identity",
    source=FORMS,
    reason="The form claims {value} stores (shops like this: {typical}).",
    reason_one="The form claims {value} store (shops like this: {typical}).",
)
def stores_claimed(form):
    """Stores that the form claims."""
    return np.asarray(form.store_count, float)


@signal(
    "form",
    as_is(NUMBER),
    riskier=NEITHER,
    family="identity",
    source=FORMS,
    reason="The form declares {value} units a month (shops like this: {typical}).",
    reason_one="The form declares {value} unit a month (shops like this: {typical}).",
)
def units_declared(form):
    """Units a month that the form declares."""
    return np.asarray(form.declared_monthly_units, float)


@signal(
    "form",
    as_is(YES_NO),
    riskier=NEITHER,
    family="identity",
    source=OWN,
    reason="The street date agreement is signed (shops like this: {typical}).",
    otherwise="The street date agreement is not signed (shops like this: {typical}).",
)
def street_date_agreement(form):
    """Whether the account signed to respect street dates."""
    return np.asarray(form.street_date_agreement, float)


@signal(
    "form",
    as_is(kind_of(BUSINESS_TYPES)),
    riskier=NEITHER,
    family="identity",
    source=FORMS,
    reason="The account trades as: {value}.",
)
def business_type(form):
    """What kind of shop the form names."""
    codes = np.asarray(form.business_type.codes, float)
    return np.where(codes < 0, np.nan, codes)


@signal(
    "moment",
    as_is(YEARS),
    riskier=NEITHER,
    family="identity",
    source=TAKEOVER,
    reason="The account has been open for {value} (shops like this: {typical}).",
)
def tenure(rows):
    """Years since the application."""
    return _years_between(rows.as_of, rows.applied_at)
