"""The tormentor's own book: nothing is forgotten when it is cut off, what is lost is told, and the page is what the book says."""

from __future__ import annotations

import pytest

from tests.torture.book import ROOT, Book, NotTried
from tests.torture.kills import moment
from tests.torture.told import tell
from tests.torture.torments import TORMENTS


class Trial:
    """Survives, but for the trials that are named."""

    def __init__(self, lost=(), cut_at=None):
        self.lost, self.cut_at, self.seen = lost, cut_at, []

    def try_once(self, number):
        if number == self.cut_at:
            raise KeyboardInterrupt
        self.seen.append(number)
        if number in self.lost:
            raise AssertionError("half a result")
        return "whole"


def test_the_page_is_what_the_book_says():
    assert (ROOT / "docs/reliability.md").read_text("utf-8") == tell(Book(ROOT / "docs/reliability.json"))


def test_what_was_tried_before_a_cut_is_kept_and_the_next_run_goes_on_behind_it(tmp_path):
    book = Book(tmp_path / "book.json")
    with pytest.raises(KeyboardInterrupt):
        book.run(book.begin("kill: train"), Trial(cut_at=3), 5)
    again, trial = Book(tmp_path / "book.json"), Trial(lost=(4,))
    again.run(again.tallies["kill: train"], trial, 5)
    tally = Book(tmp_path / "book.json").tallies["kill: train"]
    assert trial.seen == [3, 4] and (tally.tried, tally.outcomes) == (5, {"whole": 4, "lost": 1})
    assert tally.lost == ["trial 4: AssertionError: half a result"] and len(tally.commits) == 1


def test_the_page_tells_what_was_lost_and_what_was_not_tried(tmp_path):
    book = Book(tmp_path / "book.json")
    book.run(book.begin("kill: train"), Trial(lost=(1,)), 2)
    book.begin("the clock is set back").not_tried = "libfaketime is not installed"
    page = tell(book)
    assert "| kill: train | 2 of 16 | 1 whole | 1 |" in page
    assert "| the clock is set back | 0 of 5 | not tried: libfaketime is not installed | 0 |" in page
    assert "| **all** | **2** | survived: 1 | **1** |" in page and "- LOST, kill: train: trial 1" in page


def test_a_torment_that_this_machine_cannot_do_is_not_counted(tmp_path):
    class Impossible:
        def try_once(self, number):
            raise NotTried("wants root")

    book = Book(tmp_path / "book.json")
    book.run(book.begin("full disk: score"), Impossible(), 3)
    tally = book.tallies["full disk: score"]
    assert (tally.tried, tally.lost, tally.not_tried) == (0, [], "wants root")


def test_moments_of_kills_leave_no_part_of_a_run_out():
    for kind, torment in TORMENTS.items():
        moments = sorted(moment(kind, number) for number in range(torment.wanted))
        gaps = [later - earlier for earlier, later in zip([0.0, *moments], [*moments, 1.0], strict=True)]
        assert max(gaps) < 3 / torment.wanted, kind


def test_two_hundred_runs_are_killed_and_ten_thousand_files_fed():
    tried = {name: torment.wanted for name, torment in TORMENTS.items()}
    assert sum(times for name, times in tried.items() if name.startswith("kill: ")) >= 200
    assert sum(times for name, times in tried.items() if name.startswith("files of nonsense")) >= 10_000
