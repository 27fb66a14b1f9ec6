"""A whole market from one seed, written as it goes.

What is simulated is in the modules beside this one; here it is put in order. The big tables are made for a block of
accounts at a time, so memory grows with the number of accounts, hardly with the number of order lines. Within a block
order lines are sorted by account and time; the tables as a whole are not sorted by time.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from resellerrisk import vocabulary
from resellerrisk.errors import InputError
from resellerrisk.simulate import blocks, forms, outcomes, releases, slate
from resellerrisk.simulate.assumptions import SETTINGS, Setting
from resellerrisk.simulate.calendar import DAY, NEVER, seconds
from resellerrisk.simulate.world import World, draw_world
from resellerrisk.simulate.writing import TableWriter

Progress = Callable[[int, int], None]

_SIGHTINGS_AT_ONCE = 50_000
_LEAST_ACCOUNTS, _LEAST_DAYS = 10, 60
#: A fake's disc is worth a copy until so many days after street date.
_WORTH_A_COPY_DAYS = 15


@dataclass(frozen=True)
class _Gathered:
    """What is kept of the blocks: `seen` for outcomes, `held` for leaks."""

    seen: outcomes.Seen
    held: list[releases.Holdings] = field(default_factory=list)


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
    world = draw_world(chosen, accounts, first, after, seed)
    with ExitStack() as open_tables:
        tables = {
            name: open_tables.enter_context(TableWriter(folder / name, format))
            for name in (*vocabulary.TABLES, "truth/accounts", "truth/leaks")
        }
        _write_small_tables(world, tables)
        kept = _write_orders(world, tables, progress)
        _write_findings(world, tables, kept)
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


def _write_small_tables(world: World, tables: dict[str, TableWriter]) -> None:
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


def _until(columns: forms.Columns, known_at: str, end: int) -> forms.Columns:
    """The rows known before a moment."""
    kept = np.flatnonzero(np.asarray(columns[known_at]) < end)
    return {
        name: [column[i] for i in kept.tolist()] if isinstance(column, list) else column[kept]
        for name, column in columns.items()
    }


def _truth(world: World) -> forms.Columns:
    people, fake = world.population, world.population.is_fake
    names = [strategy.name for strategy in world.setting.strategies]
    return {
        "account_id": world.accounts,
        "is_fake": fake,
        "ring": [f"R{r:03d}" if r >= 0 else None for r in people.ring.tolist()],
        "strategy": [names[s] if s >= 0 else None for s in people.strategy.tolist()],
        "since": np.ma.MaskedArray(people.since, mask=~fake),
    }


def _write_orders(world: World, tables: dict[str, TableWriter], progress: Progress | None) -> _Gathered:
    """Orders, shipments, returns and payments, block by block."""
    count = len(world.accounts)
    kept = _Gathered(outcomes.Seen(*(np.full(count, NEVER) for _ in range(3))))
    titles = pa.array(world.titles, pa.string())
    for block in blocks.draw_blocks(world):
        tables["orders"].add(blocks.order_columns(block, titles))
        tables["shipments"].add(blocks.shipment_columns(block, titles))
        tables["returns"].add(blocks.return_columns(block, titles))
        tables["payments"].add(blocks.payment_columns(block))
        _note(block, kept)
        if progress is not None:
            progress(block.last, count)
    return kept


def _note(block: blocks.Block, kept: _Gathered) -> None:
    """Keep what outcomes and leaks need: first orders, discs held before their street date, discs fakes held."""
    orders, lines, end = block.orders, block.lines, block.world.end
    np.minimum.at(kept.seen.first_order, orders.account, orders.at)
    account = orders.account[lines.order]
    street = block.world.slate.final_street[lines.title]
    arrived, fake = block.shipments.delivered_at, block.periods.is_fake[orders.period[lines.order]]
    early = (arrived < street) & (arrived < end)
    acts = early & fake
    np.minimum.at(kept.seen.first_act, account[acts], arrived[acts])
    np.minimum.at(kept.seen.early_sale, account[early], street[early])
    held = fake & (arrived < np.minimum(street + _WORTH_A_COPY_DAYS * DAY, end))
    kept.held.append(releases.Holdings(account[held], lines.title[held], arrived[held]))


def _write_findings(world: World, tables: dict[str, TableWriter], kept: _Gathered) -> None:
    """Outcomes, leaks, and the truth of the leaks."""
    population = world.population
    tables["outcomes"].add(
        outcomes.outcome_rows(world.setting, population, world.accounts, kept.seen, world.end, world.seed)
    )
    held = releases.Holdings(
        *(
            np.concatenate([getattr(h, name) for h in kept.held])
            for name in ("account", "title", "delivered_at")
        )
    )
    leaks, truth = releases.leak_rows(
        world.setting,
        world.slate,
        (world.titles, world.accounts),
        population.ring,
        held,
        (world.start, world.end),
        world.seed,
    )
    tables["leaks"].add(leaks)
    tables["truth/leaks"].add(truth)
