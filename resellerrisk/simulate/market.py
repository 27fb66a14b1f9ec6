"""A whole market from one seed, written as it goes.

What is simulated is in the modules beside this one; here it is put in order. The big tables are made for a block of
accounts at a time, so memory grows with the number of accounts, hardly with the number of order lines. Within a block
order lines are sorted by account and time; the tables as a whole are not sorted by time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import compute

from resellerrisk import vocabulary
from resellerrisk.errors import InputError
from resellerrisk.simulate import (
    forms,
    fulfilment,
    identity,
    ordering,
    outcomes,
    releases,
    slate,
)
from resellerrisk.simulate.assumptions import SETTINGS, Setting
from resellerrisk.simulate.behaviour import (
    Periods,
    draw_periods,
    payment_trouble,
    return_chance,
)
from resellerrisk.simulate.calendar import (
    DAY,
    NEVER,
    OrderingYear,
    ordering_year,
    seconds,
)
from resellerrisk.simulate.population import Population, draw_population
from resellerrisk.simulate.randomness import stream
from resellerrisk.simulate.sharing import Marks, Sightings, draw_sharing
from resellerrisk.simulate.writing import Coded, TableWriter

Progress = Callable[[int, int], None]

#: Accounts whose orders are drawn together. Part of what a seed means: another number gives another market.
_ACCOUNTS_A_BLOCK = 64
#: Order names are the order's number times this, in a ring of 10^9 names: all different, and none tells its place.
_NAME_STEP, _NAMES = 387_420_489, 10**9
_SIGHTINGS_AT_ONCE = 50_000
_LEAST_ACCOUNTS, _LEAST_DAYS = 10, 60
#: A fake's disc is worth a copy until so many days after street date.
_WORTH_A_COPY_DAYS = 15


@dataclass(frozen=True)
class _World:
    """What all blocks draw on."""

    setting: Setting
    start: int
    end: int
    seed: int
    slate: slate.Slate
    population: Population
    periods: Periods
    marks: Marks
    sightings: Sightings
    year: OrderingYear
    return_chance: np.ndarray
    trouble: np.ndarray
    accounts: list[str]
    titles: list[str]


@dataclass
class _Seen:
    """What is gathered from the blocks for outcomes and leaks."""

    first_order: np.ndarray
    first_act: np.ndarray
    early_sale: np.ndarray
    held: list[releases.Holdings] = field(default_factory=list)
    orders: int = 0


def simulate_market(
    out: str | Path,
    *,
    accounts: int = 1500,
    seed: int = 0,
    start: str = "2017-01-01",
    end: str = "2020-12-31",
    setting: str | Setting = "port",
    format: str = "parquet",
    progress: Progress | None = None,
) -> dict[str, int]:
    """Make a market: the ten tables of the contract, and the truth beside them.

    Parameters
    ----------
    out : str or Path
        Folder to write to; made if missing. A market simulated there before is replaced; a folder with other tables is
        refused.
    accounts : int, default 1500
        Accounts, 10 or more, fakes included.
    seed : int, default 0
        0 or more. The same arguments give the same bytes.
    start, end : str
        First and last day, such as "2017-01-01"; at least 60 days. What would be known after the last day is left out.
    setting : str or Setting, default "port"
        One of `SETTINGS` by name, or one of your own.
    format : {"parquet", "csv"}, default "parquet"
    progress : callable, optional
        Called with accounts done and accounts in all.

    Returns
    -------
    dict of int
        Rows by table; `truth/accounts` and `truth/leaks` are for measuring only.

    Raises
    ------
    InputError
        If an argument is out of its range, or the folder holds tables that were not simulated.

    Examples
    --------
    >>> import tempfile
    >>> counts = simulate_market(tempfile.mkdtemp(), accounts=20, start="2019-01-01", end="2019-04-30", setting="sample")
    >>> counts["accounts"], counts["orders"] > 100
    (20, True)
    """
    first, after = _checked_span(start, end)
    chosen = _checked_setting(setting, accounts, seed, format)
    folder = _emptied(Path(out))
    world = _draw_world(chosen, accounts, first, after, seed)
    with ExitStack() as open_tables:
        tables = {
            name: open_tables.enter_context(TableWriter(folder / name, format))
            for name in (*vocabulary.TABLES, "truth/accounts", "truth/leaks")
        }
        form = _write_small_tables(world, tables)
        seen = _write_orders(world, tables, progress)
        _write_findings(world, tables, form["account_id"], seen)
    return {name: table.rows for name, table in tables.items()}


def _checked_span(start: str, end: str) -> tuple[int, int]:
    days = {}
    for name, day in (("start", start), ("end", end)):
        try:
            days[name] = seconds(str(day)[:10])
        except ValueError:
            raise InputError(
                f"{name} is {day!r}, which is no day.",
                hint=f"a day such as 2017-01-01 for {name}",
            ) from None
    after = days["end"] + DAY
    if after - days["start"] < _LEAST_DAYS * DAY:
        raise InputError(
            f"A market from {start} to {end} is too short.",
            hint=f"an end at least {_LEAST_DAYS} days after the start",
        )
    return days["start"], after


def _checked_setting(setting: str | Setting, accounts: int, seed: int, format: str) -> Setting:
    if accounts < _LEAST_ACCOUNTS:
        raise InputError(
            f"accounts is {accounts}.",
            hint=f"a whole number, {_LEAST_ACCOUNTS} or more",
        )
    if seed < 0:
        raise InputError(f"seed is {seed}.", hint="a whole number, 0 or more")
    if format not in ("parquet", "csv"):
        raise InputError(f"No market is written as {format!r}.", "There is: parquet, csv.", "parquet")
    if isinstance(setting, Setting):
        return setting
    if setting not in SETTINGS:
        raise InputError(
            f"No setting is called {setting!r}.",
            f"There is: {', '.join(SETTINGS)}.",
            "port",
        )
    return SETTINGS[setting]


def _emptied(folder: Path) -> Path:
    """The folder, made or cleared of an earlier simulated market; never of anything else."""
    tables = [folder / f"{name}.{ending}" for name in vocabulary.TABLES for ending in ("parquet", "csv")]
    truth = [
        folder / "truth" / f"{name}.{ending}"
        for name in ("accounts", "leaks")
        for ending in ("parquet", "csv")
    ]
    found = [path for path in tables if path.exists()]
    if found and not any(path.exists() for path in truth):
        raise InputError(
            f"{folder} holds tables that were not simulated.",
            f"There is: {', '.join(path.name for path in found)}.",
            "another folder for the simulated market",
        )
    for path in (*found, *truth):
        path.unlink(missing_ok=True)
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    return folder


def _draw_world(setting: Setting, accounts: int, start: int, end: int, seed: int) -> _World:
    population = draw_population(setting, accounts, start, end, seed)
    films = slate.draw_slate(setting, start, end, seed)
    marks, sightings = draw_sharing(setting, population, end, seed)
    return _World(
        setting=setting,
        start=start,
        end=end,
        seed=seed,
        slate=films,
        population=population,
        periods=draw_periods(setting, population, start, end, seed),
        marks=marks,
        sightings=sightings,
        year=ordering_year(start, end, setting.months, setting.weekdays, setting.hours),
        return_chance=return_chance(setting, population, seed),
        trouble=payment_trouble(population, seed),
        accounts=forms.account_ids(accounts),
        titles=slate.title_ids(len(films.film)),
    )


def _write_small_tables(world: _World, tables: dict[str, TableWriter]) -> forms.Columns:
    """Accounts, titles, street dates, identifiers and the truth of the accounts."""
    setting, population, seed = world.setting, world.population, world.seed
    form = forms.account_rows(setting, population, world.periods, world.marks, seed)
    tables["accounts"].add(form)
    tables["titles"].add(slate.title_rows(world.slate, seed))
    announced = slate.street_date_rows(world.slate, world.titles)
    tables["street_dates"].add(_until(announced, "known_at", world.end))
    for begin in range(0, len(world.sightings.account), _SIGHTINGS_AT_ONCE):
        part = slice(begin, begin + _SIGHTINGS_AT_ONCE)
        tables["identifiers"].add(
            forms.identifier_rows(setting, world.sightings, form, world.marks, seed, part)
        )
    tables["truth/accounts"].add(_truth(world))
    return form


def _until(columns: forms.Columns, known_at: str, end: int) -> forms.Columns:
    """The rows known before a moment."""
    kept = np.flatnonzero(columns[known_at] < end)
    return {
        name: [column[i] for i in kept.tolist()] if isinstance(column, list) else column[kept]
        for name, column in columns.items()
    }


def _truth(world: _World) -> forms.Columns:
    people, fake = world.population, world.population.is_fake
    names = [strategy.name for strategy in world.setting.strategies]
    return {
        "account_id": world.accounts,
        "is_fake": fake,
        "ring": [f"R{r:03d}" if r >= 0 else None for r in people.ring.tolist()],
        "strategy": [names[s] if s >= 0 else None for s in people.strategy.tolist()],
        "since": np.ma.MaskedArray(people.since, mask=~fake),
    }


def _write_orders(world: _World, tables: dict[str, TableWriter], progress: Progress | None) -> _Seen:
    """Orders, shipments, returns and payments, block by block."""
    count = len(world.accounts)
    seen = _Seen(*(np.full(count, NEVER) for _ in range(3)))
    titles = pa.array(world.titles)
    for block, (first, last) in enumerate(_blocks(count)):
        rng = stream(world.seed, "block", block)
        _write_block(world, tables, titles, first, last, seen, rng)
        if progress is not None:
            progress(last, count)
    return seen


def _blocks(count: int) -> Iterator[tuple[int, int]]:
    for first in range(0, count, _ACCOUNTS_A_BLOCK):
        yield first, min(first + _ACCOUNTS_A_BLOCK, count)


def _write_block(
    world: _World,
    tables: dict[str, TableWriter],
    titles: pa.Array,
    first: int,
    last: int,
    seen: _Seen,
    rng: np.random.Generator,
) -> None:
    periods = world.periods.of_accounts(first, last)
    orders, lines = ordering.draw_orders(world.setting, periods, world.slate, world.year, world.seed, rng)
    shipped = fulfilment.ship(world.setting, periods, orders, lines, world.slate, rng)
    chance = world.return_chance[orders.account] * (0.2 + 0.8 * periods.cover[orders.period])
    returned = fulfilment.send_back(world.setting, chance, orders, lines, shipped, world.slate, rng)
    paid = fulfilment.pay(orders, lines, shipped, world.trouble[orders.account], rng)
    names = _order_names(seen.orders, len(orders))
    ids = pa.array(world.accounts[first:last])
    account = orders.account - first
    tables["orders"].add(_order_columns(world, orders, lines, names, ids, account, titles, first, last))
    tables["shipments"].add(_shipment_columns(world.end, lines, shipped, names, ids, account, titles))
    tables["returns"].add(_return_columns(world.end, lines, returned, ids, account, titles))
    tables["payments"].add(_payment_columns(world.end, orders, paid, names, ids, account))
    seen.orders += len(orders)
    _note(world, periods, orders, lines, shipped, seen)


def _order_names(done: int, count: int) -> pa.Array:
    number = (np.arange(done + 1, done + 1 + count, dtype=np.int64) * _NAME_STEP) % _NAMES
    digits = compute.utf8_lpad(pa.array(number).cast(pa.string()), width=9, padding="0")
    return compute.binary_join_element_wise("PO", digits, "")


def _order_columns(
    world: _World,
    orders: ordering.Orders,
    lines: ordering.Lines,
    names: pa.Array,
    ids: pa.Array,
    account: np.ndarray,
    titles: pa.Array,
    first: int,
    last: int,
) -> dict:
    of = lines.order
    return {
        "order_id": Coded(names, of),
        "line": lines.line,
        "account_id": Coded(ids, account[of]),
        "ordered_at": orders.at[of],
        "title_id": Coded(titles, lines.title),
        "quantity": lines.quantity,
        "unit_price": lines.price / 100,
        "ship_method": Coded(list(vocabulary.SHIP_METHODS), orders.method[of]),
        "ship_to": Coded(_address_book(world, first, last), (account * 4 + orders.drop)[of]),
        "payment_method": Coded(list(vocabulary.PAYMENT_METHODS), orders.payment[of]),
    }


def _address_book(world: _World, first: int, last: int) -> list[str]:
    """Four addresses of each account of the block: its own, and three others."""
    account = np.repeat(np.arange(first, last), 4)
    number = np.column_stack([world.marks.form["address"][first:last], world.marks.drops[first:last]]).ravel()
    where = [world.setting.countries[i][0] for i in world.marks.address_country(account, number).tolist()]
    return identity.one_line(identity.addresses(world.seed, number, where))


def _shipment_columns(
    end: int,
    lines: ordering.Lines,
    shipped: fulfilment.Shipments,
    names: pa.Array,
    ids: pa.Array,
    account: np.ndarray,
    titles: pa.Array,
) -> dict:
    left = np.flatnonzero(shipped.shipped_at < end)
    of = lines.order[left]
    arrived = shipped.delivered_at[left]
    return {
        "order_id": Coded(names, of),
        "line": lines.line[left],
        "account_id": Coded(ids, account[of]),
        "title_id": Coded(titles, lines.title[left]),
        "shipped_at": shipped.shipped_at[left],
        "delivered_at": np.ma.MaskedArray(np.where(arrived < end, arrived, 0), mask=arrived >= end),
        "quantity": lines.quantity[left],
    }


def _return_columns(
    end: int,
    lines: ordering.Lines,
    returned: fulfilment.Returns,
    ids: pa.Array,
    account: np.ndarray,
    titles: pa.Array,
) -> dict:
    back = np.flatnonzero(returned.at < end)
    line = returned.line[back]
    return {
        "account_id": Coded(ids, account[lines.order[line]]),
        "title_id": Coded(titles, lines.title[line]),
        "returned_at": returned.at[back],
        "quantity": returned.quantity[back],
    }


def _payment_columns(
    end: int,
    orders: ordering.Orders,
    paid: fulfilment.Payments,
    names: pa.Array,
    ids: pa.Array,
    account: np.ndarray,
) -> dict:
    kept = np.flatnonzero(paid.at < end)
    of = paid.order[kept]
    return {
        "account_id": Coded(ids, account[of]),
        "order_id": Coded(names, of),
        "recorded_at": paid.at[kept],
        "method": Coded(list(vocabulary.PAYMENT_METHODS), orders.payment[of]),
        "amount": paid.amount[kept] / 100,
        "status": Coded(list(vocabulary.PAYMENT_STATUSES), paid.status[kept]),
    }


def _note(
    world: _World,
    periods: Periods,
    orders: ordering.Orders,
    lines: ordering.Lines,
    shipped: fulfilment.Shipments,
    seen: _Seen,
) -> None:
    """Keep what outcomes and leaks need: first orders, discs held before their street date, discs fakes held."""
    np.minimum.at(seen.first_order, orders.account, orders.at)
    account = orders.account[lines.order]
    street = world.slate.final_street[lines.title]
    arrived, fake = shipped.delivered_at, periods.is_fake[orders.period[lines.order]]
    early = (arrived < street) & (arrived < world.end)
    acts = early & fake
    np.minimum.at(seen.first_act, account[acts], arrived[acts])
    np.minimum.at(seen.early_sale, account[early], street[early])
    held = fake & (arrived < np.minimum(street + _WORTH_A_COPY_DAYS * DAY, world.end))
    seen.held.append(releases.Holdings(account[held], lines.title[held], arrived[held]))


def _write_findings(world: _World, tables: dict[str, TableWriter], names: list[str], seen: _Seen) -> None:
    """Outcomes, leaks, and the truth of the leaks."""
    tables["outcomes"].add(
        outcomes.outcome_rows(
            world.setting,
            world.population,
            names,
            seen.first_act,
            seen.early_sale,
            seen.first_order,
            world.end,
            world.seed,
        )
    )
    held = releases.Holdings(
        *(
            np.concatenate([getattr(h, name) for h in seen.held])
            for name in ("account", "title", "delivered_at")
        )
    )
    leaks, truth = releases.leak_rows(
        world.setting,
        world.slate,
        world.titles,
        names,
        world.population.ring,
        held,
        (world.start, world.end),
        world.seed,
    )
    tables["leaks"].add(leaks)
    tables["truth/leaks"].add(truth)
