"""The text of LightGBM models: several become one whose raw margin is the calibrated mean of theirs.

This module works on text alone (LightGBM's model format v4) and imports no library. It trains nothing and
predicts nothing.
"""

from __future__ import annotations

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


def merge_models(texts, slope=1.0, intercept=0.0):
    """Merge models into one with margin `slope * mean(margins) + intercept`.

    Trees are renumbered, their values scaled by `slope / len(texts)`; the intercept is added to the leaves
    of the first tree, since every row falls into one of them. So SHAP values stay exact: they are linear in
    the trees. Training parameters and importances are left out, so that equal trees give equal text.

    Parameters
    ----------
    texts : sequence of str
        `Booster.model_to_string()` of binary models over the same columns.
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
    scale = slope / len(texts)
    bodies = [body for _, trees in parts for body in trees]
    trees = [
        f"Tree={number}\n{_rescale(body, scale, 0.0 if number else intercept)}\n\n\n"
        for number, body in enumerate(bodies)
    ]
    sizes = " ".join(str(len(tree.encode())) for tree in trees)
    head = [
        f"tree_sizes={sizes}" if line.startswith("tree_sizes=") else line for line in parts[0][0].split("\n")
    ]
    return "\n".join(head) + "\n\n" + "".join(trees) + _TAIL


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
