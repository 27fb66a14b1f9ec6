"""How far tonight's figure lies from what its own past nights lead to expect, and how seldom that happens by chance.

A figure is compared with the same weekday of the eight weeks before, so weekdays and slow seasons pass. How much that comparison errs
on ordinary nights is taken from the figure's own last two years, so accounts that hang together and a Christmas seen before pass too;
it is never taken for less than what counting alone errs. Which moves are raised is decided in `findings`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from resellerrisk.watch.series import Series

#: Weeks before the night that say what to expect of it; at least so many of them must be there.
WEEKS, LEAST_WEEKS = 8, 4
#: Nights that say how much the comparison errs; with fewer than the second nothing is judged.
HISTORY, LEAST_HISTORY = 728, 60
#: The t distribution's degrees of freedom at most: figures have heavier tails than the normal curve.
MOST_FREEDOM = 30
#: Share of the past nights that must have moved less.
BEYOND = 0.99
#: Nights put together, by kind: a small house's night says little, a slow drift shows over the week.
WIDTHS = {"count": (1, 7, 28), "share": (1, 7), "number": (1, 7), "score": (1, 7)}
#: The middle 95 % of a normal curve, in standard deviations; and the median absolute deviation in them.
_MIDDLE, _MEDIAN = 3.919927969080108, 1.482602218505602


@dataclass(frozen=True)
class Grid:
    """What a series is compared with.

    Attributes
    ----------
    step : int
        Steps between the points compared: seven for nights, one for months.
    points, least_points : int
        Earlier points that say what to expect, and how many must be there.
    history, least_history : int
        Points that say how much that errs, and how many must be there.
    """

    step: int
    points: int
    least_points: int
    history: int
    least_history: int


NIGHTS = Grid(7, WEEKS, LEAST_WEEKS, HISTORY, LEAST_HISTORY)
MONTHS = Grid(1, 3, 2, 24, 6)


@dataclass(frozen=True)
class Move:
    """A figure at one point beside what was expected of it.

    Attributes
    ----------
    series : Series
    width : int
        Points put together.
    value, expected : float
        A count, a share, or a mean.
    support : float
        Accounts behind the value (of a count: the count expected).
    deviations : float
        How far apart, in standard deviations of such comparisons.
    p : float
        How often chance alone moves so far; missing where it cannot be judged.
    unusual : bool
        Whether nearly all past points moved less.
    """

    series: Series
    width: int
    value: float
    expected: float
    support: float
    deviations: float
    p: float
    unusual: bool


class Moves:
    """A series at every point, put together over a width, beside what was expected there.

    Parameters
    ----------
    series : Series
    width : int
    grid : Grid

    Attributes
    ----------
    value, expected, support : float64[n]
        As in `Move`.
    """

    def __init__(self, series: Series, width: int = 1, grid: Grid = NIGHTS) -> None:
        self.series, self.width, self.grid = series, width, grid
        total, support = _roll(series.total, width), _roll(series.support, width)
        self._total = total
        before, self._weight, points = _before(total, support, max(grid.step, width), grid.points)
        if series.kind == "count":
            self.value, self.expected = total, before / np.maximum(points, 1)
            self.support, counting = self.expected + 1, np.sqrt(1 / (self.expected + 1))
            error = np.log(self.value + 1) - np.log(self.expected + 1)
        else:
            self.value, self.expected = _ratio(total, support), _ratio(before, self._weight)
            self.support, counting = support, np.zeros(total.size)
            error = self.value - self.expected
        if series.kind == "share":
            error = _angle(total, support) - _angle(before, self._weight)
            counting = 0.5 * np.sqrt(_inverse(support) + _inverse(self._weight))
        self._unit = np.sqrt(_inverse(self.support) + _inverse(_middle(self.support)))
        self._counting = counting / self._unit
        self.error = np.where(points >= grid.least_points, error / self._unit, np.nan)

    def at(self, point: int, least_support: float) -> Move:
        """The move at a point, judged by the points before it alone.

        Parameters
        ----------
        point : int
            Which; negative from the end.
        least_support : float
            With fewer accounts behind it (expected rows do not matter) it is not judged.
        """
        point %= self.value.size
        past = self._past(point, least_support)
        told = (
            self.series,
            self.width,
            float(self.value[point]),
            float(self.expected[point]),
            float(self.support[point]),
        )
        if past.size < self.grid.least_history or not self._speaks(point, least_support):
            return Move(*told, np.nan, np.nan, False)
        middle = np.median(past)
        low, high = np.quantile(past, [0.025, 0.975])
        spread = max(
            _MEDIAN * np.median(np.abs(past - middle)), (high - low) / _MIDDLE, self._counting[point], 1e-9
        )
        off = self.error[point] - middle
        freedom = np.clip(past.size / self.width - 1, 3, MOST_FREEDOM)
        p = max(2 * stats.t.sf(abs(off) / spread, freedom), self._by_counting(point))
        unusual = abs(off) > np.quantile(np.abs(past - middle), BEYOND)
        return Move(*told, float(off / spread), float(min(p, 1.0)), bool(unusual))

    def _past(self, point: int, least_support: float) -> np.ndarray:
        """The errors of the points before, that have no row in common with this one."""
        span = slice(max(0, point - self.grid.history), max(0, point - self.width + 1))
        errors = self.error[span]
        if self.series.kind != "count":
            errors = errors[self.support[span] >= least_support]
        return errors[np.isfinite(errors)]

    def _speaks(self, point: int, least_support: float) -> bool:
        enough = self.series.kind == "count" or self.support[point] >= least_support
        return bool(enough and np.isfinite(self.error[point]))

    def _by_counting(self, point: int) -> float:
        """How often counting alone moves so far, exactly; the rarer the word or the row, the worse the curves above fit."""
        if self.series.kind == "count":
            rows, expected = self._total[point], max(self.expected[point], 0.1)
            chance: float = 2 * min(stats.poisson.cdf(rows, expected), stats.poisson.sf(rows - 1, expected))
            return chance
        if self.series.kind == "share":
            of = round(self.support[point])
            hits = round(self._total[point])
            share = (self.expected[point] * self._weight[point] + 0.5) / (self._weight[point] + 1)
            likely: float = 2 * min(stats.binom.cdf(hits, of, share), stats.binom.sf(hits - 1, of, share))
            return likely
        return 0.0


def judge(series: list[Series], point: int, least_support: float, grid: Grid = NIGHTS) -> list[Move]:
    """Every series at a point, over each of its widths; those that cannot be judged are there with a missing ``p``."""
    widths = WIDTHS if grid is NIGHTS else dict.fromkeys(WIDTHS, (1,))
    return [
        Moves(one, width, grid).at(point, least_support)
        for one in series
        for width in widths[one.kind]
        if one.total.size
    ]


def _roll(values: np.ndarray, width: int) -> np.ndarray:
    """The sum of each point and the ones before it, over a width; fewer at the beginning."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    found: np.ndarray = sums[1:] - sums[np.maximum(np.arange(values.size) + 1 - width, 0)]
    return found


def _before(
    total: np.ndarray, support: np.ndarray, step: int, points: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sums of total and support over the points so many steps before each, and how many points are there."""
    sums, weight, there = (np.zeros(total.size) for _ in range(3))
    for k in range(1, points + 1):
        back = k * step
        if back < total.size:
            sums[back:] += total[:-back]
            weight[back:] += support[:-back]
            there[back:] += 1
    return sums, weight, there


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.divide(top, bottom, out=np.full(top.size, np.nan), where=bottom > 0)
    return found


def _inverse(values: ArrayLike) -> np.ndarray:
    found: np.ndarray = 1 / np.maximum(values, 1e-9)
    return found


def _angle(total: np.ndarray, support: np.ndarray) -> np.ndarray:
    """A share on the scale on which counting errs everywhere alike (Anscombe 1948); missing where nothing was counted."""
    share = np.clip((total + 3 / 8) / (support + 3 / 4), 0, 1)
    return np.where(support > 0, np.arcsin(np.sqrt(share)), np.nan)


def _middle(support: np.ndarray) -> float:
    """What usually stands behind a point."""
    there = support[support > 0]
    return float(np.median(there)) if there.size else 1.0
