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

import os
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.jobs.folder import FACTS, write_whole
from resellerrisk.parts import PartedMarket, deal_out
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.compute import Signals
from resellerrisk.signals.peers import PeerTable
from resellerrisk.state.arrays import load_frame, save_frame
from resellerrisk.state.base import Base
from resellerrisk.state.by_parts import goes_by_parts, work_folder, write_state_of_parts
from resellerrisk.state.following import refuse_new_films, refuse_put_off, rows_leaned_on
from resellerrisk.state.kept import KeptSignals
from resellerrisk.state.ledger import (
    Facts,
    Segment,
    Stale,
    Took,
    add_up,
    files_of,
    highest_number,
    known_moments,
    last_moment,
    load_rows_since,
    months_between,
    rows_before,
    rows_from,
    table_of,
)
from resellerrisk.state.merging import Merged
from resellerrisk.state.sealing import is_whole, seal
from resellerrisk.state.since import known_before, put_beside, rows_since
from resellerrisk.state.store import program_hash, read_peers, write_peers, write_state
from resellerrisk.state.taking import check_rows
from resellerrisk.tables import TABLES, read_market
from resellerrisk.tables.checking import LIMIT
from resellerrisk.tables.files import open_file
from resellerrisk.tables.parts import LARGE

WEEK = pd.Timedelta(days=7)
_US = "datetime64[us]"


class Nights:
    """A state that takes in nights.

    Parameters
    ----------
    folder : path
    data : path
        The folder of tables it follows. A table may be one file, or a folder of parquet files to which every night adds one.
    parts : int, optional
        In how many parts a state is built; by default by parts where the order lines are many (`by_parts`).

    Notes
    -----
    One process at a time: hold a lock.
    """

    def __init__(self, folder: str | os.PathLike, data: str | os.PathLike, parts: int | None = None) -> None:
        self.folder, self.data, self.parts = Path(folder), Path(data), parts
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
            self.facts = self.read_facts()
            return self._take_new(limit)
        except Stale as why:
            return self.build(until, limit, str(why))

    def read_facts(self) -> Facts:
        """What the state says of itself; `Stale` where it is lost, damaged or another program's."""
        if not (self.folder / FACTS).is_file():
            raise Stale("there is no state")
        try:
            facts = Facts.from_json((self.folder / FACTS).read_text())
        except (OSError, ValueError, KeyError, TypeError):
            raise Stale("the state's run.json cannot be read") from None
        if facts.program != program_hash():
            raise Stale("the state is of another version of this program")
        for name in facts.folders():
            if not is_whole(self.folder / name):
                raise Stale(f"{name} is damaged")
        return facts

    def _take_new(self, limit: float) -> Took:
        now = files_of(self.data)
        own = {one.file: one for one in self.facts.segments}
        monday, again = self.base.moment, self.facts.again
        # What was looked at again until its week was over is taken as it is.
        over = {path: told for path, told in again.items() if own[path].first < monday}
        then = self.facts.files | over
        gone = sorted((then.keys() | again.keys()) - now.keys())
        new = sorted(path for path in now if then.get(path) != now[path])
        if not gone and not new:
            return Took("rows", "", 0, {})
        changed = [path for path in new if path in then or path in own] + gone
        for path in changed:
            if path not in own:
                raise Stale(f"{path} was changed, and holds rows of before the state's weeks")
        late = self._step_back(min((own[path].first for path in changed), default=monday))
        leaned_on = self._leaned_on(own[path] for path in changed)
        for path in changed:
            self._count(own[path].counts, -1)
        self.facts.segments = [one for one in self.facts.segments if one.file not in changed]
        self._frames.clear()
        taken, counts, again = self._read_new(new, monday)
        if leaned_on - {
            row for frames in taken.values() for name in frames for row in rows_leaned_on(name, frames[name])
        }:
            raise Stale("rows that others name are gone or changed")
        for path, frames in taken.items():
            table = table_of(path)
            late = self._step_back(self._add_segment(path, frames, {table: counts[path]})) or late
            self._count({table: counts[path]}, 1)
        self._hold_to_limit(limit)
        # A file with rows that were set aside is looked at again: what they lack may come the next night.
        self.facts.files = {path: told for path, told in now.items() if path not in again}
        self.facts.again = {path: now[path] for path in again}
        if self.base.moment < monday:
            self.roll(pd.Timestamp(monday, unit="us"), keep=True)
        self._commit()
        return Took("week" if late else "rows", late, len(new) + len(gone), add_up(counts))

    def _leaned_on(self, segments) -> set[tuple]:
        """What rows of other tables may have been held against, of some segments."""
        return {
            row
            for one in segments
            for name in one.tables
            for row in rows_leaned_on(name, load_frame(self.folder / one.folder / f"{name}.arrow"))
        }

    def _step_back(self, oldest: int) -> str:
        """Where rows are older than the last Monday's state, go on from the one before it; gives why, or nothing."""
        if oldest >= self.base.moment:
            return ""
        if len(self.facts.bases) < 2 or oldest < self.open(self.facts.bases[-2]).moment:
            raise Stale(f"rows of {_words(oldest)} came late")
        self.facts.bases.pop()
        self._frames.clear()
        self.facts.peers = {}
        return f"rows of {_words(oldest)} came late"

    def _count(self, counts: dict[str, tuple[int, int]], sign: int) -> None:
        for name, (read, bad) in counts.items():
            before = self.facts.intake.get(name, [0, 0])
            self.facts.intake[name] = [before[0] + sign * read, before[1] + sign * bad]

    def _hold_to_limit(self, limit: float) -> None:
        for name, (read, bad) in self.facts.intake.items():
            if bad > limit * read:
                raise InputError(
                    f"{self.data}: {bad:,} of {read:,} rows of {name} are bad ({bad / read:.1%}).",
                    f"At most {limit:.1%} may be.",
                    hint=f"resellerrisk check {self.data}",
                )

    def _read_new(self, new: list[str], monday: int):
        """Checked rows of new files, in the order of tables; with counts of rows, read and bad, and the files with bad ones."""
        base, taken, counts, again = self.base, {}, {}, set()
        order = {name: place for place, name in enumerate(TABLES)}
        since = dict(self.frames(base))
        for path in sorted(new, key=lambda path: (order[table_of(path)], path)):
            name = table_of(path)
            if name not in base.facts["present"]:
                raise Stale(f"the table {name} was not there before")
            frame, bad = check_rows(base, since, open_file(name, self.data / path))
            since[name] = pd.concat([since[name], frame], ignore_index=True) if name in since else frame
            taken[path], counts[path] = {name: frame}, (len(frame) + bad, bad)
            if bad and last_moment(name, frame) >= monday:
                again.add(path)
        if any(table_of(path) == "titles" for path in new):
            refuse_new_films(base, since["titles"])
        return taken, counts, again

    @property
    def base(self) -> Base:
        """The state of the last Monday."""
        return self.open(self.facts.bases[-1])

    @property
    def first(self) -> int:
        """The oldest moment that the state answers for, in microseconds."""
        return self.open(self.facts.bases[0]).moment

    def base_at(self, moment: pd.Timestamp) -> Base | None:
        """The newest state at or before a moment."""
        at = _micros(moment)
        found = [base for name in self.facts.bases if (base := self.open(name)).moment <= at]
        return found[-1] if found else None

    def open(self, name: str) -> Base:
        """A Monday's state by its folder."""
        if name not in self._bases:
            self._bases[name] = Base(self.folder / name)
        return self._bases[name]

    def frames(self, base: Base) -> dict[str, pd.DataFrame]:
        """All rows since a state, by table."""
        if base.folder.name not in self._frames:
            self._frames[base.folder.name] = load_rows_since(
                self.folder, self.facts.segments, base.moment, base.codes_of
            )
        return self._frames[base.folder.name]

    def merged(self, base: Base, until: pd.Timestamp | None = None) -> Merged:
        """A state with all rows since, or those known before a moment."""
        frames = self.frames(base)
        if until is not None:
            frames = rows_before(frames, until, base.codes_of)
        return Merged(base, put_beside(base, frames))

    def months(self, base: Base, merged: Merged, months: list[int]) -> dict[int, PeerTable]:
        """The peers of months that began since a state, each made once for the rows before it."""
        out = {}
        for month in months:
            key, rows = str(month), [one.folder for one in self.facts.segments if one.first < month]
            folder, *told = self.facts.peers.get(key, [""])
            if not folder or told != rows:
                folder = self._new_folder("peers", _words(month)[:10])
                write_peers(self.folder / folder / "peers" / key, merged.signals(None).peers_of_month(month))
                seal(self.folder / folder)
                self.facts.peers[key] = [folder, *rows]
                self._commit()
            out |= read_peers(self.folder / folder)
        return out

    def roll(self, monday: pd.Timestamp, keep: bool = False) -> None:
        """Make the state of the next Monday from the last one and the rows since; rows of history are not read."""
        base = self.base
        if "leaks" in base.facts["present"] and "deliveries" not in base.views:
            raise Stale("tracing without shipments asks for all orders")
        refuse_put_off(base, self.frames(base).get("street_dates"))
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

    def _write_base(self, signals: KeptSignals | Signals, monday: pd.Timestamp) -> None:
        name = self._new_folder("base", f"{monday:%Y-%m-%d}")
        write_state(signals, monday, self.folder / name)
        seal(self.folder / name)
        self.facts.bases.append(name)

    def _forget(self) -> None:
        """Leave behind what is older than the last two Mondays."""
        self.facts.bases = self.facts.bases[-2:]
        oldest = self.open(self.facts.bases[0]).moment
        self.facts.segments = [one for one in self.facts.segments if one.last >= oldest or not one.tables]
        self._frames.clear()

    def build(self, until: pd.Timestamp, limit: float, why: str) -> Took:
        """Build the state from all tables: of the Monday a week before the last, and of the last."""
        now = files_of(self.data)
        count = self.facts.count if self.facts else highest_number(self.folder)
        self.facts, self._bases, self._frames = Facts(program_hash(), [], count=count), {}, {}
        monday = (until - pd.Timedelta(microseconds=1)).normalize()
        monday -= pd.Timedelta(days=monday.weekday())
        self.folder.mkdir(parents=True, exist_ok=True)
        make = self._build_by_parts if goes_by_parts(self.data, self.parts) else self._build_in_memory
        rows, intake = make([monday - WEEK, monday], limit)
        counts = {row.table: (row.read, row.quarantined) for row in intake.itertuples()}
        for frames in self._cut_rows(rows):
            self._add_segment("", frames, {})
        self.facts.files, self.facts.intake = now, {name: list(pair) for name, pair in counts.items()}
        self._commit()
        return Took("built", why, len(now), counts)

    def _build_in_memory(self, mondays: list[pd.Timestamp], limit: float):
        """Write the states of two Mondays; gives the rows since the first, and rows read and set aside."""
        market = read_market(self.data, limit=limit)
        for monday in mondays:
            self._write_base(Signals(known_before(market, monday), catalogue()), monday)
        return rows_since(market, mondays[0]), market.intake

    def _build_by_parts(self, mondays: list[pd.Timestamp], limit: float):
        """As `_build_in_memory`, of tables that need not fit in memory."""
        with work_folder(self.folder / "parts-of-data") as work:
            parted = deal_out(self.data, work, parts=self.parts, limit=limit)
            told = self._write_of_parts(parted, mondays, work)
        rows = rows_since(parted.market, mondays[0])
        large = {name: [one[name] for one in told] for name in rows if name in LARGE}
        rows |= {name: pd.concat(some, ignore_index=True) for name, some in large.items()}
        return rows, parted.market.intake

    def _write_of_parts(self, parted: PartedMarket, mondays: list[pd.Timestamp], work: Path) -> list:
        """Write the states of two Mondays; gives each part's rows since the first."""
        told: list | None = None
        for monday in mondays:
            name, cut = self._new_folder("base", f"{monday:%Y-%m-%d}"), partial(known_before, moment=monday)
            # Ids that only some rows name are there when a part is first looked at.
            also = partial(rows_since, moment=mondays[0]) if told is None else None
            found = write_state_of_parts(parted, cut, monday, self.folder / name, work, also=also)
            told = told or found
            seal(self.folder / name)
            self.facts.bases.append(name)
        return told

    def _cut_rows(self, rows: dict[str, pd.DataFrame]) -> tuple[dict, dict]:
        """Rows that the last Monday's state holds, and those since: a night reads the latter only."""
        base = self.base
        newer = {name: rows_from(name, frame, base.moment, base.codes_of) for name, frame in rows.items()}
        older = {name: frame.drop(newer[name].index) for name, frame in rows.items()}
        return older, newer

    def _add_segment(self, path: str, frames: dict[str, pd.DataFrame], counts: dict) -> int:
        """Keep the rows of a file; gives the first moment of those that the state would hold, had they come before it."""
        name = self._new_folder("since", "rows")
        first, last, late = [], [], []
        for table, frame in frames.items():
            save_frame(self.folder / name / f"{table}.arrow", frame)
            at, held = known_moments(table, frame, self.base.codes_of)
            if at.size:
                first.append(int(at.min()))
                last.append(int(at.max()))
            late += [int(at[held].min())] if held.any() else []
        seal(self.folder / name)
        tables = [table for table, frame in frames.items() if len(frame)]
        limit = np.iinfo(np.int64)
        self.facts.segments.append(
            Segment(name, path, tables, min(first, default=limit.max), max(last, default=limit.min), counts)
        )
        self._frames.clear()
        return min(late, default=limit.max)

    def _new_folder(self, kind: str, what: str) -> str:
        """A folder that no earlier state names."""
        self.facts.count += 1
        name = f"{kind}-{what}-{self.facts.count:06d}"
        shutil.rmtree(self.folder / name, ignore_errors=True)
        (self.folder / name).mkdir(parents=True)
        return name

    def _commit(self) -> None:
        write_whole(self.folder / FACTS, self.facts.to_json())
        named = self.facts.folders()
        for path in self.folder.iterdir():
            if (
                path.is_dir()
                and path.name.startswith(("base-", "since-", "peers-", "parts-"))
                and path.name not in named
            ):
                shutil.rmtree(path)


def _micros(moment: pd.Timestamp) -> int:
    return int(moment.to_datetime64().astype(_US).astype(np.int64))


def _words(moment: int) -> str:
    return str(pd.Timestamp(moment, unit="us"))
