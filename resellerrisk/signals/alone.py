"""One account's signals beside a prepared market: the very values of the market's own, at the price of the account's rows.

What every row says was computed once for the market; here only the account's stretch of each view is looked at, so that a case
of one account does not walk over everybody's rows. No signal is defined here.
"""

from __future__ import annotations

import numpy as np

from resellerrisk.signals.compute import Signals
from resellerrisk.signals.declare import Declaration

#: Views whose rows belong to accounts and stand by account.
SLICED = ("orders", "deliveries", "returns", "payments", "identifiers")


class Alone(Signals):
    """The signals of one account of a market.

    Parameters
    ----------
    signals : Signals
        The prepared market.
    account : int
        The account's code.

    Notes
    -----
    Values are those of the market's signals to the bit (tests/laws): rows of other accounts never stand in an account's
    aggregates, and links, leaks and peers are asked of the whole market as before.
    """

    def __init__(self, signals: Signals, account: int) -> None:
        self._parent, self.account = signals, int(account)
        self.market, self.catalogue = signals.market, signals.catalogue
        self.views = _Stretches(signals.views, self.account)

    def __getattr__(self, name: str):
        return getattr(self.__dict__["_parent"], name)

    def row_values(self, declaration: Declaration) -> np.ndarray:
        """What a declared function says of the account's rows; of a form, of all forms."""
        values = self._parent.row_values(declaration)
        if declaration.table not in SLICED:
            return values
        return values[self.views.stretch(declaration.table)]

    @property
    def whole(self):
        """The market around the account."""
        return self._parent.whole

    @property
    def places_in_whole(self) -> np.ndarray:
        """As for the market's signals."""
        return self._parent.places_in_whole

    @property
    def peers(self):
        """What is typical of which shops, shared with the market's signals."""
        return self._parent.peers


class _Stretches:
    """The views of a market, of which those with rows of accounts show one account's stretch."""

    def __init__(self, views, account: int) -> None:
        self._views, self._account = views, account
        self._found: dict[str, slice] = {}

    def __getattr__(self, name: str):
        if name in SLICED:
            return _Stretch(getattr(self._views, name), self.stretch(name))
        return getattr(self.__dict__["_views"], name)

    def stretch(self, name: str) -> slice:
        """Where the account's rows stand in a view."""
        if name not in self._found:
            accounts = getattr(self._views, name).account
            low, high = np.searchsorted(accounts, [self._account, self._account + 1])
            self._found[name] = slice(int(low), int(high))
        return self._found[name]


class _Stretch:
    """Some rows of a view that stand together; columns as there."""

    def __init__(self, rows, stretch: slice) -> None:
        self._rows, self._stretch = rows, stretch

    def __getattr__(self, name: str):
        return getattr(self.__dict__["_rows"], name)[self.__dict__["_stretch"]]

    def __len__(self) -> int:
        return self._stretch.stop - self._stretch.start

    def stretches(self, accounts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As `Rows.stretches`, of these rows."""
        low, high = self._rows.stretches(accounts)
        begin, end = self._stretch.start, self._stretch.stop
        return np.clip(low, begin, end) - begin, np.clip(high, begin, end) - begin
