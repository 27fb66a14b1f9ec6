"""One spelling for one address, person and company: keys of texts that people word in many ways.

Only wording is evened out (accents, abbreviations, legal forms, order of a person's names). Typing slips are
`near`'s business. No geocoder and no dictionary of places: an address in two truly different wordings stays
two addresses.
"""

from __future__ import annotations

import re

from resellerrisk.links.spelling import fold, is_placeholder

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
STREET_ENDINGS = re.compile(r"(?<=[a-z]{3})(strasse|straat|str)$")
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
    text = f"{street} {_NO_LETTER.sub('', postcode)}" if bar else postcode
    text = " ".join(re.findall(r"[^\W_]+", text))
    text = _SPLIT_POSTCODES.sub(lambda found: "".join(filter(None, found.groups())), text)
    words = [_ADDRESS_WORDS.get(word, word) for word in text.split()]
    key = " ".join(STREET_ENDINGS.sub("st", word) for word in words if word)
    return key if len(words) > 1 and re.search(r"\d", key) else ""


def person_key(name: str) -> str:
    """A person's names in alphabetical order, without accents, titles and initials' dots.

    Examples
    --------
    >>> person_key("Dr. Gabriela Baxter") == person_key("BAXTER, Gabriela")
    True
    >>> person_key("Prince"), person_key("Nina"), person_key("n/a")
    ('', '', '')
    """
    words = re.findall(r"[^\W\d_]+", fold(name).replace("'", ""))
    words = [word for word in words if word not in _TITLES]
    return " ".join(sorted(words)) if len(words) > 1 and not is_placeholder(name) else ""


def company_key(name: str) -> str:
    """A company's name without its legal form, accents and punctuation.

    Examples
    --------
    >>> company_key("The Acme Discs Co., Ltd."), company_key("Martin Leconte et Fils S.A.")
    ('acme discs', 'martin leconte et fils')
    """
    text = re.sub(r"\b(\w)\.(?=\w\b)", r"\1", fold(name).replace("&", " and ").replace("'", ""))
    words = re.findall(r"\w+", text)
    named = [word for word in words if word not in _LEGAL_FORMS] or words
    return "" if is_placeholder(name) else " ".join(named)
