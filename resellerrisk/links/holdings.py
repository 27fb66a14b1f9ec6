"""Who held which identifier from when on: the first sight of every value on every account.

Read from the application form (known when applied), the identifiers table (when seen) and the addresses
orders went to (when ordered), never before the account applied. Values are keys (`normalise`); what was typed
is not kept. Nothing is compared here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resellerrisk.links.contacts import site_key, split_email
from resellerrisk.links.declare import KIND_CODES
from resellerrisk.links.distinct import Distinct, once_per_distinct, one_by_one
from resellerrisk.links.identity import packaged_lists
from resellerrisk.links.normalise import key_of, told_by

#: Where a value was first seen on an account; the smaller wins when two tell of it at the same moment.
FROM_FORM, FROM_ORDER, FROM_SIGHTING = 0, 1, 2
_FORM_KINDS = {
    "email": "email",
    "phone": "phone",
    "website": "website",
    "tax_id": "tax_id",
    "legal_name": "name",
}


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


def collect_holdings(market, run: Callable = one_by_one) -> Holdings:
    """First sights of every value on every account of a market.

    Parameters
    ----------
    market : Market
    run : function
        What calls a list of functions and gives what they say, where not one after the other.

    Returns
    -------
    Holdings
    """
    frame = pd.concat([_on_forms(market), _in_identifiers(market), _in_orders(market)], ignore_index=True)
    frame = _since_applied(frame, market)
    frame = _key_values(frame, _countries(market), run)
    frame["value"], kinds, keys = _code_values(frame)
    first = np.lexsort((frame["source"], frame["seen"], frame["account"], frame["value"]))
    frame = frame.iloc[first].drop_duplicates(["value", "account"])
    frame = frame.iloc[np.lexsort((frame["account"], frame["seen"], frame["value"]))]
    return Holdings(
        accounts=frame["account"].to_numpy(np.int32),
        values=frame["value"].to_numpy(np.int32),
        seen=frame["seen"].to_numpy(np.int64),
        sources=frame["source"].to_numpy(np.int8),
        kinds=kinds,
        keys=keys,
    )


def microseconds(times) -> np.ndarray:
    """Times as int64 microseconds since 1970."""
    return np.asarray(times, dtype="datetime64[us]").astype(np.int64)


def _code_values(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes of (kind, key), ordered by kind and key; the kinds and keys behind them."""
    codes = np.empty(len(frame), np.int64)
    kinds, keys, offset = [], [], 0
    for kind in range(len(KIND_CODES)):
        of_kind = np.flatnonzero(frame["kind"].to_numpy() == kind)
        found, texts = pd.factorize(frame["key"].to_numpy()[of_kind], sort=True)
        codes[of_kind] = found + offset
        offset += len(texts)
        keys.append(np.asarray(texts, dtype=object))
        kinds.append(np.full(len(texts), kind, np.int8))
    return codes, np.concatenate(kinds), np.concatenate(keys)


def _sights(accounts, kind, texts, seen, source: int) -> pd.DataFrame:
    texts = np.asarray(texts, dtype=object)
    kind = np.broadcast_to(np.asarray(kind, np.int8), texts.shape)
    accounts = np.asarray(accounts, np.int32)
    return pd.DataFrame(
        {"account": accounts, "kind": kind, "text": texts, "seen": seen, "source": np.int8(source)}
    )


def _on_forms(market) -> pd.DataFrame:
    form = market.accounts
    accounts, seen = account_codes(form), microseconds(form["applied_at"])
    texts = {kind: form[column] for column, kind in _FORM_KINDS.items()}
    texts["address"] = once_per_distinct(_join_address, form["street"], form["postcode"])
    return pd.concat(
        [_sights(accounts, KIND_CODES[kind], text, seen, FROM_FORM) for kind, text in texts.items()]
    )


def form_sights(form: dict) -> dict[str, str | None]:
    """By kind what one form tells, as it is typed there."""
    texts = {kind: form.get(column) for column, kind in _FORM_KINDS.items()}
    return texts | {"address": _join_address(form.get("street"), form.get("postcode"))}


def _join_address(street: str | None, postcode: str | None) -> str | None:
    return f"{street}|{postcode or ''}" if street else None


def _in_identifiers(market) -> pd.DataFrame:
    table = market.identifiers
    kinds = table["kind"].map(KIND_CODES).to_numpy(np.int64)
    return _sights(account_codes(table), kinds, table["value"], microseconds(table["seen_at"]), FROM_SIGHTING)


def _in_orders(market) -> pd.DataFrame:
    """The first order of every account to every place, as an address and as a delivery address."""
    orders = market.orders
    ship_to = orders["ship_to"].astype("category")
    places = len(ship_to.cat.categories)
    shipped = np.flatnonzero((ship_to.cat.codes.to_numpy() >= 0) & (account_codes(orders) >= 0))
    routes = account_codes(orders)[shipped].astype(np.int64) * places + ship_to.cat.codes.to_numpy()[shipped]
    routes, back = np.unique(routes, return_inverse=True)
    seen = np.full(len(routes), np.iinfo(np.int64).max)
    np.minimum.at(seen, back, microseconds(orders["ordered_at"])[shipped])
    texts = np.asarray(ship_to.cat.categories, dtype=object)[routes % max(places, 1)]
    kinds = (KIND_CODES["address"], KIND_CODES["ship_to"])
    return pd.concat([_sights(routes // max(places, 1), kind, texts, seen, FROM_ORDER) for kind in kinds])


def _since_applied(sights: pd.DataFrame, market) -> pd.DataFrame:
    """Nothing is known of an account before it applied, whatever another table's clock says."""
    never = np.iinfo(np.int64).max
    applied = np.full(len(market.account_ids) + 1, never)
    applied[account_codes(market.accounts)] = microseconds(market.accounts["applied_at"])
    seen = np.maximum(sights["seen"].to_numpy(), applied[sights["account"].to_numpy()])
    return sights.assign(seen=seen)[seen < never]


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


def _key_values(sights: pd.DataFrame, country_of: np.ndarray, run: Callable) -> pd.DataFrame:
    """The sights with the key of their text; those that identify nobody left out.

    Every mail address at a domain of its own is a sight of that site too.
    """
    kinds, texts, accounts = (sights[name].to_numpy() for name in ("kind", "text", "account"))
    rows_of = {kind: np.flatnonzero(kinds == code) for kind, code in KIND_CODES.items()}
    asked = []
    for kind, rows in rows_of.items():
        told = "address" if kind == "ship_to" else kind
        asked.append(
            (Distinct(*told_by(told, texts[rows], country_of[accounts[rows]])), key_of(told)),
        )
    asked.append((Distinct(texts[rows_of["email"]]), _site_key_of))
    keys = np.full(len(sights), "", dtype=object)
    *found, sites = _ask_all(asked, run)
    for rows, said in zip(rows_of.values(), found, strict=True):
        keys[rows] = said
    sights = sights.drop(columns="text").assign(key=keys)
    of_mail = sights.iloc[rows_of["email"]].assign(kind=KIND_CODES["website"], key=sites)
    return pd.concat([sights.loc[keys != ""], of_mail.loc[sites != ""]], ignore_index=True)


def _ask_all(asked: list[tuple[Distinct, Callable]], run: Callable) -> list[np.ndarray]:
    """What each function says of each row, all pieces of all of them run together."""
    pieces = [distinct.pieces(say) for distinct, say in asked]
    said = iter(run([piece for some in pieces for piece in some]))
    return [
        distinct.put_back([value for _ in some for value in next(said)])
        for (distinct, _), some in zip(asked, pieces, strict=True)
    ]


def _site_key_of(email: str | None) -> str:
    site = _site_of(email)
    return key_of("website")(site) if site else ""


def account_codes(table: pd.DataFrame) -> np.ndarray:
    """Codes of a table's accounts into the market's account ids."""
    return table["account_id"].cat.codes.to_numpy()
