"""Keys that differ by one slip: pairs of texts that a person would take for the same.

Conservative, and each pair is judged by its two texts alone, so later texts never change an earlier pair. No
phonetics, no translations, no thresholds tuned on outcomes. Linear: candidates meet in blocks that only near
twins share.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from itertools import combinations

import numpy as np
from numba import njit

#: Shortest name whose one-letter neighbour is still more likely a slip than another name. Assumption.
SHORTEST_NAME = 10
#: Likeness (rapidfuzz ratio, 0-100) of the words of two addresses with the same numbers.
ADDRESS_LIKENESS = 85
#: Numbers that texts are told apart by are polynomials in this, modulo 2**64; and what undoes it.
_BASE = np.uint64(0x9E3779B97F4A7C15)
_BACK = np.uint64(pow(0x9E3779B97F4A7C15, -1, 2**64))
_NUMBER = re.compile(r"[!-~]*[0-9][!-~]*")


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
    letters, starts = _spell_out(keys)
    ones, others = _one_slip_apart(letters, starts, *_meet(letters, starts, SHORTEST_NAME))
    pairs = zip(ones.tolist(), others.tolist(), strict=True)
    return [(i, j) for i, j in pairs if _fixed(keys[i]) == _fixed(keys[j])]


def _spell_out(keys) -> tuple[np.ndarray, np.ndarray]:
    """The letters of all keys, one behind the other, as uint32, and where each key's begin, with the end behind the last."""
    lengths = np.fromiter(map(len, keys), np.int64, len(keys))
    letters = np.frombuffer("".join(keys).encode("utf-32-le", "surrogatepass"), np.uint32)
    return letters, np.concatenate([[0], np.cumsum(lengths)])


def _meet(letters: np.ndarray, starts: np.ndarray, shortest: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions of keys that become one text when one letter, or none, is left out of each: block by block, and the blocks' starts.

    Numbers stand for the texts, which need not be kept; a chance meeting of numbers is only one more candidate.
    """
    meetings, positions = _leave_out(letters, starts, shortest)
    order = np.argsort(meetings)
    met = meetings[order]
    blocks = np.flatnonzero(np.concatenate([[True], met[1:] != met[:-1]])) if len(met) else np.empty(0, int)
    return positions[order], np.append(blocks, len(met))


@njit(cache=True, nogil=True)
def _leave_out(letters, starts, shortest):
    """A number for each long enough key, and for the key with each letter left out, each text once; and the key's position."""
    n = 0
    for i in range(starts.size - 1):
        n += starts[i + 1] - starts[i] + 1 if starts[i + 1] - starts[i] >= shortest else 0
    meetings, positions = np.empty(n, np.uint64), np.empty(n, np.int64)
    n = 0
    for i in range(starts.size - 1):
        first, end = starts[i], starts[i + 1]
        if end - first < shortest:
            continue
        before, behind, power = np.uint64(0), np.uint64(0), np.uint64(1)
        for k in range(first, end):
            behind = behind * _BASE + np.uint64(letters[k])
            power *= _BASE
        meetings[n], positions[n] = behind, i
        n += 1
        for k in range(first, end):
            power *= _BACK
            behind -= np.uint64(letters[k]) * power
            if k == first or letters[k] != letters[k - 1]:
                meetings[n], positions[n] = before * power + behind, i
                n += 1
            before = before * _BASE + np.uint64(letters[k])
    return meetings[:n], positions[:n]


def _one_slip_apart(letters, starts, positions, blocks) -> tuple[np.ndarray, np.ndarray]:
    """Positions of keys of one block that a letter more, less, other, or two swapped make the same; each pair once, in order."""
    ones, others = _compare(letters, starts, positions, blocks)
    pairs = np.unique(np.minimum(ones, others) * (starts.size - 1) + np.maximum(ones, others))
    return pairs // max(starts.size - 1, 1), pairs % max(starts.size - 1, 1)


@njit(cache=True, nogil=True)
def _compare(letters, starts, positions, blocks):
    ones, others = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)]
    for block in range(blocks.size - 1):
        for a in range(blocks[block], blocks[block + 1]):
            for b in range(a + 1, blocks[block + 1]):
                i, j = positions[a], positions[b]
                if _is_slip(letters[starts[i] : starts[i + 1]], letters[starts[j] : starts[j + 1]]):
                    ones.append(i)
                    others.append(j)
    return np.array(ones), np.array(others)


@njit(cache=True, nogil=True)
def _is_slip(one, other):
    """Whether the optimal string alignment distance of two texts is one."""
    if one.size > other.size:
        one, other = other, one
    same, last = 0, 0
    while same < one.size and one[same] == other[same]:
        same += 1
    while last < one.size - same and one[-1 - last] == other[-1 - last]:
        last += 1
    left = one.size - same - last
    if other.size > one.size:
        return left == 0 and other.size == one.size + 1
    return left == 1 or (left == 2 and one[same] == other[same + 1] and one[same + 1] == other[same])


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
    if key.isascii():
        numbers = tuple(_NUMBER.findall(key))
    else:
        numbers = tuple(word for word in key.split() if any(map(str.isdigit, word)))
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
            blocks[numbers].append(i)
    pairs = []
    for block in blocks.values():
        if len(block) > 1:
            named = [(i, words) for i in block if (words := _words(keys[i]))]
            for (i, one), (j, other) in combinations(named, 2):
                if fuzz.ratio(one, other, score_cutoff=ADDRESS_LIKENESS) > 0:
                    pairs.append((i, j))
    return sorted(pairs)


def _words(key: str) -> str:
    """The words of an address that are letters alone."""
    return " ".join([word for word in key.split() if word.isalpha()])
