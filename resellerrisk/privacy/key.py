"""The key from which pseudonyms come: keyed words, numbers and permutations. Same key, same pseudonyms; without it nothing leads back.

Knows nothing of names, mails or tables. HMAC-SHA256 throughout; nothing is random and nothing is kept.
"""

from __future__ import annotations

import hmac
import math
import os
from collections.abc import Callable, Sequence
from functools import lru_cache

from resellerrisk.errors import InputError

#: Where the key is read from; it never stands on a command line or in a file.
VARIABLE = "RESELLERRISK_PSEUDONYM_KEY"
#: Shortest key in signs: 32 hexadecimal digits are 128 bits.
SHORTEST = 32
_CONSONANTS, _VOWELS = "bcdfghjklmnpqrstvwxz", "aeiou"
_SYLLABLES = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
#: Domains up to this size are shuffled whole, larger ones by a Feistel network.
_SHUFFLED = 1000
_ROUNDS = 8


class Key:
    """A secret that turns values into pseudonyms.

    Parameters
    ----------
    secret : str
        At least `SHORTEST` signs.

    Raises
    ------
    InputError
        It is shorter.

    Examples
    --------
    >>> key = Key("0123456789abcdef" * 2)
    >>> key.word("street", "oak") == key.word("street", "oak") != key.word("street", "elm")
    True
    >>> key
    Key(...)
    """

    def __init__(self, secret: str) -> None:
        if len(secret) < SHORTEST:
            raise InputError(
                f"The key in {VARIABLE} has {len(secret)} signs.",
                f"At least {SHORTEST} are wanted.",
                f"export {VARIABLE}=$(openssl rand -hex 32)",
            )
        self._secret = secret.encode()
        self._shuffle = lru_cache(None)(self._shuffled)

    def __repr__(self) -> str:
        return "Key(...)"

    @classmethod
    def from_environment(cls) -> Key:
        """The key that the environment holds.

        Raises
        ------
        InputError
            There is none, or it is too short.
        """
        secret = os.environ.get(VARIABLE, "").strip()
        if not secret:
            raise InputError(
                "There is no key for pseudonyms.",
                f"It is read from the environment, {VARIABLE}.",
                f"export {VARIABLE}=$(openssl rand -hex 32), and keep it: the same key gives the same pseudonyms",
            )
        return cls(secret)

    @property
    def mark(self) -> str:
        """What tells whether two folders were made with one key, without telling the key."""
        return self.digest("mark", "").hex()[:12]

    def digest(self, what: str, value: str) -> bytes:
        """32 bytes for a value of a kind."""
        return hmac.digest(self._secret, f"{what}\0{value}".encode(), "sha256")

    def number(self, what: str, value: str, below: int) -> int:
        """A number from 0 on, below a bound far smaller than 2**256."""
        return int.from_bytes(self.digest(what, value), "big") % below

    def word(self, what: str, value: str, syllables: int = 6) -> str:
        """A made-up word of always the same length, one of 10^12."""
        place, found = self.number(what, value, len(_SYLLABLES) ** syllables), []
        for _ in range(syllables):
            place, syllable = divmod(place, len(_SYLLABLES))
            found.append(_SYLLABLES[syllable])
        return "".join(found)

    def shuffled(self, what: str, value: str, signs: Sequence[str]) -> list[str]:
        """Signs in an order of the value's own."""
        return sorted(signs, key=lambda sign: self.digest(f"{what} {value}", sign))

    def permute(self, what: str, place: int, size: int) -> int:
        """Where a place of ``range(size)`` goes: each place to another one, none to the same."""
        if size <= _SHUFFLED:
            return self._shuffle(what, size)[place]
        columns = math.isqrt(size - 1) + 1
        rows = -(-size // columns)
        while True:
            place = self._mix(what, place, columns, rows)
            if place < size:
                return place

    def _shuffled(self, what: str, size: int) -> list[int]:
        return sorted(range(size), key=lambda place: self.digest(f"{what} {size}", str(place)))

    def _mix(self, what: str, place: int, columns: int, rows: int) -> int:
        """One pass of a Feistel network over columns x rows places.

        Source: Black and Rogaway 2002, Ciphers with arbitrary finite domains.
        """
        right, left = divmod(place, columns)
        for turn in range(_ROUNDS):
            told = self.number(f"{what} {columns} {turn}", str(right), 1 << 200)
            left, right = right, (left + told) % (rows if turn % 2 else columns)
        return columns * right + left

    def same_shape(
        self, what: str, text: str, fits: Callable[[str], bool] | None = None, tries: int = 1
    ) -> str:
        """A text with a digit for each digit and a letter (a to z) for each letter; other signs stay.

        Two texts never get one pseudonym, as long as what fits is what the texts themselves fit.

        Parameters
        ----------
        what : str
            Kind; texts of two kinds get pseudonyms that have nothing to do with each other.
        text : str
            Lower case letters, digits, and signs that stay.
        fits : function, optional
            What the pseudonym must fulfil; the walk goes on until it does, or ``tries`` are over.

        Examples
        --------
        >>> key = Key("0123456789abcdef" * 2)
        >>> made = {key.same_shape("street", f"{a}{b}") for a in "abc" for b in range(10)}
        >>> len(made), {len(one) for one in made}, {one[1].isdigit() for one in made}
        (30, {2}, {True})
        """
        sizes = [10 if sign.isdigit() else 26 if sign.isalpha() else 1 for sign in text]
        place, size = 0, math.prod(sizes)
        shape = "".join("9" if n == 10 else "a" if n == 26 else "-" for n in sizes)
        for sign, radix in zip(text, sizes, strict=True):
            place = place * radix + self._code(sign, radix)
        for _ in range(tries):
            place = self.permute(f"{what} {shape}", place, size)
            made = self._spell(place, sizes, text)
            if fits is None or fits(made):
                break
        return made

    def _code(self, sign: str, radix: int) -> int:
        if radix == 1:
            return 0
        if sign.isascii():
            return ord(sign) - ord("0" if radix == 10 else "a")
        return self.number("sign", sign, radix)

    @staticmethod
    def _spell(place: int, sizes: list[int], text: str) -> str:
        signs = []
        for sign, radix in zip(reversed(text), reversed(sizes), strict=True):
            place, code = divmod(place, radix)
            signs.append(sign if radix == 1 else chr(ord("0" if radix == 10 else "a") + code))
        return "".join(reversed(signs))
