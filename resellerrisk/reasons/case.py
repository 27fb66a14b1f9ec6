"""A case: everything that is told about one score, as plain data, and its JSON twin for the audit file.

A case is filled from a market and a model elsewhere; it checks that it does not contradict itself. How it looks is
the business of `page`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from resellerrisk.errors import ModelError
from resellerrisk.reasons.grouped import Reason
from resellerrisk.reasons.history import LINE_COLUMNS
from resellerrisk.reasons.masking import mask_rows
from resellerrisk.reasons.sentences import describe, label_window
from resellerrisk.signals.declare import Column
from resellerrisk.tables import as_utc
from resellerrisk.translations import ENGLISH, LANGUAGES, Language
from resellerrisk.vocabulary import ACTIONS, BANDS, OUTCOMES

#: Version of the JSON layout; goes up when a name in it changes.
JSON_LAYOUT = 3
#: Probabilities may differ from the contributions' own sum by so much.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Step:
    """One step of the waterfall: what is added, in words, and the log-odds that it adds; ``signal`` is empty for the rest."""

    label: str
    value: str
    contribution: float
    signal: str = ""


@dataclass(frozen=True)
class Link:
    """A value shared with another account: of what kind, since when, and what had been decided about the other by then.

    ``outcome`` is one of `vocabulary.OUTCOMES`, or None where nothing had been decided. ``strength``, 0-1, is that of this
    value alone, ``holders`` the accounts that held it then, ``near`` that the two values are a slip apart.
    """

    account_id: str
    kind: str
    since: pd.Timestamp
    outcome: str | None = None
    strength: float = 0.0
    holders: int = 2
    near: bool = False


@dataclass(frozen=True)
class Trace:
    """A leaked copy and the probability, 0-1, that its disc came from this account's orders."""

    release_name: str
    title: str
    leaked_at: pd.Timestamp
    probability: float


@dataclass(frozen=True)
class Past:
    """The score at an earlier moment, by the same model from what was known then."""

    as_of: pd.Timestamp
    score: int
    probability: float
    band: str


@dataclass(frozen=True)
class Similar:
    """A decided account whose score is made up alike: when it is compared, what was decided, and how alike, 0-1.

    ``families`` are those that move both scores most in the same direction.
    """

    account_id: str
    outcome: str
    decided_at: pd.Timestamp
    as_of: pd.Timestamp
    score: int
    likeness: float
    families: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ruling:
    """One step of what people decided about it: who, when, what, for which reason, and their note; all as they read it."""

    at: pd.Timestamp
    by: str
    step: str
    action: str
    reason: str
    note: str = ""


@dataclass(frozen=True, eq=False)
class Case:
    """One score with all that is told about it.

    Parameters
    ----------
    account_id : str
    as_of : str, datetime or Timestamp
        The moment of the score; only what was known strictly before it belongs in the case.
    score : int
        0-1000.
    probability : float
        0-1, calibrated.
    band, action : str
        One of `vocabulary.BANDS` and `vocabulary.ACTIONS`.
    base_value : float
        Log-odds before anything is known of the account.
    reasons : tuple of Reason
        From `find_reasons`.
    steps : tuple of Step
        From `make_steps`; together with the base they must give the probability.
    families : DataFrame
        From `group_by_family`.
    orders : DataFrame
        From `case_orders`.
    links : tuple of Link
    traces : tuple of Trace
    traced_at : Timestamp, optional
        The Monday whose trace the score used.
    evidence : mapping of str to Evidence
        By the signal of each finding: the rows behind its value.
    history : tuple of Past
        Oldest first, the case's own moment last.
    similar : tuple of Similar
        Most alike first.
    decisions : tuple of Ruling
        What people decided about it, oldest first; given by who keeps it (`dataclasses.replace`).
    form : mapping of str to object
        What the account said of itself, by the words to show.
    model_version, data_fingerprint : str
    training : mapping of str to object
        Facts of the training: moment, rows, known cases.
    known_rows : mapping of str to int
        Rows of each table that were known strictly before the moment.
    subject : str
        One of `vocabulary.SUBJECTS`.
    order_id : str
        The order, where the subject is one.
    language : str
        One of `translations.LANGUAGES`: that of the sentences.

    Raises
    ------
    ModelError
        Where score, band, action, outcomes or the sum of the steps cannot be; every contradiction is named.

    Examples
    --------
    >>> case = Case("A1", "2020-06-30", 500, 0.5, "guarded", "release", base_value=-1.0, steps=(Step("", "", 1.0),))
    >>> case.margin
    0.0
    """

    account_id: str
    as_of: pd.Timestamp
    score: int
    probability: float
    band: str
    action: str
    base_value: float
    reasons: tuple[Reason, ...] = ()
    steps: tuple[Step, ...] = ()
    families: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["raises", "lowers", "share"])
    )
    orders: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(LINE_COLUMNS)))
    links: tuple[Link, ...] = ()
    traces: tuple[Trace, ...] = ()
    traced_at: pd.Timestamp | None = None
    evidence: Mapping[str, object] = field(default_factory=dict)
    history: tuple[Past, ...] = ()
    similar: tuple[Similar, ...] = ()
    decisions: tuple[Ruling, ...] = ()
    form: Mapping[str, object] = field(default_factory=dict)
    model_version: str = ""
    data_fingerprint: str = ""
    training: Mapping[str, object] = field(default_factory=dict)
    known_rows: Mapping[str, int] = field(default_factory=dict)
    subject: str = "account"
    order_id: str = ""
    language: str = LANGUAGES[0]

    def __post_init__(self) -> None:
        object.__setattr__(self, "as_of", as_utc(self.as_of))
        mistakes = self._mistakes()
        if mistakes:
            raise ModelError(
                f"The case of account {self.account_id} contradicts itself: {'; '.join(mistakes)}.",
                hint="explain it again with the model that scored it",
            )

    @property
    def margin(self) -> float:
        """Log-odds: the base and all steps together."""
        return math.fsum([self.base_value, *(step.contribution for step in self.steps)])

    @property
    def raising(self) -> tuple[Reason, ...]:
        """Reasons that raise the score."""
        return tuple(reason for reason in self.reasons if reason.raises)

    @property
    def lowering(self) -> tuple[Reason, ...]:
        """Reasons that lower the score."""
        return tuple(reason for reason in self.reasons if not reason.raises)

    def to_json(self) -> str:
        """The whole case as JSON text: the same bytes for the same case, times in ISO 8601 UTC, what is missing as null.

        Examples
        --------
        >>> case = Case("A1", "2020-06-30", 500, 0.5, "guarded", "release", base_value=0.0)
        >>> json.loads(case.to_json())["as_of"]
        '2020-06-30T00:00:00Z'
        """
        content = {"layout": JSON_LAYOUT} | {
            each.name: _plain(getattr(self, each.name)) for each in fields(self)
        }
        return json.dumps(content | {"margin": self.margin}, indent=1, allow_nan=False)

    def _mistakes(self) -> list[str]:
        told = probability_of(self.margin)
        tests = [
            (not 0 <= self.score <= 1000, f"score {self.score} is not within 0-1000"),
            (self.band not in BANDS, f"band {self.band!r} is none of {', '.join(BANDS)}"),
            (self.action not in ACTIONS, f"action {self.action!r} is none of {', '.join(ACTIONS)}"),
            (
                not abs(told - self.probability) <= TOLERANCE,
                f"its steps add up to a probability of {told:.6f}, it says {self.probability:.6f}",
            ),
        ]
        tests.append((self.language not in LANGUAGES, f"language {self.language!r} is none of {LANGUAGES}"))
        named = [*(link.outcome for link in self.links), *(one.outcome for one in self.similar)]
        outcomes = {*named} - {None, *OUTCOMES}
        tests.append(
            (bool(outcomes), f"outcomes {sorted(map(str, outcomes))} are none of {', '.join(OUTCOMES)}")
        )
        return [words for wrong, words in tests if wrong]


def probability_of(log_odds: float) -> float:
    """The probability, 0-1, that log-odds stand for.

    >>> probability_of(0.0), probability_of(-1000.0), probability_of(1000.0)
    (0.5, 0.0, 1.0)
    """
    small = math.exp(-abs(log_odds))
    return small / (1 + small) if log_odds < 0 else 1 / (1 + small)


def make_steps(
    values: pd.Series,
    contributions: pd.Series,
    columns: Mapping[str, Column],
    shown: int = 12,
    language: Language = ENGLISH,
) -> tuple[Step, ...]:
    """The waterfall's steps: the strongest contributions one by one, then all others as one.

    Parameters
    ----------
    values, contributions : Series of length k
        One row of signals and of what each adds, by column name.
    columns : mapping of column name to Column
    shown : int
        Steps shown one by one.
    language : Language

    Returns
    -------
    tuple of Step
        Their contributions sum to those given. Without a last step where nothing is left over.
    """
    moving = contributions[contributions != 0]
    order = moving.abs().sort_values(ascending=False, kind="stable").index
    steps = [
        _make_step(columns[name], float(values[name]), float(moving[name]), language)
        for name in order[:shown]
    ]
    others = order[shown:]
    if len(others):
        rest = language.count(
            "{n} further signal", "{n} further signals together", len(others), n=len(others)
        )
        steps.append(Step(rest, "", math.fsum(moving[others])))
    return tuple(steps)


def _make_step(column: Column, value: float, contribution: float, language: Language) -> Step:
    words, window = describe(column, language), label_window(column, language)
    label = f"{words[:1].upper()}{words[1:]}" + (f" ({window})" if window else "")
    return Step(label, column.unit.show(value, language), contribution, column.name)


def _plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, pd.DataFrame):
        named = value if value.index.name is None else value.reset_index()
        return _plain_rows(mask_rows(named))
    if hasattr(value, "to_plain"):
        return _plain(value.to_plain())
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if pd.isna(value):
        return None
    if hasattr(value, "isoformat"):
        return f"{as_utc(value).isoformat()}Z"
    if hasattr(value, "item"):
        value = value.item()
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def _plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame's rows as JSON knows them, column by column: cases of many lines are common."""
    columns = []
    for name in frame:
        cells = frame[name]
        if cells.dtype.kind == "M":
            columns.append([told and f"{told}Z" for told in _plain_times(cells)])
        elif cells.dtype.kind in "iub":
            columns.append(cells.tolist())
        elif cells.dtype.kind == "f":
            columns.append([None if cell != cell or math.isinf(cell) else cell for cell in cells.tolist()])
        else:
            columns.append([_plain(cell) for cell in cells.astype(object)])
    names = [str(name) for name in frame]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain_times(cells: pd.Series) -> list[str | None]:
    known = cells.notna().to_numpy()
    told = np.full(len(cells), None, object)
    told[known] = [stamp.isoformat() for stamp in cells[known]]
    return told.tolist()
