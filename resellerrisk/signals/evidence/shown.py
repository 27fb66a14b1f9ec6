"""What a piece of evidence is: the rows behind one value, and how plain arithmetic over them gives it again.

The arithmetic here is another than the kernel's on purpose: it is what an auditor would do with the rows on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

#: Rows that go into a file; the number of all of them stands beside.
ROWS_KEPT = 200


@dataclass(frozen=True, eq=False)
class Evidence:
    """The rows behind one value.

    Attributes
    ----------
    signal : str
        The column's name; a count over the whole market has ``market_`` before it.
    account_id : str
    as_of : Timestamp
    value : float
        As the model sees it; NaN where nothing is known.
    kind : str
        What the rows are: ``orders``, ``deliveries``, ``returns``, ``payments``, ``identifiers``, ``form``, ``moment``,
        ``links``, ``group``, ``holdings``, ``copies``, ``peers``, ``market`` or ``derived`` (then ``parts`` say it).
    rows : DataFrame
        The rows, with the contract's columns and ``counts``: what each row gives to the value, missing where it does not speak.
    further : DataFrame
        Rows that stand behind these: what linked accounts share in turn, the early deliveries behind copies.
    since, until : Timestamp or None
        The window: ``since <= known_at < until``; ``since`` is None where it has no beginning.
    parts : tuple of Evidence
        What the value is derived from, in the order of the function's parameters.
    recipe : function of Evidence
        How the value is recomputed.
    """

    signal: str
    account_id: str
    as_of: pd.Timestamp
    value: float
    kind: str
    rows: pd.DataFrame
    recipe: Callable[[Evidence], float] = field(repr=False)
    further: pd.DataFrame = field(default_factory=pd.DataFrame)
    since: pd.Timestamp | None = None
    until: pd.Timestamp | None = None
    parts: tuple[Evidence, ...] = ()

    def recompute(self) -> float:
        """The value from the rows alone.

        Returns
        -------
        float
            Equal to `value` to 1e-9; NaN where the rows say nothing.
        """
        found = float(self.recipe(self))
        return found if np.isfinite(found) else float("nan")

    def speaking(self, count: int | None = None) -> pd.DataFrame:
        """The rows in the order in which a person reads them: those that count most first, and of those the newest."""
        if "counts" not in self.rows or not len(self.rows):
            return self.rows if count is None else self.rows.head(count)
        counts = pd.to_numeric(self.rows["counts"], errors="coerce").to_numpy(float)
        if self.kind in {"orders", "deliveries", "returns", "payments", "identifiers"}:
            counts = np.where(np.isnan(counts), 0, np.where(counts != 0, 2, 1))
        place = np.lexsort((-np.arange(len(counts)), -np.nan_to_num(counts, nan=-np.inf)))
        return self.rows.iloc[place if count is None else place[:count]]

    def to_plain(self) -> Mapping[str, object]:
        """What goes into the JSON twin: rows that count first, at most `ROWS_KEPT`, and how many there are."""
        return {
            "signal": self.signal,
            "value": self.value,
            "recomputed": self.recompute(),
            "kind": self.kind,
            "since": self.since,
            "until": self.until,
            "rows_total": len(self.rows),
            "rows": self.speaking(ROWS_KEPT),
            "further_total": len(self.further),
            "further": self.further.head(ROWS_KEPT),
            "parts": list(self.parts),
        }
