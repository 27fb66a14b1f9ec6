"""A state on disk: built from a market, written whole or not at all, read back to the bit.

Columns are plain numpy files that are mapped into memory, an account's rows side by side, so that a question reads what it asks for.
Every file's SHA-256 stands in ``run.json``; another program's state, a missing, cut or changed file is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

import resellerrisk
from resellerrisk.errors import InputError
from resellerrisk.jobs.folder import FACTS, hash_files, whole_folder
from resellerrisk.links.holdings import Holdings
from resellerrisk.links.kept import index_links
from resellerrisk.links.links import ENTRY_COLUMNS, Links
from resellerrisk.signals import kernel
from resellerrisk.signals.asks import CountedAsks
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.compute import Signals
from resellerrisk.signals.peers import PeerTable, month_of
from resellerrisk.signals.whole import Extract, Whole
from resellerrisk.signals.words import Words
from resellerrisk.state.arrays import (
    load_frame,
    load_texts,
    map_array,
    map_arrays,
    save_arrays,
    save_columns,
    save_frame,
    save_texts,
)
from resellerrisk.state.kept import LAST_KNOWN, KeptSignals, KeptViews, KeptWhole
from resellerrisk.state.kind import read_told
from resellerrisk.state.pieces import Joined, Piece, take_piece
from resellerrisk.tables import TABLES, Market, as_utc
from resellerrisk.tables.moments import monday_of

#: Raised when files are laid down otherwise.
VERSION = 2
_RUNS = ("code", "first", "last")
_HELD = ("account", "title", "at")
_GROUPS = ("root", "oldest", "size", "fakes")
_FRAMES = ("accounts", "titles", "street_dates", "leaks", "outcomes")
_US = "datetime64[us]"
_REBUILD = "resellerrisk state build DATA --as-of DATE --out STATE"


def build_state(market: Market, out: str | os.PathLike, as_of, data: str | os.PathLike | None = None) -> dict:
    """Build the state of a market as it was known before a moment.

    Parameters
    ----------
    market : Market
        Checked tables.
    out : path
        The state's folder; an earlier state is replaced when the new one is whole.
    as_of : str or Timestamp
        The state answers for moments from then on, until the next Monday or first of a month.
    data : path, optional
        The folder the market was read from: `stale_files` then tells whether it has changed since.

    Returns
    -------
    dict
        What stands in ``run.json``: version, moment, rows kept of how many, by view.
    """
    moment = as_utc(as_of)
    signals = Signals(market.before(moment), catalogue())
    with whole_folder(out) as folder:
        return write_state(signals, moment, folder, {} if data is None else stat_files(Path(data)))


def write_state(signals: Signals, moment: pd.Timestamp, folder: Path, data: dict | None = None) -> dict:
    """Write the state of signals that know nothing from the moment on into an empty folder; gives what stands in ``run.json``.

    The signals may be those of a market or of an earlier state with what came since (`merging`).
    """
    at = micros_of(moment)
    pieces = [take_piece(signals, at, first_of_month(at))]
    return write_pieces(signals.market, signals.whole, signals.whole.extract, pieces, moment, folder, data)


def write_pieces(
    market: Market,
    whole: Whole,
    extract: Extract,
    pieces: Sequence[Piece],
    moment: pd.Timestamp,
    folder: Path,
    data: dict | None = None,
) -> dict:
    """Write the state of a market from what is kept of its accounts, in one piece or several, and from what is market-wide.

    Parameters
    ----------
    market : Market
        All accounts with the small tables, as known at the moment.
    whole : Whole
        Links are asked for, and the Monday's tracing.
    extract : Extract
        Of all accounts: stretches of the slate and early first deliveries.
    pieces : sequence of Piece
        In the order of their accounts.
    moment, folder, data
        As for `write_state`.
    """
    at, joined = micros_of(moment), Joined(pieces)
    _write_rows(joined, len(market.account_ids), folder)
    _write_frames(market, folder)
    _write_whole(market, whole, extract, at, folder)
    np.save(folder / "asked.npy", joined.asked)
    write_peers(folder / "peers" / str(first_of_month(at)), joined.peers)
    facts = {
        "state": VERSION,
        "program": program_hash(),
        "as_of": str(moment),
        "present": sorted(market.present),
        "rows": joined.counts,
        "data": data or {},
        "files": hash_files(folder),
    }
    (folder / FACTS).write_text(json.dumps(facts, indent=1))
    return facts


def micros_of(moment: pd.Timestamp) -> int:
    """A moment in microseconds."""
    return int(moment.to_datetime64().astype(_US).astype(np.int64))


def first_of_month(at: int) -> int:
    """The first of the month at or before a moment, in microseconds."""
    return int(month_of(np.array([at]))[0])


def open_state(folder: str | os.PathLike) -> KeptSignals:
    """Open a state; its rows are mapped into memory, not read.

    Raises
    ------
    InputError
        No state, one that another program made, or one with a file that is missing, cut or changed.
    """
    folder = Path(folder)
    facts = read_facts(folder)
    check_files(folder, facts)
    market = _read_market(folder, facts)
    at = moment_of(facts)
    whole = _read_whole(folder, market, at)
    rows = {view: read_rows(folder, view) for view in facts["rows"]}
    older = {name: read_older(folder, name) for name in LAST_KNOWN} if "orders" in rows else {}
    views = KeptViews(market, whole.asks, rows, load_texts(folder / "places.arrow"), older)
    forms = map_arrays(folder / "forms")
    return KeptSignals(market, views, whole, catalogue(), read_peers(folder), forms, at)


def moment_of(facts: dict) -> int:
    """The moment that a state is of, in microseconds."""
    return micros_of(as_utc(facts["as_of"]))


def stale_files(folder: str | os.PathLike, data: str | os.PathLike) -> list[str]:
    """Files of a data folder that are new, gone or changed since the state was built, by size and time of change.

    Empty where the state was built without naming its folder.
    """
    then, now = read_facts(Path(folder))["data"], stat_files(Path(data))
    return sorted(name for name in then.keys() | now.keys() if then and then.get(name) != now.get(name))


@cache
def program_hash() -> str:
    """SHA-256 over the code that makes signals: a state of another program may mean something else."""
    root, digest = Path(resellerrisk.__file__).parent, hashlib.sha256()
    for room in ("signals", "links", "leaks", "state", "tables"):
        for path in sorted((root / room).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def read_facts(folder: Path) -> dict:
    """What stands in a state's ``run.json``; a state of another version of the program, or one that follows nights, is refused."""
    facts = read_told(folder)
    if "nights" in facts:
        raise InputError(
            f"The state in {folder} follows the nights of score --state.",
            "Single subjects are answered from a state of their own.",
            hint=_REBUILD,
        )
    if not facts:
        raise InputError(f"{folder} holds no state.", hint=_REBUILD)
    if facts["state"] != VERSION or facts["program"] != program_hash():
        raise InputError(f"The state in {folder} was made by another version of this program.", hint=_REBUILD)
    return facts


def check_files(folder: Path, facts: dict, but: tuple[str, ...] = ()) -> None:
    """Hold every file of a state to its SHA-256; files ``but`` some are not looked at."""
    found = hash_files(folder)
    for name in (FACTS, *but):
        found.pop(name, None)
    wrong = sorted(
        name for name in facts["files"].keys() | found.keys() if facts["files"].get(name) != found.get(name)
    )
    if wrong:
        raise InputError(
            f"The state in {folder} is damaged: {', '.join(wrong[:5])}.",
            f"{len(wrong)} of {len(facts['files'])} files are missing, cut or changed.",
            hint=_REBUILD,
        )


def _write_rows(joined: Joined, accounts: int, folder: Path) -> None:
    """Rows of every view, and what is known of each account."""
    for group in joined.groups:
        save_columns(folder / group, joined.columns(group))
    for view, words in joined.words.items():
        account = map_array(folder / view / "account.npy")
        np.save(folder / view / "starts.npy", kernel.starts_of(account, accounts))
        (folder / view / "words.json").write_text(json.dumps(words))
    for name, texts in joined.texts.items():
        save_texts(folder / f"{name}.arrow", texts)


def read_rows(folder: Path, view: str) -> dict:
    """The columns of a view as they lie on disk."""
    words, columns = json.loads((folder / view / "words.json").read_text()), map_arrays(folder / view)
    return columns | {name: Words(columns[name], told) for name, told in words.items()}


def read_older(folder: Path, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Account, code and moment of the last line of each code, of lines that are not kept."""
    told = map_arrays(folder / f"older_{name}")
    return told["account"], told["code"], told["at"]


def _write_frames(market: Market, folder: Path) -> None:
    """Accounts in the order of their codes, and the small tables."""
    for name in _FRAMES:
        frame = getattr(market, name)
        if name == "accounts":
            frame = frame.iloc[np.argsort(frame["account_id"].cat.codes.to_numpy(), kind="stable")]
        save_frame(folder / f"{name}.arrow", frame)
    save_texts(folder / "account_ids.arrow", market.account_ids)


def _read_market(folder: Path, facts: dict) -> Market:
    frames = {name: load_frame(folder / f"{name}.arrow") for name in _FRAMES}
    return frame_market(frames, facts["present"])


def frame_market(frames: dict[str, pd.DataFrame], present) -> Market:
    """A market of some tables that were typed before; the others are empty."""
    needed = [name for name in TABLES if TABLES[name].required and name not in frames]
    empty = Market.from_frames(
        {name: frame.head(0) for name, frame in frames.items()}
        | {name: pd.DataFrame(columns=list(TABLES[name].names), dtype=object) for name in needed}
    )
    return replace(empty, **frames, present=frozenset(present))


def _write_whole(market: Market, whole: Whole, extract: Extract, at: int, folder: Path) -> None:
    links, monday = whole.links, monday_of(np.array([at]))
    for name, parts in extract.slates.items():
        save_arrays(folder / "slates" / name, dict(zip(_RUNS, parts, strict=True)))
    held = {name: np.asarray(getattr(extract, f"held_{name}"), np.int64) for name in _HELD}
    order = np.lexsort((held["title"], held["at"], held["account"]))
    save_columns(folder / "held", ((name, column[order]) for name, column in held.items()))
    save_arrays(folder / "links", index_links(links))
    save_texts(folder / "keys.arrow", links.holdings.keys)
    traced = whole.traced(monday)[int(monday[0])] if "leaks" in market.present else {}
    save_arrays(folder / "traced", traced)
    save_arrays(folder / "groups", dict(zip(_GROUPS, links.groups_on(int(monday[0])), strict=True)))


def write_peers(folder: Path, table: PeerTable) -> None:
    """Write the peers of a month."""
    save_arrays(folder / "of", {"types": table.types, "sizes": table.sizes})
    save_arrays(folder / "values", table.values)


def read_peers(folder: Path) -> dict[int, PeerTable]:
    """The peers of the months that a folder has them of."""
    found = {}
    for path in (folder / "peers").iterdir():
        told = map_arrays(path / "of")
        found[int(path.name)] = PeerTable(told["types"], told["sizes"], map_arrays(path / "values"))
    return found


def read_extract(folder: Path, account_ids: np.ndarray) -> Extract:
    """What a state keeps of an extract: stretches of the slate, and first deliveries before a street date."""
    none = np.empty(0, np.int64)
    slates = {}
    for path in sorted((folder / "slates").iterdir()):
        told = map_arrays(path)
        slates[path.name] = tuple(told[name] for name in _RUNS)
    held = map_arrays(folder / "held")
    orders = (none, none, none, none, np.empty(0, object))
    return Extract(account_ids, none, none, slates, *orders, *(held[name] for name in _HELD))


def _read_whole(folder: Path, market: Market, at: int) -> KeptWhole:
    arrays, ids = map_arrays(folder / "links"), market.account_ids.to_numpy(object)
    links = Links(
        ids,
        read_holdings(arrays, load_texts(folder / "keys.arrow")),
        {name: arrays[f"entry_{name}"] for name in ENTRY_COLUMNS},
        market.outcomes,
    )
    asks = CountedAsks(np.load(folder / "asked.npy"), *(np.empty(0, np.int64),) * 2)
    monday, traced = int(monday_of(np.array([at]))[0]), map_arrays(folder / "traced")
    return KeptWhole(market, read_extract(folder, ids), links, {monday: traced} if traced else {}, asks)


def read_holdings(arrays: dict[str, np.ndarray], keys: np.ndarray) -> Holdings:
    """Holdings from the arrays of `index_links`."""
    starts = arrays["holder_starts"]
    values = np.repeat(np.arange(len(keys), dtype=np.int32), np.diff(starts))
    return Holdings(arrays["accounts"], values, arrays["seen"], arrays["sources"], arrays["kinds"], keys)


def stat_files(data: Path) -> dict[str, list[int]]:
    """Size and time of change of every file of a folder."""
    return {
        path.relative_to(data).as_posix(): [path.stat().st_size, path.stat().st_mtime_ns]
        for path in sorted(data.rglob("*"))
        if path.is_file()
    }
