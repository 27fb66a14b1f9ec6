"""A state on disk: built from a market, written whole or not at all, read back to the bit.

Columns are plain numpy files that are mapped into memory, an account's rows side by side, so that a question reads what it asks for.
Every file's SHA-256 stands in ``run.json``; another program's state, a missing, cut or changed file is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
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
from resellerrisk.signals.asks import CountedAsks, count_asked
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.compute import Signals
from resellerrisk.signals.peers import PeerTable, month_of
from resellerrisk.signals.rows import CONTRACT_TABLE, micros
from resellerrisk.signals.whole import Extract
from resellerrisk.signals.words import Words, as_words
from resellerrisk.state.arrays import load_frame, load_texts, map_arrays, save_arrays, save_frame, save_texts
from resellerrisk.state.choosing import join_last, last_not_kept, rows_to_keep
from resellerrisk.state.kept import KEPT, LAST_KNOWN, KeptSignals, KeptViews, KeptWhole
from resellerrisk.state.kind import read_told
from resellerrisk.tables import TABLES, Market, as_utc
from resellerrisk.tables.moments import monday_of
from resellerrisk.vocabulary import IDENTIFIER_KINDS

#: Raised when files are laid down otherwise.
VERSION = 2
#: What is known of a line that is not kept, where it is the last of its title or address.
_PARTS = ("account", "code", "at")
_RUNS = ("code", "first", "last")
_HELD = ("account", "title", "at")
_GROUPS = ("root", "oldest", "size", "fakes")
_FRAMES = ("accounts", "titles", "street_dates", "leaks", "outcomes")
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
    at = int(moment.to_datetime64().astype(_US).astype(np.int64))
    counts = {view: _write_rows(signals, view, at, folder) for view in KEPT if _is_there(signals, view)}
    _write_frames(signals.market, folder)
    _write_whole(signals, at, folder)
    facts = {
        "state": VERSION,
        "program": program_hash(),
        "as_of": str(moment),
        "present": sorted(signals.market.present),
        "rows": counts,
        "data": data or {},
        "files": hash_files(folder),
    }
    (folder / FACTS).write_text(json.dumps(facts, indent=1))
    return facts


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
    return int(as_utc(facts["as_of"]).to_datetime64().astype(_US).astype(np.int64))


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


def _is_there(signals: Signals, view: str) -> bool:
    return CONTRACT_TABLE[view] in signals.market.present


def _write_rows(signals: Signals, view: str, moment: int, folder: Path) -> list[int]:
    rows, places = getattr(signals.views, view), rows_to_keep(signals, view, moment)
    account = np.asarray(rows.account)[places]
    columns = {"account": account, "at": np.asarray(rows.at)[places]}
    words = {}
    for name in KEPT[view]:
        column = as_words(getattr(rows, name))
        if isinstance(column, Words):
            words[name] = [str(word) for word in column.categories]
            column = column.codes
        columns[name] = np.asarray(column)[places]
    older = {}
    if view == "orders":
        older = {name: _last_not_kept(signals, rows, name, places) for name in LAST_KNOWN}
        texts = _narrow(signals.views.place_texts, 1, [columns["ship_to"], older["ship_to"][1]])
        save_texts(folder / "places.arrow", texts)
    if view == "identifiers":
        texts = _narrow(signals.views.value_texts, len(IDENTIFIER_KINDS), [columns["value"]])
        save_texts(folder / "values.arrow", texts)
    save_arrays(folder / view, columns)
    np.save(folder / view / "starts.npy", kernel.starts_of(account, signals.views.accounts_count))
    (folder / view / "words.json").write_text(json.dumps(words))
    for name, parts in older.items():
        save_arrays(folder / f"older_{name}", dict(zip(_PARTS, parts, strict=True)))
    return [len(places), len(rows)]


def _last_not_kept(signals: Signals, rows, name: str, places: np.ndarray) -> tuple[np.ndarray, ...]:
    """As `last_not_kept`; where the signals are those of an earlier state, with the lines that were not kept then."""
    found = last_not_kept(rows, name, places)
    earlier = signals.views.older(name)
    return found if earlier is None else join_last(rows, name, found, earlier)


def _narrow(texts: np.ndarray, step: int, columns: list[np.ndarray]) -> np.ndarray:
    """The texts that some columns use, in their order; the columns are coded anew over them, in place.

    A code is a text's place times ``step``, and what is left over; -1 is missing.
    """
    used = np.unique(np.concatenate([column[column >= 0] // step for column in columns]))
    for column in columns:
        there = column >= 0
        column[there] = np.searchsorted(used, column[there] // step) * step + column[there] % step
    return np.asarray(texts, object)[used]


def read_rows(folder: Path, view: str) -> dict:
    """The columns of a view as they lie on disk."""
    words, columns = json.loads((folder / view / "words.json").read_text()), map_arrays(folder / view)
    return columns | {name: Words(columns[name], told) for name, told in words.items()}


def read_older(folder: Path, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Account, code and moment of the last line of each code, of lines that are not kept."""
    told = map_arrays(folder / f"older_{name}")
    return told["account"], told["code"], told["at"]


_US = "datetime64[us]"


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


def _write_whole(signals: Signals, at: int, folder: Path) -> None:
    views, whole, market, links = signals.views, signals.whole, signals.market, signals.links
    extract = whole.extract
    rows, asks = views.orders, whole.asks
    asked = (
        asks.totals
        if isinstance(asks, CountedAsks)
        else count_asked(rows.account, rows.title, len(market.title_ids))
    )
    np.save(folder / "asked.npy", asked)
    for name, parts in extract.slates.items():
        save_arrays(folder / "slates" / name, dict(zip(_RUNS, parts, strict=True)))
    save_arrays(folder / "held", {name: getattr(extract, f"held_{name}") for name in _HELD})
    save_arrays(folder / "links", index_links(links))
    save_texts(folder / "keys.arrow", links.holdings.keys)
    save_arrays(folder / "last", {"at": _last_rows(signals)})
    monday, traced = monday_of(np.array([at])), {}
    if "leaks" in market.present:
        traced = whole.traced(monday)[int(monday[0])]
    save_arrays(folder / "traced", traced)
    save_arrays(folder / "groups", dict(zip(_GROUPS, links.groups_on(int(monday[0])), strict=True)))
    month = int(month_of(np.array([at]))[0])
    write_peers(folder / "peers" / str(month), signals.peers_of_month(month))
    forms = {
        column.declaration.function.__name__: np.asarray(signals.row_values(column.declaration), np.float64)
        for column in signals.catalogue.columns
        if column.declaration.table == "form"
    }
    save_arrays(folder / "forms", forms)


def _last_rows(signals: Signals) -> np.ndarray:
    """When each account was last heard of: its form, an identifier, an order; -1 of one that never was."""
    known, market = getattr(signals.whole, "last_rows", None), signals.market
    if known is not None:
        return known
    out = np.full(len(market.account_ids), -1, np.int64)
    for table, name in (("accounts", "applied_at"), ("identifiers", "seen_at"), ("orders", "ordered_at")):
        frame = getattr(market, table)
        np.maximum.at(out, frame["account_id"].cat.codes.to_numpy(), micros(frame[name]))
    return out


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
