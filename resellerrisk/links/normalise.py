"""One spelling for one identifier: what two accounts must share for their values to count as the same.

Each kind has its own plain function from a text to a key; `normalise` applies it to a column, once per
distinct value. A key is equal for two values when they reach the same mailbox, telephone, site, taxpayer,
door or person. Offline: nothing is looked up. Near misses (a typing slip) are not made equal here; that is
`near`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from resellerrisk.links.contacts import (
    email_key,
    ip_key,
    phone_key,
    site_key,
    tax_id_key,
)
from resellerrisk.links.distinct import once_per_distinct
from resellerrisk.links.spelling import plain_key
from resellerrisk.links.wording import address_key, company_key, person_key


def normalise(kind: str, values, countries=None) -> np.ndarray:
    """Keys of a column of identifiers, "" where a value identifies nobody.

    Parameters
    ----------
    kind : str
        A kind of `vocabulary.IDENTIFIER_KINDS`, or ``"name"`` for a company's name. Kinds without a
        normaliser of their own (bank, card, device) are compared without case, blanks and punctuation.
    values : sequence of str, shape (n,)
        As entered; missing values give "".
    countries : sequence of str, shape (n,), optional
        ISO 3166 alpha-2 codes of the accounts, the hint for telephone numbers and tax ids.

    Returns
    -------
    numpy.ndarray of object (str), shape (n,)
        Missing, placeholder (``n/a``, ``000000``) and meaningless values give "".

    Examples
    --------
    >>> normalise("phone", ["020 7946 0958 ext. 12", "+44 20 7946 0958", "020 7946 0959"], ["GB", "US", "GB"])
    array(['+442079460958', '+442079460958', '+442079460959'], dtype=object)
    >>> normalise("email", ["Jo.Shop+dvd@GoogleMail.com", None]).tolist()
    ['joshop@gmail.com', '']
    """
    return once_per_distinct(key_of(kind), *told_by(kind, values, countries))


def key_of(kind: str) -> Callable[..., str]:
    """The function from a text of a kind to its key; of some kinds it is given the country too (`told_by`)."""
    to_key = _KEYS.get(kind, plain_key)
    if kind in _NATIONAL_KINDS:
        return lambda value, country: to_key(value, country) if value else ""
    return lambda value: to_key(value) if value else ""


def told_by(kind: str, values, countries=None) -> tuple:
    """The columns that tell a key of a kind: the values, and of some kinds the countries."""
    return (values, _no_country(values, countries)) if kind in _NATIONAL_KINDS else (values,)


def _no_country(values, countries):
    return [None] * len(values) if countries is None else countries


#: Keys kept of each kind: links are found anew when an account is added while someone waits, over the same texts.
_KEPT = 1 << 17
_KEYS = {
    kind: lru_cache(_KEPT)(to_key)
    for kind, to_key in {
        "email": email_key,
        "phone": phone_key,
        "website": site_key,
        "tax_id": tax_id_key,
        "ip": ip_key,
        "address": address_key,
        "officer": person_key,
        "pickup_person": person_key,
        "name": company_key,
    }.items()
}
_NATIONAL_KINDS = ("phone", "tax_id")
