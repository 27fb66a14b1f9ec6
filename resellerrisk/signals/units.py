"""Units: what a signal's value is counted in, its range, and how a person reads it in any language. Nothing is computed here."""

from __future__ import annotations

from dataclasses import dataclass

from resellerrisk.translations import ENGLISH, Language


@dataclass(frozen=True)
class Unit:
    """What a value is counted in: its range, how it is stored as a whole number, how it is printed.

    Parameters
    ----------
    name : str
        The word for the unit.
    scale : int
        Real values are summed as ``round(value * scale)``; the float appears once, at the end.
    low, high : float
        Range of possible values.
    one : str
        The word for exactly one, where it is another.
    words : tuple of str
        The words behind the codes 0, 1, ... of a value that is one of several kinds.

    Examples
    --------
    >>> SHARE_OF.show(0.256), DAYS.show(11.72), DISCS.show(1204.0), SHARE_OF.show(float("nan"))
    ('26%', '11.7 days', '1,204 units', 'not known')
    >>> DAYS.show(1.0), CHANGE.show(-0.1), EACH.show(0.00001)
    ('1 day', '10 points down', '0')
    """

    name: str
    scale: int = 1
    low: float = 0.0
    high: float = float("inf")
    one: str = ""
    words: tuple[str, ...] = ()

    def show(self, value: float, language: Language = ENGLISH) -> str:
        """The value as a person reads it; a missing value is "not known"."""
        if value != value:
            return language.text("not known")
        if self.words:
            return language.text(self.words[int(value)])
        if self.name == "share":
            return language.percent(value, 0 if value == 0 or abs(value) >= 0.01 else 1)
        if self.name == "points":
            points = round(100 * value)
            one, many = (
                ("{n} point down", "{n} points down") if value < 0 else ("{n} point up", "{n} points up")
            )
            return language.count(one, many, points, n=abs(points))
        if self.name == "yes/no":
            return language.text("yes" if value else "no")
        shown = language.number(value, _digits(value))
        if not self.name:
            return shown
        told = round(value, _digits(value))
        return language.count(f"{{n}} {self.one or self.name}", f"{{n}} {self.name}", told, n=shown)


def _digits(value: float) -> int:
    """Digits behind the point for three that count; none for whole numbers and those from a hundred on."""
    if abs(value) >= 100 or value == round(value):
        return 0
    short = f"{value:.3g}"
    return 0 if "e" in short else len(short.partition(".")[2])


SHARE_OF = Unit("share", high=1.0)
YES_NO = Unit("yes/no", high=1.0)
NUMBER = Unit("")
DAYS = Unit("days", scale=86_400, low=-float("inf"), one="day")
YEARS = Unit("years", low=-float("inf"), one="year")
DISCS = Unit("units", one="unit")
TITLES = Unit("titles", one="title")
ADDRESSES = Unit("addresses", one="address")
MONEY = Unit("", scale=100)
TIMES = Unit("times", scale=10_000)
BITS = Unit("bits")
#: A share's move against another time, in points of a hundred.
CHANGE = Unit("points", low=-1.0)
#: One number per another; may exceed 1.
EACH = Unit("")


def kind_of(words: tuple[str, ...]) -> Unit:
    """A unit for a code into ``words``.

    >>> kind_of(("dvd", "uhd")).show(1.0)
    'uhd'
    """
    return Unit("kind", high=float(len(words) - 1), words=words)
