"""One spelling for one film: the keys by which a title of the trade and a release name are compared.

A title of the trade carries what no release does ("Matrix, The (Steelbook)", "60th Anniversary Edition"); a release writes no
accents, commas or ampersands. Both become a key of plain words. Nothing is matched here, and no similarity is measured: keys are
equal or not, for near names ("Film 2", "Predator" and "The Predator") are other films.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12", "xiii": "13"}  # fmt: skip
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "&": " and ", "+": " and ", "³": "3", "²": "2"})  # fmt: skip
_APOSTROPHES = re.compile(r"['’‘`´]")
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")
_ARTICLES = "the|a|an|le|les|der|das|el|los|il"
_ARTICLE_BEHIND = re.compile(rf",\s+({_ARTICLES})\b(?=$|\s*[:(\[–—-])", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_YEAR_FIRST = re.compile(r"((?:18|19|20)\d\d)(?:\s*[-–/,].*)?$")
_EDITION = re.compile(
    r"[\s:,–-]+(?:the\s+)?(?:"
    r"(?:(?:\d+(?:st|nd|rd|th)|ultimate|limited|special|collector'?s|deluxe|regular|anniversary|commemorative|steelbook|standard|platinum|diamond|gold"
    r"|signature|premium|definitive|exclusive|universal|essentials|4k|uhd|ultra|hd|3d|blu-?ray|dvd|lenticular|numbered|remastered|restored"
    r"|extended|unrated|uncut|imax|theatrical|director'?s|final|mediabook|digibook|gift\s?set|box\s?set|vol(?:ume)?\.?\s\d+|edt?ition|collection|cut"
    r"|version|combo|pack|release|reissue|re-issue|widescreen|fullscreen|full\sscreen)\b[\s,/&–-]*)+)$",
    re.IGNORECASE,
)
_BRAND = re.compile(r"^(?:dc(?: universe)?|marvels?|disneys?) (?=\w+ \w)")
_FIRST_PART = re.compile(r"(?<=\w) (?:part|chapter|volume) (?:one|1)$")
_MUST_SAY = re.compile(r"edt?ition|steelbook|\bcut\b|version|mediabook|digibook|re-?issue|4k|essentials|gift\s?set|unrated|uncut|imax|remastered", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True)
class FilmName:
    """A film's name as a title of the trade tells it.

    Parameters
    ----------
    key : str
        The plain words of the film's own name, editions and brackets taken away.
    year : int or None
        The film's year where the title says it in brackets.
    keys : tuple of str
        All spellings under which a release may be found, `key` first.
    """

    key: str
    year: int | None
    keys: tuple[str, ...]


def plain_words(text: str) -> str:
    """Text as plain lower-case words: no accents, no punctuation, "&" as "and", Roman numbers from II as figures.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Words joined by one blank. "V" is a number only as the last word ("Rocky V", not "Ford v Ferrari"); "X" and "I" never.

    Examples
    --------
    >>> plain_words("Amélie & Léon – Part III"), plain_words("Ford v Ferrari"), plain_words("Ocean's 8")
    ('amelie and leon part 3', 'ford v ferrari', 'oceans 8')
    """
    folded = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text).lower().translate(_LETTERS))
    ascii_only = "".join(letter for letter in folded if not unicodedata.combining(letter))
    words = _BETWEEN_WORDS.sub(" ", ascii_only).split()
    return " ".join(
        _read_number(word, at_end=i == len(words) - 1) if i else word for i, word in enumerate(words)
    )


def _read_number(word: str, at_end: bool) -> str:
    return word if word == "v" and not at_end else _ROMAN.get(word, word)


def without_edition(name: str) -> str:
    """A name without its edition; a "Collection" stays, for it holds other films than its first.

    Examples
    --------
    >>> without_edition("Alien: 40th Anniversary Edition"), without_edition("The Final Cut"), without_edition("Elf: 2-Film Collection")
    ('Alien', 'The Final Cut', 'Elf: 2-Film Collection')
    """
    found = _EDITION.search(name)
    if not found or not _MUST_SAY.search(found[0]) or re.search("collection", found[0], re.IGNORECASE):
        return name
    kept = name[: found.start()]
    return name if kept.lower() in ("", "the", "a") else kept


def joined(key: str) -> str:
    """A key without its blanks, for "Spider-Man" and "Spiderman"; empty below six letters, where too much would fall together.

    Examples
    --------
    >>> joined("spider man"), joined("i t")
    ('spiderman', '')
    """
    together = key.replace(" ", "")
    return together if len(together) >= 6 else ""


def without_first_part(key: str) -> str:
    """A key that ends in "part one" or the like, without that; empty for other keys.

    Examples
    --------
    >>> without_first_part("dune part one"), without_first_part("dune part 2"), without_first_part("part one")
    ('dune', '', '')
    """
    return _FIRST_PART.sub("", key) if _FIRST_PART.search(key) else ""


def without_article(key: str) -> str:
    """A key without its leading article, in English, French, German, Spanish or Italian.

    Examples
    --------
    >>> without_article("the predator"), without_article("theatre")
    ('predator', 'theatre')
    """
    first, _, rest = key.partition(" ")
    return rest if rest and re.fullmatch(_ARTICLES, first) else key


@lru_cache(maxsize=100_000)
def read_film_name(title: str) -> FilmName:
    """The film behind a title of the trade.

    Parameters
    ----------
    title : str
        As in the distributor's catalogue.

    Returns
    -------
    FilmName

    Examples
    --------
    >>> read_film_name("Texas Chain Saw Massacre, The (1974) Deluxe Edition").key
    'the texas chain saw massacre'
    >>> read_film_name("Pet Sematary (2019)").year, read_film_name("Elf: Limited Edition Steelbook").key
    (2019, 'elf')
    >>> read_film_name("Hunger Games, The: Catching Fire").key
    'the hunger games catching fire'
    """
    years = [_YEAR_FIRST.match(a or b) for a, b in _IN_BRACKETS.findall(title)]
    year = next((int(found[1]) for found in years if found), None)
    bare = _IN_BRACKETS.sub(" : ", title).strip(" :")
    film = _article_first(without_edition(bare))
    spellings = (film, _article_first(bare), bare, _article_first(title), title, bare.replace("&", " "))
    keys = dict.fromkeys(key for key in map(plain_words, spellings) if key)
    keys |= dict.fromkeys(_BRAND.sub("", key) for key in keys)
    return FilmName(next(iter(keys), ""), year, tuple(keys))


def _article_first(name: str) -> str:
    """ "Matrix, The: Reloaded" as "The Matrix: Reloaded"."""
    found = _ARTICLE_BEHIND.search(name)
    return f"{found[1]} {name[: found.start()]}{name[found.end() :]}" if found else name
