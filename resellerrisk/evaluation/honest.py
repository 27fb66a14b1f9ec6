"""Honest shops that are held although nothing is wrong with them: by kind of shop, at the same settings.

Small, young, home-based and foreign shops look most like fake retailers. A share is told with the shops of
the opposite kind beside it, so that a gap is seen.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.evaluation.figures import Figure, make_figure
from resellerrisk.evaluation.judged import GROUPS, Judged, count_accounts
from resellerrisk.evaluation.resampling import wilson


def measure_honest(judged: Judged, held: np.ndarray) -> tuple[dict[str, Figure], pd.DataFrame]:
    """Share of the honest rows that are held, for all and for each kind of shop.

    Parameters
    ----------
    judged : Judged
        Rows to judge; ``small``, ``young``, ``home_based``, ``foreign`` and ``business_type`` where they are
        told.
    held : array of bool, shape (n,)
        Whether anything else than release was decided.

    Returns
    -------
    figures : dict
        ``honest_held`` and ``honest_held/small`` and so on, with Wilson's interval by accounts.
    table : DataFrame
        One row per kind of shop: rows, accounts, held rows, share with interval, and the share among all
        other honest shops.
    """
    honest = ~judged.frame["fake"].to_numpy()
    rows, held = judged.frame[honest], np.asarray(held, bool)[honest]
    kinds = {"honest_held": ("all honest shops", np.ones(len(rows), bool))}
    for name, words in GROUPS.items():
        if name in rows:
            kinds[f"honest_held/{name}"] = (words, rows[name].to_numpy())
    if "business_type" in rows:
        types = rows["business_type"].astype(str).to_numpy()
        kinds |= {
            f"honest_held/{kind}": (f"business type {kind}", types == kind) for kind in sorted(set(types))
        }
    figures, table = {}, []
    for name, (words, inside) in kinds.items():
        figure = figures[name] = _measure_share(rows[inside], held[inside])
        table.append(
            {
                "honest_shops": words,
                "rows": figure["rows"],
                "accounts": figure["accounts"],
            }
            | {"held_rows": int(held[inside].sum()), "held_share": figure["value"]}
            | {"held_share_low": figure["low"], "held_share_high": figure["high"]}
            | {"held_share_of_others": _mean(held[~inside])}
        )
    return figures, pd.DataFrame(table)


def _measure_share(rows: pd.DataFrame, held: np.ndarray) -> Figure:
    share, accounts = _mean(held), count_accounts(rows)
    if not accounts:
        return make_figure(np.nan, None, rows, "not measurable: no honest shop of this kind")
    return make_figure(share, wilson(share, accounts), rows)


def _mean(held: np.ndarray) -> float:
    return float(held.mean()) if len(held) else np.nan
