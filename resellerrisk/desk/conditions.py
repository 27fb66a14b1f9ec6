"""The small language of rules: comparisons of signals with numbers, joined by and, or, not. Parsed here, never evaluated as code.

    condition = both {"or" both}
    both      = single {"and" single}
    single    = "not" single | "(" condition ")" | NAME "is" ["not"] "missing" | NAME COMPARED NUMBER | NUMBER COMPARED NAME

A comparison with a missing value is neither true nor false, and so is what hangs on it; a rule hits where its condition is true.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from resellerrisk.desk.refusals import DeskError

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))|(?P<name>[A-Za-z_]\w*)|(?P<mark><=|>=|==|!=|<|>|\(|\)))",
    re.ASCII,
)
_COMPARED: dict[str, Callable] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_WORDS = ("and", "or", "not", "is", "missing")
_LONGEST, _DEEPEST = 2000, 30
#: What a condition may name beside the signals.
BESIDE = ("score", "probability")
_HINT = "orders_count_90d >= 10 and (score > 700 or website_age is missing)"


class Condition:
    """A condition that was read.

    Parameters
    ----------
    text : str
        ``orders_count_90d >= 10 and (score > 700 or website_age is missing)``
    subject : str
        Whose signals it may name; also ``score`` and ``probability``.

    Attributes
    ----------
    names : tuple of str
        What it names, in the order of the text.

    Raises
    ------
    DeskError
        It cannot be read, or names a signal that is not there.

    Examples
    --------
    >>> condition = Condition("score > 700 and not website_age is missing", "account")
    >>> condition.names
    ('score', 'website_age')
    >>> condition.hits(pd.DataFrame({"score": [800, 800, 600], "website_age": [10.0, None, 10.0]}))
    array([ True, False, False])
    >>> Condition("score > 700 and", "account")
    Traceback (most recent call last):
    resellerrisk.desk.refusals.DeskError: The condition has its end where the name of a signal is expected.
    Hint: orders_count_90d >= 10 and (score > 700 or website_age is missing)
    """

    def __init__(self, text: str, subject: str) -> None:
        self.text, self.subject = text, subject
        known = _known_names(subject)
        if len(text) > _LONGEST:
            raise DeskError(
                f"The condition has {len(text)} characters; {_LONGEST} at most.", hint="make two rules"
            )
        reading = _Reading(_split(text), known, subject)
        self._root = reading.read()
        self.names = tuple(dict.fromkeys(reading.names))

    def hits(self, values: pd.DataFrame) -> np.ndarray:
        """Where it is true, bool[n]. A column that the values lack is missing throughout."""
        length = len(values)

        def column(name: str) -> np.ndarray:
            if name not in values:
                return np.full(length, np.nan)
            return values[name].to_numpy(dtype=float, na_value=np.nan)

        return self._root(column)[0]


def _known_names(subject: str) -> list[str]:
    from resellerrisk.signals.catalogue import catalogue
    from resellerrisk.vocabulary import SUBJECTS

    if subject not in SUBJECTS:
        raise DeskError(f"There is no subject {subject!r}.", f"Subjects: {', '.join(SUBJECTS)}.")
    return [*BESIDE, *(column.name for column in catalogue().for_subject(subject))]


def _split(text: str) -> list[tuple[str, str, int]]:
    """The words of a text as (kind, word, place)."""
    words, at, end = [], 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise DeskError(f"The condition cannot be read from character {at + 1} on.", hint=_HINT)
        words.append((found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)))
        at = found.end()
    return words


#: What stands at a place of the tree: from columns to where it is true, and where it is false. Where neither, it is unknown.
_Part = Callable[[Callable[[str], np.ndarray]], tuple[np.ndarray, np.ndarray]]


class _Reading:
    """A text on its way to a tree of functions."""

    def __init__(self, words: list[tuple[str, str, int]], known: list[str], subject: str) -> None:
        self._words, self._at, self._depth = words, 0, 0
        self._known, self._subject = known, subject
        self.names: list[str] = []

    def read(self) -> _Part:
        root = self._joined("or", lambda: self._joined("and", self._single))
        if self._at < len(self._words):
            self._refuse("and, or, or the end")
        return root

    def _peek(self) -> str:
        return self._words[self._at][1] if self._at < len(self._words) else ""

    def _take(self, *words: str) -> str:
        word = self._peek()
        if word not in words:
            self._refuse(" or ".join(words))
        self._at += 1
        return word

    def _refuse(self, expected: str) -> None:
        if self._at < len(self._words):
            _, word, place = self._words[self._at]
            found = f"{word!r} at character {place + 1}"
        else:
            found = "its end"
        raise DeskError(f"The condition has {found} where {expected} is expected.", hint=_HINT)

    def _joined(self, word: str, inner: Callable[[], _Part]) -> _Part:
        parts = [inner()]
        while self._peek() == word:
            self._at += 1
            parts.append(inner())
        return parts[0] if len(parts) == 1 else (_any if word == "or" else _all)(parts)

    def _single(self) -> _Part:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise DeskError(f"The condition is nested more than {_DEEPEST} deep.", hint="make two rules")
        try:
            if self._peek() == "not":
                self._at += 1
                return _turned(self._single())
            if self._peek() == "(":
                self._at += 1
                inner = self._joined("or", lambda: self._joined("and", self._single))
                self._take(")")
                return inner
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> _Part:
        if self._kind() == "number":
            number, mark = self._number(), self._take(*_COMPARED)
            return _compare(self._name(), _TURNED[mark], number)
        name = self._name()
        if self._peek() == "is":
            self._at += 1
            wanted = self._peek() != "not"
            self._at += not wanted
            self._take("missing")
            return _is_missing(name, wanted)
        return _compare(name, self._take(*_COMPARED), self._number())

    def _kind(self) -> str:
        return self._words[self._at][0] if self._at < len(self._words) else ""

    def _number(self) -> float:
        if self._kind() != "number":
            self._refuse("a number")
        number = float(self._peek())
        if not np.isfinite(number):
            self._refuse("a finite number")
        self._at += 1
        return number

    def _name(self) -> str:
        name = self._peek()
        if self._kind() != "name" or name in _WORDS:
            self._refuse("the name of a signal")
        if name not in self._known:
            close = difflib.get_close_matches(name, self._known, n=3)
            raise DeskError(
                f"The condition names {name!r}, which is no signal of the subject {self._subject}.",
                f"Did you mean {', '.join(close)}?" if close else "",
                "resellerrisk signals",
            )
        self._at += 1
        self.names.append(name)
        return name


def _compare(name: str, mark: str, number: float) -> _Part:
    def part(column):
        values = column(name)
        known = ~np.isnan(values)
        holds = _COMPARED[mark](values, number)
        return holds & known, ~holds & known

    return part


def _is_missing(name: str, wanted: bool) -> _Part:
    def part(column):
        missing = np.isnan(column(name))
        return (missing, ~missing) if wanted else (~missing, missing)

    return part


def _turned(inner: _Part) -> _Part:
    return lambda column: inner(column)[::-1]


def _all(parts: list[_Part]) -> _Part:
    def part(column):
        true, false = zip(*(inner(column) for inner in parts), strict=True)
        return np.logical_and.reduce(true), np.logical_or.reduce(false)

    return part


def _any(parts: list[_Part]) -> _Part:
    def part(column):
        true, false = zip(*(inner(column) for inner in parts), strict=True)
        return np.logical_or.reduce(true), np.logical_and.reduce(false)

    return part
