"""What each family of signals gives: rankings of models without it, and of models with nothing else, beside the whole.

Differences are taken in the same draws, so that a small one is told from chance. No model is fitted here: rankings come in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from resellerrisk.evaluation.detection import draw_average_precision
from resellerrisk.evaluation.figures import as_row, from_draws
from resellerrisk.evaluation.holding import draw_held_back
from resellerrisk.evaluation.judged import take_judged
from resellerrisk.evaluation.resampling import RESAMPLES, draw_weights

#: By which figure a family is judged: of orders the discs held back, of the others average precision.
MEASURED = {"account": "average_precision", "application": "average_precision", "order": "held_back"}
#: A loss below this is within what another seed moves. Source: docs/experiments.md.
WORTH_KEEPING = 0.005


def compare_families(
    judged: pd.DataFrame,
    subject: str,
    without: Mapping[str, np.ndarray],
    alone: Mapping[str, np.ndarray],
    counts: Mapping[str, int],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """A table of what each family gives.

    Parameters
    ----------
    judged : DataFrame
        As `judge` takes it; ``probability`` is that of the whole model.
    subject : {"application", "account", "order"}
    without, alone : mapping of str to float array, shape (n_rows,)
        By family: how a model without it, and a model of nothing else, ranks the same rows. Missing where none could be fitted.
    counts : mapping of str to int
        Signals of each family.
    resamples, seed : int
        Of the bootstrap; as in `judge`.

    Returns
    -------
    DataFrame
        One row a family: ``family``, ``signals``; ``lost_without`` (the figure of the whole less that without it: above 0 the family
        gives something), ``without`` and ``alone`` (the figure itself), each with its interval. The figure is `MEASURED`'s.

    Examples
    --------
    >>> rows = pd.DataFrame({"account_id": list("abcd"), "as_of": "2020-03-31", "known": False,
    ...                      "probability": [0.9, 0.6, 0.3, 0.1], "fake": [True, False, True, False]})
    >>> compare_families(rows, "account", {"links": [3, 1, 2, 0]}, {"links": [0, 1, 2, 3]}, {"links": 7})[
    ...     ["family", "signals", "lost_without", "without", "alone"]].round(3).values.tolist()
    [['links', 7, -0.167, 1.0, 0.5]]
    """
    rankings = {"probability": judged["probability"]}
    rankings |= {f"without/{family}": scores for family, scores in without.items()}
    rankings |= {f"alone/{family}": scores for family, scores in alone.items()}
    taken = take_judged(judged, subject)
    weights = draw_weights(taken.clusters, resamples, seed)
    draw = draw_held_back if MEASURED[subject] == "held_back" else draw_average_precision
    draws = {name: draw(taken, np.asarray(scores)[taken.rows], weights) for name, scores in rankings.items()}
    table = []
    for family, count in counts.items():
        told = {"lost_without": draws["probability"] - draws[f"without/{family}"]}
        told |= {how: draws[f"{how}/{family}"] for how in ("without", "alone")}
        figures = {name: from_draws(values, taken.frame) for name, values in told.items()}
        table.append({"family": family, "signals": count} | as_row(figures))
    return pd.DataFrame(table).sort_values("lost_without", ascending=False, kind="stable", ignore_index=True)


def give_nothing(tables: Sequence[pd.DataFrame]) -> list[str]:
    """Families that give nothing on any of several markets: nowhere is anything lost without them, beyond chance or by the figure.

    A family gives something on a market where leaving it out loses more than `WORTH_KEEPING`, or loses something in 95 % of the draws; or
    where it could not be measured.

    Examples
    --------
    >>> table = pd.DataFrame({"family": ["a", "b", "c"], "lost_without": [0.2, 0.001, 0.002],
    ...                       "lost_without_low": [-0.1, -0.01, 0.001]})
    >>> give_nothing([table, table])
    ['b']
    """
    given = set()
    for table in tables:
        low = table["lost_without_low"].astype(float)
        lost = table["lost_without"].astype(float)
        gives = lost.isna() | (lost > WORTH_KEEPING) | (low > 0)
        given |= set(table.loc[gives, "family"])
    return sorted({family for table in tables for family in table["family"]} - given)
