"""A state on disk: built from a market, written whole or not at all, read back to the bit.

Columns are plain numpy files that are mapped into memory, an account's rows side by side, so that a question reads what it asks for.
Every file's SHA-256 stands in ``run.json``; another program's state, a missing, cut or changed file is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

import resellerrisk
from resellerrisk.errors import InputError
from resellerrisk.jobs.folder import FACTS, hash_files, whole_folder
from resellerrisk.links.holdings import Holdings
from resellerrisk.links.links import ENTRY_COLUMNS, Links
from resellerrisk.links.walk import Decided
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.compute import Signals
from resellerrisk.signals.peers import PeerTable, compared_columns, month_of, take_peers
from resellerrisk.signals.rows import CONTRACT_TABLE, micros
from resellerrisk.signals.whole import Extract, take_extract
from resellerrisk.signals.words import Words, as_words
from resellerrisk.state.choosing import last_not_kept, rows_to_keep
from resellerrisk.state.kept import KEPT, LAST_KNOWN, KeptSignals, KeptViews, KeptWhole
from resellerrisk.tables import TABLES, Market, as_utc
from resellerrisk.tables.moments import monday_of

#: Raised when files are laid down otherwise.
VERSION = 1
#: What is known of a line that is not kept, where it is the last of its title or address.
_PARTS = ("account", "code", "at")
_FRAMES = ("accounts", "titles", "street_dates")


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
    at = int(moment.to_datetime64().astype("datetime64[us]").astype(np.int64))
    signals = Signals(market.before(moment), catalogue())
    with whole_folder(out) as folder:
        counts = {view: _write_rows(signals, view, at, folder) for view in KEPT if _is_there(signals, view)}
        _write_frames(signals.market, folder)
        _write_whole(signals, at, folder)
        facts = {
            "state": VERSION,
            "program": program_hash(),
            "as_of": str(moment),
            "present": sorted(market.present),
            "rows": counts,
            "data": {} if data is None else _stat(Path(data)),
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
    facts = _read_facts(folder)
    market = _read_market(folder, facts)
    whole = _read_whole(folder, market)
    places = _load_texts(folder / "places.arrow")
    rows = {view: _read_rows(folder, view) for view in facts["rows"]}
    older = {
        name: tuple(_map(folder / "orders" / f"older_{name}_{part}.npy") for part in _PARTS)
        for name in LAST_KNOWN
    }
    views = KeptViews(market, whole.asks, rows, places, older)
    at = int(as_utc(facts["as_of"]).to_datetime64().astype("datetime64[us]").astype(np.int64))
    forms = dict(np.load(folder / "forms.npz"))
    return KeptSignals(market, views, whole, catalogue(), _read_peers(folder, at), forms, at)


def stale_files(folder: str | os.PathLike, data: str | os.PathLike) -> list[str]:
    """Files of a data folder that are new, gone or changed since the state was built, by size and time of change.

    Empty where the state was built without naming its folder.
    """
    then, now = _read_facts(Path(folder))["data"], _stat(Path(data))
    return sorted(name for name in then.keys() | now.keys() if then and then.get(name) != now.get(name))


@cache
def program_hash() -> str:
    """SHA-256 over the code that makes signals: a state of another program may mean something else."""
    root, digest = Path(resellerrisk.__file__).parent, hashlib.sha256()
    for room in ("signals", "links", "leaks", "state", "tables"):
        for path in sorted((root / room).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _read_facts(folder: Path) -> dict:
    rebuild = "resellerrisk state build DATA --out STATE"
    try:
        facts = json.loads((folder / FACTS).read_text())
        version = facts["state"]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{folder} holds no state.", hint=rebuild) from None
    if version != VERSION or facts["program"] != program_hash():
        raise InputError(f"The state in {folder} was made by another version of this program.", hint=rebuild)
    found = hash_files(folder)
    found.pop(FACTS, None)
    wrong = sorted(
        name for name in facts["files"].keys() | found.keys() if facts["files"].get(name) != found.get(name)
    )
    if wrong:
        raise InputError(
            f"The state in {folder} is damaged: {', '.join(wrong[:5])}.",
            f"{len(wrong)} of {len(facts['files'])} files are missing, cut or changed.",
            hint=rebuild,
        )
    return facts


def _is_there(signals: Signals, view: str) -> bool:
    return CONTRACT_TABLE[view] in signals.market.present


def _write_rows(signals: Signals, view: str, moment: int, folder: Path) -> list[int]:
    rows, places = getattr(signals.views, view), rows_to_keep(signals, view, moment)
    (folder / view).mkdir()
    np.save(folder / view / "account.npy", np.asarray(rows.account)[places])
    np.save(folder / view / "at.npy", micros(rows.at)[places])
    words = {}
    for name in KEPT[view]:
        column = as_words(getattr(rows, name))
        if isinstance(column, Words):
            words[name] = [str(word) for word in column.categories]
            column = column.codes
        column = np.asarray(column)
        if column.dtype.kind == "M":
            words[name], column = "moments", micros(column)
        np.save(folder / view / f"{name}.npy", column[places])
    if view == "orders":
        for name in LAST_KNOWN:
            for part, column in zip(_PARTS, last_not_kept(rows, name, places), strict=True):
                np.save(folder / view / f"older_{name}_{part}.npy", column)
    (folder / view / "words.json").write_text(json.dumps(words))
    return [len(places), len(rows)]


def _read_rows(folder: Path, view: str) -> dict:
    words = json.loads((folder / view / "words.json").read_text())
    columns = {"account": _map(folder / view / "account.npy"), "at": _map(folder / view / "at.npy").view(_US)}
    for name in KEPT[view]:
        column = _map(folder / view / f"{name}.npy")
        if words.get(name) == "moments":
            column = column.view(_US)
        elif name in words:
            column = Words(column, words[name])
        columns[name] = column
    return columns


_US = "datetime64[us]"


def _map(path: Path) -> np.ndarray:
    """A column as it lies on disk, as a plain array."""
    return np.asarray(np.load(path, mmap_mode="r"))


def _write_frames(market: Market, folder: Path) -> None:
    for name in _FRAMES:
        table = pa.Table.from_pandas(market.tables()[name], preserve_index=False)
        with (
            pa.OSFile(str(folder / f"{name}.arrow"), "wb") as sink,
            pa.ipc.new_file(sink, table.schema) as file,
        ):
            file.write_table(table)
    places = market.orders["ship_to"].astype("category").cat.categories
    _save_texts(folder / "places.arrow", places)


def _read_market(folder: Path, facts: dict) -> Market:
    frames = {}
    for name in _FRAMES:
        with pa.OSFile(str(folder / f"{name}.arrow"), "rb") as source:
            frames[name] = pa.ipc.open_file(source).read_all().to_pandas()
    needed = [name for name in TABLES if TABLES[name].required and name not in frames]
    empty = Market.from_frames(
        {name: frame.head(0) for name, frame in frames.items()}
        | {name: pd.DataFrame(columns=list(TABLES[name].names), dtype=object) for name in needed}
    )
    return replace(empty, **frames, present=frozenset(facts["present"]))


def _write_whole(signals: Signals, at: int, folder: Path) -> None:
    extract, links, market = take_extract(signals), signals.links, signals.market
    np.savez(folder / "asks.npz", title=extract.ask_title, at=extract.ask_at)
    slates = {f"{name}.{n}": part for name, parts in extract.slates.items() for n, part in enumerate(parts)}
    np.savez(folder / "slates.npz", **slates)
    held = {one.name: getattr(links.holdings, one.name) for one in fields(Holdings) if one.name != "keys"}
    np.savez(folder / "holdings.npz", **held)
    _save_texts(folder / "keys.arrow", links.holdings.keys)
    np.savez(folder / "entries.npz", **links.entries)
    np.savez(folder / "decided.npz", **links.decided._asdict())
    traced = {}
    if "leaks" in market.present:
        monday = monday_of(np.array([at]))
        traced = signals.whole.traced(monday)[int(monday[0])]
    np.savez(folder / "traced.npz", **traced)
    month = int(month_of(np.array([at]))[0])
    peers = take_peers(signals, month, compared_columns(signals.catalogue.columns))
    np.savez(folder / "peers.npz", **{"/types": peers.types, "/sizes": peers.sizes, **peers.values})
    forms = {
        column.declaration.function.__name__: np.asarray(signals.row_values(column.declaration), np.float64)
        for column in signals.catalogue.columns
        if column.declaration.table == "form"
    }
    np.savez(folder / "forms.npz", **forms)


def _read_whole(folder: Path, market: Market) -> KeptWhole:
    asks, slates = np.load(folder / "asks.npz"), np.load(folder / "slates.npz")
    names = {name.rpartition(".")[0] for name in slates.files}
    none = np.empty(0, np.int64)
    extract = Extract(
        market.account_ids.to_numpy(object),
        asks["title"],
        asks["at"],
        {name: tuple(slates[f"{name}.{n}"] for n in range(3)) for name in names},
        *([none] * 4),
        np.empty(0, object),
        *([none] * 3),
    )
    held = dict(np.load(folder / "holdings.npz"))
    holdings = Holdings(**held, keys=_load_texts(folder / "keys.arrow"))
    entries = np.load(folder / "entries.npz")
    links = Links(
        market.account_ids, holdings, {name: entries[name] for name in ENTRY_COLUMNS}, market.outcomes
    )
    links.__dict__["decided"] = Decided(**np.load(folder / "decided.npz"))
    traced = dict(np.load(folder / "traced.npz"))
    at = (
        as_utc(json.loads((folder / FACTS).read_text())["as_of"]).to_datetime64().astype(_US).astype(np.int64)
    )
    return KeptWhole(market, extract, links, {int(monday_of(np.array([at]))[0]): traced} if traced else {})


def _read_peers(folder: Path, at: int) -> dict[int, PeerTable]:
    told = dict(np.load(folder / "peers.npz"))
    types, sizes = told.pop("/types"), told.pop("/sizes")
    return {int(month_of(np.array([at]))[0]): PeerTable(types, sizes, told)}


def _save_texts(path: Path, texts) -> None:
    table = pa.table({"text": pa.array(list(texts), pa.large_string())})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
        file.write_table(table)


def _load_texts(path: Path) -> np.ndarray:
    with pa.OSFile(str(path), "rb") as source:
        return pa.ipc.open_file(source).read_all()["text"].to_numpy(zero_copy_only=False)


def _stat(data: Path) -> dict[str, list[int]]:
    """Size and time of change of every file of a folder."""
    return {
        path.relative_to(data).as_posix(): [path.stat().st_size, path.stat().st_mtime_ns]
        for path in sorted(data.rglob("*"))
        if path.is_file()
    }
