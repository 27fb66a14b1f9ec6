"""A trace as the tables a desk is handed: holders, leaks, ranked ways, titles that would tell two suspects apart.

Every leak known by then stands in the list of leaks, with the reason where it was not traced. Nothing is estimated here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.leaks.distinguish import recommend_tests
from resellerrisk.tables import write_frame

if TYPE_CHECKING:
    from resellerrisk.leaks.tracing import Trace
    from resellerrisk.tables import Market


@dataclass(frozen=True)
class TraceTables:
    """What `list_trace` gives, each a table of its own.

    Attributes
    ----------
    accounts : DataFrame
        `Trace.accounts`, one row a holder: `account_id` (of a group its first), `members` (how many accounts), then the figures.
    leaks : DataFrame
        One row a leak known by then, the newest last: `leak_id`, `known_at`, `release_name`, `title_id` (missing if unmatched), `state`
        (`traced`, `ambiguous`, `no such title` or `not before street date`), `could_be` (ids among which an ambiguous one stays, with
        blanks between), `none_probability` (0-1, missing if not traced).
    sources : DataFrame
        `Trace.sources` of the leaks that were traced: the ranked ways, "none of ours" among them with no `account_id`.
    members : DataFrame
        `holder`, `account_id`: the accounts that were taken as one; one row an account.
    tests : DataFrame or None
        What `recommend_tests` says of the two suspects, where two were named.
    """

    accounts: pd.DataFrame
    leaks: pd.DataFrame
    sources: pd.DataFrame
    members: pd.DataFrame
    tests: pd.DataFrame | None = None

    def write(self, folder: str | Path, format: str = "parquet") -> list[Path]:
        """Write each table to a folder; each appears whole or not at all."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for name, frame in vars(self).items():
            if frame is not None:
                written.append(folder / f"{name}.{format}")
                write_frame(frame, written[-1])
        return written


def list_trace(
    trace: Trace,
    market: Market,
    *,
    accounts: Sequence[str] | None = None,
    suspects: tuple[str, str] | None = None,
) -> TraceTables:
    """The tables of a trace, whole or for some accounts.

    Parameters
    ----------
    trace : Trace
    market : Market
        The market that was traced.
    accounts : sequence of str, optional
        Only these (of a group: the whole group), and the leaks they may be the source of; for every such leak all its ways stay.
    suspects : two account ids, optional
        Adds the coming titles that would tell them apart.

    Returns
    -------
    TraceTables

    Raises
    ------
    InputError
        An account that is not in the market, or had not applied by the trace's moment.
    """
    members = _members(trace)
    holders = _holders(trace, members)
    leaks = _leaks(trace, market)
    sources = trace.sources[trace.sources["probability"].notna()].reset_index(drop=True)
    sources["account_id"] = sources["account_id"].map(_lent_ids(trace, members))
    tests = None
    if suspects is not None:
        holder_of(members, suspects, trace)
        tests = recommend_tests(trace, market, *suspects)
    if accounts is not None:
        chosen = set(holder_of(members, accounts, trace))
        holders = holders[holders["account_id"].isin(chosen)].reset_index(drop=True)
        members = members[members["holder"].isin(chosen)].reset_index(drop=True)
        theirs = set(sources.loc[sources["account_id"].isin(chosen), "leak_id"])
        sources = sources[sources["leak_id"].isin(theirs)].reset_index(drop=True)
        leaks = leaks[leaks["leak_id"].isin(theirs)].reset_index(drop=True)
    return TraceTables(holders, leaks, sources, members, tests)


def holder_of(members: pd.DataFrame, accounts: Sequence[str], trace: Trace) -> list[str]:
    """Under whose id the figures of each account stand.

    Raises
    ------
    InputError
        Naming every account that is not there.
    """
    known = members.set_index("account_id")["holder"]
    absent = [account for account in accounts if account not in known.index]
    if absent:
        raise InputError(
            f"No such account before {trace.as_of}: {', '.join(absent[:5])}.",
            f"{len(known):,} accounts had applied by then.",
            hint="look at account_id and applied_at of the accounts table",
        )
    return known[list(accounts)].tolist()


def _members(trace: Trace) -> pd.DataFrame:
    evidence = trace.evidence
    ids = evidence.account_ids.astype(str).to_numpy(object)
    known = evidence.applied_at < trace.posterior.case.moment
    frame = pd.DataFrame({"holder": evidence.holder[known], "account_id": ids[known]})
    # The first member that is known by then lends its id, for the holder's own may have applied later.
    frame["holder"] = frame.groupby("holder")["account_id"].transform("first")
    return frame


def _lent_ids(trace: Trace, members: pd.DataFrame) -> dict[str, str]:
    """From the id under which the trace lists a holder to the one it is listed under here."""
    ids = trace.evidence.account_ids.astype(str).to_numpy(object)
    theirs = pd.Series(ids[trace.evidence.holder], index=ids)[members["account_id"]]
    return dict(zip(theirs, members["holder"], strict=True))


def _holders(trace: Trace, members: pd.DataFrame) -> pd.DataFrame:
    counts = members["holder"].value_counts()
    holders = trace.accounts[trace.accounts["account_id"].isin(counts.index)].reset_index(drop=True)
    holders.insert(1, "members", counts[holders["account_id"]].to_numpy())
    return holders


def _leaks(trace: Trace, market: Market) -> pd.DataFrame:
    evidence, case = trace.evidence, trace.posterior.case
    known = np.flatnonzero(evidence.leak_known < case.moment)
    found = evidence.matches.iloc[known]
    traced = case.copy_of_leak[known] >= 0
    why = found["unmatched"].to_numpy(object)
    leak_id = evidence.leak_id[known]
    names = market.leaks.assign(leak_id=market.leaks["leak_id"].astype(str)).set_index("leak_id")
    none = trace.sources[trace.sources["standing"] == "none"].set_index("leak_id")["probability"]
    return pd.DataFrame(
        {
            "leak_id": leak_id,
            "known_at": evidence.leak_known[known].astype("datetime64[us]"),
            "release_name": names["release_name"].reindex(leak_id).to_numpy(object),
            "title_id": [ids[0] if len(ids) else None for ids in found["title_ids"]],
            "state": np.where(traced, "traced", np.where(why == "", "not before street date", why)),
            "could_be": [" ".join(ids) for ids in found["could_be"]],
            "none_probability": none.reindex(leak_id).to_numpy(float),
        }
    )
