"""The matrix: snapshots times signals, with the keys of each row. It neither trains nor scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from resellerrisk.matrix.snapshots import take
from resellerrisk.signals.catalogue import Catalogue, catalogue
from resellerrisk.signals.compute import Signals, Snapshots
from resellerrisk.signals.declare import Column
from resellerrisk.tables import Market


@dataclass(frozen=True)
class Matrix:
    """Snapshots times signals.

    Attributes
    ----------
    keys : DataFrame of shape (n, 2 or 3)
        ``account_id``, ``as_of`` and, for orders, ``order_id``.
    values : DataFrame of shape (n, k), float64
        One column per signal.
    columns : tuple of Column
        Their declarations, in the same order.
    snapshots : Snapshots
        The same rows as codes.
    """

    keys: pd.DataFrame
    values: pd.DataFrame
    columns: tuple[Column, ...]
    snapshots: Snapshots

    def take(self, chosen: np.ndarray) -> Matrix:
        """Some of the rows, by a mask."""
        return replace(
            self,
            keys=self.keys[chosen].reset_index(drop=True),
            values=self.values[chosen].reset_index(drop=True),
            snapshots=take(self.snapshots, chosen),
        )


def prepare_signals(market: Market, declared: Catalogue | None = None) -> Signals:
    """The signals of a market, to be computed for any snapshots."""
    return Signals(market, declared or catalogue())


def build_matrix(signals: Signals, snapshots: Snapshots, columns: Sequence[Column]) -> Matrix:
    """Compute the columns for the snapshots.

    Parameters
    ----------
    signals : Signals
        The prepared market.
    snapshots : Snapshots
        n subjects.
    columns : sequence of Column
        k columns.

    Returns
    -------
    Matrix
        In the snapshots' order.
    """
    keys = name_snapshots(signals.market, snapshots)
    return Matrix(keys, signals.compute(snapshots, columns), tuple(columns), snapshots)


def name_snapshots(market: Market, snapshots: Snapshots) -> pd.DataFrame:
    """The keys of snapshots: ``account_id``, ``as_of`` and, for orders, ``order_id``."""
    keys = pd.DataFrame(
        {
            "account_id": market.account_ids.to_numpy(object)[snapshots.account],
            "as_of": snapshots.moments,
        }
    )
    if (snapshots.order >= 0).any():
        keys.insert(1, "order_id", market.order_ids.to_numpy(object)[snapshots.order])
    return keys
