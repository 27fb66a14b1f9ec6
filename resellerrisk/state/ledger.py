"""What a state of nights writes down of itself: which folders count, which files of DATA were taken in, and what was known from when."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from resellerrisk.state.arrays import load_frame
from resellerrisk.tables import TABLES
from resellerrisk.tables.arrow import map_table
from resellerrisk.tables.files import find_files
from resellerrisk.tables.refusing import part_files

VERSION = 1
#: Tells the codes of accounts by their ids, -1 of those that a state does not have.
Known = Callable[[object], np.ndarray]
_US = "datetime64[us]"


class Stale(Exception):
    """The state cannot take in what DATA holds now; its text says why."""


@dataclass
class Segment:
    """Checked rows that came in one file of DATA.

    Attributes
    ----------
    folder : str
        In the state.
    file : str
        In DATA; empty for rows of a whole DATA.
    tables : list of str
    first, last : int
        The first and last moment that a row is known from, in microseconds.
    counts : dict of str to (int, int)
        Rows read and set aside, by table.
    """

    folder: str
    file: str
    tables: list[str]
    first: int
    last: int
    counts: dict[str, tuple[int, int]]


@dataclass
class Facts:
    """What stands in ``run.json``.

    Attributes
    ----------
    program : str
        Hash of the code that made it.
    bases : list of str
        Folders of Mondays' states, the last one last.
    segments : list of Segment
    files : dict of str to [int, int]
        Size and time of change of the files of DATA that were taken in.
    again : dict of str to [int, int]
        The same of files with rows that were set aside, to be looked at again.
    peers : dict of str to list of str
        By month the folder of its peers, and the segments with rows before it.
    intake : dict of str to [int, int]
        Rows of DATA read and set aside, by table.
    count : int
        Folders made so far.
    """

    program: str
    bases: list[str]
    segments: list[Segment] = field(default_factory=list)
    files: dict[str, list[int]] = field(default_factory=dict)
    peers: dict[str, list[str]] = field(default_factory=dict)
    again: dict[str, list[int]] = field(default_factory=dict)
    intake: dict[str, list[int]] = field(default_factory=dict)
    count: int = 0

    def folders(self) -> set[str]:
        """The folders that count."""
        peers = (folder for folder, *_ in self.peers.values())
        return {*self.bases, *(one.folder for one in self.segments), *peers}

    def to_json(self) -> str:
        """As text."""
        told = {**self.__dict__, "segments": [one.__dict__ for one in self.segments]}
        return json.dumps({"nights": VERSION, **told}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Facts:
        """From text."""
        told = json.loads(text)
        if told.pop("nights") != VERSION:
            raise ValueError("another version")
        told["segments"] = [Segment(**one) for one in told["segments"]]
        return cls(**told)


@dataclass(frozen=True)
class Took:
    """What a night did to a state.

    Attributes
    ----------
    how : str
        ``rows`` (new rows taken in), ``week`` (a Monday's state made anew from the one before, for rows up to a week late) or ``built``
        (made anew from all tables).
    why : str
        Why it was built or mended; empty for a night like others.
    files : int
        New or changed files of DATA.
    counts : dict of str to (int, int)
        Rows read and set aside, by table.
    """

    how: str
    why: str
    files: int
    counts: dict[str, tuple[int, int]]


def files_of(data: Path) -> dict[str, list[int]]:
    """Size and time of change of the files that the tables of a folder stand in, by path."""
    found = {}
    for name in TABLES:
        for path in find_files(data, name):
            for file in part_files(path) if path.is_dir() else [path]:
                told = file.stat()
                found[file.relative_to(data).as_posix()] = [told.st_size, told.st_mtime_ns]
    return found


def table_of(path: str) -> str:
    """The table that a file of DATA is of.

    >>> table_of("orders/2020-06-30.parquet"), table_of("leaks.csv")
    ('orders', 'leaks')
    """
    return path.split("/")[0].split(".")[0]


def months_between(first: int, end: int) -> np.ndarray:
    """The firsts of a month after a moment and before another, in microseconds.

    >>> first, end = (int(np.datetime64(day, "us").astype(np.int64)) for day in ("2020-06-29", "2020-07-02"))
    >>> months_between(first, end).view("datetime64[us]").astype("datetime64[D]").tolist()
    [datetime.date(2020, 7, 1)]
    """
    low, high = (np.datetime64(moment, "us").astype("datetime64[M]") for moment in (first, end))
    at = np.arange(low, high + 1).astype(_US).astype(np.int64)
    return at[(at > first) & (at < end)]


def rows_before(
    frames: dict[str, pd.DataFrame], moment: pd.Timestamp, known: Known
) -> dict[str, pd.DataFrame]:
    """Rows known before a moment, of accounts that had applied by then; ``known`` tells the codes of accounts of before."""
    out, at = {}, moment
    accounts = frames.get("accounts")
    new = () if accounts is None else accounts["account_id"][accounts["applied_at"] < at]
    for name, frame in frames.items():
        table = TABLES[name]
        if table.known_at:
            frame = frame[(frame[table.known_at] < at).to_numpy()]
        for column in table.columns:
            if column.known_at:
                frame = frame.assign(**{column.name: frame[column.name].where(frame[column.known_at] < at)})
        if "account_id" in frame:
            frame = frame[(known(frame["account_id"]) >= 0) | frame["account_id"].isin(new).to_numpy()]
        out[name] = frame.reset_index(drop=True)
    return out


def rows_from(name: str, frame: pd.DataFrame, moment: int, known: Known) -> pd.DataFrame:
    """Rows of a table that a state of a moment does not hold; ``known`` tells the codes of its accounts."""
    if not TABLES[name].known_at:
        return frame
    since = np.zeros(len(frame), bool)
    for column in _moment_columns(name):
        since |= frame[column].to_numpy(_US).astype(np.int64) >= moment
    if "account_id" in frame:
        since |= known(frame["account_id"]) < 0
    return frame[since]


def load_rows_since(
    folder: Path, segments: list[Segment], moment: int, known: Known
) -> dict[str, pd.DataFrame]:
    """The rows of some segments that a state of a moment does not hold, by table."""
    new = _new_accounts(folder, segments, known)
    parts: dict[str, list[pd.DataFrame]] = {}
    for one in segments:
        for name in one.tables:
            path = folder / one.folder / f"{name}.arrow"
            older = one.first < moment and TABLES[name].known_at
            parts.setdefault(name, []).append(
                _load_newer(name, path, moment, new) if older else load_frame(path)
            )
    return {
        name: pd.concat(some, ignore_index=True) if len(some) > 1 else some[0] for name, some in parts.items()
    }


def _new_accounts(folder: Path, segments: list[Segment], known: Known) -> pa.Array:
    """The ids of accounts that a state does not have: each that a row names has its form there or in a segment."""
    paths = [folder / one.folder / "accounts.arrow" for one in segments if "accounts" in one.tables]
    ids = np.array([name for path in paths for name in map_table(path)["account_id"].to_pylist()], object)
    return pa.array(ids[known(ids) < 0], pa.string())


def _load_newer(name: str, path: Path, moment: int, new: pa.Array) -> pd.DataFrame:
    """`rows_from` of a file. Rows that the state holds are not made into a frame: of a busy week there are many."""
    table = map_table(path)
    since = np.zeros(len(table), bool)
    for column in _moment_columns(name):
        since |= table[column].cast(pa.timestamp("us"), safe=False).to_numpy().astype(np.int64) >= moment
    if "account_id" in table.column_names:
        since |= pc.is_in(table["account_id"], new).to_numpy()
    return load_frame(path, np.flatnonzero(since))


def _moment_columns(name: str) -> list[str]:
    table = TABLES[name]
    return [table.known_at, *(column.known_at for column in table.columns if column.known_at)]


def known_moments(name: str, frame: pd.DataFrame, known: Known) -> tuple[np.ndarray, np.ndarray]:
    """When rows became known, and which of them a state that has some accounts would have held: theirs, and those of no account.

    A shipment that has not arrived tells nothing yet.
    """
    columns = _moment_columns(name)
    if not TABLES[name].known_at or not len(frame):
        return np.empty(0, np.int64), np.empty(0, bool)
    at = frame[columns[-1]].to_numpy(_US).astype(np.int64)
    told = at != np.iinfo(np.int64).min
    held = told.copy()
    if "account_id" in frame and name != "accounts":
        held &= known(frame["account_id"]) >= 0
    return at[told], held[told]


def last_moment(name: str, frame: pd.DataFrame) -> int:
    at, _ = known_moments(name, frame, lambda ids: np.full(len(ids), -1))
    return int(at.max()) if at.size else np.iinfo(np.int64).max


def highest_number(folder: Path) -> int:
    """The highest number of a folder that was left here."""
    return max((int(path.name[-6:]) for path in folder.glob("*-*-[0-9][0-9][0-9][0-9][0-9][0-9]")), default=0)


def add_up(counts: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Rows read and set aside by table, from those by file.

    >>> add_up({"orders/1.parquet": (5, 1), "orders/2.parquet": (2, 0)})
    {'orders': (7, 1)}
    """
    told: dict[str, tuple[int, int]] = {}
    for path, (read, bad) in counts.items():
        before = told.get(table_of(path), (0, 0))
        told[table_of(path)] = before[0] + read, before[1] + bad
    return told
