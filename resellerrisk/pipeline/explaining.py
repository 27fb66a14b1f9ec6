"""Explain: one account at a moment -> its case, with everything that was known of it then and nothing later."""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.decisions import Settings
from resellerrisk.errors import InputError
from resellerrisk.matrix import newest_outcomes, prepare_signals
from resellerrisk.pipeline.scoring import Scores, find_accounts, score, typical_of
from resellerrisk.pipeline.training import Trained
from resellerrisk.reasons import Case, Link, Trace, case_orders, find_reasons, group_by_family, make_steps
from resellerrisk.signals.compute import Signals, Snapshots
from resellerrisk.tables import Market, as_utc

#: What the page shows of the account's own form.
_FORM = {
    "legal_name": "Legal name",
    "trading_name": "Trading name",
    "business_type": "Trades as",
    "country": "Country",
    "city": "City",
    "address_kind": "Kind of address",
    "applied_at": "Applied",
    "founded_on": "Founded",
    "store_count": "Stores claimed",
    "declared_monthly_units": "Units a month declared",
}
_LINKS_SHOWN = 30
_LEAST_TRACE = 0.05


def explain(
    market: Market,
    trained: Trained,
    account_id: str,
    *,
    as_of,
    settings: Settings | None = None,
    signals: Signals | None = None,
) -> Case:
    """The case of one account as of a moment.

    Parameters
    ----------
    market : Market
        Checked tables.
    trained : Trained
        A model of the account subject.
    account_id : str
        The account.
    as_of : str or Timestamp
        The moment T, UTC.
    settings : Settings, optional
        Costs and capacity; the packaged ones by default.
    signals : Signals, optional
        The market's signals, where they are already prepared.

    Returns
    -------
    Case
        `resellerrisk.reasons.write_case` makes a page of it.

    Raises
    ------
    InputError
        Where there is no such account, or it had not applied before the moment.
    """
    moment = as_utc(as_of)
    signals = signals or prepare_signals(market)
    code = int(find_accounts(market, [account_id])[0])
    scored = score(market, trained, as_of=moment, accounts=[account_id], settings=settings, signals=signals)
    check_known(market, account_id, scored, moment)
    columns = {column.name: column for column in trained.columns}
    row = scored.scores.iloc[0]
    values, added = scored.signals[list(columns)].iloc[0], scored.contributions[list(columns)].iloc[0]
    at = np.array([moment], "datetime64[us]").view(np.int64)
    typical = typical_of(signals, Snapshots(np.array([code]), at))
    return Case(
        account_id=account_id,
        as_of=moment,
        score=int(row["score"]),
        probability=float(row["probability"]),
        band=row["band"],
        action=row["action"],
        base_value=float(row["base_value"]),
        reasons=find_reasons(values, added, typical, columns),
        steps=make_steps(values, added, columns),
        families=group_by_family(added, columns),
        orders=case_orders(market, account_id, moment),
        links=_links(signals, account_id, moment),
        traces=_traces(market, account_id, moment),
        form=_form(market, account_id),
        model_version=trained.version,
        data_fingerprint=market.fingerprint,
        training={**trained.facts, **trained.model.training_},
        known_rows={
            name: len(frame)
            for name, frame in market.before(moment).tables().items()
            if name in market.present
        },
    )


def check_known(market: Market, account_id: str, scored: Scores, moment: pd.Timestamp) -> None:
    """Refuse an account that had not applied before the moment."""
    if scored.scores.empty:
        applied = market.accounts.loc[market.accounts["account_id"] == account_id, "applied_at"].iloc[0]
        raise InputError(
            f"Account {account_id} was not known before {moment}.",
            f"It applied at {applied}.",
            hint=f"--as-of {(applied + pd.Timedelta(days=1)).date()}",
        )


def _links(signals: Signals, account_id: str, moment: pd.Timestamp) -> tuple[Link, ...]:
    found = signals.links.between(account_id, moment).head(_LINKS_SHOWN)
    outcome = newest_outcomes(signals.market, moment)["outcome"]
    codes = signals.market.account_ids.get_indexer(found["account_id"])
    decided = outcome.reindex(codes).to_numpy(object)
    return tuple(
        Link(row.account_id, row.kind, row.since, told if isinstance(told, str) else None)
        for row, told in zip(found.itertuples(), decided, strict=True)
    )


def _traces(market: Market, account_id: str, moment: pd.Timestamp) -> tuple[Trace, ...]:
    from resellerrisk.leaks import trace

    if "leaks" not in market.present:
        return ()
    sources = trace(market, moment).sources
    mine = sources[(sources["account_id"] == account_id) & (sources["probability"] >= _LEAST_TRACE)]
    leaks = market.leaks.set_index("leak_id")
    names = market.titles.set_index("title_id")["name"]
    told = leaks.loc[mine["leak_id"]]
    return tuple(
        Trace(row.release_name, str(names.get(row.title_id, "")), row.leaked_at, float(probability))
        for row, probability in zip(told.itertuples(), mine["probability"], strict=True)
    )


def _form(market: Market, account_id: str) -> dict[str, object]:
    row = market.accounts[market.accounts["account_id"] == account_id].iloc[0]
    return {words: row[name] for name, words in _FORM.items()}
