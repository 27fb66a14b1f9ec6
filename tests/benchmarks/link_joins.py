"""Pairs of accounts that share a value, found by a join on the cluster, held to those that one machine finds.

    python tests/benchmarks/link_joins.py DATA WORK [--parts 8]

DATA is a market in parquet, WORK a folder. Each part of the accounts lists what its accounts hold by the code that one machine uses
(`links.holdings`): that needs no other account, so workers can do it side by side; here one process does, and writes it down. Spark then drops
values that one account alone holds, ranks the holders of the others by moment, and joins the first of each value with each other. Prints bytes and seconds,
and exits with 1 where the pairs differ.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd


def write_holdings(market, folder: Path, parts: int) -> pd.DataFrame:
    """What the accounts of each part hold, one file a part; rows and seconds."""
    from resellerrisk.links.holdings import collect_holdings

    folder.mkdir(parents=True, exist_ok=True)
    accounts, told = len(market.account_ids), []
    for part in range(parts):
        begun = time.process_time()
        theirs = market.part(np.arange(accounts) * parts // accounts == part)
        held = collect_holdings(theirs)
        frame = pd.DataFrame(
            {
                "kind": held.kinds[held.values],
                "key": held.keys[held.values],
                "account": theirs.account_ids.to_numpy(object)[held.accounts],
                "seen": held.seen,
            }
        )
        frame.to_parquet(folder / f"{part:05d}.parquet", index=False)
        told.append((len(frame), time.process_time() - begun))
    return pd.DataFrame(told, columns=["rows", "cpu_s"])


def join_on_spark(folder: Path) -> tuple[pd.DataFrame, dict]:
    """The pairs, and what the join took."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    from resellerrisk.cluster import open_session
    from resellerrisk.links.declare import MOST_HOLDERS

    session = open_session("local[2]")
    session.conf.set("spark.sql.shuffle.partitions", "8")
    begun = time.perf_counter()
    value = ["kind", "key"]
    held = session.read.parquet(str(folder))
    shared = held.groupBy(*value).count().filter("count > 1").drop("count")
    ranked = held.join(shared, value).withColumn(
        "rank", F.row_number().over(Window.partitionBy(*value).orderBy("seen", "account"))
    )
    first = ranked.filter(F.col("rank") <= MOST_HOLDERS).persist()
    later = first.select(*value, F.col("account").alias("other"), F.col("rank").alias("other_rank"))
    pairs = first.join(later, value).filter("rank < other_rank").select(*value, "account", "other").toPandas()
    took = {"wall_s": time.perf_counter() - begun, "held": held.count(), "held_by_several": first.count()}
    session.stop()
    return pairs, took


def pairs_in_one_piece(market) -> tuple[pd.DataFrame, float]:
    """The pairs of the same values that `find_links` makes, and the CPU seconds of all of it."""
    from resellerrisk.links.find import exact_pairs, find_links

    begun = time.process_time()
    held = find_links(market).holdings
    took = time.process_time() - begun
    pairs, ids = exact_pairs(held), market.account_ids.to_numpy(object)
    one, other = pairs["one"].to_numpy(), pairs["other"].to_numpy()
    value = held.values[one]
    columns = {
        "kind": held.kinds[value],
        "key": held.keys[value],
        "account": ids[held.accounts[one]],
        "other": ids[held.accounts[other]],
    }
    return pd.DataFrame(columns), took


def main() -> None:
    """Find the pairs both ways and compare."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("data")
    words.add_argument("work", type=Path)
    words.add_argument("--parts", type=int, default=8)
    told = words.parse_args()
    from resellerrisk.tables import read_market

    market = read_market(told.data)
    expected, one_piece = pairs_in_one_piece(market)
    listed = write_holdings(market, told.work / "held", told.parts)
    size = sum(path.stat().st_size for path in (told.work / "held").glob("*.parquet"))
    found, took = join_on_spark(told.work / "held")
    accounts = len(market.account_ids)
    print(f"{accounts:,} accounts, {len(market.orders):,} order lines; find_links {one_piece:.1f} CPU s")
    print(
        f"held {took['held']:,} ({took['held'] / accounts:.1f} an account, {size / took['held']:.1f} bytes each in parquet), "
        f"listed in {listed['cpu_s'].sum():.1f} CPU s; held by several {took['held_by_several']:,}; join {took['wall_s']:.1f} s"
    )
    columns = ["kind", "key", "account", "other"]
    same = _sorted(found[columns]).equals(_sorted(expected[columns]))
    print(f"{len(expected):,} pairs, " + ("the same both ways" if same else "not the same both ways"))
    sys.exit(not same)


def _sorted(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs.astype({"kind": "int64"}).sort_values(list(pairs.columns), ignore_index=True)


if __name__ == "__main__":
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    main()
