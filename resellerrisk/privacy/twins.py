"""Words of names and streets that are one slip apart, replaced so that they still are.

A made-up word says nothing of the letters of the word it stands for, so two spellings of one name would become strangers. Words that
make two keys of the data near each other (`links.near`) are therefore taken together: all of them are spelled anew with one alphabet
of their own, which keeps what is equal and what differs among these few words and no others. The alphabet comes from the word that
was seen first, so that a later twin changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from resellerrisk.privacy.key import Key

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
#: Alphabets tried until no word falls on one that means something.
_TRIES = 100


def spell_twins(
    key: Key,
    what: str,
    groups: Iterable[Sequence[str]],
    since: Mapping[str, int],
    means_something: Callable[[str], bool],
) -> dict[str, str]:
    """Pseudonyms of words that must keep their letters' pattern.

    Parameters
    ----------
    key : Key
    what : str
        Kind of words.
    groups : iterable of sequences of str
        Words to be taken together; groups that share a word are one.
    since : mapping of str to int
        When a word was first seen.
    means_something : function
        Whether a made-up word would be read as more than a word (a legal form, an abbreviation).

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> key = Key("0123456789abcdef" * 2)
    >>> made = spell_twins(key, "person", [["gabriela", "gabriella"]], {}, lambda word: False)
    >>> len(made["gabriella"]) - len(made["gabriela"]), made["gabriela"][:6] == made["gabriella"][:6]
    (1, True)
    """
    made = {}
    for words in _join(groups):
        first = min(words, key=lambda word: (since.get(word, 0), word))
        for turn in range(_TRIES):
            spelled = _spell(key, f"{what} {turn} {first}", words)
            if not any(word == spelled[word] or means_something(spelled[word]) for word in words):
                break
        made.update(spelled)
    return made


def _spell(key: Key, what: str, words: Sequence[str]) -> dict[str, str]:
    others = "".join(sorted({sign for word in words for sign in word if sign.isalpha()} - set(_LETTERS)))
    alphabet = _LETTERS + others
    table = str.maketrans(
        dict(zip(alphabet, key.shuffled(what, "letters", alphabet), strict=True))
        | dict(zip("0123456789", key.shuffled(what, "digits", "0123456789"), strict=True))
    )
    return {word: word.translate(table) for word in words}


def _join(groups: Iterable[Sequence[str]]) -> list[list[str]]:
    """Groups that share a word as one, each with its words in order."""
    parent: dict[str, str] = {}

    def root(word: str) -> str:
        while parent.setdefault(word, word) != word:
            word = parent[word]
        return word

    for words in groups:
        for one, other in pairwise(words):
            parent[root(one)] = root(other)
    joined: dict[str, list[str]] = {}
    for word in sorted(parent):
        joined.setdefault(root(word), []).append(word)
    return list(joined.values())
