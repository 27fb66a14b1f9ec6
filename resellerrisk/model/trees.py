"""The text of LightGBM models: several become one whose raw margin is the calibrated mean of theirs, and curves become trees.

This module works on text alone (LightGBM's model format v4) and does not import LightGBM. It trains nothing and
predicts nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resellerrisk.errors import ModelError

#: What a Booster must know of its training to serve: `predict` is a sigmoid, shap speaks of log-odds.
_TAIL = """end of trees


parameters:
[boosting: gbdt]
[objective: binary]

end of parameters

pandas_categorical:null
"""
_VALUES = ("leaf_value", "internal_value")


def merge_models(texts, weights=None, slope=1.0, intercept=0.0):
    """Merge models into one with margin `slope * sum(weights * margins) + intercept`.

    Trees are renumbered, their values scaled by `slope` times the weight of their model; the intercept is added to the leaves
    of the first tree, since every row falls into one of them. So SHAP values stay exact: they are linear in
    the trees. Training parameters and importances are left out, so that equal trees give equal text.

    Parameters
    ----------
    texts : sequence of str
        `Booster.model_to_string()` of binary models over the same columns.
    weights : sequence of float, optional
        One a model; by default their mean is taken.
    slope, intercept : float
        The calibration; slope > 0.

    Returns
    -------
    str
        A model text, for `Booster(model_str=...)`. Numbers are written with full precision.

    Raises
    ------
    ModelError
        No model, or models over different columns.

    Examples
    --------
    >>> merge_models([])
    Traceback (most recent call last):
    resellerrisk.errors.ModelError: There is no model to merge.
    """
    if not texts:
        raise ModelError("There is no model to merge.")
    parts = [take_apart(text) for text in texts]
    heads = {_describe_columns(head) for head, _ in parts}
    if len(heads) > 1:
        raise ModelError("Models over different columns cannot be merged.")
    weights = [1 / len(texts)] * len(texts) if weights is None else weights
    bodies = [
        (body, slope * weight) for (_, trees), weight in zip(parts, weights, strict=True) for body in trees
    ]
    trees = [
        _rescale(body, scale, 0.0 if number else intercept) for number, (body, scale) in enumerate(bodies)
    ]
    return _put_together(parts[0][0].split("\n"), trees)


class Curve(NamedTuple):
    """A step function of one column: `heights[i]` for values up to `thresholds[i]`, 0 for a missing value.

    Attributes
    ----------
    thresholds : ndarray of float, shape (k,), rising
    heights : ndarray of float, shape (k + 1,)
    rows : ndarray of int, shape (k + 1,)
        Rows that stand on each step: the covers that SHAP weighs by.
    missing : int
        Rows without a value.
    """

    thresholds: np.ndarray
    heights: np.ndarray
    rows: np.ndarray
    missing: int

    def times(self, weight):
        """The curve with its heights scaled."""
        return self._replace(heights=self.heights * weight)

    def __call__(self, values):
        """Heights for values, shape kept.

        >>> Curve(np.array([1.0]), np.array([-0.5, 2.0]), np.array([4, 1]), 0)(np.array([1.0, 1.1, np.nan]))
        array([-0.5,  2. ,  0. ])
        """
        height = self.heights[np.searchsorted(self.thresholds, values, side="left")]
        return np.where(np.isnan(values), 0.0, height)


def write_additive_model(columns, curves, shift, rows):
    """The text of a binary model that adds up one curve a column, one tree each.

    Parameters
    ----------
    columns : list of str
        All columns of the matrix, in order.
    curves : dict of str to Curve
        By column.
    shift : float
        Added to the margin of every row.
    rows : int
        Rows that the curves were drawn from.

    Returns
    -------
    str
        For `Booster(model_str=...)` and `merge_models`.
    """
    head = [
        "tree",
        "version=v4",
        "num_class=1",
        "num_tree_per_iteration=1",
        "label_index=0",
        f"max_feature_idx={len(columns) - 1}",
        "objective=binary sigmoid:1",
        "feature_names=" + " ".join(columns),
        "feature_infos=" + " ".join(["[-inf:inf]"] * len(columns)),
        "tree_sizes=",
    ]
    trees = [_draw_tree(columns.index(name), curve) for name, curve in curves.items()]
    trees = trees or [_write_tree([], [0.0], [rows], 0)]
    return _put_together(head, [_rescale(body, 1.0, 0.0 if n else shift) for n, body in enumerate(trees)])


class _Node(NamedTuple):
    threshold: float
    left: int
    right: int
    value: float
    rows: int


def _draw_tree(column, curve):
    """A balanced tree over the steps of a curve; its root sends missing values to a leaf of their own.

    That leaf counts at least one row: SHAP divides by covers.
    """
    nodes: list[_Node | None] = []

    def grow(low, high):
        if low == high:
            return ~low
        place, middle = len(nodes), (low + high) // 2
        nodes.append(None)
        left, right = grow(low, middle), grow(middle + 1, high)
        there = slice(low, high + 1)
        mean = np.average(curve.heights[there], weights=curve.rows[there])
        nodes[place] = _Node(curve.thresholds[middle], left, right, mean, curve.rows[there].sum())
        return place

    heights, counts = [*curve.heights, 0.0], [*curve.rows, max(curve.missing, 1)]
    nodes.append(None)
    known = grow(0, len(curve.heights) - 1)
    largest = np.finfo(float).max
    nodes[0] = _Node(largest, known, ~(len(heights) - 1), np.average(heights, weights=counts), sum(counts))
    return _write_tree(nodes, heights, counts, column)


def _write_tree(nodes, heights, counts, column):
    """The body of a tree over one column; splits are numerical, missing values go right (decision type 8)."""

    def line(name, values):
        return f"{name}=" + " ".join(str(v) if isinstance(v, int) else repr(float(v)) for v in values)

    counts = [int(count) for count in counts]
    inner = [int(node.rows) for node in nodes]
    return "\n".join(
        [
            f"num_leaves={len(heights)}",
            "num_cat=0",
            line("split_feature", [column] * len(nodes)),
            line("split_gain", [0] * len(nodes)),
            line("threshold", [node.threshold for node in nodes]),
            line("decision_type", [8] * len(nodes)),
            line("left_child", [node.left for node in nodes]),
            line("right_child", [node.right for node in nodes]),
            line("leaf_value", heights),
            line("leaf_weight", counts),
            line("leaf_count", counts),
            line("internal_value", [node.value for node in nodes]),
            line("internal_weight", inner),
            line("internal_count", inner),
            "is_linear=0",
            "shrinkage=1",
        ]
    )


def _put_together(head, bodies):
    trees = [f"Tree={number}\n{body}\n\n\n" for number, body in enumerate(bodies)]
    sizes = " ".join(str(len(tree.encode())) for tree in trees)
    lines = [f"tree_sizes={sizes}" if line.startswith("tree_sizes=") else line for line in head]
    return "\n".join(lines) + "\n\n" + "".join(trees) + _TAIL


def take_apart(text):
    """Head and tree bodies of a model text, without the numbers of the trees."""
    head, *rest = text.partition("\nend of trees")[0].split("\nTree=")
    return head.rstrip("\n"), [tree.partition("\n")[2].rstrip("\n") for tree in rest]


def _describe_columns(head):
    return "\n".join(line for line in head.split("\n") if line.startswith(("feature_names=", "objective=")))


def _rescale(body, scale, shift):
    return "\n".join(_rescale_line(line, scale, shift) for line in body.split("\n"))


def _rescale_line(line, scale, shift):
    name, _, values = line.partition("=")
    if name not in _VALUES or not values:
        return line
    return f"{name}=" + " ".join(repr(float(value) * scale + shift) for value in values.split(" "))
