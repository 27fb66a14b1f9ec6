"""The columns of a matrix: declared, compared by name and order, and read as floats.

Everything LightGBM would pass over in silence, or die of, is refused here in words. Nothing is fitted or
predicted here.
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pandas as pd

from resellerrisk.errors import DeclarationError, MatrixError

#: LightGBM refuses JSON's own signs in a name and writes names separated by blanks.
_UNUSABLE = re.compile(r'[\s,:"\[\]{}\\]|^$')


def check_names(names):
    """Refuse column names that a model text cannot hold, and names that stand twice.

    Raises
    ------
    DeclarationError
        All faulty names in one report.

    Examples
    --------
    >>> check_names(["order_count_30d", "lead_days"])
    >>> check_names(["a:b", "c", "c"])
    Traceback (most recent call last):
    resellerrisk.errors.DeclarationError: A model cannot hold these column names: 'a:b', 'c' (twice).
    Hint: Rename them to letters, digits and underscores, each once.
    """
    twice = [name for name, count in Counter(names).items() if count > 1]
    faults = [repr(name) for name in dict.fromkeys(names) if _UNUSABLE.search(name)]
    faults += [f"{name!r} (twice)" for name in twice]
    if faults:
        raise DeclarationError(
            f"A model cannot hold these column names: {', '.join(faults)}.",
            hint="Rename them to letters, digits and underscores, each once.",
        )


def check_declarations(columns, monotone, categories):
    """Refuse declared directions and categories that contradict the columns or each other.

    Parameters
    ----------
    columns : sequence of str
        The matrix's columns.
    monotone : dict of str to {-1, 0, 1}
        Direction of risk by column.
    categories : dict of str to int
        Number of codes by column.

    Raises
    ------
    DeclarationError
        All faults in one report. (LightGBM ends the whole process on a direction for a category.)

    Examples
    --------
    >>> check_declarations(["a", "b"], {"a": 1}, {"b": 4})
    >>> check_declarations(["a", "b"], {"b": 1, "x": -1}, {"b": 4})
    Traceback (most recent call last):
    resellerrisk.errors.DeclarationError: The declared columns cannot be trained on.
    monotone['x']: there is no such column
    monotone['b']: categories have no direction
    """
    known = set(columns)
    faults = [f"monotone[{name!r}]: there is no such column" for name in monotone if name not in known]
    faults += [f"categories[{name!r}]: there is no such column" for name in categories if name not in known]
    for name, direction in monotone.items():
        if direction not in (-1, 0, 1):
            faults.append(f"monotone[{name!r}]: {direction!r} is none of -1, 0, 1")
        elif direction and name in categories:
            faults.append(f"monotone[{name!r}]: categories have no direction")
    faults += [
        f"categories[{name!r}]: {count!r} is no whole number of codes from 1"
        for name, count in categories.items()
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1
    ]
    if faults:
        raise DeclarationError("The declared columns cannot be trained on.", "\n".join(faults))


def check_numbers(frame):
    """Refuse a frame with a column that does not hold numbers, or with an infinite value.

    Raises
    ------
    MatrixError
        With all such columns and their types.

    Examples
    --------
    >>> check_numbers(pd.DataFrame({"a": [1, 2], "b": [True, None], "c": [0.5, None]}, dtype="float"))
    >>> check_numbers(pd.DataFrame({"a": [1.0], "city": ["Oslo"]}))
    Traceback (most recent call last):
    resellerrisk.errors.MatrixError: A model takes numbers only. Other columns: city (object).
    Hint: Encode categories as their own whole-number codes, missing as NaN.
    """
    others = [
        f"{name} ({dtype})"
        for name, dtype in frame.dtypes.items()
        if not pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_complex_dtype(dtype)
    ]
    if others:
        raise MatrixError(
            f"A model takes numbers only. Other columns: {', '.join(others)}.",
            hint="Encode categories as their own whole-number codes, missing as NaN.",
        )
    values = frame.to_numpy(dtype=float, na_value=np.nan)
    infinite = np.isinf(values)
    if infinite.any():
        names = [str(frame.columns[j]) for j in np.flatnonzero(infinite.any(axis=0))]
        raise MatrixError(
            f"{infinite.sum()} infinite (inf) values in {', '.join(names)}.",
            hint="A ratio of nothing is missing (NaN), not infinite.",
        )


def compare_columns(given, expected):
    """Say how columns differ from those trained on; an empty text when they do not.

    The headings are scikit-learn's own, so that its tools recognise them.

    Parameters
    ----------
    given, expected : sequence of str
        Column names in their order.

    Returns
    -------
    str
        One line per unexpected and missing column, and per column that stands elsewhere.

    Examples
    --------
    >>> print(compare_columns(["b", "a"], ["a", "b"]))
    The feature names should match those that were passed during fit.
    Feature names must be in the same order as they were in fit.
    - b: stands at 0, expected at 1
    - a: stands at 1, expected at 0
    >>> compare_columns(["a"], ["a"])
    ''
    """
    given, expected = list(given), list(expected)
    if given == expected:
        return ""
    lines = ["The feature names should match those that were passed during fit."]
    unexpected, missing = sorted(set(given) - set(expected)), sorted(set(expected) - set(given))
    if unexpected:
        lines += ["Feature names unseen at fit time:", *(f"- {name}" for name in unexpected)]
    if missing:
        lines += ["Feature names seen at fit time, yet now missing:", *(f"- {name}" for name in missing)]
    if not unexpected and not missing:
        lines.append("Feature names must be in the same order as they were in fit.")
        place = {name: number for number, name in enumerate(expected)}
        moved = [(name, at) for at, name in enumerate(given) if place[name] != at]
        lines += [f"- {name}: stands at {at}, expected at {place[name]}" for name, at in moved]
    return "\n".join(lines)


def drop_unknown_codes(X, columns, categories):
    """Set category values that are no declared code to missing.

    Parameters
    ----------
    X : ndarray of float, shape (n, p)
    columns : sequence of str, length p
    categories : dict of str to int
        Codes are 0 .. count - 1.

    Returns
    -------
    ndarray of float, shape (n, p)
        `X` itself where every code is known, else a copy.

    Examples
    --------
    >>> drop_unknown_codes(np.array([[0.0], [2.0], [0.5], [-1.0]]), ["kind"], {"kind": 2}).ravel()
    array([ 0., nan, nan, nan])
    """
    copied = False
    for name, count in categories.items():
        j = columns.index(name)
        codes = X[:, j]
        unknown = ~np.isnan(codes) & ~((codes >= 0) & (codes < count) & (codes == np.floor(codes)))
        if unknown.any():
            X, copied = (X if copied else X.copy()), True
            X[unknown, j] = np.nan
    return X
