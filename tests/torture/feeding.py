"""Files of nonsense for the readers: made by hypothesis and mutated from a sound market; each works or says what is wrong.

What is fed is a folder of files, a SQLite or a DuckDB file. Nothing here says what is right: only that a reader either gives a
market or one error of ours, whose sentences name the place and what to do.
"""

from __future__ import annotations

import datetime as dt
import random
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from resellerrisk.errors import ResellerRiskError
from resellerrisk.tables import TABLES, Market, read_market

KINDS = ("parquet", "csv", "sqlite", "duckdb", "csv bytes", "parquet bytes")
_OPTIONAL = [name for name, table in TABLES.items() if not table.required]
ODD_TEXTS = (
    *(
        "",
        " ",
        "\x00",
        "NaN",
        "null",
        "None",
        "-0",
        "1e999",
        "-1",
        "0",
        "00123",
        "9" * 400,
        "1,5",
        "0x10",
        "²",
        "١٢",
    ),
    *(
        "2019-13-40",
        "0000-00-00",
        "9999-12-31",
        "1970-01-01T00:00:00Z",
        "2019-12-31 23:59:60",
        "now",
        "31.12.2019",
    ),
    *(
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "'; DROP TABLE orders; --",
        "../../etc/passwd",
    ),
    *(
        "Ünïcödé",
        "🦊" * 20,
        "\u202egnp.exe",
        "a\nb",
        'a"b',
        "a,b",
        "\ufeffx",
        "x" * 70_000,
        "true",
        "maybe",
        "fake",
    ),
)
ODD_VALUES = (
    *(
        None,
        float("nan"),
        float("inf"),
        -float("inf"),
        -1,
        0,
        2**53 + 1,
        2**62,
        1e308,
        5e-324,
        True,
        b"\xff\x00",
    ),
    *(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31), dt.date(2019, 2, 28), dt.timedelta(days=1)),
)


@dataclass(frozen=True)
class Fed:
    """What became of one meal.

    Attributes
    ----------
    outcome : str
        "read", "read, rows set aside" or "refused".
    message : str
        Of the refusal.
    """

    outcome: str
    message: str = ""


def small_market() -> dict[str, pd.DataFrame]:
    """A sound market of a few rows, to be spoiled."""
    from tests.tables.conftest import tidy_frames

    return tidy_frames()


def spoil(frames: dict[str, pd.DataFrame], dice: random.Random) -> dict[str, pd.DataFrame]:
    """One to four things wrong: a cell, a column, a row, a name, a table."""
    for _ in range(dice.choice((1, 1, 2, 4))):
        name = dice.choice(sorted(frames))
        frames[name] = dice.choice(_WAYS)(frames[name].copy(), dice)
        if dice.random() < 0.05:
            frames.pop(name)
    return frames


def _odd(dice: random.Random) -> object:
    return dice.choice(ODD_TEXTS) if dice.random() < 0.7 else dice.choice(ODD_VALUES)


def _spoil_cell(frame: pd.DataFrame, dice: random.Random) -> pd.DataFrame:
    if not frame.size:
        return frame
    at, frame = dice.randrange(frame.shape[1]), frame.copy()
    cells = frame.iloc[:, at].astype(object).tolist()
    cells[dice.randrange(len(cells))] = _odd(dice)
    frame.isetitem(at, pd.Series(cells, dtype=object, index=frame.index))
    return frame


def _spoil_column(frame: pd.DataFrame, dice: random.Random) -> pd.DataFrame:
    if not frame.shape[1]:
        return frame
    value, at, frame = _odd(dice), dice.randrange(frame.shape[1]), frame.copy()
    frame.isetitem(at, pd.Series([value] * len(frame), dtype=object, index=frame.index))
    return frame


def _drop_column(frame: pd.DataFrame, dice: random.Random) -> pd.DataFrame:
    return frame.drop(columns=dice.choice(list(frame.columns))) if frame.shape[1] else frame


def _rename_column(frame: pd.DataFrame, dice: random.Random) -> pd.DataFrame:
    if not frame.shape[1]:
        return frame
    names = [*ODD_TEXTS[:9], *frame.columns, "Account_ID", "ordered at"]
    return frame.rename(columns={dice.choice(list(frame.columns)): dice.choice(names)})


def _repeat_rows(frame: pd.DataFrame, dice: random.Random) -> pd.DataFrame:
    return frame.loc[frame.index.repeat(dice.choice((0, 2, 3)))].reset_index(drop=True)


def _shuffle_cells(frame: pd.DataFrame, dice: random.Random) -> pd.DataFrame:
    if frame.shape[1] < 2:
        return frame
    one, other = dice.sample(list(range(frame.shape[1])), 2)
    order = list(range(frame.shape[1]))
    order[one], order[other] = order[other], order[one]
    return frame.set_axis([frame.columns[place] for place in order], axis=1)


_WAYS = (
    _spoil_cell,
    _spoil_cell,
    _spoil_cell,
    _spoil_column,
    _drop_column,
    _rename_column,
    _repeat_rows,
    _shuffle_cells,
)


def serve(frames: dict[str, pd.DataFrame], place: Path, kind: str, dice: random.Random) -> str:
    """Write frames in a way that keeps what is wrong with them; gives what DATA is then."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    if kind == "sqlite":
        return _serve_sqlite(frames, place / "fed.db")
    if kind == "duckdb":
        return _serve_duckdb(frames, place / "fed.duckdb")
    for name, frame in frames.items():
        if kind.startswith("csv"):
            frame.to_csv(place / f"{name}.csv", index=False, errors="replace")
        else:
            pq.write_table(_arrow(frame), place / f"{name}.parquet")
    if kind.endswith("bytes"):
        from tests.torture.damage import damage

        paths = sorted(path for path in place.iterdir() if path.stat().st_size)
        if paths:
            path = dice.choice(paths)
            path.write_bytes(damage(path.read_bytes(), dice)[0])
    return str(place)


def _arrow(frame: pd.DataFrame) -> pa.Table:
    return pa.table(
        [_column(frame.iloc[:, at]) for at in range(frame.shape[1])],
        names=[str(name) for name in frame.columns],
    )


def _column(cells: pd.Series) -> pa.Array:
    try:
        return pa.array(cells.tolist(), from_pandas=True)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        return pa.array([None if cell is None else str(cell) for cell in cells], pa.string())


def _serve_sqlite(frames: dict[str, pd.DataFrame], path: Path) -> str:
    with sqlite3.connect(path) as connection:
        for name, frame in frames.items():
            columns = list(
                dict.fromkeys(
                    str(column).replace('"', '""').replace("\x00", "") or "x" for column in frame.columns
                )
            )
            if not columns:
                continue
            names = ", ".join(f'"{column}"' for column in columns)
            try:
                connection.execute(f'CREATE TABLE "{name}" ({names})')
            except sqlite3.OperationalError:
                continue
            marks = ", ".join("?" * len(columns))
            rows = [
                [_for_sqlite(cell) for cell in row[: len(columns)]]
                for row in frame.itertuples(index=False, name=None)
            ]
            connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
    connection.close()
    return f"sqlite:///{path}"


def _for_sqlite(cell: object) -> object:
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, int) and abs(cell) >= 2**63:
        return str(cell)
    return cell if cell is None or isinstance(cell, int | float | str | bytes) else str(cell)


def _serve_duckdb(frames: dict[str, pd.DataFrame], path: Path) -> str:
    import duckdb

    with duckdb.connect(str(path)) as connection:
        for name, frame in frames.items():
            try:
                connection.register("given", _arrow(frame))
                connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM given')
            except (duckdb.Error, RuntimeError):
                continue
    return f"duckdb:///{path}"


def eat(data: str, place: Path) -> Fed:
    """Read DATA and hold what comes to the promise.

    Raises
    ------
    AssertionError
        A message that does not say what to do, or a half-done result.
    """
    quarantine = place.with_name("quarantine")
    shutil.rmtree(quarantine, ignore_errors=True)
    try:
        market = read_market(data, limit=0.9, quarantine=quarantine)
    except ResellerRiskError as error:
        _look_at(error)
        return Fed("refused", str(error))
    finally:
        left = [path.name for path in quarantine.glob("*")] if quarantine.exists() else []
        if any(not name.endswith(".csv") for name in left):
            raise AssertionError(f"left half-done: {left}")
    _look_at_market(market)
    return Fed("read, rows set aside" if market.intake["quarantined"].any() else "read")


def _look_at(error: ResellerRiskError) -> None:
    text = str(error)
    if "Hint: " not in text or error.exit_code != 2:
        raise AssertionError(f"the message does not say what to do: {text[:300]}")
    for fault in error.faults:
        if not (fault.table in TABLES and fault.file and fault.what and fault.hint):
            raise AssertionError(f"a fault without place or hint: {fault}")
    if any(not letter.isprintable() and letter != "\n" for letter in text) or len(text) > 60_000:
        raise AssertionError("the message holds what a terminal may obey, or floods it")


def _look_at_market(market: Market) -> None:
    counted = market.intake
    if not (counted["read"] == counted["used"] + counted["quarantined"]).all():
        raise AssertionError("rows read are not rows used and set aside")
    if len(market.fingerprint) != 64:
        raise AssertionError("no fingerprint")


class FedFiles:
    """Meals of one kind, a portion of them in one process; a reader that ends the process is caught as lost, too.

    Parameters
    ----------
    ground : Ground
    kind : str
        One of `KINDS`.
    """

    portion = 100

    def __init__(self, ground, kind: str) -> None:
        self.ground, self.kind = ground, kind
        self.place = ground.place(f"fed-{kind.replace(' ', '-')}")

    def try_some(self, numbers: range) -> Iterator[tuple[str, str]]:
        """What came of each meal, and what was lost."""
        rest, told = list(numbers), self.place / "told"
        while rest:
            told.unlink(missing_ok=True)
            self.ground.fork(lambda: self._feed(rest, told))  # noqa: B023 (called before the loop goes on)
            lines = told.read_text("utf-8").splitlines() if told.exists() else []
            for line in lines:
                outcome, lost = line.split("\t", 1)
                yield outcome, lost
            if len(lines) < len(rest):
                yield "", f"meal {rest[len(lines)]} ended the process"
                lines.append("")
            rest = rest[len(lines) :]

    def _feed(self, numbers: list[int], told: Path) -> int:
        with told.open("w", encoding="utf-8") as file:
            for number in numbers:
                try:
                    line = f"{feed_one(self.place / 'data', number, 4, self.kind).outcome}\t"
                except BaseException as error:
                    line = f"\tmeal {number}: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
                file.write(line + "\n")
                file.flush()
        return 0


def feed_one(place: Path, number: int, seed: int, kind: str = "") -> Fed:
    """One meal, the same for the same number, seed and kind; of each kind in turn where none is named."""
    dice, kind = random.Random(f"{seed} {number} {kind}"), kind or KINDS[number % len(KINDS)]
    frames = small_market()
    for name in dice.sample(_OPTIONAL, len(_OPTIONAL) - 1):
        frames.pop(name)
    data = serve(spoil(frames, dice), place, kind, dice)
    return eat(data, place)
