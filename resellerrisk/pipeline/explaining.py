"""Explain: a subject at its moment -> its case, with everything that was known of it then and nothing later.

What cases share (traces, what is typical, decided accounts to compare with) is made once and kept by an `Explainer`; a case then
costs what its own account's rows cost. How a case looks is not decided here.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
import pandas as pd

from resellerrisk.decisions import Settings, bands, read_settings, score_1000
from resellerrisk.errors import InputError
from resellerrisk.matrix import Matrix, build_matrix, newest_outcomes, prepare_signals
from resellerrisk.pipeline.alike import DecidedBook
from resellerrisk.pipeline.scoring import (
    Scores,
    find_accounts,
    score_matrix,
    typical_of,
)
from resellerrisk.pipeline.trained import Trained
from resellerrisk.reasons import (
    Case,
    Link,
    Past,
    Reason,
    Trace,
    case_orders,
    find_reasons,
    group_by_family,
    make_steps,
)
from resellerrisk.signals.alone import Alone
from resellerrisk.signals.compute import Signals, Snapshots
from resellerrisk.signals.evidence import find_evidence
from resellerrisk.tables import Market, as_utc
from resellerrisk.tables.moments import monday_of
from resellerrisk.tables.schemas import TABLES
from resellerrisk.translations import LANGUAGES, Language, read_language

#: What a case shows of the account's own form.
FORM = (
    "legal_name",
    "trading_name",
    "business_type",
    "country",
    "city",
    "address_kind",
    "website",
    "website_registered_on",
    "applied_at",
    "founded_on",
    "store_count",
    "declared_monthly_units",
    "street_date_agreement",
)
HISTORY_MONTHS = 12
_LINKS_SHOWN = 60
_LEAST_TRACE = 0.05


def explain(
    market: Market,
    trained: Trained,
    account_id: str,
    *,
    as_of=None,
    order_id: str = "",
    settings: Settings | None = None,
    signals: Signals | None = None,
    language: str = LANGUAGES[0],
) -> Case:
    """The case of one account as of a moment. For many cases make one `Explainer`.

    Parameters
    ----------
    market : Market
        Checked tables.
    trained : Trained
        The model; its subject decides what is explained.
    account_id : str
        The account.
    as_of : str or Timestamp
        The moment T, UTC. Of an application or an order it is the moment of applying or ordering, and need not be said.
    order_id : str
        The order, for a model of orders.
    settings : Settings, optional
        Costs and capacity; the packaged ones by default.
    signals : Signals, optional
        The market's signals, where they are already prepared.
    language : str
        Of the sentences: one of `resellerrisk.translations.LANGUAGES`.

    Returns
    -------
    Case
        `resellerrisk.write_case` makes a page and its JSON twin of it.

    Raises
    ------
    InputError
        Where there is no such account, order or language, or the account had not applied before the moment.
    """
    explainer = Explainer(market, trained, settings=settings, signals=signals)
    return explainer.explain(account_id, as_of=as_of, order_id=order_id, language=language)


class Explainer:
    """Explains subject after subject of one market by one model.

    Parameters
    ----------
    market : Market
    trained : Trained
    settings : Settings, optional
        Costs and capacity; the packaged ones by default.
    signals : Signals, optional
        The market's signals, where they are already prepared.

    Notes
    -----
    The first case of a moment pays for what all cases of that moment share: the trace of its Monday, what is typical that
    month, the months before for the history, the decided accounts. `prepare` pays it beforehand.
    """

    def __init__(
        self,
        market: Market,
        trained: Trained,
        *,
        settings: Settings | None = None,
        signals: Signals | None = None,
    ) -> None:
        self.market, self.trained = market, trained
        self.settings = settings or read_settings(None)
        self.signals = signals or prepare_signals(market)
        self._columns = {column.name: column for column in trained.columns}
        self._known_rows: dict[pd.Timestamp, dict[str, int]] = {}

    def prepare(self, as_of) -> None:
        """Make what the cases of a moment share, by explaining the account with the fewest order lines."""
        applied = self.signals.views.applied < _micros(as_utc(as_of))
        if applied.any() and self.trained.subject == "account":
            lines = np.bincount(self.signals.views.orders.account, minlength=applied.size)
            code = int(np.where(applied, lines, lines.max() + 1).argmin())
            self.explain(self.market.account_ids[code], as_of=as_of)

    def explain(
        self,
        account_id: str,
        *,
        as_of=None,
        order_id: str = "",
        language: str = LANGUAGES[0],
        history_months: int = HISTORY_MONTHS,
        similar: bool = True,
    ) -> Case:
        """The case of one subject; see `explain` for what is common.

        Parameters
        ----------
        history_months : int
            How far back the score's history goes, for accounts; 0 for none.
        similar : bool
            Whether the most similar decided accounts are looked for.

        Returns
        -------
        Case
        """
        spoken = read_language(language)
        code = int(find_accounts(self.market, [account_id])[0])
        moment, order = self._find_moment(code, account_id, as_of, order_id)
        traced_at = self._trace(moment)
        alone = Alone(self.signals, code)
        snapshot = Snapshots(np.array([code]), np.array([_micros(moment)]), np.array([order]))
        matrix = build_matrix(alone, snapshot, self.trained.columns)
        scored = score_matrix(alone, matrix, self.trained, self.settings)
        reasons, parts = self._tell(alone, matrix, scored, spoken)
        row = scored.scores.iloc[0]
        case = Case(
            account_id=account_id,
            as_of=moment,
            subject=self.trained.subject,
            order_id=order_id if order >= 0 else "",
            language=spoken.tag,
            score=int(row["score"]),
            probability=float(row["probability"]),
            band=row["band"],
            action=row["action"],
            base_value=float(row["base_value"]),
            reasons=reasons,
            evidence=self._show_evidence(alone, snapshot, reasons),
            orders=case_orders(self.market, account_id, moment, views=self.signals.views),
            links=self._links(account_id, moment),
            traced_at=traced_at,
            traces=self._traces(account_id, traced_at),
            form=self._form(code),
            model_version=self.trained.version,
            data_fingerprint=self.market.fingerprint,
            training={**self.trained.facts, **self.trained.model.training_},
            known_rows=self._count_known(moment),
            **parts,
        )
        return replace(
            case,
            history=self._history(alone, code, case, history_months),
            similar=self._decided.most_alike(code, moment, scored, spoken) if similar else (),
        )

    def _find_moment(self, code: int, account_id: str, as_of, order_id: str) -> tuple[pd.Timestamp, int]:
        """The subject's moment and, of an order, its code (else -1)."""
        subject, applied = self.trained.subject, self.signals.views.applied[code]
        if subject == "order":
            return self._find_order(code, account_id, order_id)
        if subject == "application":
            return pd.Timestamp(applied, unit="us"), -1
        if as_of is None:
            raise InputError("It is not said as of when to explain.", hint="--as-of 2020-06-30")
        moment = as_utc(as_of)
        if applied >= _micros(moment):
            told = pd.Timestamp(applied, unit="us")
            raise InputError(
                f"Account {account_id} was not known before {moment}.",
                f"It applied at {told}.",
                hint=f"--as-of {(told + pd.Timedelta(days=1)).date()}",
            )
        return moment, -1

    def _find_order(self, code: int, account_id: str, order_id: str) -> tuple[pd.Timestamp, int]:
        orders = self.market.orders
        chosen = (orders["account_id"].cat.codes == code) & (orders["order_id"] == order_id)
        if not chosen.any():
            raise InputError(
                f"Account {account_id} has no order {order_id!r}.", hint="look for its id in the orders table"
            )
        row = orders[chosen.to_numpy()].iloc[0]
        return row["ordered_at"], int(self.market.order_ids.get_loc(order_id))

    def _trace(self, moment: pd.Timestamp) -> pd.Timestamp | None:
        """Trace the leaks as of the moment's Monday, whose figures the score uses; None without leaks."""
        if "leaks" not in self.market.present:
            return None
        monday = int(monday_of(np.array([_micros(moment)]))[0])
        self.signals.whole.trace_at(monday)
        return pd.Timestamp(monday, unit="us")

    def _tell(
        self, alone: Alone, matrix: Matrix, scored: Scores, language: Language
    ) -> tuple[tuple[Reason, ...], dict]:
        """The reasons, and the waterfall's steps and families by the names of a case."""
        names = list(self._columns)
        values, added = scored.signals[names].iloc[0], scored.contributions[names].iloc[0]
        typical = typical_of(alone, matrix.snapshots)
        reasons = find_reasons(values, added, typical, self._columns, language=language)
        steps = make_steps(values, added, self._columns, language=language)
        return reasons, {"steps": steps, "families": group_by_family(added, self._columns)}

    def _show_evidence(self, alone: Alone, snapshot: Snapshots, reasons: tuple[Reason, ...]) -> dict:
        told = [finding.signal for reason in reasons for finding in reason.findings]
        return find_evidence(alone, snapshot, [self._columns[name] for name in told])

    def _history(self, alone: Alone, code: int, case: Case, months: int) -> tuple[Past, ...]:
        """The score on the first of each month before the case's moment, by the same model, and at the moment itself."""
        if case.subject != "account" or not months:
            return ()
        last = case.as_of.to_datetime64().astype("datetime64[M]")
        at = np.arange(last - months + 1, last + 1).astype("datetime64[us]").view(np.int64)
        at = at[(at > self.signals.views.applied[code]) & (at < _micros(case.as_of))]
        now = Past(case.as_of, case.score, case.probability, case.band)
        if not at.size:
            return (now,)
        matrix = build_matrix(alone, Snapshots(np.full(at.size, code), at), self.trained.columns)
        probability = self.trained.model.predict_proba(matrix.values)[:, 1]
        told = zip(
            pd.to_datetime(at, unit="us"),
            score_1000(probability),
            probability,
            bands(probability, "account", self.settings),
            strict=True,
        )
        return (*(Past(moment, int(score), float(p), str(band)) for moment, score, p, band in told), now)

    @cached_property
    def _decided(self) -> DecidedBook:
        return DecidedBook(self.signals, self.trained, self.settings)

    def _links(self, account_id: str, moment: pd.Timestamp) -> tuple[Link, ...]:
        found = self.signals.links.between(account_id, moment).head(_LINKS_SHOWN)
        outcome = newest_outcomes(self.market, moment)["outcome"]
        codes = self.market.account_ids.get_indexer(found["account_id"])
        decided = outcome.reindex(codes).to_numpy(object)
        return tuple(
            Link(
                row.account_id,
                row.kind,
                row.since,
                told if isinstance(told, str) else None,
                float(row.strength),
                int(row.holders),
                bool(row.near),
            )
            for row, told in zip(found.itertuples(), decided, strict=True)
        )

    def _traces(self, account_id: str, monday: pd.Timestamp | None) -> tuple[Trace, ...]:
        if monday is None:
            return ()
        sources = self.signals.whole.trace_at(_micros(monday)).sources
        mine = sources[
            (sources["account_id"] == account_id).to_numpy()
            & (sources["probability"] >= _LEAST_TRACE).to_numpy()
        ]
        leaks = self._leaks.loc[mine["leak_id"]]
        return tuple(
            Trace(
                row.release_name, str(self._titles.get(row.title_id, "")), row.leaked_at, float(probability)
            )
            for row, probability in zip(leaks.itertuples(), mine["probability"], strict=True)
        )

    @cached_property
    def _leaks(self) -> pd.DataFrame:
        return self.market.leaks.set_index(self.market.leaks["leak_id"].astype(str))

    @cached_property
    def _titles(self) -> pd.Series:
        return self.market.titles.set_index("title_id")["name"]

    def _form(self, code: int) -> dict[str, object]:
        accounts = self.market.accounts
        row = accounts.iloc[int(np.flatnonzero(accounts["account_id"].cat.codes == code)[0])]
        return {name: row[name] for name in FORM}

    def _count_known(self, moment: pd.Timestamp) -> dict[str, int]:
        """Rows of each table that were known strictly before a moment."""
        if moment not in self._known_rows:
            counts = {}
            for name, frame in self.market.tables().items():
                if name in self.market.present:
                    known_at = TABLES[name].known_at
                    counts[name] = int((frame[known_at] < moment).sum()) if known_at else len(frame)
            self._known_rows[moment] = counts
        return self._known_rows[moment]


def _micros(moment: pd.Timestamp) -> int:
    return int(np.datetime64(moment, "us").view(np.int64))
