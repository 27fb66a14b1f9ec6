"""A law over the whole catalogue: every signal tells a whole sentence, and none accuses."""

from __future__ import annotations

import re

import pytest

from resellerrisk.reasons.sentences import tell
from resellerrisk.signals.catalogue import catalogue

NOTHING = float("nan")
#: Words that judge a person. "Found fake" tells what a decision said and is allowed; "fake" alone is not.
ACCUSING = re.compile(
    r"fraud|crimin|pirat|thie[fv]|steal|stole|guilt|suspicio|suspect|crook|scam|illegal|unlawful|liar|cheat|"
    r"launder|dishonest|culprit|offend|(?<!found )\bfakes?\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("column", catalogue().columns, ids=lambda column: column.name)
def test_every_signal_tells_a_whole_sentence_that_accuses_nobody(column):
    kinds = [0.0, NOTHING] if column.unit.words else [0.0, 0.37, 1.0, 12.0, 40_000.0, NOTHING]
    for value in kinds:
        for quartiles in [(0.0, 1.0), (NOTHING, NOTHING)]:
            told = tell(column, value, *quartiles, 0.5)
            assert not set("{}") & set(told)
            assert "nan" not in told.split() and "  " not in told and "()" not in told
            assert told.endswith(". Raises the score.")
            assert not ACCUSING.search(told), told


def test_the_list_of_accusing_words_knows_a_finding_from_a_word_of_blame():
    assert ACCUSING.search("A fake shop.") and ACCUSING.search("Probably a pirate.")
    assert not ACCUSING.search("Shares a bank account with 2 accounts found fake.")
