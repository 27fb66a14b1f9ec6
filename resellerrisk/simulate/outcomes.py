"""Decisions about accounts: fakes found, shops reviewed, street dates broken, mistakes taken back.

Decisions come late, and most accounts never get one. When a fake is found was settled in `rings`; here a decision is
only written down if there was something to find before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from resellerrisk.simulate.assumptions import Setting
from resellerrisk.simulate.calendar import DAY, NEVER
from resellerrisk.simulate.population import Population
from resellerrisk.simulate.randomness import stream
from resellerrisk.vocabulary import OUTCOME_SOURCES, OUTCOMES

_INVESTIGATION, _POLICE, _REVIEW = (
    OUTCOME_SOURCES.index(s) for s in ("investigation", "law_enforcement", "review")
)
_NOTES = {
    (0, _INVESTIGATION): "Discs of this account were traced to copies.",
    (0, _POLICE): "Named in a case of the authorities.",
    (0, _REVIEW): "No shop was found under the address given.",
    (1, _REVIEW): "Shop visited or called; trade in order.",
    (2, _REVIEW): "Sold before street date; reminded of the agreement.",
    (3, _REVIEW): "Earlier outcome taken back.",
}

Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Seen:
    """What there was to find: one second per account, `NEVER` where there was nothing.

    Parameters
    ----------
    first_act : ndarray of int
        When it first held, as a fake, a disc before its street date.
    early_sale : ndarray of int
        The first street date before which it held discs.
    first_order : ndarray of int
        When it first ordered.
    """

    first_act: np.ndarray
    early_sale: np.ndarray
    first_order: np.ndarray


def outcome_rows(
    setting: Setting,
    population: Population,
    accounts: list[str],
    seen: Seen,
    end: int,
    seed: int,
) -> dict[str, list[Any] | np.ndarray]:
    """The `outcomes` table, in the order of decision.

    Parameters
    ----------
    setting : Setting
    population : Population
    accounts : list of str
        Names of the accounts.
    seen : Seen
    end : int
        First second after the market.
    seed : int

    Returns
    -------
    dict of columns
    """
    rng = stream(seed, "outcomes")
    parts = [
        _found(population, seen.first_act, rng),
        _cleared(setting, population, seen.first_act, rng),
        _reviewed(setting, population, seen.first_order, end, rng),
        _violations(setting, population, seen.early_sale, rng),
        *_reversed(setting, population, seen.first_order, rng),
    ]
    account, outcome, at, source = (np.concatenate(column) for column in zip(*parts, strict=True))
    kept = np.flatnonzero(at < end)
    kept = kept[np.lexsort([account[kept], at[kept]])]
    pairs = list(zip(outcome[kept].tolist(), source[kept].tolist(), strict=True))
    return {
        "account_id": [accounts[i] for i in account[kept].tolist()],
        "outcome": [OUTCOMES[o] for o, _ in pairs],
        "decided_at": at[kept],
        "source": [OUTCOME_SOURCES[s] for _, s in pairs],
        "note": [_NOTES[pair] for pair in pairs],
    }


def _rows(account: np.ndarray, outcome: str, at: np.ndarray, source: np.ndarray | int) -> Rows:
    return (
        account,
        np.full(len(account), OUTCOMES.index(outcome)),
        at,
        np.broadcast_to(source, len(account)),
    )


def _found(population: Population, first_act: np.ndarray, rng: np.random.Generator) -> Rows:
    account = np.flatnonzero((population.found_at < NEVER) & (first_act < population.found_at))
    source = rng.choice([_INVESTIGATION, _POLICE, _REVIEW], len(account), p=[0.55, 0.15, 0.3])
    return _rows(account, "fake", population.found_at[account], source)


def _cleared(
    setting: Setting,
    population: Population,
    first_act: np.ndarray,
    rng: np.random.Generator,
) -> Rows:
    """Fakes that a review passes as genuine before they are found, if they ever are."""
    fake = population.is_fake & (first_act < NEVER)
    account = np.flatnonzero(fake & (rng.random(len(population)) < setting.cleared_share))
    at = first_act[account] + (rng.uniform(10, 250, len(account)) * DAY).astype(np.int64)
    in_time = at < np.minimum(population.found_at, population.closed_at)[account]
    return _rows(account[in_time], "genuine", at[in_time], _REVIEW)


def _reviewed(
    setting: Setting,
    population: Population,
    first_order: np.ndarray,
    end: int,
    rng: np.random.Generator,
) -> Rows:
    """Honest shops looked at: those of kinds that look odd twice as often."""
    odd = np.array([trade.docked or trade.name in ("library", "hobby", "online") for trade in setting.trades])
    chance = setting.genuine_share * np.where(odd[population.kind], 1.3, 0.65)
    honest = ~population.is_fake & (first_order < NEVER)
    account = np.flatnonzero(honest & (rng.random(len(population)) < chance))
    last = np.maximum(np.minimum(population.closed_at[account], end), first_order[account] + 2 * DAY)
    at = (
        first_order[account]
        + 600
        + (rng.random(len(account)) * (last - first_order[account])).astype(np.int64)
    )
    return _rows(account, "genuine", at, _REVIEW)


def _violations(
    setting: Setting,
    population: Population,
    early_sale: np.ndarray,
    rng: np.random.Generator,
) -> Rows:
    """Big honest shops that sold before a street date; a few do so again and again."""
    big = (population.size > 1.3) | np.array([t.name == "chain" for t in setting.trades])[population.kind]
    broke = ~population.is_fake & big & (early_sale < NEVER)
    account = np.flatnonzero(broke & (rng.random(len(population)) < setting.violation_share))
    at = early_sale[account] + (rng.uniform(0.3, 60, len(account)) * DAY).astype(np.int64)
    return _rows(account, "violation", at, _REVIEW)


def _reversed(
    setting: Setting,
    population: Population,
    first_order: np.ndarray,
    rng: np.random.Generator,
) -> list[Rows]:
    """Honest shops taken for fake, and the outcome taken back months later."""
    honest = ~population.is_fake & (first_order < NEVER)
    account = np.flatnonzero(honest & (rng.random(len(population)) < setting.reversed_share))
    at = first_order[account] + (rng.uniform(40, 500, len(account)) * DAY).astype(np.int64)
    back = at + (rng.uniform(20, 200, len(account)) * DAY).astype(np.int64)
    return [
        _rows(account, "fake", at, _REVIEW),
        _rows(account, "unknown", back, _REVIEW),
    ]
