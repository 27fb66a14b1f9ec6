"""What a state cannot follow: it is built anew then. Each is rare, and each is noticed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.leaks.match import list_films, match_leaks
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.state.base import Base
from resellerrisk.state.choosing import widest_days
from resellerrisk.state.ledger import Stale

_US = "datetime64[us]"
#: What rows of other tables are held against, by table.
_LEANED_ON = {
    "accounts": ["account_id", "applied_at"],
    "titles": ["title_id"],
    "orders": ["order_id", "line", "account_id", "title_id", "ordered_at"],
}


def rows_leaned_on(name: str, frame: pd.DataFrame):
    """What rows of other tables may have been held against, row by row."""
    columns = _LEANED_ON.get(name)
    return (
        () if columns is None else ((name, *row) for row in frame[columns].itertuples(index=False, name=None))
    )


def refuse_new_films(base: Base, titles: pd.DataFrame) -> None:
    """New titles change what was traced where leaks of before now fit other titles, or other titles are one film."""
    old, leaks = base.tables["titles"], base.tables["leaks"]
    both = pd.concat([old.astype({"title_id": object}), titles], ignore_index=True)[list(old)]
    found = []
    for some in (old.reset_index(drop=True), both):
        films = list_films(some)
        film = films.of_title[: len(old)]
        match = match_leaks(leaks, some, films=films)["film"].to_numpy(np.int64)
        first = {code: place for place, code in reversed(list(enumerate(films.of_title.tolist())))}
        found.append(
            ([first[code] for code in film.tolist()], [first.get(code, -1) for code in match.tolist()])
        )
    fits_old = [place if place < len(old) else -1 for place in found[1][1]]
    if found[0][0] != found[1][0] or found[0][1] != fits_old:
        raise Stale("new titles change which titles earlier leaks are of")


def refuse_put_off(base: Base, frames: pd.DataFrame | None) -> None:
    """A street date put off long after it had passed makes deliveries early that are no longer kept."""
    if frames is None or not len(frames):
        return
    told = base.tables["street_dates"]
    before = told.groupby(told["title_id"].astype(object))["street_date"].max()
    last = before.reindex(frames["title_id"]).to_numpy(_US)
    kept = np.datetime64(base.moment, "us") - np.timedelta64(widest_days(catalogue(), "deliveries"), "D")
    if ((frames["street_date"].to_numpy(_US) > last) & (last < kept)).any():
        raise Stale("a street date was put off that had passed long ago")
