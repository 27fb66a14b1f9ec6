"""Stores that go away and come back, a clock that is set back, two runs at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

from tests.torture.book import ROOT, NotTried
from tests.torture.desks import find_server
from tests.torture.ground import NIGHT, Ground, look_at_result, look_at_whole_home
from tests.torture.kills import FRESH, USED
from tests.torture.nursery import start, wait


class MlflowAway:
    """A training while the MLflow store is away, then again when it is back; every second time beside a model that serves."""

    AWAY: ClassVar[dict] = {
        "MLFLOW_TRACKING_URI": "http://127.0.0.1:9",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    }

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def try_once(self, number: int) -> str:
        """Away, and back."""
        home, out, beside = (
            self.ground.place("away") / "home",
            self.ground.place("away-out") / "out",
            number % 2,
        )
        if beside:
            self.ground.whole(self.ground.train(home))
        call = self.ground.night("retrain", out, home=home) if beside else self.ground.train(home)
        away = self.ground.fork(call, **self.AWAY)
        if away.code != 2 or "is kept" not in away.told or "Traceback" in away.told:
            raise AssertionError(f"exit {away.code} while it was away: {away.told[-400:]}")
        self.ground.whole(call)
        look_at_whole_home(self.ground, home, USED if beside else FRESH, 1 + beside)
        return "one message, the model kept; its run was added when it was back"


class DatabaseAway:
    """A night scored from PostgreSQL: while it is away, while it is ended in the midst of reading, and when it is back."""

    def __init__(self, ground: Ground, held: ExitStack) -> None:
        import pandas as pd

        self.ground, self.server = ground, find_server(held)
        frames = {path.stem: pd.read_parquet(path) for path in ground.market.glob("*.parquet")}
        self.server.ask("CREATE DATABASE torture")
        self.address = self.server.fill("torture", frames)
        self.wanted, ended = self._score()
        if self.wanted is None:
            raise AssertionError(ended.told)
        self.seconds = ended.processor

    def _score(self, **more):
        out = self.ground.place("from-postgres") / "out"
        ended = self.ground.fork(self.ground.night("score_nightly_orders", out, data=self.address), **more)
        return look_at_result(out), ended

    def try_once(self, number: int) -> str:
        """Ended before the run or, every second time, at some moment of it."""
        began, stopped = time.monotonic(), []

        def stop(_process: int) -> None:
            if not stopped and time.monotonic() - began > 0.04 * (number // 2 + 1):
                self.server.stop()
                stopped.append(True)

        if number % 2 == 0:
            self.server.stop()
        found, ended = self._score(**({"meddle": stop} if number % 2 else {}))
        if number % 2 and not stopped:
            self.server.stop()
        self.server.start()
        if ended.code == 2 and (
            found is not None or "database" not in ended.told or "Traceback" in ended.told
        ):
            raise AssertionError(f"exit 2 while it was away: {ended.told[-400:]}")
        if ended.code != 2 and (number % 2 == 0 or ended.code not in (0, 4) or found != self.wanted):
            raise AssertionError(f"exit {ended.code} while it was away: {ended.told[-400:]}")
        again, back = self._score()
        if back.code not in (0, 4) or again != self.wanted:
            raise AssertionError(f"exit {back.code} when it was back: {back.told[-400:]}")
        if ended.code != 2:
            return "all was read before it went: the same bytes"
        return "one message, then the same bytes"


class ClockBack:
    """A night with the machine's clock years back, in a process of its own; wants libfaketime."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.library = ground, find_faketime()
        if self.library is None:
            raise NotTried("libfaketime is not installed (apt-get install faketime)")
        self.wanted = self._score({})

    def _score(self, variables: dict[str, str]) -> dict[str, str] | None:
        out = self.ground.place("clock") / "out"
        words = ["-m", "pipelines.score_nightly_orders", self.ground.market, "--as-of", NIGHT, "--out", out]
        words += ["--home", self.ground.home, "--since", "2019-10-01"]
        told = subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=ROOT,
            env=os.environ | variables,
            capture_output=True,
            check=False,
            text=True,
        )
        if told.returncode not in (0, 4):
            raise AssertionError(f"exit {told.returncode}: {told.stdout[-300:]}{told.stderr[-300:]}")
        return look_at_result(out)

    def try_once(self, number: int) -> str:
        """Some 400 days further back each time."""
        back = {"LD_PRELOAD": str(self.library), "FAKETIME": f"-{(number + 1) * 400}d"}
        if self._score(back | {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}) != self.wanted:
            raise AssertionError(f"{(number + 1) * 400} days back: other bytes")
        return "the same bytes"


def find_faketime() -> Path | None:
    """The library that sets a process's clock."""
    return next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)


class TwoAtOnce:
    """The same night started twice at once: one result, and one that was told to wait or found it done."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.out = ground, ground.place("twice") / "out"
        self.ground.whole(self._call())
        self.wanted = look_at_result(self.out)

    def _call(self):
        return self.ground.night("score_nightly_orders", self.out)

    def try_once(self, number: int) -> str:
        """Twice at once."""
        shutil.rmtree(self.out, ignore_errors=True)
        other = start(self._call(), self.ground.work / "log-2")
        one = self.ground.fork(self._call())
        second = os.waitstatus_to_exitcode(wait(other, time.monotonic(), None, None)[0])
        if not ({one.code, second} <= {0, 3, 4} and look_at_result(self.out) == self.wanted):
            raise AssertionError(f"exits {one.code} and {second}")
        return "one result"
