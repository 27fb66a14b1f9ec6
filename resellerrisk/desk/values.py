"""The signals' values of a score as the desk keeps them: floats in the order of their night's columns, eight bytes each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

_FLOAT = np.dtype("<f8")


def pack(values: np.ndarray) -> list[bytes]:
    """A row of bytes for each row of values, shape (n, m)."""
    return [row.tobytes() for row in np.ascontiguousarray(values, dtype=_FLOAT)]


def unpack(stored: bytes, columns: Sequence[str]) -> dict[str, float | None]:
    """The values by name; a missing one is None.

    >>> unpack(pack(np.array([[1.5, np.nan]]))[0], ["score_share", "age_days"])
    {'score_share': 1.5, 'age_days': None}
    """
    values = np.frombuffer(stored, dtype=_FLOAT)
    if not len(values):
        return {}
    return {
        name: None if np.isnan(value) else float(value) for name, value in zip(columns, values, strict=True)
    }


def unpack_frame(stored: Sequence[bytes], columns: Sequence[str]) -> pd.DataFrame:
    """The values of scores of one night, a row each; without columns where none came with them."""
    if not stored or not len(stored[0]):
        return pd.DataFrame(index=range(len(stored)))
    return pd.DataFrame(np.frombuffer(b"".join(stored), _FLOAT).reshape(len(stored), -1), columns=columns)
