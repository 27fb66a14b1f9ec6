"""Rows as signals see them: one view per table, every column as it was known at the row's own moment.

A view is sorted by account and moment, and its columns are numpy arrays (or categoricals, for words) of equal length, made
when first asked for. What a row could not know (a later announcement, a later order) is not reachable from here. Which rows
count for a snapshot is the kernel's business, not this module's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np
import pandas as pd

from resellerrisk.signals import kernel
from resellerrisk.signals.addresses import go_home
from resellerrisk.signals.arrange import NEVER, arrange, gather, last_seen
from resellerrisk.signals.asks import Asks, find_asks
from resellerrisk.signals.lines import cents_of, first_lines, hash_lines
from resellerrisk.tables import Market
from resellerrisk.vocabulary import IDENTIFIER_KINDS

#: The tables a signal may be declared on.
TABLES = (
    "orders",
    "deliveries",
    "returns",
    "payments",
    "identifiers",
    "form",
    "moment",
    "links",
    "leaks",
    "derived",
)

#: Which contract table must be there for a view to say anything.
CONTRACT_TABLE = {
    "orders": "orders",
    "deliveries": "shipments",
    "returns": "returns",
    "payments": "payments",
    "identifiers": "identifiers",
    "leaks": "leaks",
}


class Rows:
    """Columns of equal length, reached as attributes.

    Parameters
    ----------
    columns : mapping of str to array of shape (n_rows,)
        What is there already.
    makers : mapping of str to function
        How a further column is made from the rows; each is made once.
    starts : int64[n_accounts + 1], optional
        Where the rows of each account begin, with the end behind the last, where they stand by account.

    Examples
    --------
    >>> rows = Rows({"quantity": np.array([1, 2])}, {"double": lambda rows: 2 * rows.quantity})
    >>> rows.double, len(rows)
    (array([2, 4]), 2)
    """

    def __init__(
        self,
        columns: Mapping,
        makers: Mapping[str, Callable] | None = None,
        starts: np.ndarray | None = None,
    ) -> None:
        self._columns = dict(columns)
        self._makers = dict(makers or {})
        self._starts = starts

    def __getattr__(self, name: str):
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._columns:
            if name not in self._makers:
                known = ", ".join(sorted({*self._columns, *self._makers}))
                raise AttributeError(f"These rows have no column {name!r}. There is: {known}.")
            self._columns[name] = self._makers[name](self)
        return self._columns[name]

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    def stretches(self, accounts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where the rows of some accounts begin and end, of rows that stand by account."""
        if self._starts is not None:
            return self._starts[accounts], self._starts[accounts + 1]
        return np.searchsorted(self.account, accounts), np.searchsorted(self.account, accounts, "right")


def micros(times) -> np.ndarray:
    """Times as int64 microseconds since 1970; a missing time is the smallest int64.

    >>> micros(np.array(["1970-01-02"], "datetime64[us]"))
    array([86400000000])
    """
    return np.asarray(times, dtype="datetime64[us]").view(np.int64)


class Views:
    """The views of one market, each made and sorted once.

    Parameters
    ----------
    market : Market
        Checked tables.
    asks : Asks, optional
        Who asked for which title, of all accounts, where the market holds only some of them.
    """

    def __init__(self, market: Market, asks: Asks | None = None) -> None:
        self.market = market
        self._asks = asks
        self.accounts_count = len(market.account_ids)

    @cached_property
    def orders(self) -> Rows:
        """Order lines by account, moment, order and line."""
        frame = self.market.orders
        columns = {
            "order": lambda: frame["order_id"],
            "line": lambda: frame["line"].to_numpy(np.int64),
            "title": lambda: frame["title_id"],
            "quantity": lambda: frame["quantity"].to_numpy(np.int64),
            "cents": lambda: cents_of(frame["unit_price"].to_numpy(float), frame["quantity"].to_numpy()),
            "ship_method": lambda: frame["ship_method"].array,
            "payment_method": lambda: frame["payment_method"].array,
            "ship_to": lambda: frame["ship_to"].astype("category"),
        }
        ties = _short_codes(frame["order_id"]), frame["line"].to_numpy()
        rows = self._view(frame, "ordered_at", columns, *ties)
        rows._makers |= {"ordered_at": lambda rows: rows.at, **self.order_makers}
        return rows

    @cached_property
    def order_makers(self) -> dict[str, Callable]:
        return {
            **self._title_makers,
            "title_before": lambda rows: self._seen_before(rows, rows.title),
            "ship_to_before": lambda rows: self._seen_before(rows, rows.ship_to),
            "first_line": first_lines,
            "previous_order_at": _previous_orders,
            "ship_to_own": self._ship_to_own,
            "key": self._line_keys,
            "askers": lambda rows: np.where(rows.early, self.asks.count(rows.title, micros(rows.at)), 0),
            "hour": lambda rows: rows.at.astype("datetime64[h]").astype(np.int64) % 24,
            "weekday": lambda rows: (rows.at.astype("datetime64[D]").astype(np.int64) + 3) % 7,
            "month": lambda rows: rows.at.astype("datetime64[M]").astype(np.int64) % 12 + 1,
        }

    @cached_property
    def deliveries(self) -> Rows:
        """Shipped lines from the moment they were delivered."""
        frame = self.market.shipments
        columns = {
            "title": lambda: frame["title_id"],
            "shipped_at": lambda: frame["shipped_at"].to_numpy(),
            "quantity": lambda: frame["quantity"].to_numpy(np.int64),
        }
        rows = self._view(frame, "delivered_at", columns)
        rows._makers |= {"delivered_at": lambda rows: rows.at, **self._title_makers}
        return rows

    @cached_property
    def returns(self) -> Rows:
        """Units sent back."""
        frame = self.market.returns
        columns = {
            "title": lambda: frame["title_id"],
            "quantity": lambda: frame["quantity"].to_numpy(np.int64),
        }
        return self._view(frame, "returned_at", columns)

    @cached_property
    def payments(self) -> Rows:
        """Payment events."""
        frame = self.market.payments
        columns = {
            "method": lambda: frame["method"].array,
            "status": lambda: frame["status"].array,
            "cents": lambda: np.rint(np.nan_to_num(frame["amount"].to_numpy(float)) * 100).astype(np.int64),
        }
        return self._view(frame, "recorded_at", columns)

    @cached_property
    def identifiers(self) -> Rows:
        """Identifiers seen on an account."""
        frame = self.market.identifiers
        kinds = frame["kind"].array

        def value() -> np.ndarray:
            return _codes(frame["value"].astype("category")) * len(IDENTIFIER_KINDS) + kinds.codes

        rows = self._view(frame, "seen_at", {"kind": lambda: kinds, "value": value})
        rows._makers |= {"value_before": lambda these: self._seen_before(these, these.value)}
        return rows

    @cached_property
    def form(self) -> Rows:
        """The application forms, one row per account code; all missing for an account that is not known."""
        frame = self.market.accounts.set_axis(_codes(self.market.accounts["account_id"]))
        frame = frame.reindex(np.arange(self.accounts_count))
        return Rows({name: frame[name].array for name in frame.columns})

    @cached_property
    def applied(self) -> np.ndarray:
        """When each account applied, in microseconds; the greatest int64 for an account that is not known."""
        applied = micros(pd.Series(self.form.applied_at).to_numpy("datetime64[us]"))
        return np.where(applied == np.iinfo(np.int64).min, np.iinfo(np.int64).max, applied)

    @cached_property
    def asks(self) -> Asks:
        """Who asked for which title first, of all accounts of the whole market."""
        return self._asks or Asks(*self.own_asks, len(self.market.title_ids))

    @cached_property
    def own_asks(self) -> tuple[np.ndarray, np.ndarray]:
        """Title and moment of the first order of each title by each account that is here."""
        rows = self.orders
        return find_asks(rows.account, rows.title, micros(rows.at), self.latest_street_dates)

    @cached_property
    def latest_street_dates(self) -> np.ndarray:
        """The last street date ever announced of each title, in microseconds; the smallest int64 where there is none."""
        frame = self.market.street_dates
        latest = np.full(len(self.market.title_ids), np.iinfo(np.int64).min)
        np.maximum.at(latest, _codes(frame["title_id"]), micros(frame["street_date"]))
        return latest

    def _view(self, frame: pd.DataFrame, at: str, columns: dict[str, Callable], *ties: np.ndarray) -> Rows:
        """A table's rows that have a moment, by account, moment and what else tells them apart.

        Each column is brought into that order when it is first asked for.
        """
        account, moment = _short_codes(frame["account_id"]), micros(frame[at])
        timed = None if _all_known(moment) else np.flatnonzero(moment != NEVER)
        if timed is not None:
            account, moment = account[timed], moment[timed]
            ties = tuple(keys[timed] for keys in ties)
        order, moment, starts = arrange(account, self.accounts_count, moment, *ties)
        places = timed if order is None else order if timed is None else gather(timed, order)
        makers = {name: _in_order(make, places) for name, make in columns.items()}
        makers["account"] = lambda rows: np.repeat(
            np.arange(-1, self.accounts_count), np.diff(starts, prepend=0)
        )
        return Rows({"at": moment.view("datetime64[us]")}, makers, starts)

    @cached_property
    def _title_makers(self) -> dict[str, Callable]:
        titles = self.market.titles
        titles = titles.take(np.argsort(_codes(titles["title_id"]), kind="stable"))
        formats, prices = titles["format"].array, titles["list_price"].to_numpy(float)
        return {
            "street_date": lambda rows: self.street_date_known(rows.title, rows.at),
            "to_street": lambda rows: rows.street_date - rows.at,
            "dated": lambda rows: ~np.isnat(rows.street_date),
            "early": lambda rows: rows.at < rows.street_date,
            "format": lambda rows: formats.take(rows.title),
            "list_price": lambda rows: prices[rows.title],
        }

    def older_lines(self, account: int, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Code and moment of the last order line of each code, of an account's lines that are not here: none."""
        return np.empty(0, np.int64), np.empty(0, "datetime64[us]")

    def older(self, name: str) -> None:
        """All that `older_lines` gives, of all accounts: nothing where all lines are here."""

    def place_codes(self, places) -> np.ndarray:
        """Codes of addresses as order lines have them; -1 where none is given, and a code of its own for one never seen."""
        known = self._places
        codes = [-1 if place is None else known.get(place, len(known)) for place in places]
        return np.array(codes, np.int64)

    @cached_property
    def place_texts(self) -> np.ndarray:
        """What the codes of addresses count."""
        return self.market.orders["ship_to"].astype("category").cat.categories.to_numpy(object)

    @cached_property
    def value_texts(self) -> np.ndarray:
        """What the codes of identifiers' values count: a value's code is its place here times the number of kinds, and its kind."""
        return self.market.identifiers["value"].astype("category").cat.categories.to_numpy(object)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {text: code for code, text in enumerate(self.place_texts)}

    @cached_property
    def _announcements(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        frame = self.market.street_dates
        title, known = _codes(frame["title_id"]), micros(frame["known_at"])
        date = frame["street_date"].to_numpy().astype("datetime64[us]")
        order = np.lexsort((micros(date), known, title))
        starts = kernel.starts_of(title[order], len(self.market.title_ids))
        return starts, known[order], date[order]

    def street_date_known(self, title: np.ndarray, at: np.ndarray) -> np.ndarray:
        """The newest street date of each title announced strictly before each moment.

        Parameters
        ----------
        title : int64[n]
            Title codes.
        at : datetime64[us][n]
            Moments.

        Returns
        -------
        datetime64[us][n]
            NaT where nothing was announced yet.
        """
        starts, known, date = self._announcements
        found = kernel.newest_before(starts, known, title, micros(at))
        return _take(date, found)

    def _seen_before(self, rows: Rows, codes: np.ndarray) -> np.ndarray:
        """When the same account last had the same code, strictly earlier; NaT where it never had."""
        return last_seen(rows.account, micros(rows.at), codes).view("datetime64[us]")

    def _line_keys(self, rows: Rows) -> np.ndarray:
        ids = pd.util.hash_array(self.market.order_ids.to_numpy(object), categorize=False)
        return hash_lines(ids[rows.order], rows.line)

    def _ship_to_own(self, rows: Rows) -> np.ndarray:
        return go_home(rows.account, rows.ship_to, self.place_texts, self.form.street, self.form.postcode)


def _in_order(make: Callable, places: np.ndarray | None) -> Callable:
    """A column of a table, brought into a view's order when it is asked for: numbers, words, or ids (a series) as codes."""

    def column(rows: Rows):
        made = make()
        if isinstance(made, np.ndarray):
            return gather(made, places)
        if isinstance(made, pd.Series):
            return gather(_short_codes(made), places, np.int64)
        return pd.Categorical.from_codes(gather(made.codes, places), dtype=made.dtype, validate=False)

    return column


def _all_known(moment: np.ndarray) -> bool:
    return not moment.size or int(moment.min()) != NEVER


def _previous_orders(rows: Rows) -> np.ndarray:
    """When the account last ordered anything, strictly earlier."""
    anything = np.zeros(len(rows), np.int8)
    return last_seen(rows.account, micros(rows.at), anything).view("datetime64[us]")


def _short_codes(column: pd.Series) -> np.ndarray:
    return column.cat.codes.to_numpy()


def _codes(column: pd.Series) -> np.ndarray:
    return _short_codes(column).astype(np.int64)


def _take(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """``values[places]``, NaT where the place is -1."""
    if not values.size:
        return np.full(places.size, np.datetime64("NaT"), dtype="datetime64[us]")
    return np.where(places >= 0, values[np.maximum(places, 0)], np.datetime64("NaT")).astype("datetime64[us]")


def given(known: np.ndarray, value: np.ndarray) -> np.ndarray:
    """``value`` where ``known``; elsewhere missing, so that the row speaks neither for nor against.

    >>> given(np.array([True, False]), np.array([True, True]))
    array([ 1., nan])
    """
    return np.where(known, np.asarray(value, float), np.nan)
