"""Who held which identifier from when on: the first sight of every value on every account.

Read from the application form (known when applied), the identifiers table (when seen) and the addresses
orders went to (when ordered), never before the account applied. Values are keys (`normalise`); what was typed
is not kept. Nothing is compared here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numba import njit

from resellerrisk.links.contacts import site_key, split_email
from resellerrisk.links.declare import KIND_CODES, LINK_KINDS
from resellerrisk.links.distinct import find_distinct, once_per_distinct
from resellerrisk.links.identity import packaged_lists
from resellerrisk.links.normalise import key_of, told_by
from resellerrisk.tables.passes import first_of_code

#: Where a value was first seen on an account; the smaller wins when two tell of it at the same moment.
FROM_FORM, FROM_ORDER, FROM_SIGHTING = 0, 1, 2
_FORM_KINDS = {
    "email": "email",
    "phone": "phone",
    "website": "website",
    "tax_id": "tax_id",
    "legal_name": "name",
}
#: Kinds, the most work first; those of one spelling together.
KINDS_TOGETHER = (
    ("address", "ship_to"),
    *((kind.name,) for kind in LINK_KINDS if kind.near and kind.name != "address"),
    *((kind.name,) for kind in LINK_KINDS if not kind.near and kind.name != "ship_to"),
)


@dataclass(frozen=True)
class Holdings:
    """First sights, sorted by value, moment and account id.

    Parameters
    ----------
    accounts : int32[n]
        Codes into the market's account ids.
    values : int32[n]
        Codes into `keys`.
    seen : int64[n]
        Microseconds since 1970.
    sources : int8[n]
        `FROM_FORM`, `FROM_ORDER` or `FROM_SIGHTING`.
    kinds : int8[n_values]
        Of each value, the place of its kind in `LINK_KINDS`.
    keys : object[n_values]
        Of each value, its normalised text; ordered by kind, then text.
    """

    accounts: np.ndarray
    values: np.ndarray
    seen: np.ndarray
    sources: np.ndarray
    kinds: np.ndarray
    keys: np.ndarray


def collect_holdings(market) -> Holdings:
    """First sights of every value on every account of a market."""
    return join_holdings([one for kinds in KINDS_TOGETHER for one in holdings_of_kinds(market, kinds)])


def join_holdings(found: Sequence[Holdings]) -> Holdings:
    """Holdings of different kinds as one, each of a kind alone."""
    found = sorted(found, key=lambda one: one.kinds[:1].tolist())
    firsts = np.cumsum([0, *(len(one.keys) for one in found)])
    return Holdings(
        accounts=np.concatenate([one.accounts for one in found]),
        values=np.concatenate(
            [one.values + np.int32(first) for one, first in zip(found, firsts[:-1], strict=True)]
        ),
        seen=np.concatenate([one.seen for one in found]),
        sources=np.concatenate([one.sources for one in found]),
        kinds=np.concatenate([one.kinds for one in found]),
        keys=np.concatenate([one.keys for one in found]),
    )


def holdings_of_kinds(market, kinds: Sequence[str]) -> list[Holdings]:
    """First sights of the values of some kinds, one kind after the other.

    Parameters
    ----------
    market : Market
    kinds : sequence of str
        Kinds of one spelling: what is read for one is not read again for the next.
    """
    told = "address" if "ship_to" in kinds else kinds[0]
    to_key = key_of(told) if len(kinds) < 2 else cache(key_of(told))
    return [_holdings_of_kind(market, kind, told, to_key) for kind in kinds]


def _holdings_of_kind(market, kind: str, told: str, to_key: Callable) -> Holdings:
    sights = _sights_of(market, kind)
    country_of = _countries(market)
    which, keys = _say_keys(to_key, *told_by(told, sights.texts, country_of[sights.accounts]))
    if kind == "website":  # every mail address at a domain of its own is a sight of that site too
        mails = _sights_of(market, "email")
        sites, more = _say_keys(_site_key_of, mails.texts)
        sights = _join_sights([sights, mails])
        which, keys = np.concatenate([which, sites + len(keys)]), keys + more
    texts = sorted(set(keys) - {""})
    place = {key: n for n, key in enumerate(texts)}
    values = np.fromiter((place.get(key, -1) for key in keys), np.int64, len(keys))[which]
    rows = np.flatnonzero(values >= 0)
    rows = rows[_first_sights(values[rows], sights, rows)]
    named = np.array([*texts, None], dtype=object)[:-1]
    return Holdings(
        accounts=sights.accounts[rows],
        values=values[rows].astype(np.int32),
        seen=sights.seen[rows],
        sources=sights.sources[rows],
        kinds=np.full(len(texts), KIND_CODES[kind], np.int8),
        keys=named,
    )


def _say_keys(to_key: Callable, *columns) -> tuple[np.ndarray, list[str]]:
    """Which key each row has, and the keys, one for each distinct row."""
    which, texts = find_distinct(*columns)
    return which, [to_key(*row) for row in zip(*texts, strict=True)]


def _first_sights(values: np.ndarray, sights: Sights, rows: np.ndarray) -> np.ndarray:
    """Which of some rows are the first of their value and account, by value, moment and account."""
    accounts, seen = sights.accounts[rows], sights.seen[rows]
    holding = values * (int(accounts.max(initial=0)) + 1) + accounts
    order = np.lexsort((sights.sources[rows], seen, holding))
    holding = holding[order]
    order = order[np.concatenate([[True], holding[1:] != holding[:-1]])[: len(order)]]
    return order[np.lexsort((seen[order], values[order]))]


def microseconds(times) -> np.ndarray:
    """Times as int64 microseconds since 1970."""
    return np.asarray(times, dtype="datetime64[us]").astype(np.int64)


class Sights(NamedTuple):
    """Values of a kind as they were seen, in any order.

    Attributes
    ----------
    accounts : int32[n]
    texts : object[n]
    seen : int64[n]
    sources : int8[n]
    """

    accounts: np.ndarray
    texts: np.ndarray
    seen: np.ndarray
    sources: np.ndarray


def _sights_of(market, kind: str) -> Sights:
    """What a market tells of a kind, since each account applied: nothing is known of one before, whatever another table's clock says."""
    sights = _join_sights([_on_forms(market, kind), _in_identifiers(market, kind), _in_orders(market, kind)])
    never = np.iinfo(np.int64).max
    applied = np.full(len(market.account_ids) + 1, never)
    applied[account_codes(market.accounts)] = microseconds(market.accounts["applied_at"])
    seen = np.maximum(sights.seen, applied[sights.accounts])
    known = seen < never
    if known.all():
        return sights._replace(seen=seen)
    return Sights(*(column[known] for column in sights._replace(seen=seen)))


def _join_sights(found: Sequence[Sights]) -> Sights:
    return Sights(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def _sights(accounts, texts, seen, source: int) -> Sights:
    accounts = np.asarray(accounts, np.int32)
    return Sights(accounts, np.asarray(texts, dtype=object), seen, np.full(len(accounts), source, np.int8))


_NOTHING = _sights([], [], np.empty(0, np.int64), 0)


def _on_forms(market, kind: str) -> Sights:
    form = market.accounts
    if kind == "address":
        texts = once_per_distinct(_join_address, form["street"], form["postcode"])
    else:
        columns = [column for column, told in _FORM_KINDS.items() if told == kind]
        if not columns:
            return _NOTHING
        texts = form[columns[0]]
    return _sights(account_codes(form), texts, microseconds(form["applied_at"]), FROM_FORM)


def form_sights(form: dict) -> dict[str, str | None]:
    """By kind what one form tells, as it is typed there."""
    texts = {kind: form.get(column) for column, kind in _FORM_KINDS.items()}
    return texts | {"address": _join_address(form.get("street"), form.get("postcode"))}


def _join_address(street: str | None, postcode: str | None) -> str | None:
    return f"{street}|{postcode or ''}" if street else None


def _in_identifiers(market, kind: str) -> Sights:
    table = market.identifiers
    table = table.iloc[np.flatnonzero((table["kind"] == kind).to_numpy(bool))]
    return _sights(account_codes(table), table["value"], microseconds(table["seen_at"]), FROM_SIGHTING)


def _in_orders(market, kind: str) -> Sights:
    """The first order of every account to every place."""
    if kind not in ("address", "ship_to"):
        return _NOTHING
    orders = market.orders
    ship_to = orders["ship_to"].astype("category")
    accounts, places = account_codes(orders), ship_to.cat.codes.to_numpy()
    shipped = np.flatnonzero((places >= 0) & (accounts >= 0))
    accounts, places = accounts[shipped].astype(np.int32), places[shipped].astype(np.int32)
    seen = microseconds(orders["ordered_at"])[shipped]
    if not stand_in_order(accounts, seen):
        order = np.lexsort((seen, accounts))
        accounts, places, seen = accounts[order], places[order], seen[order]
    first = first_of_code(accounts, places, len(ship_to.cat.categories))
    texts = np.asarray(ship_to.cat.categories, dtype=object)[places[first]]
    return _sights(accounts[first], texts, seen[first], FROM_ORDER)


@njit(cache=True, nogil=True)
def stand_in_order(accounts, moments):
    """Whether rows stand by account and moment."""
    for i in range(1, accounts.size):
        if accounts[i] < accounts[i - 1] or (accounts[i] == accounts[i - 1] and moments[i] < moments[i - 1]):
            return False
    return True


def mail_sites(emails) -> np.ndarray:
    """The site a mail address belongs to; "" for free and disposable mail, which is nobody's own site.

    Examples
    --------
    >>> mail_sites(["orders@shop.acme.com", "acme@gmail.com", None]).tolist()
    ['acme.com', '', '']
    """
    return once_per_distinct(_site_of, emails)


def _site_of(email: str | None) -> str:
    split = split_email(email) if email else None
    domain = site_key(split[1]) if split else ""
    return "" if not domain or packaged_lists().kind_of(split[1]) else domain


def _countries(market) -> np.ndarray:
    country_of = np.full(len(market.account_ids), None, dtype=object)
    country_of[account_codes(market.accounts)] = np.asarray(market.accounts["country"], dtype=object)
    return country_of


def _site_key_of(email: str | None) -> str:
    site = _site_of(email)
    return key_of("website")(site) if site else ""


def account_codes(table: pd.DataFrame) -> np.ndarray:
    """Codes of a table's accounts into the market's account ids."""
    return table["account_id"].cat.codes.to_numpy()
