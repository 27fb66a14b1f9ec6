"""Runs ended by kill -9 at random moments: a result is whole or absent, and the next run gives the same bytes."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from resellerrisk.jobs.folder import hash_files
from resellerrisk.tracking import Home, Ledger
from tests.torture.ground import EARLIER, Ground, Tally, look_at_home, look_at_result

#: Which runs are killed, and how often of a hundred.
SHARES = {"score_nightly_orders": 40, "onboard_applications": 24, "score": 20, "retrain": 9, "train": 7}


def kill_runs(ground: Ground, times: int, seed: int = 0) -> list[Tally]:
    """Kill runs of every kind; gives one tally a kind."""
    dice = random.Random(seed)
    tallies = []
    for kind, share in SHARES.items():
        tally = Tally(f"kill -9: {kind}")
        victim = (
            _Result(ground, kind)
            if kind in ("score_nightly_orders", "onboard_applications", "score")
            else _Home(ground, kind)
        )
        for number in range(max(1, times * share // 100)):
            try:
                tally.note(victim.kill(dice.random(), with_earlier=number % 2 == 1))
            except Exception as error:
                tally.note("lost")
                tally.lose(f"{kind}, trial {number}: {type(error).__name__}: {error}")
        tallies.append(tally)
    return tallies


class _Result:
    """A run whose result is a folder."""

    def __init__(self, ground: Ground, kind: str) -> None:
        self.ground, self.kind = ground, kind
        self.out = ground.work / "killed" / "out"
        self.earlier = self._whole(EARLIER)
        self.kept = ground.work / f"earlier-{kind}"
        shutil.copytree(self.out, self.kept)
        self.clear()
        self.seconds = 0.0
        self.wanted = self._whole()
        self.clear()

    def clear(self) -> None:
        shutil.rmtree(self.out.parent, ignore_errors=True)
        self.out.parent.mkdir()

    def call(self, **more):
        if self.kind == "score":
            return self.ground.score(self.out, **more)
        return self.ground.night(self.kind, self.out, **more)

    def _whole(self, as_of: str | None = None) -> dict[str, str]:
        ended = self.ground.fork(self.call(**({"as_of": as_of} if as_of else {})))
        if ended.code not in (0, 4):
            raise RuntimeError(ended.told)
        self.seconds = ended.seconds
        return _without_clock(look_at_result(self.out), self.kind)

    def kill(self, when: float, with_earlier: bool) -> str:
        self.clear()
        if with_earlier:
            shutil.copytree(self.kept, self.out)
        ended = self.ground.fork(self.call(), kill_after=when * self.seconds * 1.1)
        found = look_at_result(self.out)
        found = found and _without_clock(found, self.kind)
        if found not in (None, self.earlier, self.wanted):
            raise AssertionError("neither the earlier result nor the new one stands there")
        if with_earlier and found is None and not self.out.with_name(".out.replaced").exists():
            raise AssertionError("the earlier result is gone")
        if self._whole() != self.wanted:
            raise AssertionError("the next run gave other bytes")
        left = {path.name for path in self.out.parent.iterdir()}
        if left != {"out", ".out.lock"}:
            raise AssertionError(f"left behind: {sorted(left)}")
        if ended.code != -9:
            return "ended before the kill"
        return "whole, new" if found == self.wanted else "whole, earlier" if found else "none"


class _Home:
    """A run that changes a home folder."""

    def __init__(self, ground: Ground, kind: str) -> None:
        self.ground, self.kind = ground, kind
        self.place = ground.work / "killed-home"
        self.clear()
        self.seconds = 0.0
        self.wanted = self._whole()
        self.clear()

    def clear(self) -> None:
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir()

    def call(self):
        if self.kind == "train":
            return self.ground.train(self.place / "home")
        return self.ground.night("retrain", self.place / "out", home=self.place / "home")

    def _whole(self) -> dict[str, str]:
        ended = self.ground.fork(self.call())
        if ended.code not in (0, 4):
            raise RuntimeError(ended.told)
        self.seconds = ended.seconds
        home = Home(self.place / "home")
        events = [entry["event"] for entry in Ledger(home.folder / "ledger.jsonl").read()]
        if (
            events != ["trained", "first"]
            or not self.ground.has_run(home.folder)
            or home.champion("account") != 1
        ):
            raise AssertionError(f"the home is not complete: {events}")
        told = {f"model/{name}": sha for name, sha in hash_files(home.path_of("account", 1)).items()}
        if self.kind == "retrain":
            told |= look_at_result(self.place / "out") or {}
        return told

    def kill(self, when: float, with_earlier: bool) -> str:
        self.clear()
        if with_earlier and self.kind == "retrain":
            shutil.copytree(_a_home_in_use(self.ground), self.place / "home")
        ended = self.ground.fork(self.call(), kill_after=when * self.seconds * 1.1)
        look_at_home(self.place / "home")
        found = look_at_result(self.place / "out") if self.kind == "retrain" else None
        there = Home(self.place / "home").versions("account")
        if self._whole_again(with_earlier) != self.wanted:
            raise AssertionError("the next run gave another model or report")
        if ended.code != -9:
            return "ended before the kill"
        return "whole, new" if found or (there and self.kind == "train") else "none"

    def _whole_again(self, with_earlier: bool) -> dict[str, str]:
        if not (with_earlier and self.kind == "retrain"):
            return self._whole()
        ended = self.ground.fork(self.call())
        if ended.code not in (0, 4):
            raise RuntimeError(ended.told)
        home = Home(self.place / "home")
        told = {f"model/{name}": sha for name, sha in hash_files(home.path_of("account", 1)).items()}
        return told | (look_at_result(self.place / "out") or {})


def _a_home_in_use(ground: Ground) -> Path:
    return ground.home


def _without_clock(found: dict[str, str] | None, kind: str) -> dict[str, str]:
    """The command's scores carry the moment of scoring; the jobs' do not."""
    found = found or {}
    return {name: sha for name, sha in found.items() if kind != "score" or name not in ("scores.parquet",)}
