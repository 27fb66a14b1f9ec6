"""Two simulated markets that the tests of this room look at: a small one, and one of the default size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from resellerrisk.simulate import simulate_market


class Tables:
    """The tables of a folder, read when asked for: `tables.orders`, `tables["truth/leaks"]`."""

    def __init__(self, folder: Path, counts: dict[str, int]) -> None:
        self.folder, self.counts = folder, counts
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            self._read[name] = pd.read_parquet(self.folder / f"{name}.parquet")
        return self._read[name]

    def __getattr__(self, name: str) -> pd.DataFrame:
        return self[name]

    @property
    def last_street_date(self) -> pd.Series:
        """The last street date named for each title."""
        return self.street_dates.sort_values("known_at").groupby("title_id").street_date.last()

    @property
    def delivered_lines(self) -> pd.DataFrame:
        """Order lines with delivery, street date, and days before street date at which they were ordered and came."""
        lines = self.orders.merge(self.shipments[["order_id", "line", "shipped_at", "delivered_at"]])
        street = lines.title_id.map(self.last_street_date)
        day = np.timedelta64(1, "D")
        return lines.assign(
            street=street,
            ordered_ahead=(street - lines.ordered_at) / day,
            came_ahead=(street - lines.delivered_at) / day,
        )


@pytest.fixture(scope="session")
def port(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("port")
    return Tables(folder, simulate_market(folder))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("small")
    counts = simulate_market(
        folder, accounts=150, seed=3, start="2018-01-01", end="2019-12-31", setting="sample"
    )
    return Tables(folder, counts)
