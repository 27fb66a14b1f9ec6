"""Pseudonyms of what reaches or pays for an account: mailbox, telephone, site, taxpayer, machine, bank account, card.

Each stands for the value's key (`links.normalise`), so two spellings of one mailbox get one pseudonym, and says of itself what the
signals of the form read: the kind of mail domain and whether it is the site's own, the telephone's country, whether the tax id is valid.
What identifies nobody (a placeholder) stays what it is.
"""

from __future__ import annotations

import re

from resellerrisk.links.contacts import (
    email_key,
    ip_key,
    parse_phone,
    phone_key,
    site_key,
    split_email,
    tax_id_key,
)
from resellerrisk.links.identity import packaged_lists, phone_agrees, state_of_tax_id
from resellerrisk.links.spelling import plain_key
from resellerrisk.privacy.key import Key

#: Steps of the walk to a number that fits; one in about a thousand numbers of France passes the checks of its country.
_TRIES = 10_000
#: Says of every made-up domain that it is one.
_MADE_UP = "made-up-"


def email(key: Key, text: str) -> str:
    """A mailbox at the same free or disposable service, or at the pseudonym of the domain's site.

    Examples
    --------
    >>> key = Key("0123456789abcdef" * 2)
    >>> mail = email(key, "Jo.Shop+dvd@GoogleMail.com")
    >>> mail == email(key, "joshop@gmail.com"), mail.endswith("@gmail.com"), email(key, "n/a")
    (True, True, 'n/a')
    >>> email(key, "info@acme-discs.com").split("@")[1] == website(key, "https://www.acme-discs.com/shop")
    True
    """
    mailbox = email_key(text)
    if not mailbox:
        return text
    split = split_email(mailbox)
    if split is None:
        return key.word("mail", mailbox)
    return f"{key.word('mail', mailbox)}@{_host(key, split[1])}"


def _host(key: Key, host: str) -> str:
    """A host that is listed stays; of one whose site is listed the site stays; another becomes its site's pseudonym."""
    lists = packaged_lists()
    if host in lists.free or host in lists.disposable:
        return host
    return website(key, host)


def website(key: Key, text: str) -> str:
    """A made-up domain of the site's own; the sites of free and disposable mail stay.

    Examples
    --------
    >>> key = Key("0123456789abcdef" * 2)
    >>> website(key, "shop.acme.co.uk") == website(key, "ACME.co.uk"), website(key, "none")
    (True, 'none')
    """
    site = site_key(text)
    if not site or packaged_lists().kind_of(site):
        return site or text
    word = key.word("site", site, 7)
    return f"{_MADE_UP}{word}.com" if "." in site else word


def phone(key: Key, text: str, country: str | None) -> str:
    """A number of the same country code and length, possible where the number is; other digits where no country can be read.

    Examples
    --------
    >>> key = Key("0123456789abcdef" * 2)
    >>> one, other = phone(key, "309-725-4113x19565", "US"), phone(key, "+1 309 725 4113", "GB")
    >>> one == other, one[:2], len(one)
    (True, '+1', 12)
    """
    if not phone_key(text, country):
        digits = re.sub(r"\D", "", text)
        return digits if len(set(digits)) < 2 else key.same_shape("digits", digits)
    number = parse_phone(text, country)
    if number is None:
        own = phone_key(text, country)
        return key.same_shape("digits", own, lambda made: phone_key(made, country) == made, _TRIES)
    lead = f"+{number.country_code}"
    own = phone_key(text, country)[len(lead) :]
    agrees = _agrees(text, country)

    def fits(made: str) -> bool:
        return phone_key(lead + made, country) == lead + made and _agrees(lead + made, country) == agrees

    return lead + key.same_shape(f"phone {lead}", own, fits, _TRIES)


def _agrees(text: str, country: str | None) -> str:
    return str(phone_agrees(text, country))


def tax_id(key: Key, text: str, country: str | None) -> str:
    """Other digits under which the tax id is as valid or failing as it was; the letters of a valid one, which tell its kind, stay.

    Examples
    --------
    >>> key = Key("0123456789abcdef" * 2)
    >>> made = tax_id(key, "DE 136.695.976", "DE")
    >>> made == tax_id(key, "136695976", "DE") != "DE136695976", state_of_tax_id(made, "DE")
    (True, 'valid')
    >>> "JOSHOP" in tax_id(key, "Jo Shop 17", "DE")
    False
    """
    own = tax_id_key(text, country)
    if not own:
        return text
    state = state_of_tax_id(text, country)
    bare = own[len(country) :] if country and own.startswith(country) else own
    written = bare if state_of_tax_id(bare, country) == state else own
    # The letters of a valid number tell its kind; what else people write into the field may be a name.
    signs = "[0-9]" if state == "valid" else "[0-9A-Z]"

    def spell(made: str) -> str:
        coded = iter(made.upper())
        return re.sub(signs, lambda _: next(coded), written)

    def fits(made: str) -> bool:
        return state_of_tax_id(spell(made), country) == state and bool(tax_id_key(spell(made), country))

    replaced = "".join(re.findall(signs, written)).lower()
    return spell(key.same_shape(f"tax {country} {re.sub(signs, '9', written)}", replaced, fits, _TRIES))


def ip(key: Key, text: str) -> str:
    """An address of a private network (RFC 4193), one /64 for each address or /64 network.

    Examples
    --------
    >>> key = Key("0123456789abcdef" * 2)
    >>> ip(key, "10.1.2.3") == ip(key, " 010.1.2.3 ") != ip(key, "10.1.2.4"), ip(key, "127.0.0.1")
    (True, '127.0.0.1')
    """
    own = ip_key(text)
    if not own:
        return text
    digits = key.digest("ip", own).hex()
    return f"fd{digits[:2]}:{digits[2:6]}:{digits[6:10]}:{digits[10:14]}::1"


def plain(key: Key, kind: str, text: str) -> str:
    """A bank account, a card, a device: sixteen signs.

    Examples
    --------
    >>> key = Key("0123456789abcdef" * 2)
    >>> plain(key, "bank", "B-4303 36437") == plain(key, "bank", "b430336437") != plain(key, "card", "b430336437")
    True
    """
    own = plain_key(text)
    return kind[0] + key.digest(kind, own).hex()[:15] if own else text
