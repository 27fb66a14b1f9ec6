"""Decisions on their way out: rows of the contract's ``outcomes``, from which the next training learns."""

from __future__ import annotations

import os

import pandas as pd


class Outcomes:
    """What was decided about accounts."""

    def frame(self, until=None) -> pd.DataFrame:
        """The contract's ``outcomes`` decided before ``until`` (all by default): account_id, outcome, decided_at, source, note.

        A confirmed block counts from its confirmation, a reversal as ``unknown`` (or what else is still decided about the
        account) from its own moment.
        """
        raise NotImplementedError

    def merge(self, data: str | os.PathLike, until=None) -> tuple[int, int]:
        """Write them into DATA's outcomes table (parquet or CSV, as it stands there), in place of what an earlier merge wrote.

        Returns
        -------
        (int, int)
            Rows of the desk now in the table; rows left out, for DATA has no such account.
        """
        raise NotImplementedError
