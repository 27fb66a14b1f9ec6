"""The catalogue: every signal there is, as a list in code, and the columns they make."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import cache

import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.signals import (
    change,
    fulfilment,
    identity,
    linked,
    ordering,
    street_dates,
)
from resellerrisk.signals.declare import (
    RISKIER_WORDS,
    SHARE_OF,
    Column,
    Declaration,
    as_is,
    check_declarations,
    columns_of,
)
from resellerrisk.signals.rows import TABLES


def _declared_in(module) -> list[Callable]:
    """A module's signals, in the order in which they are written."""
    return [f for f in vars(module).values() if hasattr(f, "declared") and f.__module__ == module.__name__]


SIGNALS: tuple[Callable, ...] = (
    *_declared_in(identity),
    *_declared_in(ordering),
    *_declared_in(street_dates),
    *_declared_in(fulfilment),
    *_declared_in(change),
    *linked.LINKED,
    *linked.TRACED,
)


class Catalogue:
    """Columns by name and by subject.

    Parameters
    ----------
    functions : sequence of declared functions
        Checked as a whole; every mistake is named at once.

    Raises
    ------
    DeclarationError
        Where the declarations contradict themselves.
    """

    def __init__(self, functions: Sequence[Callable] = SIGNALS) -> None:
        check_declarations(functions, TABLES)
        self.columns: tuple[Column, ...] = tuple(
            column for function in functions for column in _with_peers(function.declared)
        )
        self._by_name = {column.name: column for column in self.columns}

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises
        ------
        InputError
            Where there is none.
        """
        if name not in self._by_name:
            raise InputError(f"There is no signal {name!r}.", hint="resellerrisk signals")
        return self._by_name[name]

    def market_wide(self) -> tuple[Declaration, ...]:
        """Declared functions that some derived signal counts over the whole market."""
        names = {
            name.removeprefix("market_")
            for column in self.columns
            if column.declaration.table == "derived"
            for name in inspect.signature(column.declaration.function).parameters
            if name.startswith("market_")
        }
        return tuple(dict.fromkeys(column.declaration for column in self.columns if column.name in names))

    def for_subject(self, subject: str) -> tuple[Column, ...]:
        """The columns that can be known of a subject: an application has a form and links, only an order has its own lines."""
        return tuple(column for column in self.columns if self._fits(column, subject))

    def _fits(self, column: Column, subject: str) -> bool:
        table, window = column.declaration.table, column.window
        if table == "derived":
            names = inspect.signature(column.declaration.function).parameters
            return all(self._fits(self.column(name.removeprefix("market_")), subject) for name in names)
        if subject == "application":
            return table in {"form", "links"}
        return subject == "order" or window is None or not window.own_order

    def to_frame(self) -> pd.DataFrame:
        """The catalogue as a table: name, family, meaning, unit, window, direction, source."""
        return pd.DataFrame(
            [
                {
                    "signal": column.name,
                    "family": column.family,
                    "meaning": column.declaration.meaning,
                    "unit": column.unit.name or "number",
                    "window": column.window_words or "at the snapshot",
                    "riskier": RISKIER_WORDS[column.riskier],
                    "source": column.declaration.source,
                }
                for column in self.columns
            ]
        )


def _with_peers(declared: Declaration) -> list[Column]:
    columns = columns_of(declared)
    return columns + [_against_peers(column) for column in columns if column.window in declared.peers]


def _against_peers(base: Column) -> Column:
    """The column that says where ``base`` stands among peers."""
    declared = base.declaration
    meaning = f"Position among shops of the same type and size: {declared.meaning}"

    def position(value):
        return value

    position.__name__, position.__doc__ = f"{base.name}_vs_peers", meaning
    told = declared.meaning[0].lower() + declared.meaning[1:].rstrip(".")
    reason = f"Higher than {{value}} of shops of the same type and size ({base.window.words}): {told}."
    peered = Declaration(
        position, "peers", as_is(SHARE_OF), (), declared.riskier, "peers", reason, declared.source
    )
    return Column(position.__name__, peered, base.window, base)


@cache
def catalogue() -> Catalogue:
    """The catalogue of this version."""
    return Catalogue()
