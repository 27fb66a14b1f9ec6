"""The market behind the desk: tables and models in memory, the case of any score, and applications scored while one waits.

Read only: nothing here is written anywhere, and no decision is looked at. Without a market the desk shows what came with the scores.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping

import pandas as pd
from markupsafe import Markup

from resellerrisk.decisions import Settings
from resellerrisk.desk import records
from resellerrisk.errors import InputError, ModelError
from resellerrisk.matrix import prepare_signals
from resellerrisk.pipeline import Arrivals, Explainer, Scorer, Scores, Trained, score, to_scores
from resellerrisk.reasons import Case, show_parts
from resellerrisk.tables import TABLES, Market, as_utc
from resellerrisk.translations import LANGUAGES

#: Explained cases that are kept; one of 10,000 order lines takes some 3 MB.
KEPT = 300


class Portfolio:
    """A market with the models that serve.

    Parameters
    ----------
    market : Market
        Checked tables.
    models : mapping of str to Trained
        The champions by subject.
    find_model : function, optional
        Gives an earlier model by subject and version, for scores that it made; raises `ModelError`.

    Attributes
    ----------
    as_of : Timestamp
        The first midnight after the newest row known: the moment that a new application is looked at.
    """

    def __init__(
        self,
        market: Market,
        models: Mapping[str, Trained],
        find_model: Callable[[str, str], Trained] | None = None,
    ) -> None:
        self.market, self.models = market, dict(models)
        self.signals = prepare_signals(market)
        self.as_of = newest_moment(market)
        self._find_model = find_model
        self._lock = threading.RLock()
        self._explainers: dict[tuple[str, str], Explainer] = {}
        self._kept: OrderedDict[tuple, tuple[Case, dict[str, Markup]]] = OrderedDict()
        trained = self.models.get("application")
        self._scorer = Scorer(trained, self.signals) if trained else None
        self._arrivals = Arrivals(self.signals, trained) if trained else None

    @property
    def can_score(self) -> bool:
        """Whether a model of applications serves."""
        return self._scorer is not None

    def prepare(self) -> None:
        """Do beforehand what the first case and the first application would wait for."""
        with self._lock:
            if self._scorer and self._arrivals:
                self._scorer.prepare(self.as_of)
                self._arrivals.prepare(self.as_of)
            if "account" in self.models:
                self._explainer("account", self.models["account"].version).prepare(self.as_of)

    def explain(
        self,
        case: records.Case,
        score: records.Score,
        form: dict | None = None,
        language: str = LANGUAGES[0],
    ) -> tuple[Case, dict[str, Markup]] | None:
        """The explained case of a score and the parts of its page; None where it cannot be made from what is here.

        Parameters
        ----------
        case, score
            As the store has them.
        form : dict, optional
            An application that was typed in and is not in the tables.
        language : str
            In which its reasons are told.
        """
        key = (case.subject, case.account_id, case.order_id or "", score.as_of, score.model_version, language)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            found = self._explain(case, score, form, language)
            if found is None:
                return None
            self._kept[key] = found, show_parts(found)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]

    def _explain(
        self, case: records.Case, score: records.Score, form: dict | None, language: str
    ) -> Case | None:
        try:
            explainer = self._explainer(case.subject, score.model_version)
        except ModelError:
            return None
        if case.account_id not in self.market.account_ids:
            if form is None or self._arrivals is None:
                return None
            known = {name: value for name, value in form.items() if name != "entered_by"}
            signals = self._arrivals.add(to_accounts(known, case.account_id, score.as_of))
            alone = Explainer(signals.market, explainer.trained, settings=explainer.settings, signals=signals)
            return alone.explain(case.account_id, similar=False, language=language)
        try:
            return explainer.explain(
                case.account_id, as_of=score.as_of, order_id=case.order_id or "", language=language
            )
        except InputError:
            return None

    def _explainer(self, subject: str, version: str) -> Explainer:
        key = (subject, version)
        if key not in self._explainers:
            trained = self.models.get(subject)
            if trained is None or trained.version != version:
                if self._find_model is None:
                    raise ModelError(f"The model {version} is not here.")
                trained = self._find_model(subject, version)
            self._explainers[key] = Explainer(self.market, trained, signals=self.signals)
        return self._explainers[key]

    def lines(self, account_id: str, order_id: str) -> pd.DataFrame:
        """The lines of an order: line, title, format, quantity, street date as known when ordering; by line."""
        orders = self.market.orders
        code = self.market.account_ids.get_indexer([account_id])[0]
        mine = (orders["order_id"] == order_id) & (orders["account_id"].cat.codes == code)
        lines = orders[mine.to_numpy()].sort_values("line")
        titles = self.market.titles.set_index("title_id")
        dates = self.market.street_dates
        dates = dates[dates["title_id"].isin(lines["title_id"])].sort_values("known_at")
        told = []
        for row in lines.itertuples():
            known = dates[(dates["title_id"] == row.title_id) & (dates["known_at"] < row.ordered_at)]
            told.append(
                {
                    "line": int(row.line),
                    "title": titles["name"].get(row.title_id, row.title_id),
                    "format": titles["format"].get(row.title_id, ""),
                    "quantity": int(row.quantity),
                    "ordered_at": row.ordered_at,
                    "street_date": known["street_date"].iloc[-1] if len(known) else pd.NaT,
                }
            )
        return pd.DataFrame(
            told, columns=["line", "title", "format", "quantity", "ordered_at", "street_date"]
        )

    def score_forms(self, forms: Mapping[str, dict], settings: Settings | None = None) -> Scores:
        """Score applications that are not in the tables, as of `as_of` or the moment each was handed in.

        Each is looked at by itself, with the market around it: those handed in together do not know of each other.

        Parameters
        ----------
        forms : mapping of str to dict
            By account id: columns of the contract's accounts table.

        Raises
        ------
        InputError
            No model of applications serves, or a form does not keep the contract.
        """
        if self._scorer is None:
            raise InputError(
                "No model of applications serves.", hint="resellerrisk train DATA --subject application"
            )
        with self._lock:
            scorer = self._scorer.with_settings(settings) if settings else self._scorer
            return to_scores(
                [scorer.application(to_form(form, name, self.as_of)) for name, form in forms.items()]
            )

    def score_all(self, subject: str, days: int, settings: Settings | None = None) -> Scores:
        """The scores of a subject as of `as_of`: all accounts, or the applications and orders of some days before."""
        told = (
            {"as_of": self.as_of}
            if subject == "account"
            else {
                "since": self.as_of - pd.Timedelta(days=days),
                "until": self.as_of,
            }
        )
        with self._lock:
            return score(self.market, self.models[subject], settings=settings, signals=self.signals, **told)


def to_accounts(form: Mapping[str, object], account_id: str, moment) -> pd.DataFrame:
    """A form as one row of the contract's accounts table.

    >>> row = to_accounts({"legal_name": "Discs Ltd", "city": ""}, "APP-1", "2020-01-01").iloc[0]
    >>> row["account_id"], row["legal_name"], row["city"] is None
    ('APP-1', 'Discs Ltd', True)
    """
    row = dict.fromkeys(column.name for column in TABLES["accounts"].columns)
    row |= to_form(form, account_id, moment)
    return pd.DataFrame({name: pd.Series([value], dtype=object) for name, value in row.items()})


def to_form(form: Mapping[str, object], account_id: str, moment) -> dict[str, object]:
    """The cells of a form that are filled in, with its account's id and, where it has none of its own, a moment.

    >>> to_form({"legal_name": "Discs Ltd", "city": ""}, "APP-1", "2020-01-01")["legal_name"]
    'Discs Ltd'
    """
    given = {name: value for name, value in form.items() if value not in (None, "")}
    return {"applied_at": as_utc(moment)} | given | {"account_id": account_id}


def newest_moment(market: Market) -> pd.Timestamp:
    """The first midnight after the newest row known of applications, orders and shipments."""
    newest = [market.accounts["applied_at"].max(), market.orders["ordered_at"].max()]
    if "shipments" in market.present:
        newest.append(market.shipments["shipped_at"].max())
    return max(moment for moment in newest if not pd.isna(moment)).normalize() + pd.Timedelta(days=1)
