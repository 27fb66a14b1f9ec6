"""Random numbers for compiled code: a splitmix64 generator whose state is in the caller's hands, so that nothing global is touched."""

from __future__ import annotations

import numpy as np
from numba import njit

#: How the parts of the chain are compiled. Only the loop that calls them is kept on disk (`sampling`), so that no part goes stale.
COMPILED = {"nogil": True, "error_model": "numpy"}


@njit(**COMPILED)
def draw(seed):
    """The next number in [0, 1).

    Parameters
    ----------
    seed : uint64[1]
        State, moved on.

    Returns
    -------
    float64

    Examples
    --------
    >>> seed = np.array([1], np.uint64)
    >>> round(draw(seed), 6), round(draw(seed), 6)
    (0.566562, 0.745782)
    """
    seed[0] += np.uint64(0x9E3779B97F4A7C15)
    z = seed[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.float64(z >> np.uint64(11)) / 9007199254740992.0


@njit(**COMPILED)
def draw_class(seed, mass):
    """A position of ``mass`` (float64[n], not negative), drawn in proportion to it."""
    whole, likeliest = 0.0, 0
    for i in range(mass.size):
        whole += mass[i]
        likeliest = i if mass[i] > mass[likeliest] else likeliest
    u = draw(seed) * whole
    for i in range(mass.size):
        u -= mass[i]
        if u < 0:
            return i
    return likeliest
