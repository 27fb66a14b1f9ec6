"""The ledger: entries are added, and whatever is changed, put in or taken out is found."""

from __future__ import annotations

import json
import os

import pytest

from resellerrisk.errors import InputError, ModelError
from resellerrisk.tracking import Ledger


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger(tmp_path / "deep" / "ledger.jsonl")
    ledger.add("first", "account", 1, why="No model served before.", who="mira")
    ledger.add("challenger", "account", 2, why="a month more", who="job", figures={"champion": 1})
    ledger.add("promoted", "order", 1, why="größer", who="mira", figures={"share": 0.5, "note": None})
    return ledger


def test_what_was_written_is_read_in_its_order(ledger):
    told = [(e["number"], e["event"], e["subject"], e["version"], e["who"]) for e in ledger.read()]
    assert told == [
        (1, "first", "account", 1, "mira"),
        (2, "challenger", "account", 2, "job"),
        (3, "promoted", "order", 1, "mira"),
    ]
    assert [e["number"] for e in ledger.read("account")] == [1, 2]
    assert ledger.read()[2]["figures"] == {"share": 0.5, "note": None}
    assert list(ledger.to_frame("order")["why"]) == ["größer"]


def test_a_ledger_that_is_not_there_is_empty(tmp_path):
    assert Ledger(tmp_path / "none.jsonl").read() == []
    assert len(Ledger(tmp_path / "none.jsonl").to_frame()) == 0


def _change_a_word(lines):
    lines[1] = lines[1].replace("a month more", "a month less")


def _change_a_word_and_its_hash(lines):
    """The forger knows how a line is hashed, but not to hash all that follow."""
    from resellerrisk.tracking.ledger import _hash, _print

    entry = json.loads(lines[1]) | {"who": "nobody"}
    lines[1] = _print(entry | {"hash": _hash(entry)})


def _take_one_out(lines):
    del lines[1]


def _put_one_twice(lines):
    lines.insert(1, lines[1])


def _exchange_two(lines):
    lines[0], lines[1] = lines[1], lines[0]


def _write_it_otherwise(lines):
    lines[2] = lines[2].replace('", "', '","')


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (_change_a_word, 2),
        (_change_a_word_and_its_hash, 3),
        (_take_one_out, 2),
        (_put_one_twice, 3),
        (_exchange_two, 1),
        (_write_it_otherwise, 3),
        (lambda lines: lines.append("{}"), 4),
    ],
)
def test_a_ledger_that_was_changed_is_neither_read_nor_added_to(ledger, change, line):
    lines = ledger.path.read_text("utf-8").splitlines()
    change(lines)
    ledger.path.write_text("\n".join(lines) + "\n", "utf-8")
    before = ledger.path.read_bytes()
    with pytest.raises(ModelError, match=f"line {line}: the entry is not as it was written"):
        ledger.read()
    with pytest.raises(ModelError, match=f"line {line}"):
        ledger.add("promoted", "account", 2, why="anyway")
    assert ledger.path.read_bytes() == before


def test_an_entry_wants_a_known_event_and_a_reason(ledger):
    with pytest.raises(InputError, match="no event 'crowned'"):
        ledger.add("crowned", "account", 2, why="x")
    with pytest.raises(InputError, match="No reason is given why account/2 became champion"):
        ledger.add("promoted", "account", 2, why=" ")
    assert len(ledger.read()) == 3


def test_a_line_that_a_full_disk_cut_short_was_never_written_and_the_next_takes_its_place(ledger):
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole + b'{"at": "2020-01-01T00:00:00Z", "event": "prom')
    assert len(ledger.read()) == 3
    ledger.add("refused", "account", 2, why="not yet", who="mira")
    assert [entry["event"] for entry in ledger.read()] == ["first", "challenger", "promoted", "refused"]


def test_what_does_not_go_in_whole_is_taken_out_again(ledger, monkeypatch):
    whole = ledger.path.read_bytes()
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, line: write(handle, line[:9]))
    with pytest.raises(OSError, match="No space left"):
        ledger.add("refused", "account", 2, why="not yet", who="mira")
    assert ledger.path.read_bytes() == whole
