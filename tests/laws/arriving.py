"""A market that arrives night by night: a folder of tables to which every night adds a file of each that something became known of."""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.tables import TABLES

DAY = pd.Timedelta(days=1)


class Arriving:
    """What is known of a market up to a night, as files.

    Parameters
    ----------
    market : Market
    folder : Path
    first : Timestamp
        What was known before stands in one file a table.
    """

    def __init__(self, market, folder, first) -> None:
        self.folder, self.night = folder, first
        self.frames = {name: _as_texts(frame) for name, frame in market.tables().items()}
        self._held: dict[str, pd.DataFrame] = {}
        for name, frame in self.frames.items():
            (folder / name).mkdir(parents=True)
            rows = frame if name == "titles" else self.rows(name, None, first)
            self.write(name, "before", rows, empty=True)

    def pass_night(self) -> pd.Timestamp:
        """Add the files of the next night; gives its end."""
        self.night += DAY
        for name in self.frames:
            if name != "titles":
                self.write(name, f"{self.night:%Y-%m-%d}", self.rows(name, self.night - DAY, self.night))
        return self.night

    def rows(self, name: str, since, until) -> pd.DataFrame:
        """Rows of which something became known in a span; a shipment once when it leaves and once when it arrives."""
        frame, table = self.frames[name], TABLES[name]
        known = np.zeros(len(frame), bool)
        for column in ("shipped_at", "delivered_at") if name == "shipments" else (table.known_at,):
            known |= (
                (frame[column] < until) & ((since is None) | (frame[column] >= (since or until)))
            ).to_numpy()
        rows = frame[known].copy()
        if name == "shipments":
            rows["delivered_at"] = rows["delivered_at"].where(rows["delivered_at"] < until)
        return rows

    def hold_back(self, name: str, chosen) -> pd.DataFrame:
        """Take rows out of what is to come; they are given back, to be written when they are late."""
        rows = self.frames[name][chosen]
        self.frames[name] = self.frames[name][~chosen]
        return rows

    def add(self, name: str, **cells) -> None:
        """Have one more row become known, like the table's last but for some cells."""
        frame = self.frames[name]
        more = frame.iloc[np.append(np.arange(len(frame)), -1)].reset_index(drop=True)
        for column, cell in cells.items():
            more.loc[len(frame), column] = cell
        self.frames[name] = more

    def write(self, name: str, file: str, rows: pd.DataFrame, empty: bool = False) -> None:
        """Write a file of a table; none where there are no rows, unless asked to."""
        if len(rows) or empty:
            rows.to_parquet(self.folder / name / f"{file}.parquet", index=False)


def _as_texts(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(
        {name: object for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)}
    )
