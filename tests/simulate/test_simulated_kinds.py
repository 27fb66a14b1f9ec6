"""Honest look-alikes stand beside fakes of every strategy, and no single column tells which is which."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from resellerrisk.simulate import SETTINGS, Setting, simulate_market
from resellerrisk.simulate.behaviour import draw_periods
from resellerrisk.simulate.calendar import NEVER, seconds
from resellerrisk.simulate.population import draw_population
from resellerrisk.simulate.trades import STRATEGIES, TRADES

SPAN = (seconds("2017-01-01"), seconds("2021-01-01"))


@pytest.fixture(scope="module")
def lines(port) -> pd.DataFrame:
    """Order lines with their street dates, the account's type, and what it truly was when it ordered."""
    truth = port["truth/accounts"].set_index("account_id")
    lines = port.delivered_lines
    fake = lines.ordered_at >= lines.account_id.map(truth.since)
    return lines.assign(
        fake=fake,
        strategy=lines.account_id.map(truth.strategy),
        type=lines.account_id.map(port.accounts.set_index("account_id").business_type),
    )


def test_every_strategy_and_every_business_type_is_there(port) -> None:
    assert set(port["truth/accounts"].strategy.dropna()) == {strategy.name for strategy in STRATEGIES}
    assert set(port.accounts.business_type) == {
        "store",
        "online",
        "chain",
        "library",
        "rental",
        "market",
        "other",
    }


def test_a_fake_says_it_is_what_honest_shops_say_they_are(port) -> None:
    fake = port["truth/accounts"].is_fake
    types = port.accounts[fake.to_numpy()].business_type.value_counts(normalize=True)
    assert types.max() < 0.65
    assert len(types) >= 4


def test_no_column_of_the_form_gives_fakes_away(port) -> None:
    fake = port["truth/accounts"].is_fake.to_numpy()
    form = port.accounts
    day = pd.Timedelta(days=1)
    figures = {
        "age": (form.applied_at - form.founded_on) / day,
        "site age": (form.applied_at - form.website_registered_on) / day,
        "stores": form.store_count,
        "units": form.declared_monthly_units,
    }
    scores = {}
    for name, column in figures.items():
        scores[name] = max(
            average_precision_score(fake, sign * column.fillna(column.median())) for sign in (1, -1)
        )
    kinds = {
        "type": form.business_type,
        "country": form.country,
        "address": form.address_kind,
        "agreement": form.street_date_agreement,
        "mail": form.email.str.split("@")
        .str[1]
        .where(lambda host: host.isin(host.value_counts().index[:20]), "own"),
        **{name: form[name].isna() for name in form.columns if form[name].isna().any()},
    }
    for name, column in kinds.items():
        scores[name] = average_precision_score(
            fake, pd.Series(fake).groupby(column.to_numpy()).transform("mean")
        )
    assert max(scores.values()) < 3 * fake.mean(), scores


def test_fakes_that_race_get_discs_earlier_but_honest_shops_get_them_early_too(lines) -> None:
    new = lines[lines.ordered_ahead > 0]
    races = new[new.fake & (new.strategy == "race")].came_ahead.median()
    honest = new[~new.fake]
    assert races > 3 * honest[honest.type == "store"].came_ahead.median()
    by_account = honest.groupby("account_id").came_ahead.agg(["median", "size"])
    assert (by_account[by_account["size"] >= 10]["median"] > races).sum() >= 5


def test_honest_online_sellers_and_libraries_buy_as_few_copies_of_as_many_titles_as_fakes(lines) -> None:
    shops = lines.groupby(["account_id", "fake", "type"]).agg(
        copies=("quantity", "median"), titles=("title_id", "nunique")
    )
    shops = shops.reset_index()
    fakes = shops[shops.fake & (shops.titles > 20)]
    alike = shops[
        ~shops.fake & shops.type.isin(["online", "library"]) & (shops.copies <= fakes.copies.median())
    ]
    assert (alike.titles > fakes.titles.median()).sum() > len(fakes)


def test_taken_over_accounts_were_honest_for_long(port) -> None:
    truth = port["truth/accounts"].merge(port.accounts[["account_id", "applied_at"]])
    honest_for = (truth.since - truth.applied_at).dt.days
    assert (honest_for[truth.strategy == "taken_over"] >= 300).all()
    assert (honest_for[truth.is_fake & (truth.strategy != "taken_over")] == 0).all()


def test_members_of_a_ring_share_in_part_and_honest_accounts_share_too(port) -> None:
    truth = port["truth/accounts"].set_index("account_id")
    seen = port.identifiers.drop_duplicates(["account_id", "kind", "value"])
    seen = seen.assign(ring=seen.account_id.map(truth.ring), fake=seen.account_id.map(truth.is_fake))
    groups = seen.groupby(["kind", "value"]).agg(
        accounts=("account_id", "nunique"), rings=("ring", "nunique"), fakes=("fake", "sum")
    )
    shared = groups[groups.accounts > 1].reset_index()
    within = shared[(shared.rings == 1) & (shared.fakes > 1)]
    assert {"bank", "device", "phone", "address"} <= set(shared[shared.fakes == 0].kind)
    assert len(set(within.kind)) >= 3
    members = truth[truth.is_fake].groupby("ring").size()
    in_company = truth[truth.is_fake & truth.ring.isin(members[members > 1].index)].index
    linked = seen.merge(within[["kind", "value"]]).account_id.unique()
    assert 0.2 < np.isin(in_company, linked).mean() < 0.95


def test_new_rings_appear_in_later_years(port) -> None:
    first = port["truth/accounts"].groupby("ring").since.min()
    assert first.dt.year.nunique() >= 3


def test_who_is_warned_by_a_finding_in_its_ring_hurries_less() -> None:
    setting = SETTINGS["port"]
    population = draw_population(setting, 3_000, *SPAN, 0)
    periods = draw_periods(setting, population, *SPAN, 0)
    warned = np.flatnonzero((population.warned_at < NEVER) & (population.warned_at > population.since))
    fake = pd.DataFrame(
        {
            "account": periods.account,
            "asks": periods.asks_early,
            "cover": periods.cover,
            "start": periods.start,
        }
    )[periods.is_fake]
    two = fake[fake.account.isin(warned)].groupby("account").filter(lambda stretch: len(stretch) == 2)
    before, after = two.groupby("account").nth(0), two.groupby("account").nth(1)
    assert len(before) > 5
    assert (after.asks.to_numpy() < before.asks.to_numpy()).all()
    assert (after.cover.to_numpy() >= before.cover.to_numpy()).all()


def test_members_of_a_rotating_ring_buy_different_films(tmp_path: Path) -> None:
    rotated = [replace(s, cover=1e-6, share=float(s.name == "rotated")) for s in STRATEGIES]
    setting = Setting(
        strategies=tuple(rotated),
        fake_share=0.5,
        taken_over_share=0.0,
        ring_size=8.0,
        found_share=0.0,
        films_a_week=8.0,
    )
    simulate_market(tmp_path, accounts=40, start="2019-01-01", end="2019-12-31", setting=setting, seed=2)
    truth = pd.read_parquet(tmp_path / "truth/accounts.parquet").set_index("account_id")
    titles = pd.read_parquet(tmp_path / "titles.parquet").set_index("title_id")
    orders = pd.read_parquet(tmp_path / "orders.parquet")
    orders = orders.assign(
        ring=orders.account_id.map(truth.ring), film=orders.title_id.map(titles.ean)
    ).dropna()
    buyers = orders.groupby(["ring", "title_id"]).account_id.nunique()
    assert orders.groupby("ring").account_id.nunique().max() >= 4
    assert (buyers == 1).mean() > 0.97  # a member's place is for good, the honest films of before apart


def test_patient_fakes_get_discs_no_earlier_than_honest_shops_and_hasty_ones_do() -> None:
    def asks(setting: Setting) -> tuple[float, float]:
        population = draw_population(setting, 3_000, *SPAN, 1)
        periods = draw_periods(setting, population, *SPAN, 1)
        alike = np.isin(population.kind[periods.account], population.kind[population.is_fake])
        return periods.asks_early[periods.is_fake].mean(), periods.asks_early[alike & ~periods.is_fake].mean()

    fake, honest = asks(SETTINGS["patient"])
    assert fake < 2 * honest
    fake, honest = asks(SETTINGS["port"])
    assert fake > 5 * honest


def test_the_settings_are_what_they_are_called(tmp_path: Path) -> None:
    def leaks_of_ours(name: str) -> int:
        simulate_market(tmp_path / name, accounts=400, setting=name, start="2019-01-01", end="2020-12-31")
        return pd.read_parquet(tmp_path / name / "truth/leaks.parquet").account_id.notna().sum()

    assert leaks_of_ours("few_leaks") < 0.6 * leaks_of_ours("port")
    share = {trade.name: trade.share for trade in SETTINGS["look_alikes"].trades}
    usual = {trade.name: trade.share for trade in TRADES}
    assert share["exporter"] >= 2 * usual["exporter"]
    assert share["library"] >= 2 * usual["library"]
    assert share["store"] == usual["store"]
