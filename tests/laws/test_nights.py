"""What nights make of a state is what the tables say from scratch, bit for bit: scores, contributions and signals of every night's orders."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

from resellerrisk.pipeline import score, train
from resellerrisk.pipeline.nights import score_night
from resellerrisk.matrix import prepare_signals
from resellerrisk.tables import TABLES, read_market

DAY = pd.Timedelta(days=1)
FIRST, LAST = pd.Timestamp("2019-11-13"), pd.Timestamp("2019-12-05")


class Arriving:
    """A folder of tables to which every night adds a file of each: what became known on the day."""

    def __init__(self, market, folder, first):
        self.folder, self.market = folder, market
        self.frames = {name: frame.astype({c: object for c in frame if isinstance(frame[c].dtype, pd.CategoricalDtype)}) for name, frame in market.tables().items()}
        for name, frame in self.frames.items():
            (folder / name).mkdir(parents=True)
            if name == "titles":
                frame.to_parquet(folder / name / "all.parquet", index=False)
        self.add("before", None, first)

    def add(self, file, since, until):
        """Write what became known in a span."""
        for name, frame in self.frames.items():
            if name == "titles":
                continue
            self.write(name, file, self.rows(name, since, until), always=since is None)

    def rows(self, name, since, until):
        frame, table = self.frames[name], TABLES[name]
        spans = []
        for column in ("shipped_at", "delivered_at") if name == "shipments" else (table.known_at,):
            at = frame[column]
            spans.append((at < until) & ((at >= since) if since is not None else True))
        rows = frame[np.logical_or.reduce([np.asarray(s) for s in spans])].copy()
        if name == "shipments":
            rows["delivered_at"] = rows["delivered_at"].where(rows["delivered_at"] < until)
        return rows

    def write(self, name, file, rows, always=False):
        if len(rows) or always:
            rows.to_parquet(self.folder / name / f"{file}.parquet", index=False)


@pytest.fixture(scope="module")
def order_model(market, signals):
    return train(market, "order", "2019-08-31", signals=signals)


def same(wanted, found, night):
    for name in ("signals", "contributions", "scores"):
        one, other = getattr(wanted, name), getattr(found, name)
        assert list(one) == list(other) and len(one) == len(other), (night, name, len(one), len(other))
        differing = [c for c in one if not one[c].equals(other[c])]
        assert not differing, (night, name, differing)


def test_some_weeks(market, signals, order_model, tmp_path):
    data = Arriving(market, tmp_path / "data", FIRST)
    met, hows = 0, []
    for night in pd.date_range(FIRST + DAY, LAST):
        data.add(f"{night:%Y-%m-%d}", night - DAY, night)
        found = score_night(data.folder, order_model, tmp_path / "state", as_of=night, scored_at=night)
        wanted = score(market, order_model, since=night - DAY, until=night, signals=signals, scored_at=night)
        same(wanted, found.scores, night)
        met += len(wanted.scores)
        hows.append((found.took.how, found.weeks))
    print(met, hows)
    assert met > 10
