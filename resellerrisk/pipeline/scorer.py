"""One subject at a time, while someone waits: signals, score, contributions and reasons in milliseconds, from a market prepared once.

The values are those of `score` over a market whose tables hold the subject (tests/laws/test_scorer.py). Nothing is written anywhere.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from resellerrisk.decisions import Settings, bands, read_settings, score_1000
from resellerrisk.decisions.random_reviews import draw_review
from resellerrisk.errors import InputError
from resellerrisk.links.extend import Extender, sights_of_form
from resellerrisk.links.holdings import FROM_ORDER
from resellerrisk.matrix import prepare_signals
from resellerrisk.model.explaining import explain
from resellerrisk.model.reading import read_row
from resellerrisk.pipeline.scoring import find_accounts, recommend
from resellerrisk.pipeline.trained import Trained
from resellerrisk.reasons.sentences import names_typical, tell
from resellerrisk.reasons.strongest import choose_columns, signals_of
from resellerrisk.signals.compute import Signals
from resellerrisk.signals.pending import pending_rows, read_form, read_lines
from resellerrisk.signals.plan import stretch_of
from resellerrisk.signals.rows import micros
from resellerrisk.signals.single import NOBODY, Single, type_of_form
from resellerrisk.state import open_state
from resellerrisk.tables import Market, as_utc
from resellerrisk.vocabulary import REASONS_SHOWN

#: Whether an order has lines before their street date, by this signal.
_EARLY = "early_lines_count_this_order"


@dataclass(frozen=True)
class Scored:
    """One score, explained.

    Attributes
    ----------
    account_id, order_id : str
        ``order_id`` is empty where the subject is no order.
    as_of : datetime64[us]
    score : int
        0 to 1000.
    probability, base_value, margin : float
        Calibrated probability; log-odds of nobody in particular, and of this subject.
    band, action : str
    sampled : bool
        Sent to review by the random draw alone, which goes by the ids and the day.
    review_probability : float
    reasons : tuple of (str, str, float)
        Sentence, signal and log-odds, strongest first.
    signals, contributions : dict of str to float
        By column of the model; contributions add up, with ``base_value``, to ``margin``.
    model_version : str
    """

    account_id: str
    order_id: str
    as_of: np.datetime64
    score: int
    probability: float
    band: str
    action: str
    sampled: bool
    review_probability: float
    reasons: tuple[tuple[str, str, float], ...]
    base_value: float
    margin: float
    signals: dict[str, float]
    contributions: dict[str, float]
    model_version: str


class Scorer:
    """A model and a market, loaded once, that score one subject at a time.

    Parameters
    ----------
    trained : Trained
        The model; its subject decides what is scored.
    market : Market or Signals
        Checked tables, prepared here where they are not yet.
    settings : Settings, optional
        Costs and capacity; the packaged ones by default.

    Notes
    -----
    The first subject of a week waits for the Monday's tracing and groups, and the first of a month for its peers; `prepare` does
    that beforehand. A Scorer may be shared by threads; what it keeps is found twice at worst.

    Examples
    --------
    >>> from resellerrisk.tables import read_market
    >>> from resellerrisk.pipeline import train
    >>> market = read_market("data/sample")
    >>> scorer = Scorer(train(market, "account", "2020-03-31"), market)
    >>> one = scorer.account("A00001", "2020-06-30")
    >>> abs(sum(one.contributions.values()) + one.base_value - one.margin) < 1e-9
    True
    """

    def __init__(self, trained: Trained, market: Market | Signals, settings: Settings | None = None) -> None:
        self.trained, self.settings = trained, settings or read_settings(None)
        self.signals = market if isinstance(market, Signals) else prepare_signals(market)
        self._columns = trained.columns
        self._places = signals_of(list(self._columns))
        self._single = Single(self.signals, self._columns, orders=trained.subject == "order")

    @classmethod
    def open(cls, trained: Trained, state: str | os.PathLike, settings: Settings | None = None) -> Scorer:
        """A scorer over a state on disk (`resellerrisk.state`), made ready for its week.

        Raises
        ------
        InputError
            No state, or one that is damaged or of another version of this program.
        """
        signals = open_state(state)
        return cls(trained, signals, settings).prepare(pd.Timestamp(signals.moment, unit="us"))

    def with_settings(self, settings: Settings) -> Scorer:
        """The same scorer under other costs and capacity; what is kept of the market is shared."""
        other = copy(self)
        other.settings = settings
        return other

    def prepare(self, moment) -> Scorer:
        """Do beforehand what the first subject of a day would wait for; gives itself back."""
        at = int(as_utc(moment).to_datetime64().astype("datetime64[us]").astype(np.int64))
        views = self.signals.views
        if views.accounts_count:
            self._score(int(np.argmin(views.applied)), at, "", None, None)
            if self.trained.subject != "account":
                self._finder.meet()
        return self

    def account(self, account_id: str, as_of) -> Scored:
        """An account at a moment.

        Raises
        ------
        InputError
            No such account, or the model scores another subject.
        """
        self._expect("account")
        return self._score(self._find(account_id), _micros(as_of), "", None, None)

    def application(self, form: Mapping, applied_at=None) -> Scored:
        """A form that stands in no table yet, at the moment it is handed in.

        Parameters
        ----------
        form : mapping
            Columns of the contract's accounts table; what is not known may be left out. Identifiers become known later, and are not
            asked for.
        applied_at : str or Timestamp, optional
            UTC; the form's own ``applied_at`` by default.

        Raises
        ------
        InputError
            A cell that the contract does not allow, an account that is in the tables already, or the model scores another subject.
        """
        self._expect("application")
        cells = dict(form) | ({} if applied_at is None else {"applied_at": as_utc(applied_at)})
        rows = read_form(cells)
        account_id = str(rows.account_id[0])
        if account_id in self.signals.market.account_ids:
            raise InputError(
                f"Account {account_id} is in the accounts table already.", hint="give another account_id"
            )
        moment = int(micros(rows.applied_at)[0])
        self.signals.check_moment(moment)
        told = {
            name: cell for name in rows.names if (cell := getattr(rows, name)[0]) is not None and cell == cell
        }
        country = told.get("country")
        around = self._finder.around(NOBODY, moment, sights_of_form(told), country, account_id)
        found = self._single.newcomer(rows, moment, around)
        return self._tell(found, account_id, "", type_of_form(rows), moment)

    def order(self, order_id: str) -> Scored:
        """An order of the tables, at the moment it was placed.

        Raises
        ------
        InputError
            No such order, one whose lines name several accounts or moments, or the model scores another subject.
        """
        self._expect("order")
        rows, code = self.signals.views.orders, self.signals.market.order_ids.get_indexer([order_id])[0]
        found = self._order_places(int(code)) if code >= 0 else np.empty(0, np.int64)
        if not found.size:
            raise InputError(
                f"No such order: {order_id}.", hint="look at the column order_id of the orders table"
            )
        account, at = np.unique(rows.account[found]), np.unique(micros(rows.at)[found])
        if account.size > 1 or at.size > 1:
            raise InputError(
                f"The lines of order {order_id} name several accounts or moments.", hint="use score"
            )
        own = self._own_lines(rows, found)
        return self._score(int(account[0]), int(at[0]), order_id, own, None)

    def pending_order(
        self, account_id: str, lines: Sequence[Mapping], ordered_at, order_id: str = ""
    ) -> Scored:
        """An order that is not in the tables yet, with its account's history before it.

        Parameters
        ----------
        account_id : str
        lines : sequence of mapping
            Columns of the contract's orders table: ``title_id``, ``quantity``, ``unit_price``, ``ship_method``, ``ship_to``,
            ``payment_method``; what is not known may be left out, but for the first two.
        ordered_at : str or Timestamp
            UTC.
        order_id : str

        Raises
        ------
        InputError
            No such account, a moment before it applied, lines that the contract does not allow, or the model scores another
            subject.
        """
        self._expect("order")
        account, moment, signals = self._find(account_id), _micros(ordered_at), self.signals
        if moment < signals.views.applied[account]:
            raise InputError(f"Account {account_id} applied only after {ordered_at}.")
        columns = read_lines(lines, signals.market.title_ids)
        places = [line.get("ship_to") or None for line in lines]
        rows = signals.views.orders
        past = stretch_of(rows, *map(int, np.searchsorted(rows.account, [account, account + 1])))
        own = pending_rows(signals.views, account, moment, columns, places, past)
        used = np.isin(own.ship_to, past.ship_to[: np.searchsorted(micros(past.at), moment)])
        new = [place for place, known in zip(places, used, strict=True) if not known]
        around = self._links_around(account, moment, new) if any(new) else None
        return self._score(account, moment, order_id, own, around)

    @cached_property
    def _finder(self) -> Extender:
        return Extender(self.signals.links, self._last_rows)

    @staticmethod
    def _own_lines(rows, places: np.ndarray):
        return stretch_of(rows, int(places[0]), int(places[-1]) + 1)

    def _links_around(self, account: int, moment: int, places: Sequence[str | None]):
        """The links where the order goes to an address that its account was never seen with, else None."""
        if all(column.declaration.table != "links" for column in self._single.needed):
            return None
        sights = [(kind, place, FROM_ORDER) for place in dict.fromkeys(places) if place for kind in _TO]
        form = self.signals.views.form
        place = int(self.signals.places_in_whole[account])
        country = form.country[account]
        return self._finder.around(place, moment, sights, None if country != country else country, "")

    def _last_rows(self, places: np.ndarray, moment: int) -> np.ndarray:
        """The last row of accounts strictly before a moment: of form, identifiers and orders; -1 where there is none."""
        views = self.signals.views
        out = np.full(len(places), -1, np.int64)
        for n, account in enumerate(places):
            known = [views.applied[account : account + 1]]
            for rows in (views.orders, views.identifiers):
                low, high = np.searchsorted(rows.account, [account, account + 1])
                known.append(micros(rows.at)[low:high])
            before = [at[np.searchsorted(at, moment) - 1] for at in known if np.searchsorted(at, moment)]
            out[n] = max(before, default=-1)
        return out

    def _score(self, account: int, moment: int, order_id: str, own, around) -> Scored:
        self.signals.check_moment(moment)
        found = self._single.values(account, moment, own, around)
        account_id = str(self.signals.market.account_ids[account])
        return self._tell(found, account_id, order_id, self._single.type_of(account), moment)

    def _tell(
        self, found: dict[str, float], account_id: str, order_id: str, kind: int, moment: int
    ) -> Scored:
        """The answer from the columns that were found; ``kind`` is the account's business type."""
        values = np.array([[found[column.name] for column in self._columns]])
        explained = explain(self.trained.model.trees_, read_row(self.trained.model, values))
        probability, parts = explained.probability, explained.parts[0]
        early = np.array([found[_EARLY] > 0]) if _EARLY in found else None
        names = [column.name for column in self._columns]
        as_of = np.datetime64(moment, "us")
        action = str(recommend(probability, self.trained, self.settings, early)[0])
        keys = (account_id, order_id) if self.trained.subject == "order" else (account_id,)
        action, sampled, looked_at = draw_review(action, self.trained.subject, keys, as_of, self.settings)
        return Scored(
            account_id=account_id,
            order_id=order_id,
            as_of=as_of,
            score=int(score_1000(probability)[0]),
            probability=float(probability[0]),
            band=str(bands(probability, self.trained.subject, self.settings)[0]),
            action=action,
            sampled=sampled,
            review_probability=looked_at,
            reasons=self._reasons(found, parts[:-1], kind, moment),
            base_value=float(parts[-1]),
            margin=float(explained.margin[0]),
            signals={name: found[name] for name in names},
            contributions=dict(zip(names, parts[:-1].tolist(), strict=True)),
            model_version=self.trained.version,
        )

    def _reasons(self, found, contributions: np.ndarray, kind: int, moment: int):
        chosen = choose_columns(contributions[None, :], self._places, REASONS_SHOWN)[0]
        told = []
        for place in chosen[chosen >= 0]:
            column, weight = self._columns[place], float(contributions[place])
            low = high = np.nan
            if names_typical(column):
                low, high = self._single.typical(column, found, kind, moment)
            told.append((tell(column, found[column.name], low, high, weight), column.name, weight))
        return tuple(told)

    def _find(self, account_id: str) -> int:
        ids = self.signals.market.account_ids
        if account_id not in ids:
            find_accounts(self.signals.market, [account_id])
        return int(ids.get_loc(account_id))

    def _order_places(self, code: int) -> np.ndarray:
        return np.flatnonzero(self.signals.views.orders.order == code)

    def _expect(self, subject: str) -> None:
        if self.trained.subject != subject:
            raise InputError(
                f"Model {self.trained.version} scores the subject {self.trained.subject}, not {subject}.",
                hint=f"load a model of the subject {subject}",
            )


#: As what the address that an order goes to is known of its account.
_TO = ("address", "ship_to")


def _micros(moment) -> int:
    return int(as_utc(moment).to_datetime64().astype("datetime64[us]").astype(np.int64))
