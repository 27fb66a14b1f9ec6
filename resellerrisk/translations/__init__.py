"""The languages people read: English as written in the code, French, German and Dutch from gettext catalogues.

A text is looked up by its English; numbers and months follow the language's own customs (babel). Days and moments are written
as 2020-06-30 everywhere, so that nobody mistakes a day for a month. What is to be said is not decided here; `pipelines.translate`
collects the texts and compiles the catalogues.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from resellerrisk.errors import InputError

#: What `--lang` takes; the first is the language of the code.
LANGUAGES = ("en", "fr", "de", "nl")
DOMAIN = "resellerrisk"
FOLDER = Path(__file__).parent


def mark(message: str) -> str:
    """A text that is looked up later: this is how it is found when texts are collected."""
    return message


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
    >>> german = read_language("de")
    >>> german.number(1204.5, 1), german.text("Raises the score.")
    ('1.204,5', 'Erhöht den Score.')
    """

    def __init__(self, tag: str) -> None:
        from babel import Locale

        self.tag = tag
        self._locale = Locale.parse(tag)
        self._messages = gettext.translation(DOMAIN, FOLDER, [tag], fallback=tag == LANGUAGES[0])
        symbols = self._locale.number_symbols["latn"]
        self._signs = str.maketrans({",": symbols["group"], ".": symbols["decimal"]})
        self._percent = self._locale.percent_formats[None].pattern.partition("0")[2].strip("#0")

    def text(self, message: str, **slots: object) -> str:
        """A text in this language, its slots filled."""
        told = self._messages.gettext(message)
        return told.format(**slots) if slots else told

    def count(self, one: str, many: str, number: float, **slots: object) -> str:
        """The form of a text that goes with a number: what counts as one is the language's own affair."""
        whole = int(number) if number == int(number) else number
        single = self._locale.plural_form(abs(whole)) == "one"
        return self._messages.ngettext(one, many, 1 if single else 2).format(**slots)

    def number(self, value: float, digits: int = 0) -> str:
        """A number with so many digits behind the point."""
        return f"{value:,.{digits}f}".translate(self._signs)

    def percent(self, share: float, digits: int = 0) -> str:
        """A share of one in hundredths."""
        return self.number(100 * share, digits) + self._percent

    def month(self, day) -> str:
        """A month with its year, short.

        >>> import datetime
        >>> ENGLISH.month(datetime.date(2020, 6, 30))
        'Jun 2020'
        """
        from babel.dates import format_skeleton

        return format_skeleton("yMMM", day, locale=self._locale)

    def middle(self, text: str) -> str:
        """A text that begins a sentence, as it stands within one: without its capital, but for German nouns and acronyms.

        >>> ENGLISH.middle("Order lines"), ENGLISH.middle("UHD discs")
        ('order lines', 'UHD discs')
        """
        if self.tag == "de" or text[1:2].isupper():
            return text
        return text[:1].lower() + text[1:]


@cache
def read_language(tag: str) -> Language:
    """The language of a tag.

    Parameters
    ----------
    tag : str
        One of `LANGUAGES`; a region is left aside (``fr-BE`` is ``fr``).

    Returns
    -------
    Language

    Raises
    ------
    InputError
        There is no such language.

    Examples
    --------
    >>> read_language("fr-BE").tag
    'fr'
    """
    plain = tag.replace("_", "-").split("-")[0].lower()
    if plain not in LANGUAGES:
        raise InputError(f"There is no language {tag!r}.", f"There is: {', '.join(LANGUAGES)}.", "--lang en")
    return Language(plain)


def choose_language(accepted: str | Iterable[str]) -> str:
    """The first of a browser's languages (the header Accept-Language) that there is; else English.

    Examples
    --------
    >>> choose_language("nl-BE,fr;q=0.8,en;q=0.5"), choose_language("pt, de;q=0.3"), choose_language("")
    ('nl', 'de', 'en')
    """
    parts = accepted.split(",") if isinstance(accepted, str) else list(accepted)
    weighted = []
    for place, part in enumerate(parts):
        tag, _, weight = part.strip().partition(";q=")
        weighted.append((-_as_weight(weight), place, tag.split("-")[0].lower()))
    return next((tag for weight, _, tag in sorted(weighted) if tag in LANGUAGES and weight < 0), LANGUAGES[0])


def _as_weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


ENGLISH = read_language("en")
