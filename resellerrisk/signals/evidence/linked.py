"""Evidence of what an account shares: the shared values behind each figure of links, and the figure from those rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from resellerrisk.links import LINK_KINDS, list_group, list_links, list_steps
from resellerrisk.links.declare import LINKED
from resellerrisk.tables.moments import monday_of

_COUNTS = {kind.name for kind in LINK_KINDS if kind.counts}
_SHARED = {kind.name: kind.shared for kind in LINK_KINDS}
_GROUP = {"link_group_size", "link_group_age_days", "link_group_fake_count"}
_STANDING = {"linked_standing_strongest", "linked_standing_total"}
_DAY = pd.Timedelta(days=1)


class Gathered(NamedTuple):
    """Rows behind a figure, and how it is recomputed from them."""

    kind: str
    rows: pd.DataFrame
    further: pd.DataFrame
    recipe: Callable


def gather_linked(alone, snapshot, name: str, value: float) -> Gathered:
    """The shared values behind one figure of links.

    Parameters
    ----------
    alone : Alone
    snapshot : Snapshots
        Of length one.
    name : str
        The figure.
    value : float
        What it is; not looked at, for the rows must give it.
    """
    links, moment = alone.links, int(snapshot.at[0])
    place, own_order = int(alone.places_in_whole[alone.account]), bool(snapshot.order[0] >= 0)
    further = pd.DataFrame()
    if name in _GROUP:
        rows = list_group(links, place, moment, own_order=own_order)
        return Gathered("group", rows, further, _GROUP_RECIPES[name])
    rows = list_links(links, place, moment, own_order=own_order)
    if name in _STANDING:
        return Gathered("links", _with_standing(alone, rows, moment), further, _STANDING_RECIPES[name])
    if name == "steps_to_known_fake":
        pairs = pair_up(rows)
        linked = pairs.index[pairs["strength"] >= LINKED].to_numpy()
        further = list_steps(links, linked, place, moment)
    column = _counted_by(name)
    return Gathered("links", rows.assign(counts=rows[column]), further, _PAIRED[name])


def _counted_by(name: str) -> str:
    return "taken_over" if name == "identifiers_changed_hands_count" else "strength"


def pair_up(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per other account: the strength of all shared values together, kinds shared, since when, and what was decided.

    Of a kind the strongest value counts; kinds add up as 1 - Π(1 - s).
    """
    if rows.empty:
        empty = pd.DataFrame(columns=["strength", "kinds", "since", "found_fake", "shared"])
        return empty.astype(
            {"strength": float, "kinds": float, "found_fake": bool, "since": "datetime64[us]"}
        )
    told = []
    for other, mine in rows.groupby("other", sort=True):
        best = mine[mine["kind"].isin(_COUNTS)].groupby("kind")["strength"].max()
        strong = mine[mine["strength"] >= LINKED]
        shared = {_SHARED[kind] for kind in strong.loc[~strong["near"], "kind"]} - {""}
        told.append(
            {
                "other": other,
                "strength": 1 - float(np.prod(1 - best.to_numpy())),
                "kinds": int((best >= LINKED).sum()),
                "since": strong["since"].max() if len(strong) else pd.NaT,
                "found_fake": bool(mine["found_fake"].iloc[0]),
                "shared": shared,
            }
        )
    return pd.DataFrame(told).set_index("other")


def _with_standing(alone, rows: pd.DataFrame, moment: int) -> pd.DataFrame:
    """One row per other account with how far it explains the leaks, as of the Monday before."""
    pairs = pair_up(rows)
    ids = rows.drop_duplicates("other").set_index("other")["account_id"]
    if "leaks" in alone.market.present:
        monday = monday_of(np.array([moment]))
        standing = alone.whole.traced(monday)[int(monday[0])]["source_probability"]
        standing = standing[pairs.index.to_numpy(np.int64)]
    else:
        standing = np.full(len(pairs), np.nan)
    told = pd.DataFrame(
        {
            "account_id": ids.reindex(pairs.index).to_numpy(object),
            "strength": pairs["strength"].to_numpy(float),
            "standing": standing,
        }
    )
    return told.assign(counts=told["standing"] * told["strength"])


def _linked(found) -> pd.DataFrame:
    pairs = pair_up(found.rows)
    return pairs[pairs["strength"] >= LINKED]


def _highest(values: pd.Series) -> float:
    return float(values.max()) if len(values) else 0.0


def _of_pairs(tell: Callable[[pd.DataFrame], float]) -> Callable:
    return lambda found: tell(pair_up(found.rows))


def _share_fake(found) -> float:
    linked = _linked(found)
    return linked["found_fake"].mean() if len(linked) else float("nan")


def _steps(found) -> float:
    if _linked(found)["found_fake"].any():
        return 1.0
    further = found.further
    return 2.0 if len(further) and further["found_fake"].any() else float("nan")


def _newest(found) -> float:
    newest = _linked(found)["since"].max()
    return float("nan") if pd.isna(newest) else (found.as_of - newest) / _DAY


def _count_shared(name: str) -> Callable:
    return _of_pairs(lambda pairs: float(sum(name in shared for shared in pairs["shared"])))


_PAIRED = {
    "linked_accounts_count": lambda found: float(len(_linked(found))),
    "link_strength_total": _of_pairs(lambda pairs: float(pairs["strength"].sum())),
    "strongest_link": _of_pairs(lambda pairs: _highest(pairs["strength"])),
    "shared_kinds_count": _of_pairs(lambda pairs: _highest(pairs["kinds"])),
    "linked_fake_count": lambda found: float(_linked(found)["found_fake"].sum()),
    "linked_fake_share": _share_fake,
    "link_strength_to_fakes": _of_pairs(
        lambda pairs: float(pairs.loc[pairs["found_fake"].astype(bool), "strength"].sum())
    ),
    "strongest_link_to_fake": _of_pairs(
        lambda pairs: _highest(pairs.loc[pairs["found_fake"].astype(bool), "strength"])
    ),
    "steps_to_known_fake": _steps,
    "identifiers_changed_hands_count": lambda found: float(found.rows["counts"].sum()),
    "newest_link_days": _newest,
    **{f"shared_{name}_count": _count_shared(name) for name in set(_SHARED.values()) - {""}},
}


def _group_age(found) -> float:
    began = pd.concat([found.rows["group_since"], found.rows["own_link_since"]]).min()
    return float("nan") if pd.isna(began) else (found.as_of - began) / _DAY


_GROUP_RECIPES = {
    "link_group_size": lambda found: float(len(found.rows)),
    "link_group_age_days": _group_age,
    "link_group_fake_count": lambda found: float(
        (found.rows["found_fake"] & (found.rows["account_id"] != found.account_id)).sum()
    ),
}
_STANDING_RECIPES = {
    "linked_standing_strongest": lambda found: _standing(found, "max"),
    "linked_standing_total": lambda found: _standing(found, "sum"),
}


def _standing(found, how: str) -> float:
    counts = found.rows["counts"].to_numpy(float)
    if not counts.size:
        return 0.0
    return float(np.nanmax(counts) if how == "max" else np.nansum(counts))
