"""Which accounts explain the leaks: tracing as of a moment, as tables for people.

Every account has a probability of being a source of copies, an expected number of them and an interval; every leak a ranked list of
accounts its disc may have come through, and "none of ours". No outcome is used: what is known of accounts otherwise enters elsewhere.
A leak proves nothing about one reseller. The model is in docs/tracing.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.leaks.figures import account_figures
from resellerrisk.leaks.holdings import Evidence, cut_evidence, gather_evidence
from resellerrisk.leaks.inference import Posterior, infer_sources
from resellerrisk.tables.moments import as_utc

if TYPE_CHECKING:
    from resellerrisk.tables import Market

#: Sources of a leak less likely than this are not listed.
LEAST_LISTED = 0.001
#: Copies that must be laid to an account before its signature tells anything.
_LEAST_LAID = 0.5


@dataclass(frozen=True)
class Trace:
    """What tracing says as of a moment.

    Parameters
    ----------
    as_of : Timestamp
    accounts : DataFrame
        One row an account known by then, likeliest sources first: `account_id`; `source_probability` (0-1); `expected_leaks`, `low`,
        `high` (copies, and the 5 % and 95 % points of their number); the other figures of `LEAK_FIGURES`.
    sources : DataFrame
        For each leak known by then, ranked ways it can have come: `leak_id`, `rank` (from 1), `account_id` (missing: none of ours),
        `probability`, `standing`. Standing is `held` (the account had the launch before the copy appeared), `signed` (none of our discs,
        but signed like copies that are laid to this account), `none` (none of ours, and the signature says nothing), or, with a missing probability,
        `no such title`, `ambiguous` or `not before street date`, of which nothing is traced.
    background_rate : float
        Copies from elsewhere per launch.
    prevalence : float
        Share of sources among accounts with deliveries before street date.
    """

    as_of: pd.Timestamp
    accounts: pd.DataFrame = field(repr=False)
    sources: pd.DataFrame = field(repr=False)
    background_rate: float
    prevalence: float
    evidence: Evidence = field(repr=False)
    posterior: Posterior = field(repr=False)

    def figures(self) -> dict[str, np.ndarray]:
        """The figures of `LEAK_FIGURES` of every account of the market, float64[n_accounts] each."""
        return account_figures(self.posterior, self.evidence)


def trace(market: Market, as_of: str | pd.Timestamp, *, groups: np.ndarray | None = None) -> Trace:
    """Trace the leaks known before a moment to the accounts that may be their sources.

    Parameters
    ----------
    market : Market
        Only what was known strictly before the moment counts.
    as_of : str or Timestamp
        With a zone, or in UTC.
    groups : ndarray of int, shape (n_accounts,), optional
        A code per account of `market.account_ids`; accounts of one group are taken as one holder and share its figures.

    Returns
    -------
    Trace
        With no leak at all every account has a probability near the prior, and `sources` is empty.

    Raises
    ------
    InputError
        The moment is no time, or `groups` has another length than the accounts.
    """
    moment = as_utc(as_of)
    if groups is not None and len(groups) != len(market.account_ids):
        raise InputError(
            f"groups has {len(groups)} codes.",
            f"The market has {len(market.account_ids)} accounts.",
            "give one code for each of market.account_ids, in that order",
        )
    evidence = gather_evidence(market, groups)
    case = cut_evidence(evidence, int(moment.to_datetime64().astype("datetime64[us]").astype(np.int64)))
    posterior = infer_sources(case, len(market.account_ids))
    return Trace(
        moment,
        _account_table(posterior, evidence),
        _source_table(posterior, evidence),
        posterior.background_rate,
        posterior.prevalence,
        evidence,
        posterior,
    )


def _account_table(posterior: Posterior, evidence: Evidence) -> pd.DataFrame:
    n = len(posterior.source)
    bounds = np.zeros((2, n))
    if len(posterior.suspect):
        bounds[:, posterior.suspect] = np.quantile(
            posterior.counts, [0.05, 0.95], axis=0, method="inverted_cdf"
        )
    figures = account_figures(posterior, evidence)
    table = pd.DataFrame({"account_id": evidence.account_ids.astype(str), **figures})
    place = list(table).index("expected_leaks") + 1
    for name, bound in zip(("high", "low"), bounds[::-1], strict=True):
        table.insert(place, name, bound[evidence.holder])
    table = table[evidence.applied_at < posterior.case.moment]
    return table.sort_values(["source_probability", "account_id"], ascending=[False, True], ignore_index=True)


def _source_table(posterior: Posterior, evidence: Evidence) -> pd.DataFrame:
    ways = _ways_of_copies(posterior)
    case = posterior.case
    known = np.flatnonzero(evidence.leak_known < case.moment)
    copy = case.copy_of_leak[known]
    traced = pd.DataFrame({"leak": known, "copy": copy})[copy >= 0].merge(ways, on="copy")
    untraced = known[copy < 0]
    why = evidence.matches["unmatched"].to_numpy(object)[untraced]
    rest = pd.DataFrame(
        {"leak": untraced, "account": -1, "standing": np.where(why == "", "not before street date", why)}
    )
    rows = pd.concat([traced, rest.assign(probability=np.nan)], ignore_index=True)
    rows = rows.sort_values(
        ["leak", "probability", "account"], ascending=[True, False, True], ignore_index=True
    )
    ids = np.append(evidence.account_ids.astype(str).to_numpy(object), None)
    return pd.DataFrame(
        {
            "leak_id": evidence.leak_id[rows["leak"].to_numpy()],
            "rank": rows.groupby("leak").cumcount().to_numpy() + 1,
            "account_id": ids[rows["account"].to_numpy()],
            "probability": rows["probability"].to_numpy(),
            "standing": rows["standing"].to_numpy(object),
        }
    )


def _ways_of_copies(posterior: Posterior) -> pd.DataFrame:
    """Every way a copy can have come, with its probability: copy, account (-1: none of ours), probability, standing."""
    case = posterior.case
    listed = posterior.pair >= LEAST_LISTED
    held = pd.DataFrame(
        {
            "copy": case.pair_copy[listed],
            "account": case.holding_account[case.pair_holding[listed]],
            "probability": posterior.pair[listed],
            "standing": "held",
        }
    )
    signed = _signed_ways(posterior)
    left = posterior.none - np.bincount(signed["copy"], signed["probability"], len(posterior.none))
    none = pd.DataFrame(
        {"copy": np.arange(len(left)), "account": -1, "probability": left, "standing": "none"}
    )
    return pd.concat([held, signed, none], ignore_index=True)


def _signed_ways(posterior: Posterior) -> pd.DataFrame:
    """Of what came from elsewhere, the part signed like copies that are laid to an account, though it is not known to have held this.

    It goes to such accounts by the copies with the tag that are laid to each; one copy more is kept for accounts unknown.
    """
    case = posterior.case
    account, tag = case.holding_account[case.pair_holding], case.copy_tag[case.pair_copy]
    laid = pd.DataFrame({"account": account, "tag": tag, "copy": case.pair_copy, "laid": posterior.pair})
    totals = laid[laid["tag"] >= 0].groupby(["tag", "account"], as_index=False)["laid"].sum()
    totals = totals[totals["laid"] >= _LEAST_LAID]
    totals["share"] = totals["laid"] / (totals.groupby("tag")["laid"].transform("sum") + 1)
    copies = pd.DataFrame(
        {"copy": np.arange(len(case.copy_tag)), "tag": case.copy_tag, "none": posterior.none}
    )
    held = laid[["copy", "account"]].assign(held=True)
    ways = copies.merge(totals, on="tag").merge(held, how="left", on=["copy", "account"])
    ways["probability"] = ways["none"] * ways["share"]
    ways = ways[ways["held"].isna() & (ways["probability"] >= LEAST_LISTED)]
    return ways[["copy", "account", "probability"]].assign(standing="signed")
