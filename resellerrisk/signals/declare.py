"""How a signal is declared: once, with the words a person reads beside what the machine computes.

A signal is a plain function over rows that returns one value per row. The declaration says how the values are put
together (measure), over which time before the snapshot (window), in which direction risk lies, which sentence the desk
reads and why we believe it. Nothing is computed here, and nothing is registered by importing: `catalogue` lists the signals.
"""

from __future__ import annotations

import inspect
import math
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from resellerrisk.errors import DeclarationError
from resellerrisk.signals.units import (
    ADDRESSES as ADDRESSES,
)
from resellerrisk.signals.units import (
    BITS as BITS,
)
from resellerrisk.signals.units import (
    CHANGE as CHANGE,
)
from resellerrisk.signals.units import (
    DAYS as DAYS,
)
from resellerrisk.signals.units import (
    DISCS as DISCS,
)
from resellerrisk.signals.units import (
    EACH as EACH,
)
from resellerrisk.signals.units import (
    MONEY as MONEY,
)
from resellerrisk.signals.units import (
    NUMBER as NUMBER,
)
from resellerrisk.signals.units import (
    SHARE_OF as SHARE_OF,
)
from resellerrisk.signals.units import (
    TIMES as TIMES,
)
from resellerrisk.signals.units import (
    TITLES as TITLES,
)
from resellerrisk.signals.units import (
    YEARS as YEARS,
)
from resellerrisk.signals.units import (
    YES_NO as YES_NO,
)
from resellerrisk.signals.units import (
    Unit as Unit,
)
from resellerrisk.signals.units import (
    kind_of as kind_of,
)

HIGHER, LOWER, NEITHER = 1, -1, 0
RISKIER_WORDS = {HIGHER: "higher", LOWER: "lower", NEITHER: "neither"}

#: Families in the order in which a person reads them.
FAMILIES = (
    "identity",
    "ordering",
    "street date",
    "fulfilment",
    "returns",
    "payments",
    "change",
    "peers",
    "links",
    "leaks",
)


@dataclass(frozen=True)
class Measure:
    """How the values of many rows become one number.

    ``kind`` is what the kernel does; ``word`` stands in the column's name; ``silence`` is the value where no row speaks
    (a share of nothing is missing, a count is 0).
    """

    kind: str
    word: str
    unit: Unit
    silence: float
    codes: int = 0


_NAN = float("nan")
SHARE = Measure("mean", "share", SHARE_OF, _NAN)
COUNT = Measure("sum", "count", NUMBER, 0.0)


def mean(unit: Unit) -> Measure:
    """The mean over rows with a value; missing on silence."""
    return Measure("mean", "mean", unit, _NAN)


def total(unit: Unit) -> Measure:
    """The sum; 0 on silence."""
    return Measure("sum", "total", unit, 0.0)


def distinct(unit: Unit) -> Measure:
    """How many different codes (0 or more) stand in the window; a negative code does not count."""
    return Measure("distinct", "distinct", unit, 0.0)


def longest(unit: Unit) -> Measure:
    """The highest value in the window; missing on silence."""
    return Measure("highest", "longest", unit, _NAN)


def entropy(codes: int) -> Measure:
    """Shannon entropy in bits of codes 0..codes-1; missing on silence."""
    return Measure("entropy", "entropy", replace(BITS, high=math.log2(codes)), _NAN, codes)


SINCE_LAST = Measure("since_last", "since_last_days", DAYS, _NAN)
SINCE_FIRST = Measure("since_first", "since_first_days", DAYS, _NAN)


def as_is(unit: Unit) -> Measure:
    """The value of the snapshot's own row, as the function gives it."""
    return Measure("as_is", "", unit, _NAN)


@dataclass(frozen=True, order=True)
class Window:
    """The time before a snapshot T that counts: ``T - far <= known_at < T - near``, in days; ``far`` 0 means all of it."""

    far: int = 0
    near: int = 0
    own_order: bool = False

    @property
    def suffix(self) -> str:
        """How the window stands in a column's name.

        >>> last(30)[0].suffix, ever[0].suffix, earlier(90, 455)[0].suffix, this_order[0].suffix
        ('30d', 'ever', '90_455d', 'this_order')
        """
        if self.own_order:
            return "this_order"
        if not self.far:
            return "ever"
        return f"{self.near}_{self.far}d" if self.near else f"{self.far}d"

    @property
    def words(self) -> str:
        """How the window stands in a sentence, after "in" or "of".

        >>> last(30)[0].words, ever[0].words, earlier(90, 455)[0].words
        ('the last 30 days', 'all time so far', 'the 365 days before the last 90')
        """
        if self.own_order:
            return "the order itself"
        if not self.far:
            return "all time so far"
        if self.near:
            return f"the {self.far - self.near} days before the last {self.near}"
        return f"the last {self.far} days"


def last(*days: int) -> tuple[Window, ...]:
    """Windows that end at the snapshot and reach so many days back."""
    return tuple(Window(far) for far in days)


def earlier(near: int, far: int) -> tuple[Window, ...]:
    """A window that ends ``near`` days before the snapshot and begins ``far`` days before it."""
    return (Window(far, near),)


ever: tuple[Window, ...] = (Window(),)
this_order: tuple[Window, ...] = (Window(own_order=True),)
at_snapshot: tuple[Window, ...] = ()


@dataclass(frozen=True)
class Declaration:
    """What a function was declared to be; stands on the function as ``declared``."""

    function: Callable
    table: str
    measure: Measure
    windows: tuple[Window, ...]
    riskier: int
    family: str
    reason: str
    source: str
    peers: tuple[Window, ...] = ()
    market: bool = False
    reason_one: str = ""
    otherwise: str = ""

    @property
    def meaning(self) -> str:
        """The first paragraph of the function's docstring, on one line."""
        text = inspect.getdoc(self.function) or ""
        return " ".join(text.split("\n\n")[0].split())


@dataclass(frozen=True)
class Column:
    """One column of the matrix: a declaration at one window.

    ``base`` is set where the column is another column's position among peers.
    """

    name: str
    declaration: Declaration = field(repr=False)
    window: Window | None
    base: Column | None = None

    @property
    def unit(self) -> Unit:
        """What its values are counted in."""
        return self.declaration.measure.unit

    @property
    def riskier(self) -> int:
        """1 if higher values mean more risk, -1 if lower ones do, 0 if neither is declared."""
        return self.declaration.riskier

    @property
    def family(self) -> str:
        """The family it is read with."""
        return self.declaration.family

    @property
    def window_words(self) -> str:
        """The window as words; empty where the value stands at the snapshot itself."""
        return self.window.words if self.window else ""


def signal(
    table: str,
    measure: Measure,
    *windows: Iterable[Window],
    riskier: int,
    family: str,
    reason: str,
    source: str,
    peers: Iterable[Window] = (),
    market: bool = False,
    reason_one: str = "",
    otherwise: str = "",
) -> Callable[[Callable], Callable]:
    """Declare a function over rows as a signal; the function itself is returned.

    Parameters
    ----------
    table : str
        Which rows it is a function of: a name in `rows.TABLES`, or ``"derived"`` for a function of other columns, whose
        parameters name them.
    measure : Measure
        How the rows' values become one number.
    *windows : tuples of Window
        ``last(30, 365)``, ``ever``, ``earlier(90, 455)``, ``this_order``: a column each.
    riskier : {HIGHER, LOWER, NEITHER}
        The direction of risk: a monotone constraint of the model. The evaluation says where the data disagree.
    family : str
        One of `FAMILIES`.
    reason : str
        The sentence the desk reads. ``{value}``, ``{window}`` and ``{typical}`` are filled in. It states what was seen.
    source : str
        Why we believe it.
    peers : windows, optional
        At these windows the position among shops of the same type and size becomes a column too.
    market : bool
        The same measure is computed over all accounts together, for derived signals to compare with.
    reason_one : str
        The sentence where the value is exactly one, if it is another.
    otherwise : str
        Of a value that is yes or no the sentence for no; ``reason`` is the one for yes.

    Examples
    --------
    >>> @signal("orders", COUNT, last(30), riskier=NEITHER, family="ordering", reason="{value} lines.", source="-")
    ... def lines(orders):
    ...     '''Order lines.'''
    >>> lines.declared.windows
    (Window(far=30, near=0, own_order=False),)
    """
    flat = tuple(window for group in windows for window in group)

    def declare(function: Callable) -> Callable:
        function.declared = Declaration(
            function,
            table,
            measure,
            flat,
            riskier,
            family,
            reason,
            source,
            tuple(peers),
            market,
            reason_one,
            otherwise,
        )
        return function

    return declare


def columns_of(declaration: Declaration) -> list[Column]:
    """The columns that a declaration makes, one per window.

    Examples
    --------
    >>> @signal("orders", SHARE, last(30, 90), riskier=HIGHER, family="ordering", reason="{value}", source="-")
    ... def by_night(orders):
    ...     '''Lines by night.'''
    >>> [column.name for column in columns_of(by_night.declared)]
    ['by_night_share_30d', 'by_night_share_90d']
    """
    base = "_".join(filter(None, [declaration.function.__name__, declaration.measure.word]))
    if not declaration.windows:
        return [Column(base, declaration, None)]
    return [Column(f"{base}_{window.suffix}", declaration, window) for window in declaration.windows]


def check_declarations(functions: Iterable[Callable], tables: Iterable[str]) -> None:
    """Refuse a list of signals that contradicts itself; every mistake is named at once.

    Raises
    ------
    DeclarationError
        With one line per mistake.
    """
    mistakes: list[str] = []
    names: dict[str, str] = {}
    for function in functions:
        declared = getattr(function, "declared", None)
        if declared is None:
            mistakes.append(f"{function.__name__}: has no @signal above it")
            continue
        mistakes += [f"{function.__name__}: {fault}" for fault in _mistakes_of(declared, tuple(tables))]
        for column in columns_of(declared):
            if column.name in names:
                mistakes.append(f"{function.__name__}: the column {column.name} stands twice")
            names[column.name] = function.__name__
    if mistakes:
        raise DeclarationError(
            f"The list of signals has {len(mistakes)} mistake(s):\n  " + "\n  ".join(mistakes),
            hint="mend the declarations named above",
        )


def _mistakes_of(declared: Declaration, tables: tuple[str, ...]) -> list[str]:
    """What is wrong with one declaration, in words."""
    slots = _slots(declared.reason)
    yes_no = declared.measure.unit.name == "yes/no"
    kind = declared.measure.kind
    own_order = any(window.own_order for window in declared.windows)
    tests = [
        (declared.table not in tables, f"table {declared.table!r} is none of {', '.join(tables)}"),
        (declared.family not in FAMILIES, f"family {declared.family!r} is none of {', '.join(FAMILIES)}"),
        (declared.riskier not in RISKIER_WORDS, "riskier is none of HIGHER, LOWER, NEITHER"),
        (not declared.meaning, "has no docstring, so the catalogue cannot say what it means"),
        (not declared.source.strip(), "has no source"),
        ("value" not in slots and not yes_no, "its reason does not show {value}"),
        (yes_no != bool(declared.otherwise), "a yes or no wants a sentence for each, and nothing else does"),
        (
            any(text and _slots(text) != slots for text in (declared.reason_one, declared.otherwise)),
            "its sentences do not have the same slots",
        ),
        (
            bool(declared.measure.unit.words) and declared.riskier != NEITHER,
            "a kind has no direction of risk",
        ),
        (bool(slots - {"value", "window", "typical"}), f"its reason knows no {sorted(slots)}"),
        (kind != "as_is" and not declared.windows, f"a {declared.measure.word} wants a window"),
        (kind == "as_is" and bool(declared.windows), "a value at the snapshot has no window"),
        (own_order and declared.table != "orders", "only order lines have this_order"),
        (
            own_order and kind in {"distinct", "since_last", "since_first"},
            f"this_order has no {declared.measure.word}",
        ),
        (
            not set(declared.peers) <= set(declared.windows),
            "peers names a window that the signal does not have",
        ),
    ]
    return [words for wrong, words in tests if wrong]


def _slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
