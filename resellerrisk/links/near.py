"""Keys that differ by one slip: pairs of texts that a person would take for the same.

Conservative, and each pair is judged by its two texts alone, so later texts never change an earlier pair. No
phonetics, no translations, no thresholds tuned on outcomes. Linear: candidates meet in blocks that only near
twins share.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from itertools import combinations

import numpy as np

#: Shortest name whose one-letter neighbour is still more likely a slip than another name. Assumption.
SHORTEST_NAME = 10
#: Likeness (rapidfuzz ratio, 0-100) of the words of two addresses with the same numbers.
ADDRESS_LIKENESS = 85


def near_names(keys) -> list[tuple[int, int]]:
    """Pairs of names one slip apart: a letter more, less, other, or two swapped; no first letter, no digit.

    A slip seldom meets a first letter, while many of them make another name (Donald, Ronald), and digits tell
    branches apart (Discs 12, Discs 13).

    Parameters
    ----------
    keys : sequence of str, shape (n,)
        Distinct keys of persons or companies.

    Returns
    -------
    list of (int, int)
        Positions, the smaller first, in order.

    Examples
    --------
    >>> near_names(["gabriela baxter", "gabriella baxter", "gabriela barter x", "jo smith", "jo smyth",
    ...             "donald smith", "ronald smith", "acme discs 12", "acme discs 13"])
    [(0, 1)]
    """
    from rapidfuzz.distance import OSA

    candidates = {pair for block in _blocks_of_twins(keys) for pair in combinations(block, 2)}
    return sorted(
        (i, j)
        for i, j in candidates
        if _fixed(keys[i]) == _fixed(keys[j]) and OSA.distance(keys[i], keys[j], score_cutoff=1) == 1
    )


def _blocks_of_twins(keys) -> list[list[int]]:
    """Positions of keys that become one text when one letter, or none, is left out of each.

    Hashes stand for the texts, which need not be kept; a chance meeting of hashes is only one more candidate.
    """
    meetings, positions = array("q"), array("q")
    for i, key in enumerate(keys):
        if len(key) >= SHORTEST_NAME:
            shorter = {hash(key), *(hash(key[:k] + key[k + 1 :]) for k in range(len(key)))}
            meetings.extend(shorter)
            positions.extend([i] * len(shorter))
    order = np.lexsort((positions, meetings))
    met, positions = np.asarray(meetings)[order], np.asarray(positions)[order]
    starts = np.flatnonzero(np.concatenate([[True], met[1:] != met[:-1]])) if len(met) else np.empty(0, int)
    ends = np.append(starts[1:], len(met))
    crowded = ends - starts > 1
    return [positions[a:b].tolist() for a, b in zip(starts[crowded], ends[crowded], strict=True)]


def meeting_places(kind: str, keys) -> tuple[np.ndarray, np.ndarray]:
    """Numbers that near twins of a kind share at least one of, uint64[m], and the position of the key each is of, int64[m].

    Chance meetings are possible; which keys are near is for `near_names` and `near_addresses` to say.

    Examples
    --------
    >>> places, positions = meeting_places("officer", ["gabriela baxter", "gabriella baxter", "jo smith"])
    >>> len(set(places[positions == 0]) & set(places[positions == 1])) > 0, 2 in positions.tolist()
    (True, False)
    """
    import pandas as pd

    texts: list[str] = []
    positions = array("q")
    for i, key in enumerate(keys):
        if kind == "address":
            own = [" ".join(numbers)] if (numbers := _numbers(key)) else []
        else:
            own = _shorter(key)
        texts.extend(own)
        positions.extend([i] * len(own))
    places = pd.util.hash_array(np.array(texts, dtype=object), categorize=False)
    return places, np.asarray(positions, dtype=np.int64)


def _shorter(key: str) -> list[str]:
    """A name itself and with each letter left out, each once; none of a name too short to have a twin."""
    if len(key) < SHORTEST_NAME:
        return []
    return list(dict.fromkeys([key, *(key[:k] + key[k + 1 :] for k in range(len(key)))]))


def _numbers(key: str) -> tuple[str, ...]:
    """The numbers of an address that can have a near twin; empty of one that cannot."""
    numbers = tuple(word for word in key.split() if not word.isalpha() and any(map(str.isdigit, word)))
    return numbers if len(numbers) > 1 and sum(map(len, numbers)) > 4 else ()


def _fixed(key: str) -> list[str]:
    """What a slip is not believed to touch: first letters and digits."""
    return [word[0] + "".join(filter(str.isdigit, word)) for word in key.split()]


def near_addresses(keys) -> list[tuple[int, int]]:
    """Pairs of addresses with the same numbers in the same order and nearly the same words.

    Parameters
    ----------
    keys : sequence of str, shape (n,)
        Distinct keys of addresses.

    Returns
    -------
    list of (int, int)
        Positions, the smaller first, in order. Addresses with fewer than two numbers or five digits have no
        near twin.

    Examples
    --------
    >>> keys = ["12 kelly rest 55290", "12 kely rest 55290", "14 kelly rest 55290", "12 oak ave 55290"]
    >>> near_addresses(keys)
    [(0, 1)]
    """
    from rapidfuzz import fuzz

    blocks = defaultdict(list)
    for i, key in enumerate(keys):
        if numbers := _numbers(key):
            blocks[numbers].append((i, " ".join(word for word in key.split() if word.isalpha())))
    return sorted(
        (i, j)
        for block in blocks.values()
        for (i, one), (j, other) in combinations(block, 2)
        if one and other and fuzz.ratio(one, other) >= ADDRESS_LIKENESS
    )
