"""The settings file: every value there, every fault in one report."""

import tomllib
from dataclasses import FrozenInstanceError, fields

import pytest

from resellerrisk.decisions import Settings, read_settings
from resellerrisk.decisions.settings import DEFAULTS
from resellerrisk.errors import DeclarationError

TEXT = DEFAULTS.read_text(encoding="utf-8")


def read(tmp_path, text):
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def test_a_copy_of_the_packaged_file_gives_the_packaged_settings(tmp_path):
    assert read(tmp_path, TEXT) == read(tmp_path, "\ufeff" + TEXT) == read_settings()


def test_settings_cannot_be_changed_after_reading():
    with pytest.raises(FrozenInstanceError):
        read_settings().account.review = 0


def test_every_value_of_the_packaged_file_stands_below_a_comment_and_is_declared():
    lines = TEXT.split("\n")
    values = [number for number, line in enumerate(lines) if " = " in line and not line.startswith("#")]
    assert all(lines[number - 1].startswith("#") for number in values)
    assert set(tomllib.loads(TEXT)) == {item.name for item in fields(Settings)}


def test_all_faults_stand_in_one_report(tmp_path):
    text = TEXT.replace("leaked_title = 3000.0", "leaked_titel = 3000.0")
    text = text.replace("review = 150.0", 'review = "150"').replace(
        "honest_blocked = 400.0", "honest_blocked = -1"
    )
    text = text.replace("block_above = 0.90", "block_above = 1.01").replace(
        "reviews_per_day = 5\n", "reviews_per_day = nan\n"
    )
    text = text.replace("quarantine_share = 0.05", "quarantine_share = true")
    with pytest.raises(DeclarationError) as caught:
        read(tmp_path, text)
    assert caught.value.there_is.split("\n") == [
        "leaked_titel: there is no such setting",
        "leaked_title: missing",
        "block_above: 1.01 is not between 0 and 1",
        "quarantine_share: True is no number",
        "application.reviews_per_day: nan is not a finite number from 0",
        "account.review: '150' is no number",
        "order.honest_blocked: -1 is not a finite number from 0",
    ]


def test_values_at_their_limits_are_taken(tmp_path):
    text = TEXT.replace("block_above = 0.90", "block_above = 1").replace("review = 150.0", "review = 0")
    settings = read(tmp_path, text)
    assert (settings.block_above, settings.account.review) == (1.0, 0.0)


def test_costs_that_would_let_a_higher_probability_earn_a_milder_action_are_refused(tmp_path):
    text = TEXT.replace("loss_share_reviewed = 0.10", "loss_share_reviewed = 0.26")
    text = text.replace("honest_blocked = 400.0", "honest_blocked = 14.0")
    with pytest.raises(DeclarationError, match=r"(?s)loss_share_reviewed: more.*order\.honest_blocked: less"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "order: missing"),
        ("account = 3", "account: 3 is no table"),
        ("[account", "no TOML file"),
        ("[account]\ntitels = 1", "account.titels: there is no such setting"),
    ],
)
def test_a_file_of_another_shape_is_refused_in_words(tmp_path, text, words):
    with pytest.raises(DeclarationError, match=words):
        read(tmp_path, text)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DeclarationError, match="no TOML file"):
        read_settings(path)
