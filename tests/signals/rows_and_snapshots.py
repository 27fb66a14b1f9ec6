"""Rows of a few accounts and snapshots of them, made by hypothesis."""

import numpy as np
from hypothesis import strategies as st

ACCOUNTS = 3
moments = st.integers(0, 40)


@st.composite
def rows_and_snapshots(draw):
    """Rows of three accounts, many at the same moment, and snapshots that often fall on a row's own moment."""
    rows = draw(st.lists(st.tuples(st.integers(0, ACCOUNTS - 1), moments, st.integers(-1, 4)), max_size=90))
    asked = draw(st.lists(st.tuples(st.integers(0, ACCOUNTS - 1), moments), min_size=1, max_size=12))
    far = draw(st.integers(1, 30))
    near = draw(st.integers(0, far - 1))
    rows.sort(key=lambda row: row[:2])
    return rows, asked, far, near


def columns(rows):
    """Account, moment and code of the rows."""
    return [np.array([row[i] for row in rows], np.int64) for i in range(3)]


def seen(rows, who, when, far, near):
    """What the window of one snapshot holds, by the definition; a negative ``far`` is a window without a beginning."""
    return [
        row for row in rows if row[0] == who and (far < 0 or row[1] >= when - far) and row[1] < when - near
    ]
