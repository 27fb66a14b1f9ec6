"""The desk sends its messages while it serves, and goes on when one look fails."""

from __future__ import annotations

import threading

from resellerrisk.desk.web.chores import Chores


class Outbox:
    def __init__(self):
        self.looks, self.third = 0, threading.Event()

    def deliver(self):
        self.looks += 1
        if self.looks == 1:
            raise OSError("the disk is away")
        if self.looks == 3:
            self.third.set()


class FakeDesk:
    def __init__(self):
        self.outbox = Outbox()


def test_the_outbox_is_drained_again_and_again_and_a_failure_ends_nothing(caplog):
    desk = FakeDesk()
    with Chores(desk, every=0.01):
        assert desk.outbox.third.wait(10)
    looks = desk.outbox.looks
    assert "the outbox could not be drained" in caplog.text and looks >= 3
    assert not any(thread.name == "desk chores" for thread in threading.enumerate())
