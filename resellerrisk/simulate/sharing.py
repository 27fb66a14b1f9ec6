"""Who shows which identifier, and who shares one with whom.

Each identifier is a number here; two accounts with the same number of a kind show the same value. What a number looks
like is in `identity`. Rings share in part and change what they share once warned; honest accounts share too: families,
forwarders' docks, business centres, carriers' drivers, shared offices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from resellerrisk.simulate.assumptions import Setting
from resellerrisk.simulate.calendar import DAY, NEVER
from resellerrisk.simulate.population import Population
from resellerrisk.simulate.randomness import choose, stream
from resellerrisk.vocabulary import ADDRESS_KINDS, IDENTIFIER_KINDS

#: Numbers below zero belong to several accounts; each sort begins where the one before ends.
RING, FAMILY, DOCK, CENTRE, SHARED = (-(10**12) * i for i in range(5))
_OWN_PER_ACCOUNT = 16

#: Kinds of which every account has one of its own, and the share of accounts on which it is ever seen.
_SEEN = {
    "phone": 0.97,
    "officer": 0.95,
    "bank": 0.88,
    "device": 0.97,
    "ip": 0.97,
    "card": 0.35,
}
#: Share of family pairs that show the same.
_FAMILY = {"phone": 0.6, "officer": 0.65, "bank": 0.5, "device": 0.25, "ip": 0.3}
#: Share of honest accounts that come to show another later, and of sold or taken-over ones that do at that moment.
_RENEWED = {
    "device": 0.28,
    "ip": 0.30,
    "bank": 0.06,
    "officer": 0.05,
    "phone": 0.05,
    "card": 0.10,
}
_NEW_OWNER = {
    "device": 0.75,
    "ip": 0.75,
    "bank": 0.6,
    "officer": 0.45,
    "phone": 0.35,
    "card": 0.4,
}
#: Share of a warned ring's members that change what they show.
_ROTATED = {"device": 0.4, "ip": 0.5, "bank": 0.3, "phone": 0.25, "pickup_person": 0.4}


@dataclass(frozen=True)
class Marks:
    """Numbers by account.

    Parameters
    ----------
    form : dict of ndarray
        Numbers the form shows, by kind.
    address_kind : ndarray of int
        Place in `ADDRESS_KINDS`.
    drops : ndarray of int, shape (n, 3)
        Other delivery addresses.
    country, ring_country : ndarray of int
        Place in the setting's countries: the account's, and that of its ring's addresses.
    """

    form: dict[str, np.ndarray]
    address_kind: np.ndarray
    drops: np.ndarray
    country: np.ndarray
    ring_country: np.ndarray

    def address_country(self, account: np.ndarray, number: np.ndarray) -> np.ndarray:
        """The country in which an address of an account lies; forwarders' docks are in the first country, the port's."""
        on_form = number == self.form["address"][account]
        docks = (number < DOCK) & (number > CENTRE)
        return np.where(
            docks,
            0,
            np.where(on_form, self.country[account], self.ring_country[account]),
        )


@dataclass(frozen=True)
class Sightings:
    """Identifiers seen: account, place in `IDENTIFIER_KINDS`, number, second; one entry each."""

    account: np.ndarray
    kind: np.ndarray
    number: np.ndarray
    seen_at: np.ndarray


def draw_sharing(setting: Setting, population: Population, end: int, seed: int) -> tuple[Marks, Sightings]:
    """Numbers of all accounts, and when each was seen.

    Parameters
    ----------
    setting : Setting
    population : Population
    end : int
        First second after the market.
    seed : int

    Returns
    -------
    Marks
    Sightings
        Sorted by time; none before its account's application, none at or after `end`.
    """
    rng = stream(seed, "sharing")
    form = {kind: own_number(np.arange(len(population))) for kind in (*_SEEN, "address", "pickup_person")}
    address_kind = _address_kinds(setting, population, rng)
    _share_in_centres(form, address_kind, rng)
    _share_in_families(form, population, rng)
    _share_in_offices(form, population, rng)
    late = _share_in_rings(setting, form, population, rng)
    drops = _drops(setting, population, rng)
    parts = [
        *_at_application(setting, form, population, rng),
        *late,
        *_renewals(setting, population, rng),
        *_drop_sightings(drops, population, rng),
    ]
    marks = Marks(form, address_kind, drops, population.country, _ring_country(population))
    return marks, _sorted(parts, population, end)


def own_number(account: np.ndarray, nth: int = 0) -> np.ndarray:
    """The nth number that is an account's own.

    Examples
    --------
    >>> own_number(np.array([2, 3]), 1)
    array([33, 49])
    """
    return np.asarray(account) * _OWN_PER_ACCOUNT + nth


def _pool(start: int, number: np.ndarray, nth: np.ndarray | int = 0) -> np.ndarray:
    return start - 1 - (np.asarray(number) * _OWN_PER_ACCOUNT + nth)


def _share_in_families(form: dict[str, np.ndarray], population: Population, rng: np.random.Generator) -> None:
    related = population.family >= 0
    families = int(population.family.max(initial=-1)) + 1
    for kind, share in _FAMILY.items():
        same = (rng.random(families) < share)[population.family] & related if families else related
        form[kind] = np.where(same, _pool(FAMILY, population.family), form[kind])


def _address_kinds(setting: Setting, population: Population, rng: np.random.Generator) -> np.ndarray:
    """What stands at each address; a share of the fakes sit as hobby shops do, or behind a mailbox."""
    shares = np.array([trade.addresses for trade in setting.trades])[population.kind]
    tilted = population.is_fake & (rng.random(len(population)) < setting.form_tilt)
    shares = np.where(tilted[:, None], [[0.30, 0.40, 0.25, 0.05]], shares)
    return choose(rng, shares.cumsum(axis=1))


def _share_in_centres(
    form: dict[str, np.ndarray], address_kind: np.ndarray, rng: np.random.Generator
) -> None:
    """Mailboxes stand in business centres, sixteen to each."""
    count = len(address_kind)
    box = _pool(CENTRE, rng.integers(0, count // 90 + 2, count), rng.integers(0, 16, count))
    form["address"] = np.where(address_kind == ADDRESS_KINDS.index("mailbox"), box, form["address"])


def _share_in_offices(form: dict[str, np.ndarray], population: Population, rng: np.random.Generator) -> None:
    """Lines of shared offices and carriers' drivers: many accounts to a value, most of them honest."""
    count = len(population)
    for kind, share, accounts_each in (("ip", 0.05, 60), ("pickup_person", 0.35, 25)):
        values = count // accounts_each + 2
        shares = rng.random(count) < share
        form[kind] = np.where(shares, _pool(SHARED, rng.integers(0, values, count)), form[kind])


def _share_in_rings(
    setting: Setting,
    form: dict[str, np.ndarray],
    population: Population,
    rng: np.random.Generator,
) -> list[tuple[Any, ...]]:
    """Let members show their ring's numbers: half from the application on, half later, some anew once warned."""
    fake = population.is_fake
    count = len(population)
    opened_fake = fake & (population.since <= population.applied_at)
    late = []
    for kind, share in setting.shared_identifiers:
        if kind == "drop":
            continue
        shares = fake & (rng.random(count) < share)
        number = _pool(RING, population.ring, rng.integers(0, 2, count))
        at_once = shares & opened_fake & (rng.random(count) < 0.5)
        form[kind] = np.where(at_once, number, form[kind])
        later = np.flatnonzero(shares & ~at_once)
        after = (rng.exponential(150, len(later)) * DAY).astype(np.int64)
        late.append((later, kind, number[later], population.since[later] + after))
        warned = fake & (population.warned_at < NEVER) & (rng.random(count) < _ROTATED.get(kind, 0.0))
        moves = np.flatnonzero(warned)
        fresh = np.where(
            rng.random(len(moves)) < 0.4,
            _pool(RING, population.ring[moves], 2),
            own_number(moves, 5),
        )
        wait = (rng.uniform(1, 40, len(moves)) * DAY).astype(np.int64)
        late.append((moves, kind, fresh, population.warned_at[moves] + wait))
    return late


def _drops(setting: Setting, population: Population, rng: np.random.Generator) -> np.ndarray:
    """Three other delivery addresses of each account: its own, its ring's, or a forwarder's dock."""
    count = len(population)
    own = np.stack([own_number(np.arange(count), nth) for nth in (2, 3, 4)], axis=1)
    docks = count // 120 + 3
    dock = _pool(DOCK, rng.integers(0, docks, (count, 1)), rng.integers(0, 4, (count, 3)))
    docked = np.array([trade.docked for trade in setting.trades])[population.kind]
    uses_dock = docked[:, None] | (rng.random((count, 3)) < 0.12)
    drops = np.where(uses_dock, dock, own)
    share = dict(setting.shared_identifiers)["drop"]
    ring = _pool(RING, population.ring[:, None], rng.integers(0, 3, (count, 3)))
    of_ring = population.is_fake[:, None] & (rng.random((count, 3)) < share)
    return np.where(of_ring, ring, drops)


def _ring_country(population: Population) -> np.ndarray:
    """The country of a ring's addresses: that of the ring's first account; honest accounts have their own."""
    country = population.country.copy()
    fake = np.flatnonzero(population.is_fake)
    _, first, place = np.unique(population.ring[fake], return_index=True, return_inverse=True)
    country[fake] = population.country[fake[first]][place]
    return country


def _at_application(
    setting: Setting,
    form: dict[str, np.ndarray],
    population: Population,
    rng: np.random.Generator,
) -> list[tuple[Any, ...]]:
    """What is seen in the first days: the form's own fields, and what came with them."""
    count = len(population)
    everyone = np.arange(count)
    parts = []
    for kind in ("email", "website", "tax_id", "address"):
        number = form.get(kind, everyone)
        parts.append(
            (
                everyone,
                kind,
                number,
                population.applied_at + rng.integers(60, DAY, count),
            )
        )
    for kind, share in _SEEN.items():
        seen = np.flatnonzero(rng.random(count) < share)
        after = (rng.exponential(2.0, len(seen)) * DAY).astype(np.int64) + 60
        parts.append((seen, kind, form[kind][seen], population.applied_at[seen] + after))
    collects = np.minimum(
        3.0 * np.array([trade.methods[3] for trade in setting.trades])[population.kind],
        0.9,
    )
    seen = np.flatnonzero(
        rng.random(count) < np.where(population.is_fake, np.maximum(collects, 0.3), collects)
    )
    after = (rng.exponential(70.0, len(seen)) * DAY).astype(np.int64) + 5 * DAY
    parts.append(
        (
            seen,
            "pickup_person",
            form["pickup_person"][seen],
            population.applied_at[seen] + after,
        )
    )
    return parts


def _renewals(setting: Setting, population: Population, rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """New devices and banks over the years, and those that come with a new owner."""
    count = len(population)
    sold_to_fakes = population.is_fake & (population.since > population.applied_at)
    owner_at = np.where(sold_to_fakes, population.since, population.sold_at)
    parts = []
    for kind, share in _RENEWED.items():
        renewed = np.flatnonzero(rng.random(count) < share)
        at = population.applied_at[renewed] + (rng.uniform(90, 1500, len(renewed)) * DAY).astype(np.int64)
        parts.append((renewed, kind, own_number(renewed, 6), at))
        bought = np.flatnonzero((owner_at < NEVER) & (rng.random(count) < _NEW_OWNER[kind]))
        at = owner_at[bought] + (rng.uniform(-10, 25, len(bought)) * DAY).astype(np.int64)
        parts.append((bought, kind, own_number(bought, 7), at))
    return parts


def _drop_sightings(
    drops: np.ndarray, population: Population, rng: np.random.Generator
) -> list[tuple[Any, ...]]:
    """Some accounts give another delivery address for good."""
    seen = np.flatnonzero(rng.random(len(population)) < 0.16)
    after = (rng.exponential(120.0, len(seen)) * DAY).astype(np.int64) + DAY
    from_then = np.where(population.is_fake[seen], population.since[seen], population.applied_at[seen])
    return [(seen, "address", drops[seen, 0], from_then + after)]


def _sorted(parts: list[tuple[Any, ...]], population: Population, end: int) -> Sightings:
    account = np.concatenate([part[0] for part in parts])
    kind = np.concatenate([np.full(len(part[0]), IDENTIFIER_KINDS.index(part[1])) for part in parts])
    number = np.concatenate([part[2] for part in parts])
    seen_at = np.concatenate([part[3] for part in parts])
    opened, closed = (
        population.applied_at[account],
        np.minimum(population.closed_at[account], end),
    )
    kept = np.flatnonzero((seen_at >= opened) & (seen_at < closed))
    kept = kept[np.lexsort([kind[kept], account[kept], seen_at[kept]])]
    return Sightings(account[kept], kind[kept], number[kept], seen_at[kept])
