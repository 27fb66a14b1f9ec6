"""What is laid down of a part between two rounds: the order of its rows, and what was computed, in one Arrow file, read back by mapping it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from resellerrisk.signals.arrange import arrange, gather
from resellerrisk.signals.compute import Snapshots
from resellerrisk.signals.rows import micros
from resellerrisk.tables import Market
from resellerrisk.tables.arrow import save_table

_KEY, _VALUE, _PLACES = "key ", "value ", ("account", "at", "order")


def lay_down(path: Path, keys: pd.DataFrame, snapshots: Snapshots, values: pd.DataFrame) -> None:
    """Write keys, snapshots and values of the same rows."""
    columns = {_KEY + name: pa.array(keys[name], from_pandas=True) for name in keys}
    columns |= {name: getattr(snapshots, name) for name in _PLACES}
    columns |= {_VALUE + name: values[name].to_numpy() for name in values}
    table = pa.table(columns)
    save_table(path, table)


def take_up(path: Path) -> tuple[pd.DataFrame, Snapshots, pd.DataFrame]:
    """Read what `lay_down` wrote, and remove it."""
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
        keys = _named(table, _KEY).to_pandas()
        places = [table[name].to_numpy().astype(np.int64) for name in _PLACES]
        columns = _named(table, _VALUE)
        block = np.empty((columns.num_columns, columns.num_rows))
        for row, column in zip(block, columns.columns, strict=True):
            row[:] = column.to_numpy()
        values = pd.DataFrame(block.T, columns=columns.column_names, copy=False)
    path.unlink()
    return keys, Snapshots(*places), values


def _named(table: pa.Table, mark: str) -> pa.Table:
    names = [name for name in table.column_names if name.startswith(mark)]
    return table.select(names).rename_columns([name.removeprefix(mark) for name in names])


def by_delivery(market: Market) -> Market:
    """The market with its shipments by account and delivery, those that did not arrive first, so that they are put in order once."""
    frame = market.shipments
    account, at = frame["account_id"].cat.codes.to_numpy(), micros(frame["delivered_at"])
    order, _, _ = arrange(account, len(market.account_ids), at)
    if order is None:
        return market
    columns = {}
    for name in frame:
        cells = frame[name].array
        if isinstance(cells, pd.Categorical):
            codes = gather(np.asarray(cells.codes), order)
            columns[name] = pd.Categorical.from_codes(codes, dtype=cells.dtype, validate=False)
        else:
            columns[name] = gather(np.asarray(cells), order)
    return replace(market, shipments=pd.DataFrame(columns, copy=False))
