"""Whether the scores came true, on two clocks: by the month a case arose, and by the month it was decided.

A case is an account that the model would have sent to review or block on the first of a month, at the first such month. Months up to
the model's own training are told apart: it had learnt from them. Nothing is raised here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from resellerrisk.evaluation.resampling import wilson
from resellerrisk.matrix import LEAD_DAYS, newest_outcomes
from resellerrisk.pipeline.trained import Trained
from resellerrisk.tables import Market

#: Actions that ask for a person.
ASKED = ("review", "block")
#: What a decision may say.
_DECIDED = ("fake", "genuine", "violation")


@dataclass(frozen=True)
class Outcomes:
    """What turned out.

    Attributes
    ----------
    by_case : DataFrame
        A row a month in which cases arose: ``month``, ``learnt`` (the model knew this time), ``cases``, ``decided``, ``fakes``,
        ``open``, ``precision``, ``low``, ``high`` (Wilson; missing where nothing was decided).
    by_decision : DataFrame
        A row a month of decisions: ``month``, ``decided``, ``fakes``, ``fakes_asked`` (found fakes that were cases before),
        ``cases_decided``, ``case_fakes``.
    calibration : DataFrame
        A row a month: ``month``, ``learnt``, ``mature`` (the time a fake is given to be found is over), ``accounts``,
        ``foretold``, ``found``.
    """

    by_case: pd.DataFrame
    by_decision: pd.DataFrame
    calibration: pd.DataFrame


def judge_outcomes(market: Market, trained: Trained, scored: pd.DataFrame, until: pd.Timestamp) -> Outcomes:
    """What turned out of the accounts scored month by month.

    Parameters
    ----------
    market : Market
    trained : Trained
        The account model that scored.
    scored : DataFrame
        From `scores.score_months`.
    until : Timestamp
        T: outcomes decided before it count.
    """
    known = newest_outcomes(market, until)
    learnt_until = pd.Timestamp(trained.facts["as_of"])
    asked = scored[np.isin(scored["action"], ASKED)].sort_values(["account", "at"]).drop_duplicates("account")
    cases = asked[["account", "at"]].join(known, on="account")
    cases.loc[~(cases["decided_at"] >= cases["at"]), ["outcome", "decided_at"]] = None
    months = pd.DatetimeIndex(np.unique(scored["at"]))
    return Outcomes(
        _by_case(cases, months, learnt_until),
        _by_decision(cases, known, months, until),
        _calibration(scored, known, months, learnt_until, until),
    )


def _by_case(cases: pd.DataFrame, months: pd.DatetimeIndex, learnt_until: pd.Timestamp) -> pd.DataFrame:
    rows = []
    for month in months:
        of_month = cases[cases["at"] == month]
        decided = int(of_month["outcome"].isin(_DECIDED).sum())
        fakes = int((of_month["outcome"] == "fake").sum())
        row = {"month": month, "learnt": month <= learnt_until, "cases": len(of_month), "decided": decided}
        rows.append(row | {"fakes": fakes, "open": len(of_month) - decided} | _precision(fakes, decided))
    return pd.DataFrame(rows)


def _precision(fakes: int, decided: int) -> dict[str, float]:
    if not decided:
        return dict.fromkeys(("precision", "low", "high"), np.nan)
    low, high = wilson(fakes / decided, decided)
    return {"precision": fakes / decided, "low": low, "high": high}


def _by_decision(
    cases: pd.DataFrame, known: pd.DataFrame, months: pd.DatetimeIndex, until: pd.Timestamp
) -> pd.DataFrame:
    """By the month of the decision; the last one may not be over."""
    rows, was_case = [], known.index.isin(cases["account"][cases["decided_at"].notna()])
    for month in months:
        end = min(month + pd.offsets.MonthBegin(), until)
        now = ((known["decided_at"] >= month) & (known["decided_at"] < end)).to_numpy()
        fake = (known["outcome"] == "fake").to_numpy()
        rows.append(
            {
                "month": month,
                "decided": int(now.sum()),
                "fakes": int((now & fake).sum()),
                "fakes_asked": int((now & fake & was_case).sum()),
                "cases_decided": int((now & was_case).sum()),
            }
        )
    return pd.DataFrame(rows)


def _calibration(
    scored: pd.DataFrame,
    known: pd.DataFrame,
    months: pd.DatetimeIndex,
    learnt_until: pd.Timestamp,
    until: pd.Timestamp,
) -> pd.DataFrame:
    """Fakes foretold and found in the time that the labels of the training gave them."""
    lead = pd.Timedelta(days=LEAD_DAYS["account"])
    fakes = known.loc[known["outcome"] == "fake", "decided_at"]
    rows = []
    for month in months:
        of_month = scored[scored["at"] == month]
        found_at = fakes.reindex(of_month["account"])
        rows.append(
            {
                "month": month,
                "learnt": month <= learnt_until,
                "mature": month + lead <= until,
                "accounts": len(of_month),
                "foretold": float(of_month["probability"].sum()),
                "found": int(((found_at >= month) & (found_at < month + lead)).sum()),
            }
        )
    return pd.DataFrame(rows)
