"""A market in which pseudonyms stand for whatever names a person or a shop, for those who build models and need to know nobody.

Every identifying cell gets a keyed pseudonym of the same kind (`contacts`, `names`, `addresses`), remarks and columns outside the
contract are left out, and all else stays: moments, quantities, prices, titles, leaks, outcomes. The signals, links and scores of such
a market are those of the original (tests/laws/test_pseudonyms.py). It is still personal data to whoever also holds the original.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeVar

import numpy as np
import pandas as pd

from resellerrisk.links.wording import company_key, person_key
from resellerrisk.privacy import contacts
from resellerrisk.privacy.addresses import Addresses
from resellerrisk.privacy.key import Key
from resellerrisk.privacy.names import Names
from resellerrisk.tables import TABLES, Market
from resellerrisk.vocabulary import PAYMENT_METHODS

T = TypeVar("T", bound=Hashable)
#: Remarks of people, in which anything may stand.
LEFT_OUT = {"outcomes": ("note",)}
_PERSONS = ("officer", "pickup_person")
_PLAIN = ("bank", "card", "device")


@dataclass(frozen=True)
class Pseudonymised:
    """What `pseudonymise` gives.

    Parameters
    ----------
    tables : dict of pandas.DataFrame
        The contract's tables that the market has.
    likenesses_lost : int
        Pairs of names or addresses one slip apart that are so in one of the two markets only.
    """

    tables: dict[str, pd.DataFrame]
    likenesses_lost: int


def pseudonymise(market: Market, key: Key) -> Pseudonymised:
    """Put pseudonyms in the place of all that names somebody.

    Parameters
    ----------
    market : Market
        Checked tables; rows that were set aside are not in it.
    key : Key

    Returns
    -------
    Pseudonymised

    Examples
    --------
    >>> import tempfile
    >>> from resellerrisk.simulate import simulate_market
    >>> from resellerrisk.tables import read_market
    >>> folder = tempfile.mkdtemp()
    >>> _ = simulate_market(folder, accounts=20, seed=1, start="2019-01-01", end="2019-03-05")
    >>> market = read_market(folder)
    >>> made = pseudonymise(market, Key("0123456789abcdef" * 2)).tables["accounts"]
    >>> len(made), bool((made["legal_name"] == market.accounts["legal_name"]).any())
    (20, False)
    """
    maker = _Maker(market, key)
    tables = {}
    for name, frame in market.tables().items():
        if name in market.present:
            columns = [
                column
                for column in frame.columns[: maker.width(name)]
                if column not in LEFT_OUT.get(name, ())
            ]
            tables[name] = frame[columns].assign(**maker.replaced(name, frame))
    lost = sum(one.lost for one in (maker.persons, maker.companies, maker.addresses))
    return Pseudonymised(tables, lost)


def account_pseudonyms(market: Market, key: Key) -> pd.Series:
    """The pseudonym of each account, by account id.

    The moment of the application stands in front, so that accounts keep their order where ids are given out in order of application;
    it stands in the data anyway.
    """
    applied = market.accounts.set_index(market.accounts["account_id"].astype(str))["applied_at"]
    moments = applied.dt.strftime("%Y%m%d%H%M%S")
    named = [f"p{moment}-{key.digest('account', name).hex()[:16]}" for name, moment in moments.items()]
    return pd.Series(named, index=moments.index, dtype=object)


class _Maker:
    """Makes the columns that are replaced, table by table."""

    def __init__(self, market: Market, key: Key) -> None:
        self.market, self.key = market, key
        self.accounts = account_pseudonyms(market, key)
        self.countries = market.accounts.set_index(self.accounts.index)["country"].astype(object)
        self.persons, self.companies = Names(key, "person"), Names(key, "company")
        self.addresses = Addresses(key)
        self.phone = lru_cache(None)(partial(contacts.phone, key))
        self.tax_id = lru_cache(None)(partial(contacts.tax_id, key))
        self._learn()

    def width(self, table: str) -> int:
        """How many columns of a table are the contract's; others of the file stand behind them."""
        return len(TABLES[table].columns)

    def replaced(self, name: str, frame: pd.DataFrame) -> dict[str, object]:
        """Columns of a table with pseudonyms in them."""
        made: dict[str, object] = {}
        if "account_id" in frame:
            made["account_id"] = self._ids(frame["account_id"], lambda one: str(self.accounts[one]))
        if "order_id" in frame:
            made["order_id"] = self._ids(
                frame["order_id"], lambda one: "o" + self.key.digest("order", one).hex()[:16]
            )
        return made | getattr(self, f"_of_{name}", lambda _: {})(frame)

    def _ids(self, ids: pd.Series, say: Callable[[str], str]) -> pd.Categorical:
        """Ids as categories in the order of what stands for them."""
        ids = ids.cat.remove_unused_categories()
        named = pd.Index([say(str(one)) for one in ids.cat.categories], dtype=object)
        order = np.argsort(named.to_numpy(object), kind="stable")
        place = np.empty(len(order) + 1, np.int64)
        place[order], place[-1] = np.arange(len(order)), -1
        return pd.Categorical.from_codes(place[ids.cat.codes.to_numpy()], categories=named[order])

    def _of_accounts(self, form: pd.DataFrame) -> dict[str, object]:
        country = form["country"].astype(object)
        return {
            "legal_name": _each(self.companies, form["legal_name"]),
            "trading_name": _each(self.companies, form["trading_name"]),
            "region": _each(self.addresses, form["region"]),
            "city": _each(self.addresses, form["city"]),
            "postcode": _each(self.addresses, form["postcode"]),
            "street": _each(self.addresses, form["street"]),
            "email": _each(lambda one: contacts.email(self.key, one), form["email"]),
            "phone": _each(self.phone, form["phone"], country),
            "website": _each(lambda one: contacts.website(self.key, one), form["website"]),
            "tax_id": _each(self.tax_id, form["tax_id"], country),
        }

    def _of_orders(self, orders: pd.DataFrame) -> dict[str, object]:
        places = orders["ship_to"].cat
        texts = places.categories.to_numpy(object)
        first = self._first_seen(orders["ship_to"], orders["ordered_at"])
        order = sorted(range(len(texts)), key=lambda code: (first.get(texts[code], 0), texts[code]))
        told = _tell_apart([(texts[code], self.addresses(texts[code])) for code in order])
        return {"ship_to": orders["ship_to"].cat.rename_categories(told)} if len(texts) else {}

    def _of_payments(self, payments: pd.DataFrame) -> dict[str, object]:
        known = {*PAYMENT_METHODS}
        said = {
            word: word if word in known else self.key.word("method", word)
            for word in payments["method"].cat.categories
        }
        return {"method": payments["method"].cat.rename_categories(said)} if said else {}

    def _of_identifiers(self, seen: pd.DataFrame) -> dict[str, object]:
        country = seen["account_id"].astype(object).map(self.countries)
        rows = pd.DataFrame(
            {"kind": seen["kind"].astype(str), "value": seen["value"].astype(object), "country": country}
        )
        rows["country"] = rows["country"].where(rows["kind"].isin(["phone", "tax_id"]), None)
        rows = rows.iloc[np.argsort(seen["seen_at"].to_numpy(), kind="stable")]
        told: dict[tuple[str, str, str | None], str] = {}
        for kind, some in rows.drop_duplicates().groupby("kind", sort=True):
            pairs = [((value, land), self._identifier(str(kind), value, land)) for value, land in
                     zip(some["value"], some["country"].where(some["country"].notna(), None), strict=True)]  # fmt: skip
            told |= {(kind, *one): made for one, made in _tell_apart(pairs).items()}
        rows["country"] = rows["country"].where(rows["country"].notna(), None)
        made = [told[row] for row in rows[["kind", "value", "country"]].itertuples(index=False, name=None)]
        return {"value": pd.Series(made, index=rows.index, dtype=object).sort_index()}

    def _identifier(self, kind: str, value: str, country: str | None) -> str:
        if kind in _PERSONS:
            return self.persons(value)
        if kind in _PLAIN:
            return contacts.plain(self.key, kind, value)
        if kind == "address":
            return self.addresses(value)
        if kind in ("phone", "tax_id"):
            return (self.phone if kind == "phone" else self.tax_id)(value, country)
        return {"email": contacts.email, "website": contacts.website, "ip": contacts.ip}[kind](
            self.key, value
        )

    def _learn(self) -> None:
        """Names and addresses of the whole market, so that those one slip apart stay so."""
        seen, form, orders = self.market.identifiers, self.market.accounts, self.market.orders
        kinds = seen["kind"].astype(str)
        of_kind = {
            kind: self._first_seen(
                seen["value"][kinds == kind].astype(object), seen["seen_at"][kinds == kind]
            )
            for kind in (*_PERSONS, "address")
        }
        self.persons.learn([_keyed(person_key, of_kind[kind]) for kind in _PERSONS])
        self.companies.learn([_keyed(company_key, self._first_seen(form["legal_name"], form["applied_at"]))])
        doors = form["street"].astype(object) + "|" + form["postcode"].astype(object).fillna("")
        texts: dict[str, int] = {}
        for found in (
            self._first_seen(doors, form["applied_at"]),
            self._first_seen(orders["ship_to"].astype(object), orders["ordered_at"]),
            of_kind["address"],
        ):
            for text, moment in found.items():
                texts[text] = min(texts.get(text, moment), moment)
        self.addresses.learn(texts)

    @staticmethod
    def _first_seen(texts: pd.Series, moments: pd.Series) -> dict[str, int]:
        """Texts with the moment when each was first seen, in microseconds."""
        first = moments.groupby(texts.astype(object).to_numpy(), sort=True).min()
        return {str(text): int(moment.value) for text, moment in first.items()}


def _keyed(to_key: Callable[[str], str], first: dict[str, int]) -> dict[str, int]:
    keyed: dict[str, int] = {}
    for text, moment in first.items():
        named = to_key(text)
        if named:
            keyed[named] = min(keyed.get(named, moment), moment)
    return keyed


def _each(say: Callable[..., str], *columns: pd.Series) -> np.ndarray:
    """``say`` of every row whose first cell is there, called once per distinct row."""
    from resellerrisk.links.distinct import once_per_distinct

    return once_per_distinct(lambda *row: None if row[0] is None else say(*row), *columns)


def _tell_apart(pairs: Sequence[tuple[T, str]]) -> dict[T, str]:
    """Pseudonyms of texts as typed: a second spelling of one value gets a blank behind it, a third two."""
    spellings: dict[str, int] = {}
    told = {}
    for typed, made in pairs:
        told[typed] = made + " " * spellings.get(made, 0)
        spellings[made] = spellings.get(made, 0) + 1
    return told
