"""Time: whole seconds since 1970 (UTC), and when in the year, the week and the day orders are placed.

What is ordered, and by whom, stands elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DAY = 86_400
YEAR = 365.25 * DAY
#: Later than everything: "never" for a moment that did not come.
NEVER = np.int64(2**62)


def seconds(day: str) -> int:
    """The first second of a day.

    Examples
    --------
    >>> seconds("1970-01-02")
    86400
    """
    return int(np.datetime64(day, "s").astype(np.int64))


@dataclass(frozen=True)
class OrderingYear:
    """How busy each day is, and when on a day orders come.

    Parameters
    ----------
    first_day : int
        Seconds; the first day covered.
    weight_before : ndarray of float, shape (days + 1,)
        Ordering weight before each day, in average years.
    hour_before : ndarray of float, shape (25,)
        Share of a day's orders placed before each hour, from 0 to 1.
    """

    first_day: int
    weight_before: np.ndarray
    hour_before: np.ndarray

    def weight_at(self, moments: np.ndarray) -> np.ndarray:
        """Ordering weight before each moment, in average years; even within a day."""
        days = (np.asarray(moments) - self.first_day) / DAY
        found: np.ndarray = np.interp(days, np.arange(len(self.weight_before)), self.weight_before)
        return found

    def moments(self, weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Moments (seconds) on the days at which the given weights are reached, at a random working hour."""
        day = np.searchsorted(self.weight_before, weights, side="right") - 1
        hour = np.interp(rng.random(len(day)), self.hour_before, np.arange(25))
        return self.first_day + day.astype(np.int64) * DAY + (hour * 3600).astype(np.int64)


def ordering_year(
    start: int,
    end: int,
    months: tuple[float, ...],
    weekdays: tuple[float, ...],
    hours: tuple[float, ...],
) -> OrderingYear:
    """The ordering year between two moments.

    Parameters
    ----------
    start, end : int
        Seconds, whole days; `end` is not covered.
    months : tuple of 12 floats
        Share of a year's lines in each month, January first.
    weekdays : tuple of 7 floats
        Weight of each day of the week, Monday first.
    hours : tuple of 24 floats
        Weight of each hour of the day.

    Returns
    -------
    OrderingYear
    """
    days = np.arange(start // DAY, end // DAY)
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    weekday = (days + 3) % 7  # 1 January 1970 was a Thursday
    weight = np.array(months)[month] * 12 * np.array(weekdays)[weekday] / np.mean(weekdays)
    hour_before = np.concatenate([[0.0], np.cumsum(hours)]) / np.sum(hours)
    return OrderingYear(start, np.concatenate([[0.0], np.cumsum(weight / 365.25)]), hour_before)
