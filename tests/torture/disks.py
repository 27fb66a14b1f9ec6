"""A disk that is full, and a home that may not be written to: one message, nothing half-written, and all well once there is room."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resellerrisk.tracking import Home, Ledger
from tests.torture.ground import Ground, Tally, look_at_home, look_at_result


@contextmanager
def small_disk(place: Path, kib: int) -> Iterator[Path]:
    """A disk of so many KiB in memory. Wants root.

    Raises
    ------
    PermissionError
        It cannot be mounted here.
    """
    place.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        raise PermissionError(mounted.stderr.decode().strip())
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def make_room(place: Path) -> None:
    """Let a small disk have room for everything."""
    subprocess.run(["mount", "-o", "remount,size=512m", str(place)], check=True)


def fill_disks(ground: Ground, sizes: int) -> list[Tally]:
    """Score and train onto disks of growing size; gives one tally a run."""
    tallies = []
    for kind, most in (("score_nightly_orders", 400), ("score", 400), ("train", 4000)):
        tally = Tally(f"full disk: {kind}")
        steps = sizes if kind != "train" else max(2, sizes // 3)
        for number in range(steps):
            kib = max(8, most * (number + 1) // steps)
            try:
                with small_disk(ground.work / "disk", kib) as disk:
                    tally.note(_try(ground, kind, disk))
            except PermissionError as error:
                tally.outcomes[f"skipped: {error}"] = 1
                break
            except Exception as error:
                tally.note("lost")
                tally.lose(f"{kind} on {kib} KiB: {type(error).__name__}: {error}")
        tallies.append(tally)
    return tallies


def _try(ground: Ground, kind: str, disk: Path) -> str:
    call = {
        "score": lambda: ground.score(disk / "out"),
        "train": lambda: ground.train(disk / "home"),
    }.get(kind, lambda: ground.night(kind, disk / "out"))
    ended = ground.fork(call(), TMPDIR=str(ground.work))
    if ended.code not in (0, 2, 4) or "Traceback" in ended.told:
        raise AssertionError(f"exit {ended.code}: {ended.told[-400:]}")
    if ended.code == 2 and not any(
        words in ended.told for words in ("No space left", "disk is full", "MLflow did not take")
    ):
        raise AssertionError(f"the message does not name the disk: {ended.told[-300:]}")
    _look(disk)
    make_room(disk)
    again = ground.fork(call())
    if again.code not in (0, 4):
        raise AssertionError(f"with room again exit {again.code}: {again.told[-300:]}")
    _look(disk)
    if kind == "train":
        events = [entry["event"] for entry in Ledger(disk / "home" / "ledger.jsonl").read()]
        if events != ["trained", "first"] or Home(disk / "home").champion("account") != 1:
            raise AssertionError(f"the home is not complete: {events}")
    elif look_at_result(disk / "out") is None:
        raise AssertionError("no result")
    return "one message, then whole" if ended.code == 2 else "had room"


def _look(disk: Path) -> None:
    if (disk / "home").exists():
        look_at_home(disk / "home")
    look_at_result(disk / "out")


def refuse_writing(ground: Ground) -> Tally:
    """A home and a result's place that nobody may write to: a disk that is mounted for reading only, and a file in the way."""
    tally = Tally("unwritable home and result")
    barred = ground.work / "barred"
    barred.write_text("a file, not a folder")
    trials = [
        ground.train(barred),
        ground.train(barred / "home"),
        ground.score(barred / "out"),
        ground.score(barred),
    ]
    try:
        with small_disk(ground.work / "disk", 262_144) as disk:
            shutil.copytree(ground.home, disk / "home")
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            for call in (
                ground.train(disk / "home"),
                ground.score(disk / "out"),
                ground.night("score_nightly_orders", disk / "out"),
            ):
                _expect_message(tally, ground, call)
    except PermissionError as error:
        tally.outcomes[f"skipped: {error}"] = 1
    for call in trials:
        _expect_message(tally, ground, call)
    os.unlink(barred)
    return tally


def _expect_message(tally: Tally, ground: Ground, call) -> None:
    ended = ground.fork(call)
    if ended.code == 2 and "Traceback" not in ended.told and "int" in ended.told.lower():
        tally.note("one message")
        return
    tally.note("lost")
    tally.lose(f"exit {ended.code}: {ended.told[-300:]}")
