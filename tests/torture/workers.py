"""A worker process of `--engine parts` killed at any moment: one message, no result, and the next run gives the same bytes."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress

from tests.torture.ground import Ground
from tests.torture.kills import KilledResult, moment
from tests.torture.nursery import Ended, children_of


class KilledWorker(KilledResult):
    """One of the forked workers gets kill -9; the run itself is left alone.

    Parameters
    ----------
    ground : Ground
    """

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground, "score --engine parts")
        self.lasts = self.last.seconds

    def _disturb(self, number: int) -> Ended:
        """Kill the first worker seen after a moment; one that has just ended is no trial yet, the next one is."""
        dice, began, killed = random.Random(f"worker {number}"), time.monotonic(), []
        at = moment("worker", number) * self.lasts

        def meddle(process: int) -> None:
            if killed or time.monotonic() - began < at:
                return
            workers = children_of(process)
            if workers:
                with suppress(ProcessLookupError):
                    os.kill(dice.choice(workers), signal.SIGKILL)
                    killed.append(True)

        ended = self.ground.fork(self._call(), meddle=meddle)
        self.killed = bool(killed)
        if ended.code not in (0, 2) or "Traceback" in ended.told:
            raise AssertionError(f"exit {ended.code}: {ended.told[-500:]}")
        if ended.code == 2 and ("worker process was killed" not in ended.told or "Hint: " not in ended.told):
            raise AssertionError(f"the message does not tell of the worker: {ended.told[-300:]}")
        return ended

    def _word(self, ended: Ended, found) -> str:
        if not self.killed:
            return "no worker was left to kill"
        if ended.code == 0:
            if found != self.wanted:
                raise AssertionError("exit 0, and the result is not the wanted one")
            return "the worker was done: the new result, whole"
        if found == self.wanted:
            raise AssertionError("exit 2, and the new result stands there")
        return f"one message; {'the earlier result stood' if found else 'no result'}"
