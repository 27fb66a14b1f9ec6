"""A state that takes in what nights bring: the state of a Monday, the rows that came since, and which files of DATA they stand in.

On disk::

    STATE/run.json             which of the folders count, and the files of DATA that were taken in
    STATE/base-2020-06-22/     a state of a Monday (`store`); of two Mondays, so that rows a week late need no history
    STATE/since-000012/        checked rows of one file of DATA, or of a whole DATA from a Monday on
    STATE/peers-2020-07-01/    the peers of a month that began since

A night writes new folders and then `run.json`, whole or not at all; what it no longer names is swept up. So a killed night leaves the
state before it or after it. Nothing is scored here.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from resellerrisk.jobs.folder import FACTS, put_to_disk, write_whole
from resellerrisk.leaks.match import list_films, match_leaks
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.compute import Signals
from resellerrisk.signals.peers import PeerTable
from resellerrisk.state.arrays import load_frame, save_frame
from resellerrisk.state.kept import KeptSignals
from resellerrisk.state.merging import Base, Merged, known_accounts, put_beside, rows_since
from resellerrisk.state.store import check_files, program_hash, read_peers, write_peers, write_state
from resellerrisk.state.taking import check_rows
from resellerrisk.tables import TABLES, Market, read_market
from resellerrisk.tables.checking import LIMIT
from resellerrisk.tables.files import find_files, open_file, part_files

VERSION = 1
WEEK = pd.Timedelta(days=7)
_US = "datetime64[us]"
#: Where rows of a whole DATA stand that are of no file alone.
_WHOLE = ""


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
    """

    folder: str
    file: str
    tables: list[str]
    first: int
    last: int


@dataclass
class Facts:
    """What stands in ``run.json``."""

    program: str
    bases: list[str]
    segments: list[Segment] = field(default_factory=list)
    files: dict[str, list[int]] = field(default_factory=dict)
    peers: dict[str, list[str]] = field(default_factory=dict)
    count: int = 0

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


class Nights:
    """A state that takes in nights.

    Parameters
    ----------
    folder : path
    data : path
        The folder of tables it follows. A table may be one file, or a folder of parquet files to which every night adds one.

    Notes
    -----
    One process at a time: hold a lock.
    """

    def __init__(self, folder: str | os.PathLike, data: str | os.PathLike) -> None:
        self.folder, self.data = Path(folder), Path(data)
        self._bases: dict[str, Base] = {}
        self._frames: dict[str, dict[str, pd.DataFrame]] = {}
        self.facts: Facts | None = None

    def take(self, until: pd.Timestamp, limit: float = LIMIT) -> Took:
        """Take in what is new in DATA; build the state anew where that cannot be done otherwise.

        Parameters
        ----------
        until : Timestamp
            The end of the night: a state that is built stands on the Monday before it.
        limit : float
            Largest share of a table's rows that may be bad.
        """
        try:
            self.facts = self._read_facts()
            return self._take_new(limit)
        except Stale as why:
            return self._build(until, limit, str(why))

    def _read_facts(self) -> Facts:
        if not (self.folder / FACTS).is_file():
            raise Stale("there is no state")
        try:
            facts = Facts.from_json((self.folder / FACTS).read_text())
        except (OSError, ValueError, KeyError, TypeError):
            raise Stale("the state's run.json cannot be read") from None
        if facts.program != program_hash():
            raise Stale("the state is of another version of this program")
        for name in [*facts.bases, *(one.folder for one in facts.segments), *facts.peers]:
            if not self._is_whole(name):
                raise Stale(f"{name} is damaged")
        return facts

    def _is_whole(self, name: str) -> bool:
        """Whether the files of a folder have the sizes they were written with."""
        try:
            sizes = json.loads((self.folder / name / _SIZES).read_text())
            return all((self.folder / name / path).stat().st_size == size for path, size in sizes.items())
        except (OSError, ValueError):
            return False

    def check(self) -> None:
        """Read every file of the state and hold it to its hash.

        Raises
        ------
        Stale
            No state, or another program's.
        InputError
            A file that is missing, cut or changed.
        """
        for name in self._read_facts().bases:
            base = Base(self.folder / name)
            check_files(base.folder, base.facts, but=(_SIZES,))

    def _take_new(self, limit: float) -> Took:
        now = files_of(self.data)
        then = self.facts.files
        gone = sorted(then.keys() - now.keys())
        new = sorted(path for path in now if then.get(path) != now[path])
        if not gone and not new:
            return Took("rows", "", 0, {})
        own = {one.file: one for one in self.facts.segments}
        changed = [path for path in new if path in then or path in own] + gone
        for path in changed:
            if path not in own:
                raise Stale(f"{path} was changed, and its rows are older than the state's weeks")
        oldest = min((own[path].first for path in changed if own[path].tables), default=None)
        self.facts.segments = [one for one in self.facts.segments if one.file not in changed]
        self._frames.clear()
        taken, counts, again = self._read_new(new, limit)
        for path, frames in taken.items():
            first = self._add_segment(path, frames)
            oldest = min((moment for moment in (first, oldest) if moment is not None), default=None)
        # A file with rows that were set aside is looked at again: what they lack may come the next night.
        self.facts.files = {path: told for path, told in now.items() if path not in again}
        how, why = "rows", ""
        if oldest is not None and oldest < self.base.moment:
            how, why = self._mend(oldest)
        self._commit()
        return Took(how, why, len(new) + len(gone), counts)

    def _read_new(self, new: list[str], limit: float):
        """Checked rows of new files, file by file in the order of tables; with counts of rows and the files with bad ones."""
        base, taken, counts, again = self.base, {}, {}, set()
        order = {name: place for place, name in enumerate(TABLES)}
        since = {name: frame for name, frame in self.frames(base).items()}
        for path in sorted(new, key=lambda path: (order[table_of(path)], path)):
            name = table_of(path)
            if name not in base.facts["present"]:
                raise Stale(f"the table {name} was not there before")
            raw = open_file(name, self.data / path)
            found = check_rows(base, since, {name: raw}, limit)
            frame = found.frames[name]
            since[name] = pd.concat([since[name], frame], ignore_index=True) if name in since else frame
            taken[path] = {name: frame}
            read, bad = found.counts[name]
            if bad and _last_moment(name, frame) >= base.moment:
                again.add(path)
            before = counts.get(name, (0, 0))
            counts[name] = before[0] + read, before[1] + bad
        if any(table_of(path) == "titles" for path in new):
            self._look_at_titles(since["titles"])
        return taken, counts, again

    def _look_at_titles(self, titles: pd.DataFrame) -> None:
        """New titles change what was traced where leaks of before now fit other titles, or other titles are one film."""
        old, leaks = self.base.tables["titles"], self.base.tables["leaks"]
        both = pd.concat([old.astype({"title_id": object}), titles], ignore_index=True)[list(old)]
        found = []
        for some in (old.reset_index(drop=True), both):
            films = list_films(some)
            film = films.of_title[: len(old)]
            match = match_leaks(leaks, some, films=films)["film"].to_numpy(np.int64)
            first = {code: place for place, code in reversed(list(enumerate(films.of_title.tolist())))}
            found.append(([first[code] for code in film.tolist()], [first.get(code, -1) for code in match.tolist()]))
        fits_old = [place if place < len(old) else -1 for place in found[1][1]]
        if found[0][0] != found[1][0] or found[0][1] != fits_old:
            raise Stale("new titles change which titles earlier leaks are of")

    def _mend(self, oldest: int) -> tuple[str, str]:
        """Make the state of the last Monday anew from the one before it."""
        if len(self.facts.bases) < 2 or oldest < self._open(self.facts.bases[0]).moment:
            raise Stale(f"rows of {_words(oldest)} came late")
        monday = pd.Timestamp(self.base.moment, unit="us")
        late = self.facts.bases.pop()
        self._bases.pop(late, None)
        self._frames.clear()
        self.facts.peers = {}
        self.roll(monday, keep=True)
        return "week", f"rows of {_words(oldest)} came late"

    @property
    def base(self) -> Base:
        """The state of the last Monday."""
        return self._open(self.facts.bases[-1])

    @property
    def first(self) -> int:
        """The oldest moment that the state answers for, in microseconds."""
        return self._open(self.facts.bases[0]).moment

    def base_at(self, moment: pd.Timestamp) -> Base | None:
        """The newest state at or before a moment."""
        at = _micros(moment)
        found = [base for name in self.facts.bases if (base := self._open(name)).moment <= at]
        return found[-1] if found else None

    def _open(self, name: str) -> Base:
        if name not in self._bases:
            self._bases[name] = Base(self.folder / name)
        return self._bases[name]

    def frames(self, base: Base) -> dict[str, pd.DataFrame]:
        """All rows since a state, by table."""
        if base.folder.name not in self._frames:
            known = pd.Index(base.account_ids, dtype=object)
            parts: dict[str, list[pd.DataFrame]] = {}
            for one in self.facts.segments:
                for name in one.tables:
                    frame = load_frame(self.folder / one.folder / f"{name}.arrow")
                    if one.first < base.moment:
                        frame = _rows_from(name, frame, base.moment, known)
                    parts.setdefault(name, []).append(frame)
            self._frames[base.folder.name] = {
                name: pd.concat(some, ignore_index=True) if len(some) > 1 else some[0]
                for name, some in parts.items()
            }
        return self._frames[base.folder.name]

    def merged(self, base: Base, until: pd.Timestamp | None = None) -> Merged:
        """A state with all rows since, or those known before a moment."""
        frames = self.frames(base)
        if until is not None:
            frames = rows_before(frames, until, pd.Index(base.account_ids, dtype=object))
        return Merged(base, put_beside(base, frames))

    def months(self, base: Base, merged: Merged, months: list[int]) -> dict[int, PeerTable]:
        """The peers of months that began since a state, each made once."""
        out = {}
        for month in months:
            name = f"peers-{_words(month)[:10]}"
            told = [one.folder for one in self.facts.segments if one.first < month]
            if self.facts.peers.get(name) != told:
                table = merged.signals(None).peers_of_month(month)
                shutil.rmtree(self.folder / name, ignore_errors=True)
                write_peers(self.folder / name / "peers" / str(month), table)
                self._seal(name)
                self.facts.peers[name] = told
                self._commit()
            out |= read_peers(self.folder / name)
        return out

    def roll(self, monday: pd.Timestamp, keep: bool = False) -> None:
        """Make the state of the next Monday from the last one and the rows since; rows of history are not read."""
        base = self.base
        if "leaks" in base.facts["present"] and "deliveries" not in base.views:
            raise Stale("tracing without shipments asks for all orders")
        self._refuse_put_off(base)
        merged = self.merged(base, monday)
        months = {
            int(month): self.months(base, merged, [int(month)])[int(month)]
            for month in months_between(base.moment, _micros(monday) + 1)
        }
        signals = merged.signals(None, months)
        self._write_base(signals, monday)
        if not keep:
            self._forget()
        self._commit()

    def _refuse_put_off(self, base: Base) -> None:
        """A street date put off long after it had passed makes deliveries early that are no longer kept."""
        frames = self.frames(base).get("street_dates")
        if frames is None or not len(frames):
            return
        told = base.tables["street_dates"]
        before = told.groupby(told["title_id"].astype(object))["street_date"].max()
        last = before.reindex(frames["title_id"]).to_numpy(_US)
        kept = np.datetime64(base.moment, "us") - np.timedelta64(_LEAST_KEPT, "D")
        if ((frames["street_date"].to_numpy(_US) > last) & (last < kept)).any():
            raise Stale("a street date was put off that had passed long ago")

    def _write_base(self, signals: KeptSignals | Signals, monday: pd.Timestamp) -> None:
        name = f"base-{monday:%Y-%m-%d}"
        shutil.rmtree(self.folder / name, ignore_errors=True)
        (self.folder / name).mkdir(parents=True)
        write_state(signals, monday, self.folder / name)
        self._seal(name)
        self.facts.bases.append(name)

    def _forget(self) -> None:
        """Leave behind what is older than the last two Mondays."""
        self.facts.bases = self.facts.bases[-2:]
        oldest = self._open(self.facts.bases[0]).moment
        self.facts.segments = [one for one in self.facts.segments if one.last >= oldest or not one.tables]
        self._frames.clear()

    def _build(self, until: pd.Timestamp, limit: float, why: str) -> Took:
        """Build the state from all tables: of the Monday a week before the last, then of the last."""
        now = files_of(self.data)
        market = read_market(self.data, limit=limit)
        counts = {row.table: (row.read, row.quarantined) for row in market.intake.itertuples()}
        self.facts, self._bases, self._frames = Facts(program_hash(), []), {}, {}
        monday = (until - pd.Timedelta(microseconds=1)).normalize()
        monday -= pd.Timedelta(days=monday.weekday())
        first = monday - WEEK
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / FACTS).unlink(missing_ok=True)
        known = market.part(known_accounts(market, first)).before(first)
        self._write_base(Signals(known, catalogue()), first)
        self._add_segment(_WHOLE, rows_since(market, first))
        self.facts.files = now
        try:
            self.roll(monday)
        except Stale:
            self._write_base(_signals_before(market, monday), monday)
            self._commit()
        return Took("built", why, len(now), counts)

    def _add_segment(self, path: str, frames: dict[str, pd.DataFrame]) -> int | None:
        """Keep the rows of a file; gives the first moment of those that the state would hold, had they come before it."""
        self.facts.count += 1
        name = f"since-{self.facts.count:06d}"
        shutil.rmtree(self.folder / name, ignore_errors=True)
        (self.folder / name).mkdir(parents=True)
        known = pd.Index(self.base.account_ids, dtype=object)
        first, last, late = [], [], []
        for table, frame in frames.items():
            save_frame(self.folder / name / f"{table}.arrow", frame)
            at, held = _known_moments(table, frame, known)
            if at.size:
                first.append(int(at.min()))
                last.append(int(at.max()))
            late += [int(at[held].min())] if held.any() else []
        self._seal(name)
        tables = [table for table, frame in frames.items() if len(frame)]
        limit = np.iinfo(np.int64)
        self.facts.segments.append(
            Segment(name, path, tables, min(first, default=limit.max), max(last, default=limit.min))
        )
        self._frames.clear()
        return min(late, default=None)

    def _seal(self, name: str) -> None:
        """Put a folder to disk and note the sizes of its files."""
        folder = self.folder / name
        sizes = {
            path.relative_to(folder).as_posix(): path.stat().st_size
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        (folder / _SIZES).write_text(json.dumps(sizes))
        for path in [*folder.rglob("*"), folder]:
            put_to_disk(path)

    def _commit(self) -> None:
        write_whole(self.folder / FACTS, self.facts.to_json())
        named = {*self.facts.bases, *(one.folder for one in self.facts.segments), *self.facts.peers}
        for path in self.folder.iterdir():
            if path.is_dir() and path.name.startswith(("base-", "since-", "peers-")) and path.name not in named:
                shutil.rmtree(path)


_SIZES = "sizes.json"
#: Deliveries are kept at least so many days.
_LEAST_KEPT = 180


def _signals_before(market: Market, monday: pd.Timestamp) -> Signals:
    return Signals(market.part(known_accounts(market, monday)).before(monday), catalogue())


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


def rows_before(frames: dict[str, pd.DataFrame], moment: pd.Timestamp, known: pd.Index) -> dict[str, pd.DataFrame]:
    """Rows known before a moment, of accounts that had applied by then; ``known`` are accounts of before."""
    out, at = {}, moment
    accounts = frames.get("accounts")
    ids = known
    if accounts is not None:
        ids = known.append(pd.Index(accounts["account_id"][accounts["applied_at"] < at], dtype=object))
    for name, frame in frames.items():
        table = TABLES[name]
        if table.known_at:
            frame = frame[(frame[table.known_at] < at).to_numpy()]
        for column in table.columns:
            if column.known_at:
                frame = frame.assign(**{column.name: frame[column.name].where(frame[column.known_at] < at)})
        if "account_id" in frame:
            frame = frame[frame["account_id"].isin(ids)]
        out[name] = frame.reset_index(drop=True)
    return out


def _rows_from(name: str, frame: pd.DataFrame, moment: int, known: pd.Index) -> pd.DataFrame:
    """Rows of a table that a state of a moment does not hold."""
    if not TABLES[name].known_at:
        return frame
    since = np.zeros(len(frame), bool)
    for column in _moment_columns(name):
        since |= frame[column].to_numpy(_US).astype(np.int64) >= moment
    if "account_id" in frame:
        since |= ~frame["account_id"].isin(known).to_numpy()
    return frame[since]


def _moment_columns(name: str) -> list[str]:
    table = TABLES[name]
    return [table.known_at, *(column.known_at for column in table.columns if column.known_at)]


def _known_moments(name: str, frame: pd.DataFrame, known: pd.Index) -> tuple[np.ndarray, np.ndarray]:
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
        held &= frame["account_id"].isin(known).to_numpy()
    return at[told], held[told]


def _last_moment(name: str, frame: pd.DataFrame) -> int:
    at, _ = _known_moments(name, frame, pd.Index([]))
    return int(at.max()) if at.size else np.iinfo(np.int64).max


def _micros(moment: pd.Timestamp) -> int:
    return int(moment.to_datetime64().astype(_US).astype(np.int64))


def _words(moment: int) -> str:
    return str(pd.Timestamp(moment, unit="us"))
