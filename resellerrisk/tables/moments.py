"""How a moment is read: one way for tables, verbs and the command line."""

from __future__ import annotations

import pandas as pd

from resellerrisk.errors import InputError


def as_utc(moment) -> pd.Timestamp:
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
