"""The same arguments give the same bytes, wherever and in whatever pieces a market is made."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from resellerrisk.simulate import SETTINGS, simulate_market
from resellerrisk.simulate.blocks import draw_blocks
from resellerrisk.simulate.calendar import seconds
from resellerrisk.simulate.randomness import stream
from resellerrisk.simulate.world import draw_world
from resellerrisk.simulate.writing import TableWriter

ROOT = Path(__file__).parents[2]
FEW = {"accounts": 70, "start": "2019-01-01", "end": "2019-06-30", "setting": "sample"}


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_the_same_arguments_give_the_same_bytes_in_another_process(tmp_path: Path, format: str) -> None:
    simulate_market(tmp_path / "here", format=format, **FEW)
    code = f"from resellerrisk.simulate import simulate_market as s; s({str(tmp_path / 'there')!r}, format={format!r}, **{FEW})"
    other = {
        **os.environ,
        "PYTHONHASHSEED": "4711",
        "OMP_NUM_THREADS": "1",
        "TZ": "Asia/Tokyo",
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run([sys.executable, "-c", code], check=True, env=other)
    assert len(digests(tmp_path / "here")) == 12
    assert digests(tmp_path / "here") == digests(tmp_path / "there")


def test_another_seed_gives_other_bytes_in_every_table(tmp_path: Path) -> None:
    simulate_market(tmp_path / "a", seed=0, **FEW)
    simulate_market(tmp_path / "b", seed=1, **FEW)
    a, b = digests(tmp_path / "a"), digests(tmp_path / "b")
    assert a.keys() == b.keys()
    assert not [name for name in a if a[name] == b[name]]


def test_a_market_simulated_again_in_its_folder_is_replaced(tmp_path: Path) -> None:
    simulate_market(tmp_path / "a", seed=0, **FEW)
    simulate_market(tmp_path / "b", seed=1, format="csv", **FEW)
    simulate_market(tmp_path / "b", seed=0, **FEW)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_csv_says_what_parquet_says(tmp_path: Path) -> None:
    simulate_market(tmp_path / "p", **FEW)
    simulate_market(tmp_path / "c", format="csv", **FEW)
    for path in sorted((tmp_path / "p").rglob("*.parquet")):
        parquet = pd.read_parquet(path)
        csv = pd.read_csv(
            tmp_path / "c" / path.relative_to(tmp_path / "p").with_suffix(".csv"),
            dtype={name: str for name in parquet if parquet[name].dtype == object},
            parse_dates=[name for name in parquet if parquet[name].dtype.kind == "M"],
        )
        pd.testing.assert_frame_equal(parquet.fillna(np.nan), csv.astype(parquet.dtypes).fillna(np.nan))


def test_writing_in_smaller_pieces_changes_no_row(tmp_path: Path) -> None:
    for rows_at_once in (1, 3, 1_000):
        with TableWriter(tmp_path / f"t{rows_at_once}", "parquet", rows_at_once) as table:
            for first in range(0, 20, 4):
                rows = np.arange(first, first + 4)
                table.add(
                    {
                        "account_id": [f"A{i // 3}" for i in rows],
                        "quantity": rows,
                        "ordered_at": rows * 86_400,
                    }
                )
    whole = pd.read_parquet(tmp_path / "t1000.parquet")
    assert len(whole) == 20
    for rows_at_once in (1, 3):
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / f"t{rows_at_once}.parquet"), whole)


def test_a_block_is_the_same_whatever_else_was_drawn() -> None:
    world = draw_world(SETTINGS["port"], 200, seconds("2019-01-01"), seconds("2019-12-31"), 0)
    straight = list(draw_blocks(world))
    assert len(straight) == 4
    one, other = draw_blocks(world), draw_blocks(world)
    next(other)
    stream(0, "block", 0).random(1_000)
    again = [next(one), next(other)]
    for mine, theirs in zip(again, straight[:2], strict=True):
        np.testing.assert_array_equal(mine.lines.title, theirs.lines.title)
        np.testing.assert_array_equal(mine.shipments.delivered_at, theirs.shipments.delivered_at)
        assert mine.order_names == theirs.order_names
