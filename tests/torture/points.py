"""Trainings and a rollback killed at each place where they write: before a file is opened, moved or removed, and before a commit.

Kills at random moments seldom hit these, for they are short; what a home promises is at stake there and nowhere else.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from tests.torture.ground import Ground
from tests.torture.kills import USED, KilledHome
from tests.torture.nursery import Ended, call_command

_MOVES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate"}
#: Of the many files that MLflow copies, every so manieth is a place.
_COPIED = 25


class KilledAtWrites(KilledHome):
    """A run that changes a home, killed before each of its writes, or before so many of them, evenly chosen.

    Parameters
    ----------
    ground : Ground
    kind : {"train", "retrain beside a champion", "rollback"}
    wanted : int
        At most so many places.
    """

    def __init__(self, ground: Ground, kind: str, wanted: int) -> None:
        self.told = ground.work / "places.json"
        super().__init__(ground, kind)
        self._clear()
        ground.whole(self._counting(None))
        self.places = json.loads(self.told.read_text("utf-8"))
        self.most = min(wanted, len(self.places))

    def _counting(self, kill_before: int | None) -> Callable[[], int]:
        return at_each_write(self._call(), self.place, kill_before, self.told)

    def _disturb(self, number: int) -> Ended:
        before = number * len(self.places) // self.most
        ended = self.ground.fork(self._counting(before))
        if ended.code != -9:
            raise AssertionError(f"it was not killed before write {before}: {self.places[before]}")
        return ended


class KilledRollback(KilledAtWrites):
    """The home's version 2 made champion by a rollback, killed before each of its writes."""

    def __init__(self, ground: Ground, wanted: int) -> None:
        super().__init__(ground, "rollback", wanted)

    def _furnish(self) -> None:
        super()._furnish()
        self.ground.whole(self.ground.night("retrain", self.out, home=self.home))
        shutil.rmtree(self.out)
        self.events = [*USED, "rolled_back"]

    def _call(self):
        words = ["--home", self.home, "rollback", "--subject", "account", "--to", "2", "--why", "a trial"]
        return call_command(words)


def at_each_write(
    call: Callable[[], int], place: Path, kill_before: int | None, told: Path
) -> Callable[[], int]:
    """A call that counts its writes below a place, and is killed before one of them, or writes down what they were."""

    def counted() -> int:
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        seen: list[str] = []
        copied = 0

        def write(what: str) -> None:
            if len(seen) == kill_before:
                os.kill(os.getpid(), signal.SIGKILL)
            seen.append(what)

        def look(name: str, words: tuple) -> None:
            nonlocal copied
            path = _written(name, words)
            if path is None or not path.startswith(str(place)) or path.endswith(".lock"):
                return
            if "/artifacts/" in path:
                copied += 1
                if copied % _COPIED:
                    return
            write(f"{name} {path.removeprefix(str(place))}")

        sys.addaudithook(look)
        event.listen(Engine, "commit", lambda _: write("commit"))
        try:
            return int(call() or 0)
        finally:
            if kill_before is None:
                told.write_text(json.dumps(seen), "utf-8")

    return counted


def _written(name: str, words: tuple) -> str | None:
    """The path that an event of Python's audit writes to; None where it only reads."""
    if name in _MOVES:
        return os.fsdecode(words[0]) if isinstance(words[0], str | bytes | os.PathLike) else None
    if name != "open" or not isinstance(words[0], str | bytes | os.PathLike):
        return None
    writes = (words[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    return os.fsdecode(words[0]) if writes else None
