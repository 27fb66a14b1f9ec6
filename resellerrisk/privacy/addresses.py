"""Pseudonyms of addresses: the words of streets, places and shops replaced, numbers and postcodes replaced, all else as typed.

Generic words (street, road, suite) and punctuation stay, and a word gets the same pseudonym in the form's street, in its city and in
a delivery address, so that one door is still one door however it is written, and "goods go to the own address" is still told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from resellerrisk.links.near import near_addresses
from resellerrisk.links.spelling import fold
from resellerrisk.links.wording import GENERIC_WORDS, STREET_ENDINGS, address_key
from resellerrisk.privacy.key import Key
from resellerrisk.privacy.twins import spell_twins

_TOKEN = re.compile(r"[^\W_]+")
#: Postcodes written in two parts (Great Britain, the Netherlands, Canada, Sweden and Greece): replaced as one, so that they are the same in one part.
_IN_TWO = re.compile(
    r"\b([a-z]{1,2}\d[a-z\d]?)\W(\d[a-z]{2})\b|\b(\d{4})\W([a-z]{2})\b|\b([a-z]\d[a-z])\W(\d[a-z]\d)\b|\b(\d{3}) (\d{2})\b"
)
#: A letter with a mark that `fold` takes off again: tells a word typed with accents from one without.
_MARKED = str.maketrans("abcdefghiklmnoprstuvwxyz", "áḃćďéḟǵḧíḱĺḿńóṕŕśťúṽẃẍýź")
_TRIES = 1000


@dataclass
class Addresses:
    """Pseudonyms of addresses.

    Parameters
    ----------
    key : Key
    twins : dict of str to str
        Words that keep a likeness to others (`learn`).
    lost : int
        Pairs of addresses nearly alike that are not so any more, or newly are.

    Examples
    --------
    >>> made = Addresses(Key("0123456789abcdef" * 2))
    >>> one, other = made("12 High Street, Flat 3|TW8 5YJ"), made("12 HIGH ST FLAT 3, TW85YJ")
    >>> address_key(one) == address_key(other) != address_key("12 High Street, Flat 3|TW8 5YJ")
    True
    >>> made("12 Oak-Ave") in made("The Shop, 12 Oak-Ave, 55290 Town")
    True
    """

    key: Key
    twins: dict[str, str] = field(default_factory=dict)
    lost: int = 0

    def __call__(self, text: str) -> str:
        """The pseudonym of an address, or of a street, a postcode, a city."""
        made, end = [], 0
        for start, stop, parts in _units(text):
            made += [text[end:start], self._unit(text[start:stop], parts)]
            end = stop
        return "".join([*made, text[end:]])

    def _unit(self, typed: str, parts: int) -> str:
        word = fold(typed)
        if parts > 1:
            signs = iter(self._coded("".join(_TOKEN.findall(word))))
            return "".join(next(signs) if sign.isalnum() else sign for sign in word).upper()
        if word in GENERIC_WORDS:
            return typed
        stem, ending = _stem(word)
        made = self._coded(stem)
        if typed.casefold() != word:
            made = made.translate(_MARKED)
        made += ending
        return made.upper() if typed.isupper() else made.capitalize() if typed[0].isupper() else made

    def _coded(self, word: str) -> str:
        return self.twins.get(word) or self.key.same_shape("address", word, _is_a_word, _TRIES)

    def learn(self, texts: Mapping[str, int]) -> None:
        """Find the words whose likeness must be kept.

        Parameters
        ----------
        texts : mapping of str to int
            Addresses as typed, with the moment when each was first seen.
        """
        of_key: dict[str, str] = {}
        since: dict[str, int] = {}
        for text, moment in sorted(texts.items(), key=lambda item: (item[1], item[0])):
            named = address_key(text)
            if named:
                of_key.setdefault(named, text)
                for word in _words(text):
                    since[word] = min(since.get(word, moment), moment)
        keys = sorted(of_key)
        near = set(near_addresses(keys))
        whole: set[tuple[int, int]] = set()
        for _ in range(2):
            groups = [
                _together(of_key[keys[one]], of_key[keys[other]], (one, other) in whole)
                for one, other in near
            ]
            self.twins = spell_twins(
                self.key, "address", sorted(groups), since, lambda word: not _is_a_word(word)
            )
            found = set(near_addresses([address_key(self(of_key[named])) for named in keys]))
            whole = near - found
        self.lost = len(near ^ found)


def _units(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and parts of what is replaced as one: a word, a number, a postcode in two parts."""
    plain = "".join(fold(sign) if len(fold(sign)) == 1 else sign for sign in text)
    parted = {}
    for found in _IN_TWO.finditer(plain):
        told = [part for part in found.groups() if part]
        if told[1] not in GENERIC_WORDS:
            parted[found.start()] = found.end()
    end = 0
    for found in _TOKEN.finditer(text):
        if found.start() < end:
            continue
        end = parted.get(found.start(), found.end())
        yield found.start(), end, 2 if found.start() in parted else 1


def _stem(word: str) -> tuple[str, str]:
    ending = STREET_ENDINGS.search(word)
    return (word[: ending.start()], ending.group()) if ending else (word, "")


def _is_a_word(made: str) -> bool:
    """Whether a made-up word says nothing but itself."""
    return made not in GENERIC_WORDS and not STREET_ENDINGS.search(made)


def _words(text: str) -> list[str]:
    words = [fold(text[start:end]) for start, end, parts in _units(text) if parts == 1]
    return [_stem(word)[0] for word in words if word.isalpha() and word not in GENERIC_WORDS]


def _together(one: str, other: str, whole: bool) -> list[str]:
    """Words of two addresses to be taken together: those in which they differ, or all."""
    mine, theirs = set(_words(one)), set(_words(other))
    return sorted(mine | theirs if whole else mine ^ theirs)
