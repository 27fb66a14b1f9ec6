"""How a moment is read: one way for tables, verbs and the command line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError

_DAY = 86_400_000_000


def as_utc(moment: Any) -> pd.Timestamp:
    """A moment without a zone, in UTC.

    Raises
    ------
    InputError
        Where it cannot be read as a moment.

    Examples
    --------
    >>> as_utc("2020-06-30"), as_utc("2020-06-30T02:00+02:00")
    (Timestamp('2020-06-30 00:00:00'), Timestamp('2020-06-30 00:00:00'))
    """
    try:
        stamp = pd.Timestamp(moment)
    except (ValueError, TypeError):
        stamp = pd.NaT
    if stamp is pd.NaT:
        raise InputError(f"{moment!r} is no moment.", hint="write it as 2020-06-30 or 2020-06-30T12:00:00")
    return stamp.tz_convert(None) if stamp.tzinfo else stamp


def monday_of(at: np.ndarray) -> np.ndarray:
    """The Monday 00:00 UTC at or before each moment, in microseconds since 1970: the calendar of links and tracing.

    >>> monday_of(np.array(["2020-06-30T12:00"], "datetime64[us]").view("int64")).view("datetime64[us]")
    array(['2020-06-29T00:00:00.000000'], dtype='datetime64[us]')
    """
    week, thursday_to_monday = 7 * _DAY, 4 * _DAY
    return (at - thursday_to_monday) // week * week + thursday_to_monday
