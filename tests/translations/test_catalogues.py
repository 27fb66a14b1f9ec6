"""Every text is there in every language, says the same slots, and accuses nobody."""

from __future__ import annotations

import re

import pytest

from pipelines.translate import collect, find_faults, main
from resellerrisk.errors import InputError
from resellerrisk.reasons.sentences import tell
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.translations import FOLDER, LANGUAGES, choose_language, read_language

OTHERS = LANGUAGES[1:]
#: Words that a sentence about an account must not hold.
ACCUSING = re.compile(
    r"\b(fraud|fraude|fraudeur|escroc|voleur|criminel|pirate|betr[uü]g\w*|verbrecher|täter|pirat\w*|dieb|oplichter|dader|crimineel|dief)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def texts():
    return collect()


def test_texts_are_collected_from_code_templates_and_signals(texts):
    assert len(texts) > 400
    assert "Why this score" in texts and "not known" in texts and "Order lines." in texts
    assert texts["{n} day"] == "{n} days"
    assert all(column.declaration.meaning in texts for column in catalogue().columns if not column.base)


@pytest.mark.parametrize("tag", OTHERS)
def test_every_text_is_translated_with_the_same_slots(texts, tag):
    assert find_faults(tag, texts) == []


@pytest.mark.parametrize("tag", OTHERS)
def test_a_missing_text_and_another_slot_are_found(texts, tag):
    more = texts | {"A text that is new.": None}
    assert find_faults(tag, more) == [f"{tag}: not translated: A text that is new."]
    fewer = {one: many for one, many in texts.items() if one != "not known"}
    assert find_faults(tag, fewer) == [f"{tag}: nobody says any more: not known"]


def test_the_compiled_catalogues_are_those_of_the_texts():
    before = {path: path.read_bytes() for path in FOLDER.glob("*.[pm]o")}
    assert main() == 0
    assert {path: path.read_bytes() for path in FOLDER.glob("*.[pm]o")} == before and len(before) == 6


@pytest.mark.parametrize("tag", OTHERS)
def test_every_reason_of_every_signal_is_said(tag):
    language = read_language(tag)
    for column in catalogue().columns:
        highest = 1.0 if column.unit.high == 1.0 else min(column.unit.high, 3.0)
        for value in (float("nan"), 0.0, 1.0, highest):
            told = tell(column, value, 0.0, 1.0, 0.5, language)
            assert "{" not in told and told.endswith(language.text("Raises the score."))
            assert not ACCUSING.search(told), told


def test_a_sentence_in_each_language():
    column = catalogue().column("before_street_date_share_90d")
    said = {tag: tell(column, 0.26, 0.03, 0.125, 0.4, read_language(tag)) for tag in LANGUAGES}
    said = {tag: re.sub("[\u00a0\u202f]", " ", told) for tag, told in said.items()}
    assert said["de"] == (
        "26 % der in den letzten 90 Tagen bestellten Zeilen betrafen noch nicht verkäufliche Discs "
        "(vergleichbare Geschäfte: 3 % bis 12 %). Erhöht den Score."
    )
    assert said["fr"].startswith("26 % des lignes commandées sur les 90 derniers jours")
    assert said["nl"].startswith("26% van de regels die in de laatste 90 dagen zijn besteld")
    missing = tell(column, float("nan"), float("nan"), float("nan"), 0.4, read_language("de"))
    assert missing.startswith("Nicht bekannt in den letzten 90 Tagen: Bestellzeilen für noch nicht")


def test_a_browser_gets_the_first_language_that_there_is():
    assert choose_language("de-CH,fr;q=0.7") == "de"
    assert choose_language("fr;q=0.7,nl;q=0.71,it") == "nl"
    assert choose_language("fr;q=0, xx;q=zz, *") == "en"
    with pytest.raises(InputError, match="no language 'it'"):
        read_language("it")
