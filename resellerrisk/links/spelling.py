"""What evens out any text: case, accents, punctuation, and words entered only to fill a field.

Knows nothing of kinds of identifiers.
"""

from __future__ import annotations

import re
import unicodedata

#: Entered to fill a field, so that sharing it tells nothing.
_FILLERS = "none na nan null nil unknown unbekannt inconnu notapplicable notavailable test tbd tba"
PLACEHOLDERS = frozenset(_FILLERS.split())
#: By byte: capitals as small letters; and the bytes of ASCII that are neither letter nor digit.
_SMALL = bytes(range(256)).lower()
_MARKS = bytes(code for code in range(128) if not chr(code).isalnum())
_MARK = re.compile(r"[\W_]")


def fold(text: str) -> str:
    """Lower case without accents: what is left when a name is typed on another keyboard.

    Examples
    --------
    >>> fold("Café MÜLLER & Straße")
    'cafe muller & strasse'
    """
    text = str(text)
    if text.isascii():
        return text.lower()
    spelled = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in spelled if not unicodedata.combining(c))


def is_placeholder(text: str) -> bool:
    """Whether a text was entered only to fill the field.

    Examples
    --------
    >>> is_placeholder("n/a"), is_placeholder("xxx"), is_placeholder("Nana's Discs")
    (True, True, False)
    """
    return _is_filler(bare_text(text))


def bare_text(text: str) -> str:
    """Letters and digits of a text, in lower case.

    Examples
    --------
    >>> bare_text("B-4303_Weiß")
    'b4303weiss'
    """
    if text.isascii():
        return text.encode().translate(_SMALL, _MARKS).decode()
    return _MARK.sub("", text.casefold())


def _is_filler(bare: str) -> bool:
    return not bare.strip(bare[:1]) or bare in PLACEHOLDERS


def plain_key(value: str) -> str:
    """Letters and digits in lower case, "" for a placeholder or one character repeated.

    Examples
    --------
    >>> plain_key("B-4303 36437"), plain_key("0000"), plain_key("N/A")
    ('b430336437', '', '')
    """
    text = bare_text(str(value))
    return "" if is_placeholder(text) else text
