"""Lines to compare on: accounts with heavy tails and their order lines, written as a folder of the contract.

The largest account has about one line in a hundred. Lines bear the second in which they were keyed in, so that those of one order
differ. Same numbers, same file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

FIRST, LAST = np.datetime64("2017-01-01"), np.datetime64("2021-01-01")
TITLES = 8_000
SHIP = ("standard", "express", "courier", "pickup")
PAY = ("terms", "card", "wire", "prepaid", "cash")
BATCH = 2_000_000


def write_lines(folder: Path, lines: int, accounts: int, seed: int = 0) -> None:
    """Write accounts, titles, street dates and so many order lines, in the order of time."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    names = _names("A", accounts)
    applied = pd.to_datetime(np.full(accounts, FIRST - np.timedelta64(30, "D")))
    empty = {
        name: pd.Series([None] * accounts, dtype=object)
        for name in (
            "legal_name",
            "trading_name",
            "region",
            "city",
            "postcode",
            "street",
            "email",
            "phone",
            "website",
        )
    }
    more = {
        name: pd.Series([None] * accounts, dtype=object)
        for name in ("business_type", "country", "address_kind", "tax_id")
    }
    gone = {name: pd.Series([pd.NaT] * accounts) for name in ("founded_on", "website_registered_on")}
    left = {
        name: np.full(accounts, np.nan)
        for name in ("store_count", "declared_monthly_units", "street_date_agreement")
    }
    pd.DataFrame({"account_id": names, "applied_at": applied, **empty, **more, **gone, **left}).to_parquet(
        folder / "accounts.parquet"
    )
    titles = _names("T", TITLES)
    pd.DataFrame(
        {
            "title_id": titles,
            "ean": titles,
            "name": titles,
            "year": np.full(TITLES, 2019),
            "studio": np.full(TITLES, "studio"),
            "format": rng.choice(["dvd", "bluray", "uhd"], TITLES),
            "list_price": rng.integers(900, 4000, TITLES) / 100,
        }
    ).to_parquet(folder / "titles.parquet")
    street = FIRST + rng.integers(-700, 1500, TITLES).astype("timedelta64[D]")
    pd.DataFrame(
        {"title_id": titles, "street_date": street, "known_at": street - np.timedelta64(90, "D")}
    ).to_parquet(folder / "street_dates.parquet")
    _write_orders(folder / "orders.parquet", lines, names, titles, rng)


def _names(letter: str, count: int) -> np.ndarray:
    return np.array([f"{letter}{i:06d}" for i in range(count)], dtype=object)


def _write_orders(path: Path, lines: int, names: np.ndarray, titles: np.ndarray, rng) -> None:
    """Orders of one to fifteen lines, batch by batch in the order of time."""
    weight = rng.pareto(1.2, names.size) + 0.05
    weight = np.minimum(weight, 0.01 * weight.sum() / 0.99)
    chances = weight / weight.sum()
    span = (LAST - FIRST).astype("timedelta64[s]").astype(np.int64)
    writer, written, order = None, 0, 0
    while written < lines:
        size = min(BATCH, lines - written)
        in_order = rng.integers(1, 16, size)
        first = np.r_[0, np.cumsum(in_order)]
        first = first[first < size]
        count = np.diff(np.r_[first, size])
        low, high = span * written // lines, span * (written + size) // lines
        at = np.sort(rng.integers(low, high, first.size))
        who = rng.choice(names.size, first.size, p=chances)
        number = np.repeat(np.arange(first.size), count)
        keyed = at[number] + 7 * (np.arange(size) - first[number])
        moments = (FIRST.astype("datetime64[s]") + keyed.astype("timedelta64[s]")).astype("datetime64[us]")
        table = pa.table(
            {
                "order_id": pa.DictionaryArray.from_arrays(
                    number.astype(np.int32), pa.array([f"O{order + i:09d}" for i in range(first.size)])
                ).cast(pa.string()),
                "line": np.arange(size) - first[number] + 1,
                "account_id": _words(who[number], names),
                "ordered_at": moments,
                "title_id": _words(rng.integers(0, titles.size, size), titles),
                "quantity": 1 + rng.geometric(0.25, size),
                "unit_price": rng.integers(500, 3500, size) / 100,
                "ship_method": _words(
                    rng.choice(len(SHIP), first.size, p=[0.7, 0.1, 0.1, 0.1])[number], SHIP
                ),
                "ship_to": _words(
                    who[number], np.array([f"{i} Main Street|10001" for i in range(names.size)])
                ),
                "payment_method": _words(
                    rng.choice(len(PAY), first.size, p=[0.6, 0.2, 0.05, 0.1, 0.05])[number], PAY
                ),
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table, row_group_size=1_000_000)
        written, order = written + size, order + first.size
    writer.close()


def _words(codes: np.ndarray, words) -> pa.Array:
    return pa.DictionaryArray.from_arrays(codes.astype(np.int32), pa.array(list(words))).cast(pa.string())
