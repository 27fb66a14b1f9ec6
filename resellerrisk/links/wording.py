"""One spelling for one address, person and company: keys of texts that people word in many ways.

Only wording is evened out (accents, abbreviations, legal forms, order of a person's names). Typing slips are
`near`'s business. No geocoder and no dictionary of places: an address in two truly different wordings stays
two addresses.
"""

from __future__ import annotations

import re

from resellerrisk.links.spelling import bare_text, fold, is_placeholder

_ADDRESS_WORDS = {
    long: short
    for short, longs in {
        "st": "street str strasse straat",
        "rd": "road",
        "ave": "avenue av",
        "blvd": "boulevard boul bd",
        "dr": "drive",
        "ln": "lane",
        "ct": "court",
        "pl": "place platz plein",
        "sq": "square",
        "hwy": "highway",
        "pkwy": "parkway",
        "": "suite ste apartment apt unit flat appt appartement whg wohnung",
        "fl": "floor etage",
        "n": "north",
        "s": "south",
        "e": "east",
        "w": "west",
    }.items()
    for long in longs.split()
}
#: Words of an address that tell no place: long and short forms.
GENERIC_WORDS = frozenset({*_ADDRESS_WORDS, *_ADDRESS_WORDS.values()})
_NO_LETTER = re.compile(r"[\W_]")
_ENDINGS = ("strasse", "straat", "str")
STREET_ENDINGS = re.compile(rf"(?<=[a-z]{{3}})({'|'.join(_ENDINGS)})$")
_WORD, _LETTERS, _ALNUM = re.compile(r"\w+"), re.compile(r"[^\W\d_]+"), re.compile(r"[^\W_]+")
_DIGIT, _INITIAL = re.compile(r"\d"), re.compile(r"\b(\w)\.(?=\w\b)")


def _spaced(keep: re.Pattern) -> bytes:
    """By byte of ASCII what stands for it where only some are kept."""
    return bytes(code if code > 127 or keep.match(chr(code)) else 32 for code in range(256))


_SPACED = {pattern: _spaced(pattern) for pattern in (_WORD, _LETTERS, _ALNUM)}
_SPLIT_POSTCODES = re.compile(
    r"\b([a-z]{1,2}\d[a-z\d]?) (\d[a-z]{2})\b|\b(\d{4}) ([a-z]{2})$|\b([a-z]\d[a-z]) (\d[a-z]\d)\b"
)
_TITLE_WORDS = (
    "mr mrs ms miss dr prof herr frau monsieur madame mme mlle dhr mevr jr sr ii iii dds md phd esq ing"
)
_TITLES = frozenset(_TITLE_WORDS.split())
_LEGAL_WORDS = (
    "ltd limited llc llp lp inc incorporated corp corporation co company plc gmbh mbh ag kg kgaa ohg ug gbr ek ev"
    " sa sas sasu sarl eurl snc bv nv vof cv srl spa oy ab as aps the"
)
_LEGAL_FORMS = frozenset(_LEGAL_WORDS.split())


def address_key(address: str) -> str:
    """A street address with its postcode in one spelling; "" where it has no number, for then it is no door.

    Examples
    --------
    >>> address_key("12 High Street, Flat 3|TW8 5YJ") == address_key("12 HIGH ST FLAT 3, TW85YJ")
    True
    >>> address_key("Hauptstraße 5|10115"), address_key("High Street")
    ('hauptst 5 10115', '')
    """
    street, bar, postcode = fold(address).rpartition("|")
    if bar:
        text = f"{street} {bare_text(postcode) if address.isascii() else _NO_LETTER.sub('', postcode)}"
    else:
        text = postcode
    text = " ".join(_find_words(_ALNUM, text))
    text = _SPLIT_POSTCODES.sub(lambda found: "".join(filter(None, found.groups())), text)
    words = [_ADDRESS_WORDS.get(word, word) for word in text.split()]
    key = " ".join(
        [STREET_ENDINGS.sub("st", word) if word.endswith(_ENDINGS) else word for word in words if word]
    )
    return key if len(words) > 1 and _DIGIT.search(key) else ""


def _find_words(pattern: re.Pattern, text: str) -> list[str]:
    """What ``pattern.findall`` finds, in an ASCII text at a third of the time."""
    if text.isascii():
        return text.encode().translate(_SPACED[pattern]).decode().split()
    return pattern.findall(text)


def person_key(name: str) -> str:
    """A person's names in alphabetical order, without accents, titles and initials' dots.

    Examples
    --------
    >>> person_key("Dr. Gabriela Baxter") == person_key("BAXTER, Gabriela")
    True
    >>> person_key("Prince"), person_key("Nina"), person_key("n/a")
    ('', '', '')
    """
    words = _find_words(_LETTERS, fold(name).replace("'", ""))
    words = [word for word in words if word not in _TITLES]
    return " ".join(sorted(words)) if len(words) > 1 and not is_placeholder(name) else ""


def company_key(name: str) -> str:
    """A company's name without its legal form, accents and punctuation.

    Examples
    --------
    >>> company_key("The Acme Discs Co., Ltd."), company_key("Martin Leconte et Fils S.A.")
    ('acme discs', 'martin leconte et fils')
    """
    text = fold(name).replace("&", " and ").replace("'", "")
    words = _find_words(_WORD, _INITIAL.sub(r"\1", text) if "." in text else text)
    named = [word for word in words if word not in _LEGAL_FORMS] or words
    return "" if is_placeholder(name) else " ".join(named)
