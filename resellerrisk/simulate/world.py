"""What a whole market draws on before the first order: films, accounts, rings, habits, identifiers.

Its memory grows with the number of accounts; order lines are made from it in `blocks`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resellerrisk.simulate import forms, slate
from resellerrisk.simulate.assumptions import Setting
from resellerrisk.simulate.behaviour import (
    Periods,
    draw_periods,
    payment_trouble,
    return_chance,
)
from resellerrisk.simulate.calendar import OrderingYear, ordering_year
from resellerrisk.simulate.population import Population, draw_population
from resellerrisk.simulate.sharing import Marks, Sightings, draw_sharing


@dataclass(frozen=True)
class World:
    """A market without its orders.

    Parameters
    ----------
    setting : Setting
    start, end : int
        First second of the market, first second after it.
    seed : int
    slate : slate.Slate
    population : Population
    periods : Periods
    marks : Marks
    sightings : Sightings
    year : OrderingYear
    return_chance, trouble : ndarray of float
        Of each account: chance that a line comes back; how much more often than usual payments go wrong.
    accounts, titles : list of str
        Names.
    """

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


def draw_world(setting: Setting, accounts: int, start: int, end: int, seed: int) -> World:
    """Draw everything that comes before the orders; parameters as in `World`, `accounts` is how many."""
    population = draw_population(setting, accounts, start, end, seed)
    films = slate.draw_slate(setting, start, end, seed)
    marks, sightings = draw_sharing(setting, population, end, seed)
    return World(
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
