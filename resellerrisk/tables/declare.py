"""How a table of the contract is declared: its columns, what a cell may hold, and what it means.

The words live on the definition: checking, messages and the data dictionary all read them from here.
Nothing is read or checked in this module, and it loads no library.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

#: Times and dates outside these years are taken for slips of the pen.
FIRST_YEAR, LAST_YEAR = 1900, 2100


class Kind(Enum):
    """What sort of cells a column holds; the value is how the data dictionary names it."""

    ID = "id"
    TEXT = "text"
    WORD = "one word of a list"
    TIME = "time (UTC)"
    DATE = "date"
    WHOLE = "whole number"
    NUMBER = "number"
    FLAG = "yes or no"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
    kind : Kind
    meaning : str
        What a cell tells, for the data dictionary.
    required : bool
        Whether each row must have this cell filled.
    allowed : tuple of str
        The words a `Kind.WORD` column may hold.
    minimum, maximum : int, optional
        Bounds of a number, both included.
    unit : str
        Unit of a number.
    pattern : str
        Regular expression for the whole of a text cell; `example` shows one that fits.
    refers_to : str
        Table whose rows this id must name.
    loose : bool
        An id that names no row is set to missing and told, instead of the row being quarantined.
    repeats : bool
        A text whose values come again and again; it is held as a category.
    may_be_absent : bool
        The file may lack the column; it is then all missing.
    known_at : str
        Column from whose moment on this cell is known, where that is not the table's own.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    unit: str = ""
    pattern: str = ""
    example: str = ""
    refers_to: str = ""
    loose: bool = False
    repeats: bool = False
    may_be_absent: bool = False
    known_at: str = ""

    @property
    def dtype(self) -> str:
        """The pandas dtype of the column in a `Market`.

        Examples
        --------
        >>> Column("quantity", Kind.WHOLE, "Units.", required=True).dtype
        'int64'
        >>> Column("store_count", Kind.WHOLE, "Stores.").dtype
        'float64'
        """
        if self.kind in (Kind.ID, Kind.WORD):
            return "category"
        if self.kind is Kind.TEXT:
            return "category" if self.repeats else "object"
        if self.kind in (Kind.TIME, Kind.DATE):
            return "datetime64[us]"
        return "int64" if self.kind is Kind.WHOLE and self.required else "float64"

    @property
    def expected(self) -> str:
        """What a cell should hold, in words.

        Examples
        --------
        >>> Column("quantity", Kind.WHOLE, "Units.", minimum=1).expected
        'a whole number, 1 or more'
        >>> Column("format", Kind.WORD, "Kind of disc.", allowed=("dvd", "uhd")).expected
        'one of dvd, uhd'
        """
        if self.kind is Kind.WORD:
            return f"one of {', '.join(self.allowed)}"
        if self.pattern:
            return f"a text like {self.example}"
        if self.kind in (Kind.WHOLE, Kind.NUMBER):
            return _WORDS[self.kind] + self.bounds
        return _WORDS[self.kind]

    @property
    def bounds(self) -> str:
        """The bounds of a number in words, to follow its kind; empty where there are none."""
        if self.minimum is not None and self.maximum is not None:
            return f", {self.minimum} to {self.maximum}"
        return "" if self.minimum is None else f", {self.minimum} or more"


_YEARS = f"between the years {FIRST_YEAR} and {LAST_YEAR}"
_WORDS = {
    Kind.ID: "an id (text)",
    Kind.TEXT: "a text",
    Kind.TIME: f"a time like 2019-12-31 23:59:59 (UTC, or with its zone), {_YEARS}",
    Kind.DATE: f"a date like 2019-12-31, {_YEARS}",
    Kind.WHOLE: "a whole number",
    Kind.NUMBER: "a number with a decimal point and without thousands separators",
    Kind.FLAG: "true or false",
}


@dataclass(frozen=True)
class Table:
    """One table of the contract.

    Parameters
    ----------
    name : str
    row_is : str
        What one row is.
    columns : tuple of Column
    known_at : str
        Column from whose moment on a row is known; empty where rows are always known.
    key : tuple of str
        Columns that together name a row once.
    in_order : tuple of (str, str)
        Pairs of times of which the second is never before the first.
    required : bool
        Whether a market cannot do without the table.
    """

    name: str
    row_is: str
    columns: tuple[Column, ...]
    known_at: str = ""
    key: tuple[str, ...] = ()
    in_order: tuple[tuple[str, str], ...] = ()
    required: bool = False

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in the contract's order."""
        return tuple(column.name for column in self.columns)
