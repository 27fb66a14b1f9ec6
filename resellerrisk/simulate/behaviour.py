"""How each account orders, period by period: an honest shop has one period, one that is taken over or warned has more.

Only figures are drawn here; the orders themselves are drawn from them in `ordering`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from resellerrisk.simulate.assumptions import Setting
from resellerrisk.simulate.calendar import DAY
from resellerrisk.simulate.population import Population
from resellerrisk.simulate.randomness import stream


@dataclass(frozen=True)
class Periods:
    """Stretches of time in which an account orders in one way; one entry each, sorted by account and time.

    Parameters
    ----------
    account : ndarray of int
    start, end : ndarray of int
        Seconds.
    orders_a_year, basket, cover, wanted, sought, lead_days, reorders, copies, copies_spread, days_early, asks_early, \
    drops : ndarray of float
        As in `trades.Trade`; `wanted` is the coverage as log-odds.
    formats : ndarray of float, shape (n, 3)
    methods, payments : ndarray of float, shapes (n, 4) and (n, 6)
        Cumulative shares.
    is_fake : ndarray of bool
    share_of_ring : ndarray of int, shape (n, 2)
        The part of the slate that a member of a rotating ring buys (place, places); (0, 1) is all of it.
    """

    account: np.ndarray
    start: np.ndarray
    end: np.ndarray
    orders_a_year: np.ndarray
    basket: np.ndarray
    cover: np.ndarray
    wanted: np.ndarray
    sought: np.ndarray
    lead_days: np.ndarray
    reorders: np.ndarray
    copies: np.ndarray
    copies_spread: np.ndarray
    days_early: np.ndarray
    asks_early: np.ndarray
    drops: np.ndarray
    formats: np.ndarray
    methods: np.ndarray
    payments: np.ndarray
    is_fake: np.ndarray
    share_of_ring: np.ndarray

    def __len__(self) -> int:
        return len(self.account)

    def rows(self, index: np.ndarray | slice) -> Periods:
        """The periods at the given places."""
        return Periods(**{f.name: getattr(self, f.name)[index] for f in fields(self)})

    def of_accounts(self, first: int, last: int) -> Periods:
        """The periods of accounts `first` up to, but not including, `last`."""
        low, high = np.searchsorted(self.account, [first, last])
        return self.rows(slice(int(low), int(high)))


def draw_periods(setting: Setting, population: Population, start: int, end: int, seed: int) -> Periods:
    """The periods of all accounts within the market.

    Parameters
    ----------
    setting : Setting
    population : Population
    start, end : int
        First second of the market, first second after it.
    seed : int

    Returns
    -------
    Periods
    """
    rng = stream(seed, "behaviour")
    honest = _as_honest(setting, population, rng)
    fake = _as_fake(setting, population, honest, rng)
    warned = _as_warned(setting, fake)
    sold = _as_sold(honest, rng)
    opened, closed = population.applied_at + 2 * DAY, population.closed_at
    fake_from, warned_from = population.since, population.warned_at
    spans = (
        (honest, opened, np.minimum(closed, np.minimum(fake_from, population.sold_at))),
        (sold, population.sold_at, closed),
        (fake, np.maximum(opened, fake_from), np.minimum(closed, warned_from)),
        (warned, np.maximum(np.maximum(opened, fake_from), warned_from), closed),
    )
    parts = [
        _within(figures, np.maximum(begins, start), np.minimum(ends, end)) for figures, begins, ends in spans
    ]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort([whole["start"], whole["account"]])
    return Periods(**{name: column[order] for name, column in whole.items()})


def _within(figures: dict[str, np.ndarray], start: np.ndarray, end: np.ndarray) -> dict[str, np.ndarray]:
    there = np.flatnonzero(start < end)
    return {name: column[there] for name, column in {**figures, "start": start, "end": end}.items()}


def _as_honest(setting: Setting, population: Population, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Each account's figures, around those of its trade."""
    count = len(population)

    def of_trade(name: str) -> np.ndarray:
        found: np.ndarray = np.array([getattr(trade, name) for trade in setting.trades])[population.kind]
        return found

    def around(name: str, spread: float) -> np.ndarray:
        return of_trade(name) * np.exp(spread * rng.standard_normal(count))

    above = np.maximum(population.size - setting.big_from, 0.0)
    rate = of_trade("orders_a_year") * np.exp(
        of_trade("orders_spread") * population.size + setting.big_more * above**2
    )
    eager = 0.55 * (np.log(rate) - np.log(of_trade("orders_a_year")))
    return {
        "account": np.arange(count),
        "orders_a_year": np.minimum(rate, 200.0),
        "basket": around("basket", 0.35) * np.exp(0.08 * population.size),
        "cover": np.ones(count),
        "wanted": _log_odds(of_trade("coverage")) + eager + 0.7 * rng.standard_normal(count),
        "sought": of_trade("sought") + 0.25 * rng.standard_normal(count),
        "lead_days": around("lead_days", 0.3),
        "reorders": np.minimum(around("reorders", 0.5), 0.9),
        "copies": around("copies", 0.5) * np.exp(0.15 * population.size),
        "copies_spread": of_trade("copies_spread"),
        "days_early": around("days_early", 0.45),
        "asks_early": np.minimum(around("asks_early", 0.9), 0.95),
        "drops": np.minimum(around("drops", 0.8), 0.97),
        "formats": _tasted(of_trade("formats"), rng),
        "methods": _habits(of_trade("methods"), 6.0, rng),
        "payments": _habits(of_trade("payments"), 0.6, rng),
        "is_fake": np.zeros(count, dtype=bool),
        "share_of_ring": np.tile([0, 1], (count, 1)),
    }


def _as_fake(
    setting: Setting,
    population: Population,
    honest: dict[str, np.ndarray],
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Figures of fakes by their strategy, on the ground of what their claimed trade does; of no use for honest ones."""
    count = len(population)
    strategy = np.maximum(population.strategy, 0)

    def of_strategy(name: str) -> np.ndarray:
        found: np.ndarray = np.array([getattr(s, name) for s in setting.strategies])[strategy]
        return found

    def around(name: str, spread: float) -> np.ndarray:
        return of_strategy(name) * np.exp(spread * rng.standard_normal(count))

    haste = setting.haste
    cover = np.minimum(around("cover", 0.35), 1.0)
    asks = honest["asks_early"] + haste * (np.minimum(around("asks_early", 0.3), 0.95) - honest["asks_early"])
    hurried = haste * np.minimum(around("hurried", 0.6), 0.8)
    return {
        **honest,
        "orders_a_year": np.maximum(around("orders_a_year", 0.5), 0.8 * honest["orders_a_year"]),
        "basket": honest["basket"] * (0.4 + 0.6 * cover),
        "cover": cover,
        "wanted": _log_odds(of_strategy("coverage")) + 0.6 * rng.standard_normal(count),
        "sought": of_strategy("sought") + 0.25 * rng.standard_normal(count),
        "lead_days": honest["lead_days"] + haste * (around("lead_days", 0.2) - honest["lead_days"]),
        "reorders": honest["reorders"] * cover**2,
        "copies": np.sqrt(around("copies", 0.3) * np.minimum(honest["copies"], 12)),
        "asks_early": asks,
        "drops": np.maximum(honest["drops"], np.minimum(around("drops", 0.7), 0.95)),
        "formats": _tasted(of_strategy("formats"), rng),
        "methods": _less_standard(honest["methods"], hurried),
        "is_fake": np.ones(count, dtype=bool),
        "share_of_ring": _share_of_ring(setting, population),
    }


def _share_of_ring(setting: Setting, population: Population) -> np.ndarray:
    """Members of a ring that rotate each buy a part of the slate; everybody else all of it."""
    rotates = np.array([s.name == "rotated" for s in setting.strategies])[population.strategy]
    rotates &= population.is_fake
    return np.where(rotates[:, None], np.stack([population.place, population.places], axis=1), [[0, 1]])


def _as_warned(setting: Setting, fake: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What a fake does once another of its ring is found: less hurry, more cover."""
    return {
        **fake,
        "cover": fake["cover"] + (1 - fake["cover"]) * setting.adapted_cover,
        "wanted": fake["wanted"] + np.log(setting.adapted_coverage),
        "asks_early": fake["asks_early"] * setting.adapted_asks_early,
        "drops": fake["drops"] * setting.adapted_drops,
        "methods": 1 - (1 - fake["methods"]) * setting.adapted_hurried,
    }


def _as_sold(honest: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """An honest shop under a new owner orders otherwise: a change that is no take-over by fakes."""
    count = len(honest["account"])
    return {
        **honest,
        "orders_a_year": honest["orders_a_year"] * np.exp(0.5 * rng.standard_normal(count)),
        "wanted": honest["wanted"] + 0.8 * rng.standard_normal(count),
        "lead_days": honest["lead_days"] * np.exp(0.3 * rng.standard_normal(count)),
        "asks_early": np.minimum(honest["asks_early"] * np.exp(0.8 * rng.standard_normal(count)), 0.9),
    }


def _log_odds(share: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.log(share) - np.log1p(-share)
    return found


def _tasted(formats: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.clip(formats + 0.15 * rng.standard_normal(formats.shape), 0.01, 0.99)


def _habits(shares: np.ndarray, firmness: float, rng: np.random.Generator) -> np.ndarray:
    """Cumulative shares of each shop around those of its trade; the lower the firmness, the more each has one habit."""
    own = rng.standard_gamma(np.maximum(shares * firmness, 1e-9))
    own[:, 0] += 1e-12
    total = own.cumsum(axis=1)
    found: np.ndarray = total / total[:, -1:]
    return found


def _less_standard(cumulative: np.ndarray, hurried: np.ndarray) -> np.ndarray:
    """Methods with a share of what went as standard now going by the three quick ones, half of it by express."""
    moved = cumulative[:, 0] * hurried
    return np.stack(
        [
            cumulative[:, 0] - moved,
            cumulative[:, 1] - 0.5 * moved,
            cumulative[:, 2] - 0.25 * moved,
            cumulative[:, 3],
        ],
        axis=1,
    )


def return_chance(setting: Setting, population: Population, seed: int) -> np.ndarray:
    """Chance that a line of each account comes back: nought for the two in three that never return anything."""
    rng = stream(seed, "returns")
    ever = np.array([trade.returns for trade in setting.trades])[population.kind]
    odds = _log_odds(ever) + 0.9 * population.size
    returns = rng.random(len(population)) * (1 + np.exp(-odds)) < 1
    habit = setting.line_returned * np.exp(0.8 * rng.standard_normal(len(population)) - 0.32)
    return np.where(returns, np.minimum(habit, 0.6), 0.0)


def payment_trouble(population: Population, seed: int) -> np.ndarray:
    """How much more often than usual payments of each account go wrong; the median is 1."""
    return np.exp(0.7 * stream(seed, "payments").standard_normal(len(population)))
