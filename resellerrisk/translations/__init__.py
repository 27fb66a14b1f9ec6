"""The languages people read: English as written in the code, others from gettext catalogues (.po, compiled to .mo) beside this file.

A text is looked up by its English; numbers and months follow the language's own customs (babel). Days and moments are written
as 2020-06-30 everywhere, so that nobody mistakes a day for a month. What is to be said is not decided here; `pipelines.translate`
collects the texts and compiles the catalogues.
"""

from __future__ import annotations

import gettext
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from resellerrisk.errors import InputError

#: Languages that are complete; the first is the language of the code.
LANGUAGES = ("en", "fr", "de", "nl")
FOLDER = Path(__file__).parent
#: German words that begin a meaning and are small within a sentence; all others that begin one are nouns.
_SMALL_IN_GERMAN = frozenset(
    [
        "Andere",
        "Bestellte",
        "Das",
        "Davon",
        "Der",
        "Die",
        "Erwartete",
        "Gelieferte",
        "Gescheiterte",
        "Längste",
        "Meiste",
        "Mittlerer",
        "Nach",
        "Noch",
        "Ob",
        "So",
        "Verbundene",
        "Verschiedene",
        "Verspätete",
        "Von",
        "Vor",
        "Vorhandene",
        "Was",
        "Welche",
        "Wie",
        "Zurückgesandte",
    ]
)


class Language:
    """One language: texts, counts, numbers, months. Made by `read_language`.

    Parameters
    ----------
    tag : str
        One of `LANGUAGES`.

    Examples
    --------
    >>> ENGLISH.count("{n} line", "{n} lines", 1, n="1"), ENGLISH.number(1204.5, 1), ENGLISH.percent(0.256)
    ('1 line', '1,204.5', '26%')
    >>> read_language("de").count("{n} day", "{n} days", 3.5, n=read_language("de").number(3.5, 1))
    '3,5 Tage'
    """

    def __init__(self, tag: str) -> None:
        from babel import Locale

        self.tag = tag
        self._locale = Locale.parse(tag)
        self._messages = _read_messages(tag)
        symbols = self._locale.number_symbols["latn"]
        self._sign_table = str.maketrans({",": symbols["group"], ".": symbols["decimal"]})
        self._own_signs = symbols["group"] != "," or symbols["decimal"] != "."
        self._percent = self._locale.percent_formats[None].pattern.partition("0")[2].strip("#0")
        # The rule is asked once for each number: a market's reasons ask for the same few thousand again and again.
        self._is_one = lru_cache(1 << 14)(lambda number: self._locale.plural_form(number) == "one")

    def text(self, message: str, **slots: object) -> str:
        """A text in this language, its slots filled."""
        told = self._messages.gettext(message)
        return told.format(**slots) if slots else told

    def count(self, one: str, many: str, number: float, **slots: object) -> str:
        """The form of a text that goes with a number: what counts as one is the language's own affair."""
        whole = int(number) if number == int(number) else number
        return str(self._messages.ngettext(one, many, 1 if self._is_one(abs(whole)) else 2).format(**slots))

    def number(self, value: float, digits: int = 0) -> str:
        """A number with so many digits behind the point."""
        return self.signs(f"{value:,.{digits}f}")

    def signs(self, number: str) -> str:
        """A number written the English way, with this language's own signs."""
        return number.translate(self._sign_table) if self._own_signs else number

    def percent(self, share: float, digits: int = 0) -> str:
        """A share of one in hundredths."""
        return f"{self.number(100 * share, digits)}{self._percent}"

    def month(self, day: date) -> str:
        """A month with its year, short.

        >>> import datetime
        >>> ENGLISH.month(datetime.date(2020, 6, 30))
        'Jun 2020'
        """
        from babel.dates import format_skeleton

        return format_skeleton("yMMM", day, locale=self._locale)

    def middle(self, text: str) -> str:
        """A text that begins a sentence, as it stands within one: without its capital; acronyms keep it.

        >>> ENGLISH.middle("Order lines"), ENGLISH.middle("UHD discs")
        ('order lines', 'UHD discs')
        """
        if text[1:2].isupper() or (
            self.tag == "de" and text.partition(" ")[0].rstrip(",:") not in _SMALL_IN_GERMAN
        ):
            return text
        return text[:1].lower() + text[1:]


def _read_messages(tag: str) -> gettext.NullTranslations:
    if tag == LANGUAGES[0]:
        return gettext.NullTranslations()
    with (FOLDER / f"{tag}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


@cache
def read_language(tag: str) -> Language:
    """The language of a tag.

    Parameters
    ----------
    tag : str
        One of `LANGUAGES`; a region is left aside (``en-GB`` is ``en``).

    Returns
    -------
    Language

    Raises
    ------
    InputError
        There is no such language.

    Examples
    --------
    >>> read_language("en-GB").tag
    'en'
    """
    plain = tag.replace("_", "-").split("-")[0].lower()
    if plain not in LANGUAGES:
        raise InputError(f"There is no language {tag!r}.", f"There is: {', '.join(LANGUAGES)}.", "--lang en")
    return Language(plain)


def choose_language(accepted: str) -> str:
    """The language that a browser asks for: of its ``Accept-Language`` header the first that there is, else English.

    Examples
    --------
    >>> choose_language("it-IT, de-AT;q=0.8, fr;q=0.9"), choose_language("da"), choose_language("")
    ('fr', 'en', 'en')
    """
    wanted = []
    for place, part in enumerate(accepted.split(",")[:20]):
        tag, _, told = part.strip().partition(";q=")
        try:
            weight = float(told or 1)
        except ValueError:
            weight = 0.0
        wanted.append((-weight, place, tag.split("-")[0].lower()))
    known = (tag for weight, _, tag in sorted(wanted) if weight < 0 and tag in LANGUAGES)
    return next(known, LANGUAGES[0])


ENGLISH = read_language("en")
