"""The desk sends its messages while it serves, and goes on when one look fails."""

from __future__ import annotations

import threading

from resellerrisk.desk.refusals import StoreAway
from resellerrisk.desk.web.chores import Chores


class Outbox:
    def __init__(self, *failures):
        self.looks, self.third, self.failures = 0, threading.Event(), failures

    def deliver(self):
        self.looks += 1
        if self.looks <= len(self.failures):
            raise self.failures[self.looks - 1]
        if self.looks == 3:
            self.third.set()


class FakeDesk:
    def __init__(self, *failures):
        self.outbox = Outbox(*failures)


def test_the_outbox_is_drained_again_and_again_and_a_failure_ends_nothing(caplog):
    desk = FakeDesk(OSError("the disk is away"))
    with Chores(desk, every=0.01):
        assert desk.outbox.third.wait(10)
    looks = desk.outbox.looks
    assert "the outbox could not be drained" in caplog.text and looks >= 3
    assert not any(thread.name == "desk chores" for thread in threading.enumerate())


def test_a_database_that_is_away_is_told_once_until_it_is_back(caplog):
    desk = FakeDesk(StoreAway("ConnectionRefused"), StoreAway("ConnectionRefused"))
    with Chores(desk, every=0.01):
        assert desk.outbox.third.wait(10)
    assert caplog.text.count("does not answer") == 1 and "Traceback" not in caplog.text
