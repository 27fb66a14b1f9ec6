"""Runs ended by kill -9 at moments spread over their work: a result is whole or absent, and the next run gives the same bytes."""

from __future__ import annotations

import random
import shutil

from tests.torture.ground import EARLIER, NIGHT, Ground, look_at_home, look_at_result, look_at_whole_home

#: What a home's ledger tells of the account model once a killed training was done again.
FRESH, USED = ["trained", "first"], ["trained", "first", "trained", "challenger"]


def moment(kind: str, number: int) -> float:
    """A moment of a run, 0 to 1, the same for the same trial; the first so many of them lie evenly, however many there are.

    Steps of the golden ratio from a chance beginning: chance alone once left the last third of sixteen runs untouched.
    """
    return (random.Random(kind).random() + number * _GOLDEN) % 1.0


_GOLDEN = (5**0.5 - 1) / 2


class KilledResult:
    """A run whose result is a folder, killed; every second time an earlier result stands there."""

    def __init__(self, ground: Ground, kind: str) -> None:
        self.ground, self.kind = ground, kind
        self.out = ground.place("killed") / "out"
        self.earlier = self._whole(as_of=EARLIER)
        self.kept = ground.work / f"earlier-{kind}"
        shutil.copytree(self.out, self.kept, dirs_exist_ok=True)
        self._clear()
        self.wanted = self._whole()
        self.seconds = self.last.processor

    def _clear(self) -> None:
        self.out = self.ground.place("killed") / "out"

    def _call(self, as_of: str = NIGHT):
        if self.kind.startswith("score -"):
            return in_small_parts(self.ground.score(self.out, as_of, "--engine", "parts"))
        if self.kind == "score":
            return self.ground.score(self.out, as_of)
        return self.ground.night(self.kind, self.out, as_of)

    def _whole(self, **told) -> dict[str, str]:
        self.last = self.ground.whole(self._call(**told))
        return without_clock(look_at_result(self.out), self.kind)

    def _seen(self, found: dict[str, str]) -> dict[str, str]:
        """What of a result must be the same bytes every time."""
        return without_clock(found, self.kind)

    def _disturb(self, number: int):
        """The run, disturbed; gives how it ended."""
        return self.ground.fork(self._call(), kill_at=moment(self.kind, number) * self.seconds)

    def try_once(self, number: int) -> str:
        """Kill it once, look, and run it again."""
        self._clear()
        with_earlier = number % 2 == 1
        if with_earlier:
            shutil.copytree(self.kept, self.out)
        ended = self._disturb(number)
        found = look_at_result(self.out)
        found = found and self._seen(found)
        if found not in (None, self.earlier, self.wanted):
            raise AssertionError("neither the earlier result nor the new one stands there")
        if with_earlier and found is None and not self.out.with_name(".out.replaced").exists():
            raise AssertionError("the earlier result is gone")
        if self._whole() != self.wanted:
            raise AssertionError("the next run gave other bytes")
        left = {path.name for path in self.out.parent.iterdir()}
        if left != {"out", ".out.lock"}:
            raise AssertionError(f"left behind: {sorted(left)}")
        return self._word(ended, found)

    def _word(self, ended, found) -> str:
        if ended.code != -9:
            return "ended before the kill"
        if found == self.wanted:
            return "the new result stood, whole"
        return "the earlier result stood, whole" if found else "no result yet"


class KilledHome:
    """A run that changes a home folder, killed: a first training, or one beside a model that serves."""

    def __init__(self, ground: Ground, kind: str) -> None:
        self.ground, self.kind = ground, kind
        self.place = ground.place("killed-home")
        self.home, self.out = self.place / "home", self.place / "out"
        self.kept = ground.work / f"kept-{kind.replace(' ', '-')}"
        self.events, self.versions = (FRESH, 1) if kind == "train" else (USED, 2)
        if self.versions == 2:
            self._furnish()
            shutil.copytree(self.home, self.kept, dirs_exist_ok=True)
        self.wanted = self._whole()
        self.seconds = self.last.processor

    def _furnish(self) -> None:
        """Make the home that is there before the run."""
        self.ground.whole(self.ground.train(self.home))

    def _clear(self) -> None:
        self.ground.place("killed-home")
        if self.versions == 2:
            shutil.copytree(self.kept, self.home)

    def _call(self):
        if self.kind == "train":
            return self.ground.train(self.home)
        return self.ground.night("retrain", self.out, home=self.home)

    def _whole(self) -> dict[str, str]:
        self.last = self.ground.whole(self._call())
        told = look_at_whole_home(self.ground, self.home, self.events, self.versions)
        return told | (look_at_result(self.out) or {})

    def _disturb(self, number: int):
        return self.ground.fork(self._call(), kill_at=moment(self.kind, number) * self.seconds)

    def try_once(self, number: int) -> str:
        """Kill it once, look, and run it again."""
        self._clear()
        ended = self._disturb(number)
        look_at_home(self.home)
        result = look_at_result(self.out)
        told = f"{'a whole result; ' if result else ''}{_tell_home(self.home)}"
        if self._whole() != self.wanted:
            raise AssertionError("the next run gave another model or report")
        return "ended before the kill" if ended.code != -9 else f"killed with {told}"


def _tell_home(home) -> str:
    """How far a home had come."""
    from resellerrisk.tracking import Home, Ledger

    there = Home(home)
    versions = len(there.versions("account"))
    entries = len(Ledger(home / "ledger.jsonl").read("account"))
    models = f"{versions} model{'s' * (versions != 1)}"
    return f"{models}, {entries} ledger entr{'y' if entries == 1 else 'ies'}"


def in_small_parts(call):
    """A call whose market is dealt out to some ten parts, as a market of ten million lines would be."""

    def dealt() -> int:
        from resellerrisk.parts import parted_market

        parted_market.PART_ROWS = 500
        return call()

    return dealt


def without_clock(found: dict[str, str] | None, kind: str) -> dict[str, str]:
    """The command's scores carry the moment of scoring; the jobs' do not."""
    found = found or {}
    stamped = ("scores.parquet",) if kind.startswith("score") and kind != "score_nightly_orders" else ()
    return {name: sha for name, sha in found.items() if name not in stamped}
