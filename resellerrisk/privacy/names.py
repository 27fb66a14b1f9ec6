"""Pseudonyms of names: each word becomes a made-up word, the same for the same word, so that namesakes and common words stay what they are.

What `links.wording` takes out (titles, legal forms, order, accents) is gone from the pseudonym too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from resellerrisk.links.near import near_names
from resellerrisk.links.spelling import fold, is_placeholder
from resellerrisk.links.wording import company_key, person_key
from resellerrisk.privacy.key import Key
from resellerrisk.privacy.twins import spell_twins

_KEYS = {"person": person_key, "company": company_key}


@dataclass
class Names:
    """Pseudonyms of the names of persons, or of companies.

    Parameters
    ----------
    key : Key
    what : {"person", "company"}
    twins : dict of str to str
        Words that keep a likeness to others (`learn`).
    lost : int
        Pairs of names one slip apart that are not so any more, or newly are.

    Examples
    --------
    >>> names = Names(Key("0123456789abcdef" * 2), "person")
    >>> names.learn([{"gabriela baxter": 1, "gabriella baxter": 2, "jo smith": 3}])
    >>> one, other = names("Dr. Gabriela BAXTER"), names("Baxter, Gabriella")
    >>> near_names([person_key(one), person_key(other)]), names.lost, names("n/a")
    ([(0, 1)], 0, 'n/a')
    """

    key: Key
    what: str
    twins: dict[str, str] = field(default_factory=dict)
    lost: int = 0

    def __call__(self, text: str) -> str:
        """The pseudonym of one name as typed."""
        if is_placeholder(text):
            return text
        named = _KEYS[self.what](text) or " ".join(re.findall(r"\w+", fold(text)))
        return " ".join(self._word(word).capitalize() for word in named.split()) or "n/a"

    def _word(self, word: str) -> str:
        return self.twins.get(word) or self.key.word(self.what, word)

    def learn(self, kinds: Iterable[Mapping[str, int]]) -> None:
        """Find the words whose likeness must be kept.

        Parameters
        ----------
        kinds : iterable of mappings of str to int
            Keys of each kind of identifier, with the moment when each was first seen.
        """
        kinds = [dict(sorted(keys.items())) for keys in kinds]
        since: dict[str, int] = {}
        for keys in kinds:
            for named, moment in keys.items():
                for word in named.split():
                    since[word] = min(since.get(word, moment), moment)
        near = [near_names(list(keys)) for keys in kinds]
        groups = [
            _differing(list(keys)[one], list(keys)[other])
            for keys, pairs in zip(kinds, near, strict=True)
            for one, other in pairs
        ]
        self.twins = spell_twins(self.key, self.what, filter(None, groups), since, self._means_something)
        for keys, pairs in zip(kinds, near, strict=True):
            made = [_KEYS[self.what](self(named)) for named in keys]
            self.lost += len(set(pairs) ^ set(near_names(made)))

    def _means_something(self, word: str) -> bool:
        return is_placeholder(word) or _KEYS[self.what](f"Aaa {word} Zzz").count(" ") < 2


def _differing(one: str, other: str) -> list[str]:
    """The words in which two names differ, where it is one word of each."""
    ones, others = one.split(), other.split()
    mine = [word for word in ones if ones.count(word) > others.count(word)]
    theirs = [word for word in others if others.count(word) > ones.count(word)]
    return mine + theirs if len(set(mine)) == len(set(theirs)) == 1 else []
