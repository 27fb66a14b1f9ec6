"""What it would cost to hold honest shops of a kind no more often than all others: the price of closing each gap.

Small, young, home-based and foreign shops look most like fakes, so more of the honest ones are held. A gap is closed here in the one way
that harms no honest shop: of the kind's rows that are held, the least risky ones are released until the honest ones among them are
held as often as all other honest shops. What fakes go through then, and what that costs, is told beside it. Nothing is decided here;
the settings decide, and a distributor who wants the gap closed knows its price.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from resellerrisk.decisions import Settings
from resellerrisk.evaluation.cost import charge, charge_chosen
from resellerrisk.evaluation.figures import Figure, as_row, from_draws
from resellerrisk.evaluation.judged import GROUPS, Judged
from resellerrisk.evaluation.resampling import add_by_cluster, draw_ratio
from resellerrisk.vocabulary import ACTIONS

_NO_HONEST = "not measurable: no honest shop of this kind, or none of another"


def measure_gaps(
    judged: Judged, settings: Settings, chosen: np.ndarray, weights: np.ndarray
) -> tuple[dict[str, Figure], pd.DataFrame]:
    """The gap of each kind of shop, and the price of closing it.

    Parameters
    ----------
    judged : Judged
        Rows to judge; kinds of `GROUPS` where they are told.
    settings : Settings
        Costs.
    chosen : array of str, shape (n,)
        Action of every row.
    weights : array, shape (clusters, B)
        From `draw_weights`.

    Returns
    -------
    figures : dict
        ``gap/small``: share of honest rows held less that of all other honest rows; ``closing_loses/small``: share of all fakes' rows
        that are held now and would be released, and for orders ``closing_loses_discs/small``, of the fakes' discs before street
        date. A kind that is held no more often than others has nothing to close, and loses nothing.
    table : DataFrame
        One row per kind: the two shares, the gap with its interval, the probability from which the kind would be held, what is
        released, what is lost, what it costs, and a sentence. Empty where no kind is told.
    """
    costs = charge(judged, settings)
    dearer = costs["release"].to_numpy() - charge_chosen(costs, chosen)
    held = chosen != ACTIONS[0]
    figures: dict[str, Figure] = {}
    table = []
    for name, words in GROUPS.items():
        if name in judged.frame:
            inside = judged.frame[name].to_numpy(bool)
            told, row = _close(judged, inside, held, dearer, weights)
            figures |= {f"{measure}/{name}": figure for measure, figure in told.items()}
            table.append({"honest_shops": words} | row | as_row(told))
    frame = pd.DataFrame(table)
    if len(frame):
        frame["in_words"] = [_say(row) for row in frame.to_dict("records")]
    return figures, frame


def release_least_risky(
    probability: np.ndarray, honest: np.ndarray, held: np.ndarray, allowed: float
) -> np.ndarray:
    """Which part of each held row stays held when so many honest ones may be.

    Parameters
    ----------
    probability : array of float, shape (n,)
    honest, held : array of bool, shape (n,)
    allowed : float
        How many honest rows may stay held.

    Returns
    -------
    array of float, shape (n,)
        0-1; rows are released from the least risky one on. Equal probabilities are released in equal part. Rows riskier than the last
        honest one that stays are all held.

    Examples
    --------
    Of three honest rows held one may stay: the fake between the second and the third goes through with them.

    >>> kept = release_least_risky(np.array([0.9, 0.8, 0.7, 0.6, 0.5]), np.array([True, False, True, False, True]),
    ...                            np.ones(5, bool), 1)
    >>> kept
    array([1., 1., 0., 0., 0.])
    """
    kept = np.zeros(len(probability))
    level = np.unique(-probability[held], return_inverse=True)[1]
    if not len(level):
        return kept
    within = np.bincount(level, weights=honest[held])
    before = np.cumsum(within) - within
    part = np.divide(allowed - before, within, out=np.ones(len(within)), where=within > 0)
    stays = np.clip(part, 0.0, 1.0)
    stays[1:] = np.where(np.minimum.accumulate(stays)[:-1] < 1.0, 0.0, stays[1:])
    kept[held] = stays[level]
    return kept


def _close(
    judged: Judged, inside: np.ndarray, held: np.ndarray, dearer: np.ndarray, weights: np.ndarray
) -> tuple[dict[str, Figure], dict[str, Any]]:
    frame, fake = judged.frame, judged.frame["fake"].to_numpy(bool)
    mine, others = inside & ~fake, ~inside & ~fake
    share, theirs = (float(held[rows].mean()) if rows.any() else np.nan for rows in (mine, others))
    probability = frame["probability"].to_numpy(float)
    kept = np.where(held, 1.0, 0.0)
    if share > theirs:
        own = release_least_risky(probability, mine, held & inside, theirs * mine.sum())
        kept = np.where(inside, own, kept)
    lost = np.where(held, 1.0, 0.0) - kept
    note = "" if mine.any() and others.any() else _NO_HONEST
    figures = {
        "gap": from_draws(
            _ratio(judged, held & mine, mine, weights) - _ratio(judged, held & others, others, weights),
            frame[mine],
            note,
        ),
        "closing_loses": from_draws(_ratio(judged, lost * fake, fake, weights), frame, note),
    }
    if judged.subject == "order":
        discs = frame["early_units"].to_numpy(float) * fake
        figures["closing_loses_discs"] = from_draws(_ratio(judged, lost * discs, discs, weights), frame, note)
    row = {
        "held_share": share,
        "held_share_of_others": theirs,
        "held_from": _lowest(probability, held & inside),
        "held_from_then": _lowest(probability, (kept > 0) & inside),
        "honest_released": float((lost * mine).sum()),
        "fakes_released": float((lost * fake).sum()),
        "costs_more": float((lost * dearer).sum()),
    }
    return figures, row


def _ratio(judged: Judged, top: np.ndarray, bottom: np.ndarray, weights: np.ndarray) -> np.ndarray:
    cluster = judged.frame["cluster"].to_numpy()
    above, below = (add_by_cluster(values, cluster, judged.clusters) for values in (top, bottom))
    return draw_ratio(above, below, weights)


def _lowest(probability: np.ndarray, rows: np.ndarray) -> float:
    return float(probability[rows].min()) if rows.any() else np.nan


def _say(row: dict[str, Any]) -> str:
    """The row as a sentence."""
    if np.isnan(row["held_share"]) or np.isnan(row["held_share_of_others"]):
        return "No honest shop of this kind, or none of another."
    if row["held_share"] <= row["held_share_of_others"]:
        return "Held no more often than all others: nothing to close."
    until = (
        "all of them are released"
        if np.isnan(row["held_from_then"])
        else f"they are held from {row['held_from_then']:.2%} on instead of {row['held_from']:.2%}"
    )
    money = row["costs_more"]
    price = f"costs {money:,.0f} more" if money >= 0 else f"saves {-money:,.0f}"
    lost = row["closing_loses"]
    through = "no fake is judged" if lost is None else f"{lost:.1%} of the fakes' rows go through"
    return f"To close the gap {until}: {through}, and it {price}."
