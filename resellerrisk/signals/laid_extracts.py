"""Extracts of parts on disk: workers write them as narrow as they may be, and they are joined here one array after the other.

What is joined lies in memory once, and never beside all that it is joined from. What an extract says is `signals.whole`'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from resellerrisk.signals.arrange import arrange, gather
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.kernel import DAY
from resellerrisk.signals.whole import Extract, join_places, join_slates

_ROWS = {
    "ask": ("title", "at"),
    "order": ("account", "title", "at", "place"),
    "held": ("account", "title", "at"),
}


@dataclass(frozen=True)
class LaidExtract:
    """An extract whose long arrays lie in files.

    Attributes
    ----------
    extract : Extract
        Without them.
    paths : dict of str to path
        By the arrays' names.
    """

    extract: Extract
    paths: dict[str, Path]


def lay_extract(folder: Path, number: int, extract: Extract, places: np.ndarray) -> LaidExtract:
    """Write the long arrays of a part's extract.

    Parameters
    ----------
    folder : path
    number : int
        The part's.
    extract : Extract
    places : int64[n_accounts]
        Codes of its accounts in the whole market, rising: accounts are written as these.
    """
    # Holdings by account, moment and title are what tracing wants; parts are runs of accounts, so that all of them are in order.
    by_time, _, _ = arrange(extract.held_account, len(places), extract.held_at, extract.held_title)
    paths, nothing = {}, {}
    for table, columns in _ROWS.items():
        for column in columns:
            name = f"{table}_{column}"
            values = getattr(extract, name)
            values = gather(values, by_time) if table == "held" else values
            values = places[values] if column == "account" else values
            paths[name] = folder / f"extract-{number:05d}-{name}.npy"
            np.save(paths[name], values if column == "at" else values.astype(np.int32))
            nothing[name] = np.empty(0, np.int64)
    return LaidExtract(replace(extract, account_ids=np.empty(0, object), **nothing), paths)


def join_laid(laid: Sequence[LaidExtract], account_ids: pd.Index, slate_gaps: dict[str, int]) -> Extract:
    """One extract of several parts, over all accounts; the files are removed.

    Parameters
    ----------
    laid : sequence of LaidExtract
        Of different accounts.
    account_ids, slate_gaps
        As for `join_extracts`.
    """
    codes, places = join_places([one.extract.places for one in laid])
    joined = {}
    for name in laid[0].paths:
        joined[name] = _join([one.paths[name] for one in laid], codes if name == "order_place" else None)
    return replace(
        laid[0].extract,
        account_ids=account_ids.to_numpy(object),
        places=places,
        slates=join_slates([one.extract.slates for one in laid], slate_gaps),
        **joined,
    )


def slate_gaps() -> dict[str, int]:
    """The shortest window (microseconds) of every function that is counted over the whole market, by its name."""
    return {
        declared.function.__name__: min(window.far - window.near for window in declared.windows) * DAY
        for declared in catalogue().market_wide()
    }


def _join(paths: Sequence[Path], codes: Sequence[np.ndarray] | None) -> np.ndarray:
    """The arrays of some files one behind the other, each removed; coded anew where codes are given by file."""
    mapped = [np.load(path, mmap_mode="r") for path in paths]
    out = np.empty(sum(map(len, mapped)), mapped[0].dtype)
    start = 0
    for number, (path, values) in enumerate(zip(paths, mapped, strict=True)):
        out[start : start + len(values)] = values if codes is None else np.append(codes[number], -1)[values]
        start += len(values)
        path.unlink()
    return out
