"""Stores that go away and come back, clocks that are set back, workers that are killed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from resellerrisk.tracking import Ledger
from tests.torture.ground import NIGHT, Ground, Tally, look_at_result


def lose_mlflow(ground: Ground, times: int) -> Tally:
    """Train while the MLflow store is away, then again when it is back."""
    tally = Tally("the MLflow store goes away and comes back")
    for _ in range(times):
        home = ground.work / "away"
        shutil.rmtree(home, ignore_errors=True)
        away = ground.fork(
            ground.train(home), MLFLOW_TRACKING_URI="http://127.0.0.1:9", MLFLOW_HTTP_REQUEST_MAX_RETRIES="0"
        )
        back = ground.fork(ground.train(home))
        events = [entry["event"] for entry in Ledger(home / "ledger.jsonl").read()]
        whole = events == ["trained", "first"] and ground.has_run(home)
        if away.code == 2 and "is kept" in away.told and back.code == 0 and whole:
            tally.note("model kept, run added when it was back")
        else:
            tally.note("lost")
            tally.lose(f"exit {away.code}, then {back.code}: {events}: {away.told[-200:]}")
    return tally


def lose_postgres(ground: Ground, server, times: int) -> Tally:
    """Score from PostgreSQL while it is ended and started again."""
    import pandas as pd

    tally = Tally("the database that DATA is goes away and comes back")
    frames = {path.stem: pd.read_parquet(path) for path in ground.market.glob("*.parquet")}
    server.ask("CREATE DATABASE torture")
    address = server.fill("torture", frames)
    wanted = None
    for _ in range(times):
        out = ground.work / "from-postgres"
        shutil.rmtree(out, ignore_errors=True)
        server.stop()
        away = ground.fork(ground.night("score_nightly_orders", out, data=address))
        if away.code != 2 or "database" not in away.told or look_at_result(out) is not None:
            tally.lose(f"exit {away.code} while it was away: {away.told[-200:]}")
        server.start()
        back = ground.fork(ground.night("score_nightly_orders", out, data=address))
        found = look_at_result(out)
        wanted = wanted or found
        if back.code not in (0, 4) or found != wanted:
            tally.lose(f"exit {back.code} when it was back: {back.told[-200:]}")
        tally.note("one message, then the same bytes")
    return tally


def set_clock_back(ground: Ground, times: int) -> Tally:
    """Run nights and a training with the machine's clock years back; wants libfaketime."""
    tally = Tally("a clock set back")
    library = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)
    if library is None:
        tally.outcomes["skipped: libfaketime is not installed"] = 1
        return tally
    here = Path(__file__).parents[2]
    wanted = None
    for number in range(times):
        out = ground.work / "clock"
        shutil.rmtree(out, ignore_errors=True)
        words = [
            "-m",
            "pipelines.score_nightly_orders",
            ground.market,
            "--as-of",
            NIGHT,
            "--out",
            out,
            "--home",
            ground.home,
        ]
        back = {
            "LD_PRELOAD": str(library),
            "FAKETIME": f"-{number * 400}d",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        ended = _run([*words, "--since", "2019-10-01"], here, back if number else {})
        found = look_at_result(out)
        wanted = wanted or found
        if ended not in (0, 4) or found != wanted:
            tally.note("lost")
            tally.lose(f"{number * 400} days back: exit {ended}")
        else:
            tally.note("the same bytes")
    return tally


def _run(words, here: Path, variables: dict[str, str]) -> int:
    import os
    import sys

    ended = subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=here,
        env=os.environ | variables,
        capture_output=True,
        check=False,
    )
    return ended.returncode


def run_two_at_once(ground: Ground, times: int) -> Tally:
    """Start the same night twice at once: one result, and one that was told to wait or found it done."""
    import os

    tally = Tally("two runs of the same night at once")
    out = ground.work / "twice"
    ground.fork(ground.night("score_nightly_orders", out))
    wanted = look_at_result(out)
    for _ in range(times):
        shutil.rmtree(out, ignore_errors=True)
        other = os.fork()
        if other == 0:
            from tests.torture.nursery import _be_the_child

            _be_the_child(ground.night("score_nightly_orders", out), ground.work / "log-2", {})
        one = ground.fork(ground.night("score_nightly_orders", out))
        second = os.waitstatus_to_exitcode(os.waitpid(other, 0)[1])
        if {one.code, second} <= {0, 3, 4} and look_at_result(out) == wanted:
            tally.note("one result")
        else:
            tally.note("lost")
            tally.lose(f"exits {one.code} and {second}")
    return tally
