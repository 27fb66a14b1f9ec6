"""The accounts: which kind of shop each is, when it comes and goes, and which of them are fake from when on.

What the form says is in `forms`, how they order in `behaviour`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from resellerrisk.simulate.assumptions import Setting
from resellerrisk.simulate.calendar import DAY, NEVER, YEAR
from resellerrisk.simulate.randomness import stream
from resellerrisk.simulate.rings import Members, draw_members
from resellerrisk.simulate.trades import CLAIMED

#: An account taken over was honest for at least so many days.
_HONEST_DAYS = 300
_CLOSED_AFTER_DAYS = 4


@dataclass(frozen=True)
class Population:
    """Accounts in the order in which they applied, one entry each.

    Parameters
    ----------
    kind : ndarray of int
        Place in the setting's trades: what it is, or, of a fake, what it says it is.
    country : ndarray of int
        Place in the setting's countries.
    applied_at, closed_at : ndarray of int
        Seconds; orders fall between.
    size : ndarray of float
        Standard normal among shops of its kind; big shops order more often.
    family : ndarray of int
        Honest shops of one family share a number; -1 for the others.
    sold_at : ndarray of int
        Second at which an honest shop is sold, else `NEVER`.
    ring, place, places, strategy : ndarray of int
        As in `rings.Members`; -1, 0, 1 and -1 for honest accounts.
    since, found_at, warned_at : ndarray of int
        Seconds, as in `rings.Members`; `NEVER` for honest accounts.
    """

    kind: np.ndarray
    country: np.ndarray
    applied_at: np.ndarray
    closed_at: np.ndarray
    size: np.ndarray
    family: np.ndarray
    sold_at: np.ndarray
    ring: np.ndarray
    place: np.ndarray
    places: np.ndarray
    strategy: np.ndarray
    since: np.ndarray
    found_at: np.ndarray
    warned_at: np.ndarray

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def is_fake(self) -> np.ndarray:
        """Whether the account is, or becomes, fake."""
        return self.ring >= 0

    def rows(self, index: np.ndarray) -> Population:
        """The accounts at the given places."""
        return Population(**{f.name: getattr(self, f.name)[index] for f in fields(self)})


def draw_population(setting: Setting, accounts: int, start: int, end: int, seed: int) -> Population:
    """All accounts of a market.

    Parameters
    ----------
    setting : Setting
    accounts : int
        How many, fakes included.
    start, end : int
        First second of the market, first second after it.
    seed : int

    Returns
    -------
    Population
    """
    rng = stream(seed, "population")
    members = draw_members(setting, round(setting.fake_share * accounts), start, end, stream(seed, "rings"))
    taken_over = np.array([s.name == "taken_over" for s in setting.strategies], dtype=bool)[members.strategy]
    opened = ~taken_over
    honest = _honest(setting, accounts - int(opened.sum()), start, end, rng)
    honest = _take_over(setting, honest, _choose(members, taken_over), end, rng)
    fakes = _opened_as_fakes(setting, _choose(members, opened), end, rng)
    whole = Population(
        **{
            f.name: np.concatenate([getattr(honest, f.name), getattr(fakes, f.name)])
            for f in fields(Population)
        }
    )
    return whole.rows(np.argsort(whole.applied_at, kind="stable"))


def _choose(members: Members, which: np.ndarray) -> Members:
    return Members(**{f.name: getattr(members, f.name)[which] for f in fields(members)})


def _honest(setting: Setting, count: int, start: int, end: int, rng: np.random.Generator) -> Population:
    share = np.array([trade.share for trade in setting.trades])
    before = rng.random(count) < setting.opened_before_share
    applied = np.where(
        before,
        start - rng.integers(0, setting.opened_before_days * DAY, count),
        rng.integers(start, end - 20 * DAY, count),
    )
    life = (rng.exponential(setting.account_years * YEAR, count) + 60 * DAY).astype(np.int64)
    closed = np.maximum(applied + life, start + rng.integers(20, 200, count) * DAY)
    sold_at = applied + rng.integers(200, 1200, count) * DAY
    sold = (rng.random(count) < setting.sold_share) & (sold_at < np.minimum(closed, end))
    return Population(
        kind=rng.choice(len(share), count, p=share / share.sum()),
        country=_countries(setting, count, rng),
        applied_at=applied,
        closed_at=closed,
        size=rng.standard_normal(count),
        family=_families(setting, count, rng),
        sold_at=np.where(sold, sold_at, NEVER),
        **_no_ring(count),
    )


def _no_ring(count: int) -> dict[str, np.ndarray]:
    never = np.full(count, NEVER)
    none = np.full(count, -1)
    zero, one = np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.int64)
    return {
        "ring": none,
        "place": zero,
        "places": one,
        "strategy": none,
        "since": never,
        "found_at": never,
        "warned_at": never,
    }


def _countries(setting: Setting, count: int, rng: np.random.Generator) -> np.ndarray:
    share = np.array([share for _, share in setting.countries])
    return rng.choice(len(share), count, p=share / share.sum())


def _ring_countries(setting: Setting, members: Members, rng: np.random.Generator) -> np.ndarray:
    """Most members of a ring are in one country."""
    count = len(members.ring)
    at_home = _countries(setting, int(members.ring.max(initial=0)) + 1, rng)[members.ring]
    return np.where(rng.random(count) < 0.7, at_home, _countries(setting, count, rng))


def _families(setting: Setting, count: int, rng: np.random.Generator) -> np.ndarray:
    """Pairs of shops run by one family."""
    pairs = int(count * setting.family_share / 2)
    chosen = rng.permutation(count)[: 2 * pairs]
    family = np.full(count, -1)
    family[chosen] = np.arange(2 * pairs) // 2
    return family


def _opened_as_fakes(setting: Setting, members: Members, end: int, rng: np.random.Generator) -> Population:
    count = len(members.ring)
    names = [trade.name for trade in setting.trades]
    claimed = np.array([names.index(name) for name, _ in CLAIMED])
    share = np.array([share for _, share in CLAIMED])
    stays = members.since + (rng.exponential(3.5 * YEAR, count) + 150 * DAY).astype(np.int64)
    return Population(
        kind=claimed[rng.choice(len(share), count, p=share / share.sum())],
        country=_ring_countries(setting, members, rng),
        applied_at=members.since,
        closed_at=np.minimum(stays, _after(members.found_at)),
        size=rng.standard_normal(count),
        family=np.full(count, -1),
        sold_at=np.full(count, NEVER),
        **{f.name: getattr(members, f.name) for f in fields(members)},
    )


def _after(found_at: np.ndarray) -> np.ndarray:
    return np.where(found_at < NEVER, found_at + _CLOSED_AFTER_DAYS * DAY, NEVER)


def _take_over(
    setting: Setting,
    honest: Population,
    members: Members,
    end: int,
    rng: np.random.Generator,
) -> Population:
    """Give each taken-over member an account that was honest long enough; one without such an account is left out."""
    columns = {f.name: getattr(honest, f.name).copy() for f in fields(honest)}
    names = [trade.name for trade in setting.trades]
    wanted = np.isin(honest.kind, [names.index(n) for n in ("store", "online", "rental", "hobby")])
    for i in np.argsort(members.since):
        old_enough = columns["applied_at"] + _HONEST_DAYS * DAY < members.since[i]
        free = wanted & old_enough & (columns["ring"] < 0) & (columns["family"] < 0)
        still_open = free & (columns["closed_at"] > members.since[i] - 60 * DAY)
        if not still_open.any():
            continue
        account = rng.choice(np.flatnonzero(still_open))
        for f in fields(members):
            columns[f.name][account] = getattr(members, f.name)[i]
        columns["sold_at"][account] = NEVER
        stays = members.since[i] + int((rng.exponential(3.5) + 0.5) * YEAR)
        columns["closed_at"][account] = min(stays, _after(members.found_at[i : i + 1])[0])
    return Population(**columns)
