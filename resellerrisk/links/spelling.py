"""What evens out any text: case, accents, punctuation, and words entered only to fill a field.

Knows nothing of kinds of identifiers.
"""

from __future__ import annotations

import re
import unicodedata

#: Entered to fill a field, so that sharing it tells nothing.
_FILLERS = "none na nan null nil unknown unbekannt inconnu notapplicable notavailable test tbd tba"
PLACEHOLDERS = frozenset(_FILLERS.split())


def fold(text: str) -> str:
    """Lower case without accents: what is left when a name is typed on another keyboard.

    Examples
    --------
    >>> fold("Café MÜLLER & Straße")
    'cafe muller & strasse'
    """
    spelled = unicodedata.normalize("NFKD", str(text).casefold())
    return "".join(c for c in spelled if not unicodedata.combining(c))


def is_placeholder(text: str) -> bool:
    """Whether a text was entered only to fill the field.

    Examples
    --------
    >>> is_placeholder("n/a"), is_placeholder("xxx"), is_placeholder("Nana's Discs")
    (True, True, False)
    """
    bare = re.sub(r"[\W_]", "", text.casefold())
    return len(set(bare)) < 2 or bare in PLACEHOLDERS


def plain_key(value: str) -> str:
    """Letters and digits in lower case, "" for a placeholder or one character repeated.

    Examples
    --------
    >>> plain_key("B-4303 36437"), plain_key("0000"), plain_key("N/A")
    ('b430336437', '', '')
    """
    text = re.sub(r"[\W_]", "", str(value).casefold())
    return "" if is_placeholder(text) else text
