"""What nights make of a state is what the tables say from scratch, bit for bit: scores, contributions and signals of every night's orders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from resellerrisk.leaks.match import list_films, match_leaks
from resellerrisk.matrix import prepare_signals, snapshot_accounts
from resellerrisk.pipeline import score, train
from resellerrisk.pipeline.nights import score_night
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.state.nights import Nights
from resellerrisk.tables import read_market
from tests.laws.arriving import DAY, Arriving

#: A Wednesday; the Sunday that follows is a first of the month.
FIRST = pd.Timestamp("2019-11-27")


@pytest.fixture(scope="module")
def order_model(market, signals):
    return train(market, "order", "2019-08-31", signals=signals)


class Followed:
    """A market that arrives, the state that follows it, and what the tables say from scratch beside it."""

    def __init__(self, market, model, folder, first=FIRST) -> None:
        self.data, self.state, self.model = Arriving(market, folder / "data", first), folder / "state", model
        self.orders = self.accounts = 0

    def pass_night(self) -> str:
        """Another night; gives what was done to the state."""
        night = self.data.pass_night()
        found = score_night(self.data.folder, self.model, self.state, as_of=night, scored_at=night)
        signals = prepare_signals(read_market(self.data.folder))
        asked = {"since": night - DAY, "until": night, "scored_at": night}
        hold_same(score(signals.market, self.model, signals=signals, **asked), found.scores)
        self.orders += len(found.scores.scores)
        self._hold_accounts(signals, night)
        return found.took.how

    def _hold_accounts(self, signals, night) -> None:
        """Of every account too, as of the last moment before the night's end."""
        moment = night - pd.Timedelta(microseconds=1)
        nights = Nights(self.state, self.data.folder)
        nights.facts = nights.read_facts()
        base = nights.base_at(moment)
        merged = nights.merged(base)
        kept = merged.signals(None, nights.months(base, merged, [int(month) for month in nights.facts.peers]))
        columns = catalogue().for_subject("account")
        wanted = signals.compute(snapshot_accounts(signals.views, moment), columns)
        found = kept.compute(snapshot_accounts(kept.views, moment), columns)
        assert [name for name in wanted if not wanted[name].equals(found[name])] == []
        self.accounts += len(wanted)


def hold_same(wanted, found) -> None:
    """Both are the same in every cell, to the bit."""
    for name in ("signals", "contributions", "scores"):
        one, other = getattr(wanted, name), getattr(found, name)
        assert list(one) == list(other)
        assert len(one) == len(other)
        assert [column for column in one if not one[column].equals(other[column])] == []


@pytest.fixture()
def followed(market, order_model, tmp_path):
    return Followed(market, order_model, tmp_path)


def test_nights_over_a_monday_and_a_first_of_the_month(followed):
    """From Wednesday to the Tuesday after the first of December."""
    hows = [followed.pass_night() for _ in range(7)]
    assert hows == ["built"] + ["rows"] * 6
    assert followed.orders > 10 and followed.accounts > 700


def test_what_comes_late_is_where_it_belongs(followed):
    """Rows a day late stay among those since the Monday; a week late they mend the Monday's state; later it is built anew."""
    data = followed.data
    spans = {"a day": (0, 2), "a week": (-8, -3), "a month": (-40, -30)}
    held = {}
    for name, (low, high) in spans.items():
        orders = data.frames["orders"]
        ordered = orders["ordered_at"].between(FIRST + low * DAY, FIRST + high * DAY)
        ids = orders.loc[ordered, "order_id"].unique()[:2]
        held[name] = data.hold_back("orders", orders["order_id"].isin(ids))
        data.hold_back("shipments", data.frames["shipments"]["order_id"].isin(ids))
    assert all(len(rows) for rows in held.values())
    recorded = data.frames["payments"]["recorded_at"].between(FIRST, FIRST + DAY)
    paid = data.hold_back("payments", recorded)
    for name in ("orders", "shipments"):
        data.write(name, "before", data.rows(name, None, FIRST))
    assert followed.pass_night() == "built"
    assert followed.pass_night() == "rows"
    data.write("orders", "late", held["a day"])
    data.write("payments", "late", paid, empty=True)
    assert followed.pass_night() == "rows"
    data.write("orders", "later", held["a week"])
    assert followed.pass_night() == "week"
    data.write("orders", "too_late", held["a month"])
    assert followed.pass_night() == "built"
    assert followed.pass_night() == "rows"


def test_corrected_rows_count_as_corrected(followed):
    """A file of the week is written again with other quantities and addresses, a week later once more; then lines go; then one of long ago."""
    data = followed.data
    for _ in range(3):
        followed.pass_night()
    path = data.folder / "orders" / "2019-11-29.parquet"
    rows = pd.read_parquet(path)
    rows["quantity"] += 3
    rows["ship_to"] = "1 Corrected Way, 12345"
    rows.to_parquet(path, index=False)
    assert followed.pass_night() == "rows"
    followed.pass_night(), followed.pass_night()
    rows["quantity"] += 1
    rows.to_parquet(path, index=False)
    assert followed.pass_night() == "week"
    rows.iloc[:1].to_parquet(path, index=False)
    assert followed.pass_night() == "built", "shipments name lines that are gone"
    before = data.folder / "orders" / "before.parquet"
    rows = pd.read_parquet(before)
    rows.loc[rows.index[-5:], "quantity"] += 1
    rows.to_parquet(before, index=False)
    assert followed.pass_night() == "built"


def test_a_row_that_comes_before_its_account_counts_once_the_account_is_there(followed):
    """And one that is bad for good is looked at again until its week is over, and holds nothing up."""
    data = followed.data
    followed.pass_night()
    identifiers, accounts = data.frames["identifiers"], data.frames["accounts"]
    early = identifiers.iloc[[-1, -2]].assign(account_id="B-early", seen_at=FIRST + 1.2 * DAY)
    data.write("identifiers", "early", pd.concat([early.iloc[:1], early.iloc[1:].assign(kind="horoscope")]))
    assert followed.pass_night() == "rows"
    form = accounts.iloc[[-1]].assign(account_id="B-early", applied_at=FIRST + 1.1 * DAY)
    data.write("accounts", "early", form)
    assert [followed.pass_night() for _ in range(5)] == ["rows"] * 5
    state = Nights(followed.state, data.folder)
    assert "B-early" in state.open(state.read_facts().bases[-1]).account_ids


def test_what_becomes_known_counts_from_then_on(followed, market):
    """An outcome, an account that shares much with others, a street date put off, a leak and a title, each known since the Monday."""
    data = followed.data
    orders, accounts = data.frames["orders"], data.frames["accounts"]
    coming = orders[orders["ordered_at"] >= FIRST + DAY]
    who = coming["account_id"].iloc[0]
    twin = accounts[accounts["account_id"] != who].iloc[0]["account_id"]
    form = accounts[accounts["account_id"] == who].iloc[0]
    data.add("accounts", **{**form.to_dict(), "account_id": "B-new", "applied_at": FIRST + DAY})
    for line in range(3):
        cells = {**coming.iloc[line].to_dict(), "order_id": "order-new", "line": line, "account_id": "B-new"}
        data.add("orders", **{**cells, "ordered_at": FIRST + 2.5 * DAY})
    data.add("outcomes", account_id=who, outcome="fake", decided_at=FIRST + 1.5 * DAY)
    data.add("outcomes", account_id=twin, outcome="genuine", decided_at=FIRST + 2.5 * DAY)
    dates = data.frames["street_dates"]
    title = dates.loc[dates["street_date"] > FIRST, "title_id"].iloc[0]
    data.add("street_dates", title_id=title, street_date=FIRST + 20 * DAY, known_at=FIRST + DAY / 2)
    data.add("leaks", leak_id="leak-new", title_id=title, leaked_at=FIRST + DAY, known_at=FIRST + DAY)
    hows = []
    for night in range(7):
        if night == 3:
            new = data.frames["titles"].iloc[[0]].assign(title_id="T-new", name="A film of its own")
            data.write("titles", "more", new)
        hows.append(followed.pass_night())
    assert hows == ["built", "rows", "rows", "rows", "rows", "rows", "rows"]
    assert "B-new" in read_market(data.folder).account_ids


def test_a_title_that_earlier_leaks_fit_has_the_state_built_anew(followed):
    """A leak that named one film fits two from then on, and is traced to none."""
    data = followed.data
    titles, leaks = data.frames["titles"], data.frames["leaks"]
    unnamed = leaks[leaks["title_id"].isna() & (leaks["known_at"] < FIRST - 14 * DAY)]
    found = match_leaks(unnamed, titles)
    place = int(np.flatnonzero(found["film"] >= 0)[0])
    film = titles[list_films(titles).of_title == found["film"].iloc[place]].iloc[[0]]
    leak, year = unnamed.iloc[place], int(film["year"].iloc[0])
    name = leak["release_name"].replace(f".{year}.", f".{year + 1}.")
    data.add("leaks", **{**leak.to_dict(), "leak_id": "leak-next-year", "release_name": name})
    data.write("leaks", "before", data.rows("leaks", None, FIRST))
    assert followed.pass_night() == "built"
    data.write("titles", "twin", film.assign(title_id="T-twin", year=year + 2))
    assert followed.pass_night() == "built"


def test_a_state_that_is_lost_damaged_or_of_another_program_is_built_anew(followed, monkeypatch):
    followed.pass_night()
    state = followed.state
    (state / "run.json").unlink()
    assert followed.pass_night() == "built"
    victim = next(state.glob("base-*/orders/at.npy"))
    victim.write_bytes(victim.read_bytes()[:-8])
    assert followed.pass_night() == "built"
    text = (state / "run.json").read_text()
    (state / "run.json").write_text(text.replace('"program": "', '"program": "0'))
    assert followed.pass_night() == "built"
    assert followed.pass_night() == "rows"


def test_a_night_of_two_weeks_is_that_of_its_days(market, signals, order_model, tmp_path):
    """Asked for at once, over two Mondays; and a night longer ago than the state's weeks is refused."""
    data = Arriving(market, tmp_path / "data", FIRST)
    score_night(data.folder, order_model, tmp_path / "state", as_of=FIRST)
    for _ in range(14):
        night = data.pass_night()
    found = score_night(
        data.folder, order_model, tmp_path / "state", as_of=night, since=FIRST, scored_at=night
    )
    wanted = score(market, order_model, since=FIRST, until=night, signals=signals, scored_at=night)
    hold_same(wanted, found.scores)
    assert found.weeks == 2 and len(wanted.scores) > 20
    with pytest.raises(Exception, match="goes back to"):
        score_night(data.folder, order_model, tmp_path / "state", as_of=FIRST)
    assert np.isfinite(found.scores.scores["probability"]).all()


@pytest.mark.slow
def test_every_night_of_a_year(market, signals, order_model, tmp_path):
    """52 Mondays, twelve firsts of the month, every outcome, leak, street date and account of the year."""
    first = pd.Timestamp("2018-12-19")
    data, orders, hows = Arriving(market, tmp_path / "data", first), 0, []
    for _ in range(366):
        night = data.pass_night()
        found = score_night(data.folder, order_model, tmp_path / "state", as_of=night, scored_at=night)
        asked = {"since": night - DAY, "until": night, "scored_at": night}
        hold_same(score(market, order_model, signals=signals, **asked), found.scores)
        orders += len(found.scores.scores)
        hows.append(found.took.how)
    assert hows == ["built"] + ["rows"] * 365
    assert orders > 300
