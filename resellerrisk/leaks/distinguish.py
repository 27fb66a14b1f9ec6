"""Which coming titles would tell two suspects apart, if only one of them got early delivery.

For the desk: not who is suspected, but what to try next. Only what was known as of the trace counts; nothing is decided here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.leaks.holdings import find_launches, newest_street_dates
from resellerrisk.leaks.timing import DELAY_EDGES, LEAD_EDGES, class_of

if TYPE_CHECKING:
    from resellerrisk.leaks.tracing import Trace
    from resellerrisk.tables import Market

#: Days before street date of the early delivery that is thought of.
TEST_LEAD_DAYS = 14.0
#: Copies per launch of a source of which nothing more is known.
_USUAL_RATE = 0.2
_NEVER = np.iinfo(np.int64).max


def recommend_tests(trace: Trace, market: Market, account_a: str, account_b: str) -> pd.DataFrame:
    """Coming titles by how much they would tell about which of two accounts is the source.

    Parameters
    ----------
    trace : Trace
    market : Market
        The market that was traced.
    account_a, account_b : str

    Returns
    -------
    DataFrame
        One row a coming launch, the most telling first: `title_id` (its first by id), `street_date`, `early_to` (the account to deliver
        early; the other one on the street date), `information` (bits, 0-1: expected gain about which of the two it is),
        `copy_if_source`, `copy_otherwise` (probability that a copy appears before the street date, if the account is the source, and if it
        is not), `ordered_by` (how many of the two have ordered it). Empty where no title is coming.

    Raises
    ------
    InputError
        An account is not in the market, or both are one (or of one group).
    """
    codes = [_find_account(trace, account) for account in (account_a, account_b)]
    if codes[0] == codes[1]:
        raise InputError(
            f"{account_a} and {account_b} are one holder.", hint="name two accounts of different groups"
        )
    launches = _coming_launches(trace)
    ordered = _ordered_launches(trace, market, launches)
    others = _copies_from_others(trace, launches, ordered, codes)
    rows = []
    for code, account in zip(codes, (account_a, account_b), strict=True):
        if_source = 1 - np.exp(-others - _copies_if_source(trace, code))
        otherwise = 1 - np.exp(-others)
        rows.append(
            launches.assign(
                early_to=account,
                information=_information(_share_of(trace, code, codes), if_source, otherwise),
                copy_if_source=if_source,
                copy_otherwise=otherwise,
            )
        )
    table = pd.concat(rows, ignore_index=True)
    by_both = ordered[ordered["account"].isin(codes)].groupby("launch")["account"].nunique()
    table["ordered_by"] = table["launch"].map(by_both).fillna(0).astype(np.int64)
    table = table.sort_values(["information", "ordered_by", "title_id"], ascending=[False, False, True])
    return table.drop_duplicates("launch").drop(columns="launch").reset_index(drop=True)


def _find_account(trace: Trace, account: str) -> int:
    found = np.flatnonzero(trace.evidence.account_ids.astype(str) == account)
    if not len(found):
        raise InputError(f"No account is called '{account}'.", hint="take account_id from trace.accounts")
    return int(trace.evidence.holder[found[0]])


def _coming_launches(trace: Trace) -> pd.DataFrame:
    """Launches whose street date, as known at the trace's moment, is still to come."""
    evidence, moment = trace.evidence, trace.posterior.case.moment
    launch_of_title, _, street = find_launches(evidence.film_of_title, newest_street_dates(evidence, moment))
    titles = pd.DataFrame({"title_id": evidence.title_ids.astype(str), "launch": launch_of_title})
    titles = titles[titles["launch"] >= 0].sort_values("title_id").drop_duplicates("launch")
    date = street[titles["launch"].to_numpy()]
    titles["street_date"] = date.astype("datetime64[us]")
    return titles[date > moment].reset_index(drop=True)


def _ordered_launches(trace: Trace, market: Market, launches: pd.DataFrame) -> pd.DataFrame:
    """Who had ordered which coming launch by the trace's moment: launch, account (its holder's code)."""
    evidence, moment = trace.evidence, trace.posterior.case.moment
    launch_of_title, _, _ = find_launches(evidence.film_of_title, newest_street_dates(evidence, moment))
    known = market.orders[(market.orders["ordered_at"] < trace.as_of).to_numpy()]
    title = known["title_id"].cat.codes.to_numpy()
    account = known["account_id"].cat.codes.to_numpy()
    rows = pd.DataFrame({"launch": launch_of_title[title], "account": evidence.holder[account]})
    rows = rows[(title >= 0) & (account >= 0)]
    return rows[rows["launch"].isin(launches["launch"])].drop_duplicates()


def _copies_from_others(
    trace: Trace, launches: pd.DataFrame, ordered: pd.DataFrame, codes: list[int]
) -> np.ndarray:
    """Expected copies of each coming launch from elsewhere and from other accounts that ordered it, as early as they usually get it."""
    posterior = trace.posterior
    early = np.bincount(posterior.case.holding_account, minlength=len(posterior.rate)) > 0
    usual = posterior.rate * posterior.exposure / np.maximum(posterior.held, 1) * early
    rest = ordered[~ordered["account"].isin(codes)]
    from_accounts = pd.Series(usual[rest["account"].to_numpy()]).groupby(rest["launch"].to_numpy()).sum()
    return posterior.background_rate + launches["launch"].map(from_accounts).fillna(0.0).to_numpy(float)


def _copies_if_source(trace: Trace, code: int) -> float:
    """Expected copies of a launch delivered early to an account, were it a source."""
    posterior = trace.posterior
    probability = posterior.source[code]
    rate = posterior.rate[code] / probability if probability > 0 and posterior.rate[code] > 0 else _USUAL_RATE
    timing = posterior.timing
    in_time = np.interp(TEST_LEAD_DAYS, DELAY_EDGES, np.r_[0, np.cumsum(timing.delay)])
    return float(rate * timing.lead[class_of(np.array([TEST_LEAD_DAYS]), LEAD_EDGES)[0]] * in_time)


def _share_of(trace: Trace, code: int, codes: list[int]) -> float:
    """Probability that of the two this account is the source, given that just one of them is."""
    source = np.clip(trace.posterior.source[codes], 1e-6, 1 - 1e-6)
    weight = source / (1 - source)
    return float(weight[codes.index(code)] / weight.sum())


def _information(share: float, if_source: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """Mutual information, in bits, between who is the source and whether a copy appears.

    Examples
    --------
    >>> _information(0.5, np.array([1.0, 0.3]), np.array([0.0, 0.3])).round(3)
    array([1., 0.])
    """
    copy = share * if_source + (1 - share) * otherwise
    return np.maximum(_bits(copy) - share * _bits(if_source) - (1 - share) * _bits(otherwise), 0.0)


def _bits(p: np.ndarray) -> np.ndarray:
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
