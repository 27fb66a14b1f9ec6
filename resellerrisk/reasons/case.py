"""A case: everything that is told about one score, as plain data, and its JSON twin for the audit file.

A case is filled from a market and a model elsewhere; it checks that it does not contradict itself. How it looks is
the business of `page`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass

import pandas as pd

from resellerrisk.errors import ModelError
from resellerrisk.reasons.history import LINE_COLUMNS
from resellerrisk.reasons.sentences import describe
from resellerrisk.reasons.strongest import Reason
from resellerrisk.signals.declare import Column
from resellerrisk.tables import as_utc
from resellerrisk.vocabulary import ACTIONS, BANDS, OUTCOMES

#: Version of the JSON layout; goes up when a name in it changes.
JSON_LAYOUT = 1
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

    ``outcome`` is one of `vocabulary.OUTCOMES`, or None where nothing had been decided.
    """

    account_id: str
    kind: str
    since: pd.Timestamp
    outcome: str | None = None


@dataclass(frozen=True)
class Trace:
    """A leaked copy and the probability, 0-1, that its disc came from this account's orders."""

    release_name: str
    title: str
    leaked_at: pd.Timestamp
    probability: float


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
    form: Mapping[str, object] = field(default_factory=dict)
    model_version: str = ""
    data_fingerprint: str = ""
    training: Mapping[str, object] = field(default_factory=dict)
    known_rows: Mapping[str, int] = field(default_factory=dict)
    subject: str = "account"
    order_id: str = ""

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
        outcomes = {link.outcome for link in self.links} - {None, *OUTCOMES}
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
    values: pd.Series, contributions: pd.Series, columns: Mapping[str, Column], shown: int = 12
) -> tuple[Step, ...]:
    """The waterfall's steps: the strongest contributions one by one, then all others as one.

    Parameters
    ----------
    values, contributions : Series of length k
        One row of signals and of what each adds, by column name.
    columns : mapping of column name to Column
    shown : int
        Steps shown one by one.

    Returns
    -------
    tuple of Step
        Their contributions sum to those given. Without a last step where nothing is left over.
    """
    moving = contributions[contributions != 0]
    order = moving.abs().sort_values(ascending=False, kind="stable").index
    steps = [_make_step(columns[name], float(values[name]), float(moving[name])) for name in order[:shown]]
    others = order[shown:]
    if len(others):
        steps.append(Step(f"{len(others)} further signals together", "", math.fsum(moving[others])))
    return tuple(steps)


def _make_step(column: Column, value: float, contribution: float) -> Step:
    words = describe(column)
    spoken = f"{words[:1].upper()}{words[1:]}"
    window = f" ({column.window_words.removeprefix('the ')})" if column.window_words else ""
    return Step(spoken + window, column.unit.show(value), contribution, column.name)


def _plain(value):
    """A value as JSON knows it."""
    if isinstance(value, pd.DataFrame):
        named = value if value.index.name is None else value.reset_index()
        return [{str(key): _plain(cell) for key, cell in row.items()} for row in named.to_dict("records")]
    if is_dataclass(value):
        return {key: _plain(part) for key, part in asdict(value).items()}
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
