"""The reasons for one score, family by family: what raises it beside what lowers it, with what stands behind each.

Columns of one signal (its windows, its position among peers) are one finding and weigh together; findings of one family on one
side are one reason. Sentences are worded in `sentences`; nothing is computed from a model here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resellerrisk.reasons.sentences import (
    label_window,
    names_typical,
    show_typical,
    tell_seen,
)
from resellerrisk.reasons.strongest import (
    Typical,
    check_contributions,
    look_up,
    signals_of,
)
from resellerrisk.signals.declare import FAMILIES, Column
from resellerrisk.translations import ENGLISH, Language

#: Findings told in one reason: until this share of what its family adds on that side is told, and never more than so many.
SHARE_TOLD, FINDINGS_SHOWN = 0.9, 8


@dataclass(frozen=True)
class Finding:
    """One signal that speaks in a reason.

    Attributes
    ----------
    signal : str
        The column that speaks: of the signal's columns the strongest.
    sentence : str
        What the desk reads.
    value, typical, window : str
        What was seen, what is typical of shops like it, over which time, each as a person reads it.
    number, low, high : float
        The value and the quartiles among shops like it; NaN where not known.
    contribution : float
        Log-odds that all columns of the signal add together.
    columns : tuple of str
        The columns that are put together here, the one that speaks first.
    """

    signal: str
    sentence: str
    value: str
    typical: str
    window: str
    number: float
    low: float
    high: float
    contribution: float
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Reason:
    """What a family of signals says for or against the account.

    Attributes
    ----------
    family : str
        One of `FAMILIES`; ``title`` is what it is called in the reader's language.
    contribution : float
        Log-odds that the family's findings on this side add together, told here or not.
    share : float
        Its part of everything that moves the score, either way, 0-1.
    findings : tuple of Finding
        Strongest first.
    untold : int
        Further findings of this family and side.
    untold_contribution : float
        What they add.
    """

    family: str
    title: str
    contribution: float
    share: float
    findings: tuple[Finding, ...]
    untold: int = 0
    untold_contribution: float = 0.0

    @property
    def raises(self) -> bool:
        """Whether it moves the score up."""
        return self.contribution > 0

    @property
    def sentence(self) -> str:
        """The sentence of its strongest finding."""
        return self.findings[0].sentence


def find_reasons(
    values: pd.Series,
    contributions: pd.Series,
    typical: Typical,
    columns: Mapping[str, Column],
    shown: int = FINDINGS_SHOWN,
    language: Language = ENGLISH,
) -> tuple[Reason, ...]:
    """The reasons for one score: the families that raise it, then those that lower it.

    Parameters
    ----------
    values, contributions : Series of length k
        One row of what `write_reasons` takes.
    typical, columns
        As for `write_reasons`; a function is asked for row 0.
    shown : int
        Findings told per reason, at most; fewer where `SHARE_TOLD` of what it adds is told by them.
    language : Language

    Returns
    -------
    tuple of Reason
        Strongest first on each side; empty where nothing moves the score. Contributions of all reasons add up to all
        contributions.

    Raises
    ------
    MatrixError
        As `write_reasons`.
    """
    added = check_contributions(values.to_frame().T, contributions.to_frame().T, columns)[0]
    told = [columns[name] for name in values.index]
    sides: dict[tuple[bool, str], list[tuple[float, np.ndarray]]] = {}
    everything = 0.0
    signals = signals_of(told)
    for number in np.unique(signals):
        places = np.flatnonzero((signals == number) & (added != 0))
        net = float(added[places].sum())
        if net == 0:
            continue
        everything += abs(net)
        places = places[np.argsort(-np.sign(net) * added[places], kind="stable")]
        sides.setdefault((net > 0, family_of(told[places[0]])), []).append((net, places))
    reasons = []
    for (_, family), found in sides.items():
        found.sort(key=lambda each: -abs(each[0]))
        findings = tuple(
            _make_finding([told[place] for place in places], values, net, typical, language)
            for net, places in found[: _count_told([net for net, _ in found], shown)]
        )
        whole, untold = sum(net for net, _ in found), sum(net for net, _ in found[len(findings) :])
        title = language.text(family)
        title = title[:1].upper() + title[1:]
        rest = len(found) - len(findings)
        reasons.append(Reason(family, title, whole, abs(whole) / everything, findings, rest, float(untold)))
    return tuple(sorted(reasons, key=lambda reason: (not reason.raises, -abs(reason.contribution))))


def _count_told(weights: list[float], most: int) -> int:
    """How many of the strongest tell `SHARE_TOLD` of all; weights of one sign, strongest first.

    >>> _count_told([1.0, 0.5, 0.1], 8), _count_told([1.0] * 20, 8)
    (2, 8)
    """
    told = np.cumsum(weights) / sum(weights)
    return min(most, int(np.searchsorted(told, SHARE_TOLD - 1e-9)) + 1)


def family_of(column: Column) -> str:
    """The family a column is told with: a position among peers with what it is a position of."""
    return (column.base or column).family


def _make_finding(
    columns: list[Column], values: pd.Series, net: float, typical: Typical, language: Language
) -> Finding:
    """The finding of a signal whose strongest column stands first."""
    column = columns[0]
    low, high = look_up(typical, column, np.array([0]))[0]
    number = float(values[column.name])
    return Finding(
        signal=column.name,
        sentence=tell_seen(column, number, low, high, language),
        value=column.unit.show(number, language),
        typical=show_typical(column.unit, low, high, language, number) if names_typical(column) else "",
        window=label_window(column, language),
        number=number,
        low=float(low),
        high=float(high),
        contribution=net,
        columns=tuple(each.name for each in columns),
    )


def group_by_family(contributions: pd.Series, columns: Mapping[str, Column]) -> pd.DataFrame:
    """What each family of signals adds to one score.

    Parameters
    ----------
    contributions : Series of length k
        Log-odds by column name.
    columns : mapping of column name to Column

    Returns
    -------
    DataFrame with index ``family``
        ``raises`` (>= 0) and ``lowers`` (<= 0) in log-odds, and ``share``: the family's part of everything that moves the
        score, either way, 0-1. Greatest share first; families that add nothing are left out.

    Examples
    --------
    >>> from resellerrisk.signals.declare import COUNT, NEITHER, columns_of, last, signal
    >>> @signal("orders", COUNT, last(30, 90), riskier=NEITHER, family="ordering", reason="{value}", source="-")
    ... def lines(orders):
    ...     '''Order lines.'''
    >>> columns = {column.name: column for column in columns_of(lines.declared)}
    >>> group_by_family(pd.Series({"lines_count_30d": 0.3, "lines_count_90d": -0.1}), columns).loc["ordering"].to_dict()
    {'raises': 0.3, 'lowers': -0.1, 'share': 1.0}
    """
    added = contributions.to_numpy(float)
    family = np.array([family_of(columns[name]) for name in contributions.index], object)
    parts = pd.DataFrame({"raises": np.maximum(added, 0.0), "lowers": np.minimum(added, 0.0)})
    sums = parts.groupby(pd.Categorical(family, FAMILIES), observed=True).sum().rename_axis("family")
    sums.index = sums.index.astype(object)
    moved = sums["raises"] - sums["lowers"]
    sums["share"] = moved / moved.sum() if moved.sum() > 0 else 0.0
    return sums[moved > 0].sort_values("share", ascending=False, kind="stable")
