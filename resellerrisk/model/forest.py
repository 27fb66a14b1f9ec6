"""The trees of a LightGBM model as flat arrays, laid out for `treeshap`. Nothing is predicted or explained here.

What the arrays cannot hold (linear leaves, several classes, averaged trees, counts that contradict each other) is named, so
that the caller explains such a model by LightGBM itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resellerrisk.model.trees import take_apart

#: How a node asks its column: the order of LightGBM's own tests (its `NumericalDecision` and `CategoricalDecision`).
MISSING_RIGHT, MISSING_LEFT, ZERO_RIGHT, ZERO_LEFT, CATEGORIES = range(5)
_CATEGORICAL, _DEFAULT_LEFT, _ZERO, _NAN = 1, 2, 1, 2


class Forest(NamedTuple):
    """All trees, one after the other; within a tree parents stand before their children.

    Attributes
    ----------
    starts, leaf_starts : int64[trees + 1]
        Where each tree's inner nodes and leaves begin.
    points : int64[trees]
        Quadrature points that are exact for the tree: half the most columns that a path tests, rounded up.
    column, kind : int64[nodes]
        Which column a node asks, and how.
    threshold : float64[nodes]
        Left is up to the threshold.
    left, right : int64[nodes]
        Children, counted from the tree's first node; its leaves count on behind its inner nodes.
    share : float64[nodes], 0-1
        Part of the node's training rows that went left.
    before : int64[nodes]
        The nearest node above that asks the same column, -1 where there is none.
    before_left : bool[nodes]
        Whether the path leaves that node to the left.
    before_share : float64[nodes]
        Part of the training rows that pass all tests of the column above; 1 where there is none.
    first_word, words : int64[nodes]
        Where the node's category bits stand in ``bits``.
    bits : uint32[...]
        Categories that go left.
    leaf_value : float64[leaves]
    base_value : float
        The mean margin over the training rows, as LightGBM's own contributions have it.
    """

    starts: np.ndarray
    leaf_starts: np.ndarray
    points: np.ndarray
    column: np.ndarray
    kind: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    share: np.ndarray
    before: np.ndarray
    before_left: np.ndarray
    before_share: np.ndarray
    first_word: np.ndarray
    words: np.ndarray
    bits: np.ndarray
    leaf_value: np.ndarray
    base_value: float


class UnlikeForest(ValueError):
    """A model that the arrays cannot hold; its text says why."""


class _Node(NamedTuple):
    column: int
    kind: int
    threshold: float
    left: int
    right: int
    share: float
    before: int
    before_left: bool
    before_share: float
    first_word: int
    words: int


def read_forest(text: str) -> Forest:
    """The trees of a model text.

    Parameters
    ----------
    text : str
        `Booster.model_to_string()`.

    Returns
    -------
    Forest

    Raises
    ------
    UnlikeForest
        The model has parts that a `Forest` cannot hold.

    Examples
    --------
    >>> stump = '''num_class=1
    ... num_tree_per_iteration=1
    ...
    ... Tree=0
    ... num_leaves=2
    ... num_cat=0
    ... split_feature=3
    ... threshold=0.5
    ... decision_type=10
    ... left_child=-1
    ... right_child=-2
    ... leaf_value=-1 2
    ... leaf_count=30 10
    ... internal_count=40
    ... is_linear=0
    ... end of trees'''
    >>> forest = read_forest(stump)
    >>> forest.column, forest.share, forest.base_value
    (array([3]), array([0.75]), -0.25)
    """
    head, bodies = take_apart(text)
    _check_head(head)
    nodes: list[_Node] = []
    leaves, bits, points, starts, leaf_starts, base_value = [], [], [], [0], [0], 0.0
    for number, body in enumerate(bodies):
        tree = _Tree(body, number)
        points.append(tree.lay_out(nodes, bits))
        leaves.extend(tree.leaf_value)
        starts.append(len(nodes))
        leaf_starts.append(len(leaves))
        base_value += tree.mean()
    columns = [np.array(column) for column in zip(*nodes, strict=True)] or [np.empty(0)] * len(_Node._fields)
    kinds = (int, int, float, int, int, float, int, bool, float, int, int)
    return Forest(
        np.array(starts),
        np.array(leaf_starts),
        np.array(points, int),
        *(column.astype(kind) for column, kind in zip(columns, kinds, strict=True)),
        np.array(bits, np.uint32),
        np.array(leaves, float),
        base_value,
    )


def _check_head(head: str) -> None:
    lines = head.split("\n")
    if "average_output" in lines:
        raise UnlikeForest("its trees are averaged")
    if "num_tree_per_iteration=1" not in lines:
        raise UnlikeForest("it has several classes")


class _Tree:
    """One tree of the text, before it is laid out."""

    def __init__(self, body: str, number: int) -> None:
        self.number = number
        self._lines = dict(line.split("=", 1) for line in body.split("\n") if "=" in line)
        self.leaf_value = self._numbers("leaf_value", float)
        self.leaves = len(self.leaf_value)
        if self._lines.get("is_linear", "0") != "0":
            raise UnlikeForest(f"tree {number} has linear leaves")
        if self.leaves > 1:
            self._read_splits()

    def _read_splits(self) -> None:
        self.leaf_count = self._numbers("leaf_count", int)
        self.count, self.column, self.decision, self.left, self.right = (
            self._numbers(name, int)
            for name in ("internal_count", "split_feature", "decision_type", "left_child", "right_child")
        )
        self.threshold = self._numbers("threshold", float)
        self.boundaries = self._numbers("cat_boundaries", int)
        self.bits = self._numbers("cat_threshold", int)
        inner = len(self.column)
        if len(self.leaf_count) != self.leaves or len(self.count) != inner:
            raise UnlikeForest(f"tree {self.number} does not say how many rows met its nodes")
        for node in range(inner):
            if self._rows(self.left[node]) + self._rows(self.right[node]) != self.count[node]:
                raise UnlikeForest(f"the counts of tree {self.number} contradict each other")
        if not self.count[0]:
            raise UnlikeForest(f"tree {self.number} met no rows")

    def _numbers(self, name: str, kind: type) -> list:
        return [kind(number) for number in self._lines.get(name, "").split()]

    def _rows(self, child: int) -> int:
        return self.count[child] if child >= 0 else self.leaf_count[~child]

    def mean(self) -> float:
        """The mean leaf value over the training rows, summed as LightGBM sums it."""
        if self.leaves == 1:
            return self.leaf_value[0]
        mean = 0.0
        for count, value in zip(self.leaf_count, self.leaf_value, strict=True):
            mean += count / self.count[0] * value
        return mean

    def lay_out(self, nodes: list[_Node], bits: list[int]) -> int:
        """Append the nodes, parents first, and the category bits; returns the quadrature points that are enough."""
        if self.leaves == 1:
            return 1
        place, order, most = {}, [], 0
        waiting = [(0, {})]
        while waiting:
            node, path = waiting.pop()
            place[node] = len(order)
            order.append((node, path.get(self.column[node], (-1, False, 1.0))))
            most = max(most, len({*path, self.column[node]}))
            waiting += self._children(node, path)
        first_bit = len(bits)
        bits.extend(self.bits)
        for node, before in order:
            left, right = (
                place[child] if child >= 0 else len(order) + ~child
                for child in (self.left[node], self.right[node])
            )
            asks = (self.column[node], self._kind(node), self.threshold[node], left, right, self._share(node))
            before_node = place.get(before[0], -1)
            nodes.append(_Node(*asks, before_node, *before[1:], *self._words(node, first_bit)))
        return (most + 1) // 2

    def _children(self, node: int, path: dict):
        """Inner children, each with the newest test of every column on the way to it."""
        share, passed = self._share(node), path.get(self.column[node], (-1, False, 1.0))[2]
        for child, is_left, part in ((self.right[node], False, 1 - share), (self.left[node], True, share)):
            if child >= 0:
                yield child, path | {self.column[node]: (node, is_left, passed * part)}

    def _share(self, node: int) -> float:
        """Part of the rows that went left; where no row came at all, half."""
        return self._rows(self.left[node]) / self.count[node] if self.count[node] else 0.5

    def _kind(self, node: int) -> int:
        decision, missing = self.decision[node], self.decision[node] >> 2 & 3
        if decision & _CATEGORICAL:
            return CATEGORIES
        left = bool(decision & _DEFAULT_LEFT)
        if missing == _ZERO:
            return ZERO_LEFT if left else ZERO_RIGHT
        if missing != _NAN:
            left = self.threshold[node] >= 0  # without a way of its own a missing value counts as 0
        return MISSING_LEFT if left else MISSING_RIGHT

    def _words(self, node: int, first: int) -> tuple[int, int]:
        if not self.decision[node] & _CATEGORICAL:
            return 0, 0
        low, high = self.boundaries[int(self.threshold[node]) :][:2]
        return first + low, high - low
