"""Files that are past their period: found, and removed so that a second look finds none.

A table of a result goes whole, and the result's `run.json` gets the new hashes. DATA is not looked at: its tables have other names,
and keeping them is the distributor's affair.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from resellerrisk.jobs.folder import FACTS
from resellerrisk.privacy.holding import has_column, read_table, seal_again
from resellerrisk.privacy.periods import Period
from resellerrisk.state.kind import read_told

_TABLES = ("scores", "contributions", "signals", "quarantine")
_NIGHT = "%Y%m%dT%H%M%S"


@dataclass(frozen=True)
class Expired:
    """A file, or a kept state's folder, past its period.

    Attributes
    ----------
    path : Path
    kind : str
        One of `periods.KINDS`.
    moment : datetime
        What it speaks of, UTC.
    """

    path: Path
    kind: str
    moment: datetime


def find_expired(folders: Iterable[Path], periods: Mapping[str, Period], now: datetime) -> list[Expired]:
    """What is past its period in some folders, by path.

    Parameters
    ----------
    folders : iterable of Path
        A home, results, case files, kept states; links are not followed.
    periods : mapping of str to Period
    now : datetime
        UTC without a zone.

    Examples
    --------
    >>> import tempfile
    >>> from resellerrisk.privacy.periods import read_periods
    >>> folder = Path(tempfile.mkdtemp())
    >>> pd.DataFrame({"account_id": ["A1"], "as_of": ["2018-01-01"]}).to_csv(folder / "scores.csv", index=False)
    >>> [found.kind for found in find_expired([folder], read_periods(), datetime(2020, 6, 30))]
    ['scores']
    >>> find_expired([folder], read_periods(), datetime(2019, 6, 30))
    []
    """
    found = {held.path: held for folder in folders for held in _look_into(Path(folder))}
    return [held for _, held in sorted(found.items()) if held.moment < periods[held.kind].cut(now)]


def remove_expired(expired: Iterable[Expired], folders: Iterable[Path]) -> None:
    """Remove what was found; a result that loses a table is sealed anew."""
    roots = [Path(folder) for folder in folders]
    for held in expired:
        if held.kind == "kept_state":
            shutil.rmtree(held.path)
        else:
            held.path.unlink()
            seal_again(held.path.parent, roots)


def _look_into(folder: Path) -> Iterator[Expired]:
    if told := read_told(folder):
        yield Expired(folder, "kept_state", _read_moment(told.get("as_of")) or _written(folder / FACTS))
        return
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_symlink():
            continue
        if path.is_dir():
            yield from _look_into(path)
        elif kind := _kind_of(path):
            yield Expired(path, kind, _moment_of(path, kind))


def _kind_of(path: Path) -> str:
    """What a file is; empty where no period is declared for its like."""
    if path.suffix in (".parquet", ".csv"):
        if "quarantine" in (path.stem, path.parent.name):
            return "quarantine"
        if path.parent.parent.parent.name == "shadow":
            return "shadow_nights"
        return path.stem if path.stem in _TABLES and has_column(path, "account_id") else ""
    twin = path.with_suffix(".json")
    if path.suffix in (".json", ".html") and path.name != FACTS and twin.is_file():
        return "case_files" if _told_by(twin).get("account_id") else ""
    return ""


def _moment_of(path: Path, kind: str) -> datetime:
    """The moment that a file's rows speak of; where they tell none, when it was written."""
    told: object = None
    if kind == "shadow_nights":
        told = pd.to_datetime(path.stem, format=_NIGHT, errors="coerce")
    elif kind == "case_files":
        told = _told_by(path.with_suffix(".json")).get("as_of")
    elif has_column(path, "as_of"):
        told = read_table(path)["as_of"].max()
    return _read_moment(told) or _written(path)


def _read_moment(told: object) -> datetime | None:
    moment = pd.to_datetime(str(told), errors="coerce", utc=True)
    return None if pd.isna(moment) else moment.tz_localize(None).to_pydatetime()


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)


def _told_by(path: Path) -> dict[str, object]:
    try:
        told = json.loads(path.read_text("utf-8"))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
