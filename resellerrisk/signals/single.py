"""One subject's signals in a millisecond: the very values of `Signals.compute`, for one account or one order at a time.

Frames, categoricals and calls of numpy by the hundred are what one snapshot waits for, not its rows; so the rows of an account are
told once as whole numbers and put together by one compiled call a view (`plan`). Figures of links, leaks and peers are asked of the
market as before. No signal is defined here.
"""

from __future__ import annotations

import inspect
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from resellerrisk.signals.compute import Signals
from resellerrisk.signals.declare import Column
from resellerrisk.signals.kernel import DAY
from resellerrisk.signals.peers import SIZE_COLUMN, compared_columns, month_of
from resellerrisk.signals.plan import PUT_TOGETHER, Plan, Told, stretch_of
from resellerrisk.signals.rows import CONTRACT_TABLE, Rows
from resellerrisk.tables.moments import monday_of

#: Accounts whose rows are kept as told, newest asked last.
KEPT_ACCOUNTS = 512
#: The code of an account that stands in no table.
NOBODY = -1
#: Of an account with more rows than this nothing is kept: it would take the room of many.
MOST_KEPT_ROWS = 50_000


class Single:
    """Some columns for one subject at a time.

    Parameters
    ----------
    signals : Signals
        The prepared market.
    columns : sequence of Column
    orders : bool
        Whether subjects are orders: the address that an order goes to is then known of its account at the moment itself.

    Notes
    -----
    Rows are cut strictly before the moment, as everywhere, so a market that knows more changes nothing.
    """

    def __init__(self, signals: Signals, columns: Sequence[Column], orders: bool) -> None:
        self.signals, self.columns, self.orders = signals, tuple(columns), orders
        self.needed = _with_inputs(signals.catalogue, self.columns)
        self._plans = {view: Plan(self.needed, view) for view in PUT_TOGETHER if self._is_there(view)}
        self._own = Plan(self.needed, "orders", own=True)
        self._told: OrderedDict[int, dict[str, Told]] = OrderedDict()
        self._inputs = {
            column.name: tuple(inspect.signature(column.declaration.function).parameters)
            for column in self.needed
            if column.declaration.table == "derived"
        }

    def values(self, account: int, moment: int, own=None, around=None) -> dict[str, float]:
        """The columns, and those they rest on, of an account at a moment.

        Parameters
        ----------
        account : int
            Code in the market.
        moment : int
            Microseconds.
        own : rows of the view of orders, optional
            The order's own lines.
        around : (Links, int64[m]), optional
            The links around the account where it brings new ones (`links.extend`), and the codes that they have in the market.
        """
        return self._ask(_Asked(self, account, moment, own, around))

    def newcomer(self, form, moment: int, around) -> dict[str, float]:
        """The columns of an account that has only applied and stands in no table.

        Parameters
        ----------
        form : rows of the view of forms
            One row.
        moment : int
            When it applied, in microseconds.
        around : (Links, int64[m])
            As for `values`; the newcomer's code there is -1.
        """
        return self._ask(_Asked(self, NOBODY, moment, None, around, form))

    def _ask(self, asked: _Asked) -> dict[str, float]:
        with np.errstate(divide="ignore", invalid="ignore"):
            for column in self.needed:
                asked.value(column)
        return asked.found

    def tell(self, account: int) -> dict[str, Told]:
        """All rows of an account by view, as whole numbers; kept for the next question."""
        if account in self._told:
            self._told.move_to_end(account)
            return self._told[account]
        told = {view: plan.tell(self._rows(view, account)) for view, plan in self._plans.items()}
        if sum(one.at.size for one in told.values()) <= MOST_KEPT_ROWS:
            self._told[account] = told
            if len(self._told) > KEPT_ACCOUNTS:
                self._told.popitem(last=False)
        return told

    def _rows(self, view: str, account: int):
        rows = getattr(self.signals.views, view)
        if account == NOBODY:
            return stretch_of(rows, 0, 0)
        low, high = np.searchsorted(rows.account, [account, account + 1])
        return stretch_of(rows, int(low), int(high))

    def _is_there(self, table: str) -> bool:
        return CONTRACT_TABLE.get(table, "orders") in self.signals.market.present

    def typical(self, column: Column, found: dict[str, float], kind: int, moment: int):
        """Lower and upper quartile of a column among the peers of an account of some business type."""
        return self.signals.peers.quartiles(column, _month(moment), kind, found[SIZE_COLUMN])

    def type_of(self, account: int) -> int:
        """Code of the account's business type."""
        return int(self.signals.views.form.business_type.codes[account])


class _Asked:
    """One subject's columns, as far as they are found."""

    def __init__(self, single: Single, account: int, moment: int, own, around, form=None) -> None:
        self._single, self._signals = single, single.signals
        self._account, self._moment, self._around = account, moment, around
        self._form = form
        self.found: dict[str, float] = {}
        told = single.tell(account)
        for view, plan in single._plans.items():
            self.found |= plan.put_together(told[view], moment)
        if own is not None and single._own.columns:
            self.found |= single._own.put_together(single._own.tell(own), moment)

    def value(self, column: Column) -> float:
        """One column's value; found once."""
        if column.name not in self.found:
            self.found[column.name] = self._find(column)
        return self.found[column.name]

    def _find(self, column: Column) -> float:
        declared, signals = column.declaration, self._signals
        table = declared.table
        if not self._single._is_there(table):
            return np.nan
        if table == "peers":
            self.value(column.base)
            kind = self._single.type_of(self._account) if self._form is None else type_of_form(self._form)
            return self._signals.peers.position(
                column.base, _month(self._moment), self.found[column.base.name], kind, self.found[SIZE_COLUMN]
            )
        if table == "derived":
            return _finite(declared.function(*map(self._named, self._single._inputs[column.name])))
        if table == "form" and self._form is not None:
            return _finite(declared.function(self._form)[0])
        if table == "form":
            return _finite(signals.row_values(declared)[self._account])
        if table == "moment":
            return _finite(declared.function(self._moment_rows())[0])
        if table == "links":
            return self._link_figures.get(declared.function.__name__, np.nan)
        if table == "leaks":
            return _finite(self._standing[declared.function.__name__][self._place])
        return np.nan  # an order's own lines, where the subject is none

    def _named(self, name: str) -> np.float64:
        catalogue = self._signals.catalogue
        if not name.startswith("market_"):
            return np.float64(self.value(catalogue.column(name)))
        column = catalogue.column(name.removeprefix("market_"))
        moments, far, near = np.array([self._moment]), column.window.far, column.window.near
        counted = self._signals.whole.count_codes(
            column.declaration.function.__name__, moments, far * DAY, near * DAY
        )
        return np.float64(counted[0])

    def _moment_rows(self) -> Rows:
        form, account = self._signals.views.form, np.array([self._account])
        makers = {
            name: lambda _, name=name: getattr(form, name).take(account)
            for name in self._signals.market.accounts.columns
        }
        return Rows({"as_of": np.array([self._moment]).view("datetime64[us]")}, makers)

    @property
    def _place(self) -> int:
        return NOBODY if self._account == NOBODY else int(self._signals.places_in_whole[self._account])

    @cached_property
    def _standing(self) -> dict[str, np.ndarray]:
        monday = monday_of(np.array([self._moment]))
        return self._signals.whole.traced(monday)[int(monday[0])]

    @cached_property
    def _link_figures(self) -> dict[str, float]:
        links, places = self._around or (self._signals.links, None)
        place = self._place if places is None else int(np.flatnonzero(places == self._place)[0])
        standing = None
        if "leaks" in self._signals.market.present:
            monday = monday_of(np.array([self._moment])).view("datetime64[us]")
            traced = self._standing["source_probability"]
            standing = (monday, (traced if places is None else traced[places])[None, :])
        figures = links.figures(
            np.array([place]),
            np.array([self._moment]).view("datetime64[us]"),
            own_order=self._single.orders,
            standing=standing,
        )
        return {name: _finite(values[0]) for name, values in figures.items()}


def type_of_form(form) -> int:
    """Code of the business type that a form of one row names."""
    return int(form.business_type.codes[0])


def _month(moment: int) -> int:
    return int(month_of(np.array([moment]))[0])


def _finite(value) -> float:
    value = float(value)
    return value if np.isfinite(value) else np.nan


def _with_inputs(catalogue, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns with all that they rest on, and the size that peers are told by."""
    needed: dict[str, Column] = {}

    def add(column: Column) -> None:
        if column.name in needed:
            return
        if column.base is not None:
            add(column.base)
        if column.declaration.table == "derived":
            for name in inspect.signature(column.declaration.function).parameters:
                if not name.startswith("market_"):
                    add(catalogue.column(name))
        needed[column.name] = column

    for column in columns:
        add(column)
    if compared_columns(columns):
        add(catalogue.column(SIZE_COLUMN))
    return tuple(needed.values())
