"""What an application's mail, tax id and telephone say about themselves, without asking anyone.

Plain facts per account (own domain, check digits, country code), each from a packaged list or rule that users
can replace. No fact here weighs anything and none compares accounts.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module, resources
from pathlib import Path

import numpy as np

from resellerrisk.links.contacts import parse_phone, site_key, split_email
from resellerrisk.links.distinct import once_per_distinct
from resellerrisk.links.spelling import plain_key

MAIL_DOMAIN_KINDS = ("own", "free", "disposable", "other")
TAX_ID_STATES = ("missing", "valid", "failing", "unknown")

#: python-stdnum modules for a country's tax ids beside its VAT number: people enter what they have.
_ALSO_TAX_IDS = {
    "US": ("us.ein",),
    "GB": ("gb.utr",),
    "DE": ("de.stnr", "de.idnr"),
    "FR": ("fr.siren", "fr.siret"),
    "NL": ("nl.bsn",),
}


@dataclass(frozen=True)
class MailLists:
    """Domains of free and of disposable mail.

    Parameters
    ----------
    free, disposable : frozenset of str
        Domains in lower case.
    """

    free: frozenset[str]
    disposable: frozenset[str]

    @classmethod
    def read(cls, free: str | Path | None = None, disposable: str | Path | None = None) -> MailLists:
        """The packaged lists, or your own: text files with one domain a line, ``#`` starts a remark.

        Source: free, ``free_mail.txt`` (ours); disposable, the package ``disposable-email-domains`` (CC0).

        Examples
        --------
        >>> lists = MailLists.read()
        >>> "gmail.com" in lists.free, "mailinator.com" in lists.disposable
        (True, True)
        """
        packaged = resources.files("resellerrisk.links") / "free_mail.txt"
        return cls(
            free=_domains(Path(free).read_text("utf-8") if free else packaged.read_text("utf-8")),
            disposable=_domains(Path(disposable).read_text("utf-8")) if disposable else _disposable_domains(),
        )

    def kind_of(self, host: str) -> str | None:
        """``disposable``, ``free`` or None for a mail host and its registered domain.

        Examples
        --------
        >>> MailLists.read().kind_of("mx.mailinator.com")
        'disposable'
        """
        names = {host, site_key(host)}
        if not names.isdisjoint(self.disposable):
            return "disposable"
        return None if names.isdisjoint(self.free) else "free"


def _domains(text: str) -> frozenset[str]:
    lines = (line.split("#")[0].strip().lower() for line in text.splitlines())
    return frozenset(filter(None, lines))


def _disposable_domains() -> frozenset[str]:
    from disposable_email_domains import blocklist

    return frozenset(blocklist)


@functools.cache
def packaged_lists() -> MailLists:
    """The packaged lists, read once."""
    return MailLists.read()


def mail_domain_kind(email: Iterable, website: Iterable, lists: MailLists | None = None) -> np.ndarray:
    """Whose domain a mail address is at: the account's own site's, a free service's, a disposable one's, another's.

    Parameters
    ----------
    email, website : sequence of str, shape (n,)
        As on the form; may be missing.
    lists : MailLists, optional
        Instead of the packaged lists.

    Returns
    -------
    numpy.ndarray of object, shape (n,)
        A word of `MAIL_DOMAIN_KINDS`; None where there is no readable address. Disposable comes before free,
        free before own: a free service is nobody's own site.

    Examples
    --------
    >>> mail_domain_kind(["a@acme.com", "acme@gmail.com", "a@mailinator.com", "a@bell.com", None],
    ...                  ["www.acme.com"] * 5).tolist()
    ['own', 'free', 'disposable', 'other', None]
    """
    lists = lists or packaged_lists()
    return once_per_distinct(lambda mail, site: _mail_domain_kind(mail, site, lists), email, website)


def _mail_domain_kind(email: str | None, website: str | None, lists: MailLists) -> str | None:
    split = split_email(email) if email else None
    if split is None:
        return None
    listed = lists.kind_of(split[1])
    if listed:
        return listed
    return "own" if website and site_key(website) == site_key(split[1]) else "other"


def tax_id_state(tax_id: Iterable, country: Iterable) -> np.ndarray:
    """Whether a tax id can be one of its country, by python-stdnum.

    Parameters
    ----------
    tax_id, country : sequence of str, shape (n,)
        As on the form; countries are ISO 3166 alpha-2.

    Returns
    -------
    numpy.ndarray of object, shape (n,)
        ``missing`` · ``valid`` (check digits hold; an EIN of the USA has none, there a prefix in use) ·
        ``failing`` · ``unknown`` (no rule for the country). Valid means well formed, not that the number was
        ever given out.

    Examples
    --------
    >>> ids = ["DE 136.695.976", "136695977", "12-3456789", None, "123"]
    >>> tax_id_state(ids, ["DE", "DE", "US", "US", "QQ"]).tolist()
    ['valid', 'failing', 'valid', 'missing', 'unknown']
    """
    return once_per_distinct(state_of_tax_id, tax_id, country)


def state_of_tax_id(tax_id: str | None, country: str | None) -> str:
    """The word of `tax_id_state` for one tax id."""
    if not tax_id or not plain_key(tax_id):
        return "missing"
    if country == "US" and _EIN.fullmatch(tax_id):
        return _judge_tax_id(f"{tax_id[:2]}-0000000", "US")
    return _judge(tax_id, country)


def _judge(tax_id: str, country: str | None) -> str:
    rules = _tax_id_rules(country) if country else ()
    if not rules:
        return "unknown"
    return "valid" if any(rule.is_valid(tax_id) for rule in rules) else "failing"


#: An EIN has no check digit: of one that is written out only its first two digits are looked at.
_EIN = re.compile(r"[0-9]{2}-?[0-9]{7}")
_judge_tax_id = functools.lru_cache(_judge)


@functools.cache
def _tax_id_rules(country: str) -> tuple:
    from stdnum.util import get_cc_module

    named = [import_module(f"stdnum.{name}") for name in _ALSO_TAX_IDS.get(country, ())]
    vat = get_cc_module(country, "vat")
    return tuple(([vat] if vat else []) + named)


def phone_country_agrees(phone: Iterable, country: Iterable) -> np.ndarray:
    """Whether a telephone number belongs to the country of the address.

    Parameters
    ----------
    phone, country : sequence of str, shape (n,)
        As on the form; countries are ISO 3166 alpha-2.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        1 where the calling code is the country's, 0 where it is another's, missing where nothing can be read.

    Examples
    --------
    >>> phones = ["+44 20 7946 0958", "+44 20 7946 0958", "212 555 0187", "12"]
    >>> phone_country_agrees(phones, ["GB", "US", "US", "US"])
    array([ 1.,  0.,  1., nan])
    """
    return once_per_distinct(phone_agrees, phone, country).astype(np.float64)


def phone_agrees(phone: str | None, country: str | None) -> float:
    """The figure of `phone_country_agrees` for one number."""
    import phonenumbers

    number = parse_phone(phone, country) if phone and country else None
    if number is None or not phonenumbers.is_possible_number(number):
        return np.nan
    return float(country in phonenumbers.region_codes_for_country_code(number.country_code))
