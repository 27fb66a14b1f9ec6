"""Signals of some accounts, or of all, from a state and the rows that came since: what the tables would say, without their history.

A state of a Monday never changes; what came since are rows as the tables have them. Their columns are made by the code that makes them
from tables (`signals.rows`), and what they knew from before the Monday is put in from the kept rows. Of the market around the accounts
only what changed is made anew: first orders of titles, stretches of the slate, pairs of new holdings (`links.batch`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
import pandas as pd

from resellerrisk.links.batch import Brought, LastRows, cut_around, find_brought, pair_brought
from resellerrisk.links.holdings import collect_holdings
from resellerrisk.links.links import Links, spread_ranges
from resellerrisk.signals import kernel
from resellerrisk.signals.arrange import first_of_each
from resellerrisk.signals.asks import CountedAsks
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.peers import PeerTable
from resellerrisk.signals.rows import CONTRACT_TABLE, micros
from resellerrisk.signals.whole import Whole, join_runs
from resellerrisk.signals.words import Words, as_words
from resellerrisk.state.arrays import map_array, map_arrays
from resellerrisk.state.base import Base
from resellerrisk.state.kept import KEPT, LAST_KNOWN, KeptSignals, KeptViews, KeptWhole
from resellerrisk.state.recoding import CodedTexts, LateTexts, newest_of, spread
from resellerrisk.state.since import Since, as_texts, stack
from resellerrisk.tables import Market
from resellerrisk.vocabulary import IDENTIFIER_KINDS

_US = "datetime64[us]"
_NAT = np.datetime64("NaT", "us")


class Merged:
    """A state with the rows that came since.

    Parameters
    ----------
    base : Base
    since : Since
    """

    def __init__(self, base: Base, since: Since) -> None:
        self.base, self.since = base, since
        self._count = len(base.account_ids)

    def signals(self, accounts: np.ndarray | None, months: dict[int, PeerTable] | None = None) -> KeptSignals:
        """Signals of some accounts, by their codes in ``since.account_ids``, or of all.

        Parameters
        ----------
        accounts : int64[n], optional
        months : dict of int to PeerTable, optional
            Peers of months that the state does not have.
        """
        ids = self.since.account_ids
        codes = np.arange(len(ids)) if accounts is None else np.unique(accounts)
        codes = codes[np.argsort(ids[codes], kind="stable")]
        around = cut_around(
            self.base.links, self._brought, self._entries, accounts, ids, self._outcomes, _Standing
        )
        self._put_groups(around)
        market = self._market(codes)
        whole = self._whole(around, everybody=accounts is None)
        views = (
            self._views_of_all
            if accounts is None
            else self._views(market, codes, whole.asks, everybody=False)
        )
        known = {**self.base.peers, **(months or {})}
        found = KeptSignals(market, views, whole, catalogue(), known, {}, self.base.moment)
        place = np.argsort(around.codes)
        found.__dict__["places_in_whole"] = place[np.searchsorted(around.codes[place], codes)]
        return found

    def _market(self, codes: np.ndarray) -> Market:
        """Forms of some accounts with all titles and street dates; of the other tables only the lists of ids."""
        since = self.since.market
        old, new = codes[codes < self._count], codes[codes >= self._count]
        mine = np.full(len(since.account_ids), False)
        mine[np.isin(self.since.codes, new)] = True
        own = since.accounts[mine[since.accounts["account_id"].cat.codes.to_numpy()]]
        forms = stack(self.base.accounts(old), own)
        ids = pd.Index(self.since.account_ids[codes], dtype=object)
        place = ids.get_indexer(forms["account_id"].astype(object))
        forms["account_id"] = pd.Categorical.from_codes(place, categories=ids)
        frames = {name: frame.iloc[:0] for name, frame in since.tables().items()}
        frames |= {"accounts": forms, "titles": since.titles, "street_dates": since.street_dates}
        if len(codes) == len(self.since.account_ids):
            frames |= {"leaks": self._leaks, "outcomes": self._outcomes}
        return replace(since, **frames)

    @cached_property
    def _leaks(self) -> pd.DataFrame:
        found = stack(self.base.tables["leaks"], self.since.market.leaks)
        titles = self.since.market.title_ids
        told = found["title_id"].astype(object)
        return found.assign(title_id=pd.Categorical.from_codes(titles.get_indexer(told), categories=titles))

    @cached_property
    def _outcomes(self) -> pd.DataFrame:
        return stack(as_texts(self.base.tables["outcomes"]), as_texts(self.since.market.outcomes))

    @cached_property
    def _brought(self) -> Brought:
        market = self.since.market
        codes = self.since.codes[market.accounts["account_id"].cat.codes.to_numpy()]
        known = codes < self._count
        forms = market.accounts.copy()
        # The forms of accounts that stand are among the links that stand.
        for name in ("email", "phone", "website", "tax_id", "legal_name", "street"):
            forms[name] = forms[name].astype(object).where(~known, None)
        held = collect_holdings(replace(market, accounts=forms))
        return find_brought(self.base.links, held, self.since.codes, self._count, self.base.moment)

    @cached_property
    def _last(self) -> LastRows:
        """When accounts were last heard of before the state, and every row since."""
        market = self.since.market
        tables = (
            (market.accounts, "applied_at"),
            (market.identifiers, "seen_at"),
            (market.orders, "ordered_at"),
        )
        kept = map_array(self.base.folder / "last" / "at.npy")
        accounts = [self.since.codes[table["account_id"].cat.codes.to_numpy()] for table, _ in tables]
        moments = [micros(table[name]) for table, name in tables]
        heard = np.flatnonzero(kept >= 0)
        return LastRows(np.concatenate([heard, *accounts]), np.concatenate([kept[heard], *moments]))

    @cached_property
    def _entries(self) -> dict[str, np.ndarray]:
        return pair_brought(
            self.base.links, self._brought, self.since.account_ids, self._last, self.base.moment
        )

    def _put_groups(self, around) -> None:
        """The groups of the state's Monday, of the accounts around; an account that is new is alone."""
        told = map_arrays(self.base.folder / "groups")
        old = around.codes < self._count
        code = np.where(old, around.codes, 0)
        root = np.where(old, told["root"][code], around.codes)
        _, first, back = np.unique(root, return_index=True, return_inverse=True)
        at = np.where(old, root, 0)
        around.links.stand(
            self.base.monday,
            (
                first[back],
                np.where(old, told["oldest"][at], -1),
                np.where(old, told["size"][at], 1),
                np.where(old, told["fakes"][at], 0),
            ),
        )

    def _whole(self, around, everybody: bool) -> KeptWhole:
        extract = replace(self.base.extract, slates=self._slates, account_ids=around.links.account_ids)
        told = map_arrays(self.base.folder / "traced")
        traced = {name: spread(told, name, around.codes, self._count) for name in told}
        traced = {self.base.monday: traced} if told else {}
        if not everybody:
            nobody = pd.Categorical([], categories=around.links.account_ids)
            nobody = self.since.market.accounts.iloc[:0].assign(account_id=nobody)
            market = replace(self.since.market, accounts=nobody)
            return KeptWhole(market, extract, around.links, traced, self._asks(everybody=False))
        extract = replace(extract, **self._held(around.codes))
        whole = Whole.of_parts(self._market(around.codes), extract)
        whole.extract, whole.__dict__["links"] = extract, around.links
        whole.asks, whole.last_rows = self._asks_of_all, self._last_rows(around.codes)
        whole._traced = traced
        return whole

    def _last_rows(self, codes: np.ndarray) -> np.ndarray:
        """When each account was last heard of."""
        out = np.full(len(self.since.account_ids), -1, np.int64)
        np.maximum.at(out, self._last.accounts, self._last.moments)
        return out[codes]

    def _held(self, codes: np.ndarray) -> dict[str, np.ndarray]:
        """First deliveries of titles to accounts that may have come before a street date, kept ones and those since.

        A street date that was put off after it had passed makes deliveries early that were not: they are looked for among the kept ones.
        """
        views = self._views_of_all
        place = np.empty(len(codes), np.int64)
        place[codes] = np.arange(len(codes))
        extract = self.base.extract
        rows = views.deliveries if "deliveries" in views.__dict__ else None
        parts = [place[extract.held_account], self.since.titles[extract.held_title], extract.held_at]
        if rows is not None:
            at = micros(rows.at)
            early = at < self.since.views.latest_street_dates[rows.title]
            parts = [
                np.concatenate(pair)
                for pair in zip(parts, (rows.account[early], rows.title[early], at[early]), strict=True)
            ]
        account, title, at = parts
        order = np.lexsort((at, title, account))
        account, title, at = account[order], title[order], at[order]
        first = np.ones(len(order), bool)
        first[1:] = (account[1:] != account[:-1]) | (title[1:] != title[:-1])
        return {"held_account": account[first], "held_title": title[first], "held_at": at[first]}

    @cached_property
    def _slates(self) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
        found = {}
        for declared in catalogue().market_wide():
            name = declared.function.__name__
            rows = getattr(self.since.views, declared.table)
            codes = np.asarray(declared.function(rows)).astype(np.int64)
            known = np.flatnonzero(codes >= 0)
            at = micros(rows.at)[known]
            before = self.base.extract.slates[name]
            parts = zip((self.since.titles[before[0]], *before[1:]), (codes[known], at, at), strict=True)
            gap = min(window.far - window.near for window in declared.windows) * kernel.DAY
            found[name] = join_runs(*(np.concatenate(pair) for pair in parts), gap)
        return found

    def _asks(self, everybody: bool) -> CountedAsks:
        """Who asks for which title: counted before the state, one by one since.

        Only titles whose last street date is still to come at the state's moment are looked at, unless it is for everybody.
        """
        rows, market = self.since.views.orders, self.since.market
        before = np.zeros(len(market.title_ids), np.int64)
        before[self.since.titles] = self.base.asked
        coming = self.since.views.latest_street_dates > self.base.moment
        first = first_of_each(rows.account, rows.title, coming[rows.title] | everybody)
        account, title = self.since.codes[rows.account[first]], rows.title[first]
        new = np.isnat(self._last_time("title", account, title))
        return CountedAsks(before, title[new], micros(rows.at)[first][new])

    @cached_property
    def _asks_of_all(self) -> CountedAsks:
        return self._asks(everybody=True)

    def _last_time(self, name: str, account: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """When accounts of the state last had a code of order lines before it; NaT where they never did. Codes are those of ``since``."""
        known = account < self._count
        out = np.full(len(account), _NAT)
        if "orders" not in self.base.views or not known.any():
            return out
        of, back = np.unique(account[known], return_inverse=True)
        kept, starts = self.base.views["orders"], self.base.starts["orders"]
        first, end = starts[of], starts[of + 1]
        places = spread_ranges(first, end)
        who = np.repeat(np.arange(len(of)), end - first)
        old_account, old_codes, old_at = self.base.older[name]
        low, high = (np.searchsorted(old_account, of), np.searchsorted(old_account, of, side="right"))
        old = spread_ranges(low, high)
        who = np.concatenate([who, np.repeat(np.arange(len(of)), high - low)])
        what = self._recode(name, np.concatenate([np.asarray(kept[name])[places], old_codes[old]]))
        at = np.concatenate([kept["at"][places], old_at[old]])
        return_at = newest_of(who, what, micros(at), back, codes[known])
        out[known] = return_at.view(_US)
        return out

    def _recode(self, name: str, codes: np.ndarray) -> np.ndarray:
        """Codes of the state as codes of what came since; of places that came since none names, codes behind."""
        codes = np.asarray(codes, np.int64)
        if name == "title":
            return self.since.titles[codes]
        if name == "ship_to":
            return self._places.recode(codes)
        return self._values.recode(codes)

    @cached_property
    def _places(self) -> CodedTexts:
        return CodedTexts(self.base.folder / "places.arrow", self.since.views.place_texts, 1)

    @cached_property
    def _values(self) -> CodedTexts:
        return CodedTexts(
            self.base.folder / "values.arrow", self.since.views.value_texts, len(IDENTIFIER_KINDS)
        )

    def _views(self, market: Market, codes: np.ndarray, asks: CountedAsks, everybody: bool) -> KeptViews:
        rows = {}
        for view in KEPT:
            if CONTRACT_TABLE[view] in market.present:
                rows[view] = self._merge_rows(view, codes, asks)
        older = {
            name: self._older(name, codes) if everybody else (np.empty(0, np.int64),) * 3
            for name in LAST_KNOWN
        }
        views = KeptViews(market, asks, rows, None, older)
        views.__dict__["place_texts"] = LateTexts(lambda: self._places.all())
        views.__dict__["value_texts"] = LateTexts(lambda: self._values.all())
        return views

    @cached_property
    def _views_of_all(self) -> KeptViews:
        codes = np.argsort(self.since.account_ids, kind="stable")
        return self._views(self._market(codes), codes, self._asks_of_all, everybody=True)

    def _older(self, name: str, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        account, code, at = self.base.older[name]
        place = np.empty(len(self.since.account_ids), np.int64)
        place[codes] = np.arange(len(codes))
        account, code = place[account], self._recode(name, code)
        order = np.lexsort((code, account))
        return account[order], code[order], np.asarray(at)[order]

    def _merge_rows(self, view: str, codes: np.ndarray, asks: CountedAsks) -> dict:
        """Kept rows of some accounts with those that came since, by account and moment."""
        kept, new = self._kept_rows(view, codes), self._new_rows(view, codes, asks)
        account = np.concatenate([kept["account"], new["account"]])
        order = np.argsort(account, kind="stable")
        out = {}
        for name in kept:
            one, other = kept[name], new[name]
            if isinstance(one, Words):
                out[name] = Words(np.concatenate([one.codes, other.codes])[order], one.categories)
            else:
                out[name] = np.concatenate([one, other])[order]
        return out

    def _kept_rows(self, view: str, codes: np.ndarray) -> dict:
        starts = self.base.starts[view]
        old = np.flatnonzero(codes < self._count)
        first, end = starts[codes[old]], starts[codes[old] + 1]
        places, who = spread_ranges(first, end), np.repeat(old, end - first)
        out = {"account": who, "at": self.base.views[view]["at"][places]}
        for name in KEPT[view]:
            column = self.base.views[view][name]
            out[name] = column[places]
            if name in ("title", "ship_to", "value"):
                out[name] = self._recode(name, out[name])
        if view == "orders":
            out["order"] = np.full(len(places), -1, np.int64)
        return out

    def _new_rows(self, view: str, codes: np.ndarray, asks: CountedAsks) -> dict:
        rows = getattr(self.since.views, view)
        local = np.full(len(self.since.account_ids), -1, np.int64)
        local[codes] = np.arange(len(codes))
        who = local[self.since.codes[np.asarray(rows.account)]]
        who[np.asarray(rows.account) < 0] = -1
        mine = np.flatnonzero(who >= 0)
        mine = mine[np.argsort(who[mine], kind="stable")]
        out = {"account": who[mine], "at": np.asarray(rows.at)[mine]}
        names = [name for name in KEPT[view] if name != "askers"]
        for name in names:
            out[name] = as_words(getattr(rows, name))[mine]
        if view == "orders":
            early = np.asarray(rows.early)[mine]
            out["askers"] = np.where(early, asks.count(out["title"], micros(out["at"])), 0)
            out["order"] = np.asarray(rows.order)[mine]
            self._put_in_before(out, codes)
        if view == "identifiers":
            self._put_in_values(out, codes)
        return {
            name: out[name]
            for name in ("account", "at", *KEPT[view], *(("order",) if view == "orders" else ()))
        }

    def _put_in_before(self, out: dict, codes: np.ndarray) -> None:
        """What the first lines since the state knew of the lines before it."""
        account = codes[out["account"]]
        for name in LAST_KNOWN:
            column = out[f"{name}_before"].copy()
            first = np.flatnonzero(np.isnat(column))
            column[first] = self._last_time(name, account[first], np.asarray(out[name], np.int64)[first])
            out[f"{name}_before"] = column
        column = out["previous_order_at"].copy()
        first = np.flatnonzero(np.isnat(column) & (account < self._count))
        starts, at = self.base.starts["orders"], self.base.views["orders"]["at"]
        end = starts[account[first] + 1]
        there = end > starts[account[first]]
        column[first[there]] = at[end[there] - 1]
        out["previous_order_at"] = column

    def _put_in_values(self, out: dict, codes: np.ndarray) -> None:
        kept = self._kept_rows("identifiers", codes)
        column = out["value_before"].copy()
        first = np.flatnonzero(np.isnat(column))
        found = newest_of(
            kept["account"], kept["value"], micros(kept["at"]), out["account"][first], out["value"][first]
        )
        column[first] = found.view(_US)
        out["value_before"] = column


class _Standing(Links):
    """Links whose groups are those of one Monday."""

    def stand(self, day: int, groups: tuple[np.ndarray, ...]) -> None:
        self._groups[day] = groups
