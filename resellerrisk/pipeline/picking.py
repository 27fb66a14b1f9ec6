"""Training rows of a market in parts, chosen as they are in one piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.matrix import Matrix, take
from resellerrisk.pipeline.training import label_rows
from resellerrisk.signals.compute import Snapshots
from resellerrisk.signals.declare import Column


@dataclass(frozen=True)
class PickedRows:
    """Training rows of a market in parts, chosen as they are in one piece.

    Attributes
    ----------
    kept : Snapshots
        Coded as in the whole market, in its order.
    labels, weight : float64[n]
    chosen : list of Snapshots
        The same rows by part, coded and ordered as in the part.
    order : int64[n]
        Where the rows of all parts, one part after the other, stand in ``kept``.
    """

    kept: Snapshots
    labels: np.ndarray
    weight: np.ndarray
    chosen: list[Snapshots]
    order: np.ndarray

    def to_matrix(self, market, values: pd.DataFrame, columns: Sequence[Column]) -> Matrix:
        """The matrix in the whole market's order from the values of all parts, one part after the other."""
        place = np.empty(len(self.kept), np.int64)
        place[self.order] = np.arange(len(self.kept))
        names = market.account_ids.to_numpy(object)[self.kept.account]
        keys = pd.DataFrame({"account_id": names, "as_of": self.kept.moments})
        return Matrix(keys, values.iloc[place].reset_index(drop=True), tuple(columns), self.kept)


def pick_training_rows(
    market,
    places: Sequence[np.ndarray],
    found: list[Snapshots],
    subject: str,
    moment: pd.Timestamp,
    seed: int,
    unlabelled: str,
) -> PickedRows:
    """Label the snapshots that the parts found and thin them out, as in one piece.

    Parameters
    ----------
    market : Market
        All accounts with the small tables.
    places : sequence of int64[n_accounts]
        By part the codes of its accounts in the market, rising.
    found : list of Snapshots
        By part.
    subject, moment, seed, unlabelled
        As for `train`.
    """
    everybody, part_of, row_of = _in_one_piece(places, found, by_time=subject == "account")
    kept, labels, weight = label_rows(market, everybody, subject, moment, seed, unlabelled)
    rows = _find_rows(everybody, kept)
    chosen = [take(one, np.sort(row_of[rows][part_of[rows] == number])) for number, one in enumerate(found)]
    return PickedRows(kept, labels, weight, chosen, np.lexsort((row_of[rows], part_of[rows])))


def _in_one_piece(places: Sequence[np.ndarray], found: list[Snapshots], by_time: bool):
    """All parts' subjects as codes of the whole market, in the order they have in one piece; with part and row of each."""
    account = np.concatenate([place[one.account] for place, one in zip(places, found, strict=True)])
    at = np.concatenate([one.at for one in found])
    is_order = np.concatenate([one.order >= 0 for one in found])
    part_of = np.repeat(np.arange(len(found)), [len(one) for one in found])
    row_of = np.concatenate([np.arange(len(one)) for one in found])
    order = np.lexsort((account, at)) if by_time else np.arange(at.size)
    # Which order a snapshot is of stays with the part; its place tells snapshots of one moment apart.
    numbers = np.where(is_order, np.arange(at.size), -1)
    return Snapshots(account[order], at[order], numbers[order]), part_of[order], row_of[order]


def _find_rows(everybody: Snapshots, kept: Snapshots) -> np.ndarray:
    """Places of the kept snapshots among all; both are in the same order."""
    names = ["account", "at", "order"]
    all_of_them = pd.MultiIndex.from_arrays([getattr(everybody, name) for name in names])
    places = all_of_them.get_indexer(pd.MultiIndex.from_arrays([getattr(kept, name) for name in names]))
    if (places < 0).any():
        raise InputError("A training snapshot was lost.", hint="tell the makers of this program")
    return places
