"""Exact path-dependent TreeSHAP by Gauss-Legendre quadrature, compiled: margin and contributions in one pass.

Along the path to a leaf of value v let a_j be 1 where the row passes all tests of column j, else 0, and r_j the part of the
training rows that passes them. The leaf adds to column f

    v (a_f - r_f) * integral over t from 0 to 1 of the product over the path's other columns j of (t a_j + (1 - t) r_j),

a polynomial in t, so a few points t with weights w integrate it exactly. At each point a node needs two numbers: ``weight``, w
times the product over the columns above it, and ``value``, the sum over its leaves of v times the product below it. The factors
of two siblings add up to one; so with ``gap`` the left value less the right one

    value = right + factor * gap,    contribution = sum over the points of weight * gap * (left's a - r, per factor above),

which is one pass down for the weights and one up for the values. Where a path asks a column again, the new factor is divided
by the old. Rows are the innermost loop, in blocks; every row is computed by the same operations in the same order, alone or in
bulk, on any number of threads. Trees are read by `forest`; linear leaves, averages and several classes are not explained here.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numba import njit

from resellerrisk.model.forest import (
    MISSING_LEFT,
    MISSING_RIGHT,
    ZERO_LEFT,
    ZERO_RIGHT,
    Forest,
)

#: Rows side by side: enough to fill vector registers, few enough that a block's work stays in the second cache.
BLOCK = 64
#: What LightGBM takes for zero (its kZeroThreshold).
_ZERO = float(np.float32(1e-35))


def explain_rows(forest: Forest, X: np.ndarray, threads: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Margin of each row, and what each column adds to it.

    Parameters
    ----------
    forest : Forest
        The trees.
    X : ndarray of float64, shape (n, p)
        Missing is NaN.
    threads : int
        Blocks of rows are shared out among so many threads.

    Returns
    -------
    margin : ndarray, shape (n,)
        The very bits of LightGBM's raw score.
    parts : ndarray, shape (n, p + 1)
        SHAP values in log-odds, base value last.

    Source
    ------
    S. Lundberg et al., From local explanations to global understanding with explainable AI for trees (2020), Algorithm 2, for
    what is computed; the quadrature takes the place of its polynomial bookkeeping.

    Examples
    --------
    >>> one = ([0, 1], [0, 2], [1], [0], [MISSING_RIGHT], [0.5], [1], [2], [0.75], [-1], [False], [1.0], [0], [0], [])
    >>> stump = Forest(*map(np.array, one), leaf_value=np.array([-1.0, 2.0]), base_value=-0.25)
    >>> stump = stump._replace(bits=stump.bits.astype(np.uint32))
    >>> margin, parts = explain_rows(stump, np.array([[0.2], [0.7]]))
    >>> margin, parts.round(12)
    (array([-1.,  2.]), array([[-0.75, -0.25],
           [ 2.25, -0.25]]))
    """
    margin, parts = np.zeros(len(X)), np.zeros((len(X), X.shape[1] + 1))
    at, weights = _points(int(forest.points.max(initial=1)))

    def explain(first: int, end: int) -> None:
        _explain(forest, at, weights, X[first:end], margin[first:end], parts[first:end])

    _share_out(explain, len(X), threads)
    return margin, parts


def find_margins(forest: Forest, X: np.ndarray, threads: int = 1) -> np.ndarray:
    """The margin of each row alone, shape (n,): the bits of `explain_rows`, from the leaves that the rows reach.

    Parameters are those of `explain_rows`.
    """
    margin = np.zeros(len(X))

    def add_leaves(first: int, end: int) -> None:
        _find_margins(forest, X[first:end], margin[first:end])

    _share_out(add_leaves, len(X), threads)
    return margin


def _share_out(work, count: int, threads: int) -> None:
    """Do work on blocks of rows, from one place up to another, shared out among threads."""
    cuts = np.linspace(0, -(-count // BLOCK), threads + 1).round().astype(int) * BLOCK
    if threads == 1:
        work(0, count)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, cuts[:-1], cuts[1:]))


@cache
def _points(most: int) -> tuple[np.ndarray, np.ndarray]:
    """Points in 0-1 and weights of the rules with 1 to ``most`` points, one rule a row."""
    at, weights = np.zeros((2, most + 1, most))
    for count in range(1, most + 1):
        place, weight = np.polynomial.legendre.leggauss(count)
        at[count, :count], weights[count, :count] = (place + 1) / 2, weight / 2
    return at, weights


@njit(cache=True, nogil=True, error_model="numpy")
def _explain(forest, at, weights, X, margin, parts):
    """Explain the rows, block by block and tree by tree."""
    columns, points = X.shape[1], at.shape[1]
    inner = np.diff(forest.starts).max()
    nodes = inner + np.diff(forest.leaf_starts).max()
    rows, added = np.empty((columns, BLOCK)), np.empty((columns, BLOCK))
    left, passed = np.empty((inner, BLOCK), np.bool_), np.empty((inner, BLOCK), np.bool_)
    weight, value = np.empty((inner, points, BLOCK)), np.empty((nodes, points, BLOCK))
    reached = np.empty((nodes, BLOCK))
    for first in range(0, X.shape[0], BLOCK):
        n = min(BLOCK, X.shape[0] - first)
        rows[:, :n] = X[first : first + n].T
        added[:] = 0.0
        for tree in range(forest.points.size):
            _ask(forest, tree, rows, left, passed, n)
            _reach_leaf(forest, tree, left, reached, n)
            _weigh(forest, tree, at, weights, left, passed, weight, n)
            _add_up(forest, tree, at, left, passed, weight, value, added, n)
            for i in range(n):
                margin[first + i] += reached[0, i]
        parts[first : first + n, :columns] = added[:, :n].T
    parts[:, columns] = forest.base_value


@njit(cache=True, nogil=True, error_model="numpy")
def _find_margins(forest, X, margin):
    """Add up the leaves that the rows reach, block by block and tree by tree."""
    columns = X.shape[1]
    inner = np.diff(forest.starts).max()
    nodes = inner + np.diff(forest.leaf_starts).max()
    rows, reached = np.empty((columns, BLOCK)), np.empty((nodes, BLOCK))
    left, passed = np.empty((inner, BLOCK), np.bool_), np.empty((inner, BLOCK), np.bool_)
    for first in range(0, X.shape[0], BLOCK):
        n = min(BLOCK, X.shape[0] - first)
        rows[:, :n] = X[first : first + n].T
        for tree in range(forest.points.size):
            _ask(forest, tree, rows, left, passed, n)
            _reach_leaf(forest, tree, left, reached, n)
            for i in range(n):
                margin[first + i] += reached[0, i]


@njit(cache=True, nogil=True, error_model="numpy")
def _ask(forest, tree, rows, left, passed, n):
    """Whether each row goes left at each node, and whether it passes what the path above asked of the same column."""
    start = forest.starts[tree]
    for node in range(forest.starts[tree + 1] - start):
        place = start + node
        kind, threshold, column = forest.kind[place], forest.threshold[place], forest.column[place]
        if kind == MISSING_RIGHT:
            for i in range(n):
                left[node, i] = rows[column, i] <= threshold
        elif kind == MISSING_LEFT:
            for i in range(n):
                left[node, i] = not rows[column, i] > threshold
        elif kind == ZERO_RIGHT:
            for i in range(n):
                left[node, i] = rows[column, i] <= threshold and abs(rows[column, i]) > _ZERO
        elif kind == ZERO_LEFT:
            for i in range(n):
                left[node, i] = not (rows[column, i] > threshold and abs(rows[column, i]) > _ZERO)
        else:
            for i in range(n):
                left[node, i] = _holds(
                    forest.bits, forest.first_word[place], forest.words[place], rows[column, i]
                )
        before, way = forest.before[place], forest.before_left[place]
        if before < 0:
            for i in range(n):
                passed[node, i] = True
        else:
            for i in range(n):
                passed[node, i] = passed[before, i] and left[before, i] == way


@njit(cache=True, nogil=True, error_model="numpy")
def _holds(bits, first, words, value):
    """Whether a set of categories holds a value; its fraction is cut off, as LightGBM does."""
    if not -1.0 < value < 32.0 * words:
        return False
    code = int(value)
    return (bits[first + code // 32] >> (code % 32)) & 1 == 1


@njit(cache=True, nogil=True, error_model="numpy")
def _reach_leaf(forest, tree, left, reached, n):
    """The value of the leaf that each row reaches."""
    start, leaf_start = forest.starts[tree], forest.leaf_starts[tree]
    inner = forest.starts[tree + 1] - start
    for leaf in range(forest.leaf_starts[tree + 1] - leaf_start):
        for i in range(n):
            reached[inner + leaf, i] = forest.leaf_value[leaf_start + leaf]
    for node in range(inner - 1, -1, -1):
        on_left, on_right = forest.left[start + node], forest.right[start + node]
        for i in range(n):
            reached[node, i] = reached[on_left, i] if left[node, i] else reached[on_right, i]


@njit(cache=True, nogil=True, error_model="numpy")
def _factors(t, share, above):
    """Factor of the left child at a point, for rows that go right and left; what is above of the same column is divided out."""
    whole = (1 - t) * above + t
    right = (1 - t) * above * share / whole
    return right, right + t / whole, whole


@njit(cache=True, nogil=True, error_model="numpy")
def _weigh(forest, tree, at, weights, left, passed, weight, n):
    """From the root down: the weight of each inner node at each point."""
    start, points = forest.starts[tree], forest.points[tree]
    inner = forest.starts[tree + 1] - start
    for q in range(points if inner else 0):
        for i in range(n):
            weight[0, q, i] = weights[points, q]
    for node in range(inner):
        place = start + node
        on_left, on_right, share, above = (
            forest.left[place],
            forest.right[place],
            forest.share[place],
            forest.before_share[place],
        )
        for q in range(points if on_left < inner or on_right < inner else 0):
            f0, f1, _ = _factors(at[points, q], share, above)
            if on_left < inner:
                for i in range(n):
                    factor = (f1 if left[node, i] else f0) if passed[node, i] else share
                    weight[on_left, q, i] = weight[node, q, i] * factor
            if on_right < inner:
                for i in range(n):
                    factor = (f1 if left[node, i] else f0) if passed[node, i] else share
                    weight[on_right, q, i] = weight[node, q, i] - weight[node, q, i] * factor


@njit(cache=True, nogil=True, error_model="numpy")
def _add_up(forest, tree, at, left, passed, weight, value, added, n):
    """From the leaves up: the value of each node at each point, and what the node's column adds to its row."""
    start, points = forest.starts[tree], forest.points[tree]
    leaf_start, inner = forest.leaf_starts[tree], forest.starts[tree + 1] - start
    for leaf in range(forest.leaf_starts[tree + 1] - leaf_start):
        for i in range(n):
            value[inner + leaf, 0, i] = forest.leaf_value[leaf_start + leaf]
    for node in range(inner - 1, -1, -1):
        place = start + node
        column, share, above = forest.column[place], forest.share[place], forest.before_share[place]
        on_left, on_right = forest.left[place], forest.right[place]
        for q in range(points):
            # A leaf has one value for all points.
            ql, qr = q if on_left < inner else 0, q if on_right < inner else 0
            f0, f1, whole = _factors(at[points, q], share, above)
            a0 = (-above * share - f0 * (1 - above)) / whole
            a1 = (1 - above * share - f1 * (1 - above)) / whole
            for i in range(n):
                gap = value[on_left, ql, i] - value[on_right, qr, i]
                factor = (f1 if left[node, i] else f0) if passed[node, i] else share
                adds = (a1 if left[node, i] else a0) if passed[node, i] else 0.0
                value[node, q, i] = value[on_right, qr, i] + gap * factor
                added[column, i] += weight[node, q, i] * gap * adds
