"""A disk that is full, and a home that may not be written to: one message, nothing half-written, and all well once there is room."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from tests.torture.book import NotTried
from tests.torture.ground import Ground, look_at_home, look_at_result, look_at_whole_home
from tests.torture.kills import FRESH


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


class FullDisk:
    """A run onto a disk that is too small for it, or just not, then again with room.

    Parameters
    ----------
    ground : Ground
    kind : {"score_nightly_orders", "score", "train"}
    wanted : int
        So many sizes, evenly spread up to `most` KiB.
    """

    MOST: ClassVar[dict] = {"score_nightly_orders": 400, "score": 400, "train": 6000}

    def __init__(self, ground: Ground, kind: str, wanted: int) -> None:
        self.ground, self.kind, self.wanted = ground, kind, wanted
        assert ground.home

    def try_once(self, number: int) -> str:
        """Run onto one size of disk."""
        kib = max(8, self.MOST[self.kind] * (number + 1) // self.wanted)
        try:
            with small_disk(self.ground.work / "disk", kib) as disk:
                return self._try(disk)
        except PermissionError as error:
            raise NotTried(f"a disk in memory cannot be mounted here (wants root): {error}") from None

    def _call(self, disk: Path):
        if self.kind == "train":
            return self.ground.train(disk / "home")
        if self.kind == "score":
            return self.ground.score(disk / "out")
        return self.ground.night(self.kind, disk / "out")

    def _try(self, disk: Path) -> str:
        ended = self.ground.fork(self._call(disk), TMPDIR=str(self.ground.work))
        if ended.code not in (0, 2, 4) or "Traceback" in ended.told:
            raise AssertionError(f"exit {ended.code}: {ended.told[-400:]}")
        if ended.code == 2 and "No space left" not in ended.told:
            raise AssertionError(f"the message does not name the disk: {ended.told[-300:]}")
        _look(disk)
        make_room(disk)
        self.ground.whole(self._call(disk))
        _look(disk)
        if self.kind == "train":
            look_at_whole_home(self.ground, disk / "home", FRESH, 1)
        elif look_at_result(disk / "out") is None:
            raise AssertionError("no result")
        return "one message, then whole" if ended.code == 2 else "had room"


def _look(disk: Path) -> None:
    if (disk / "home").exists():
        look_at_home(disk / "home")
    look_at_result(disk / "out")


class Unwritable:
    """A home or a result's place that nobody may write to, in each of the ways there are.

    Root may write anywhere, whatever the permissions say: so a disk mounted for reading only, a file in a folder's way, and,
    under another user, a folder of root's.
    """

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        barred = ground.work / "barred"
        barred.write_text("a file, not a folder")
        locked, disk = ground.place("locked"), ground.work / "disk"
        locked.chmod(0o555)
        runs = {"train": ground.train, "score": ground.score}
        nightly = lambda place: ground.night("score_nightly_orders", place)  # noqa: E731
        self.ways = [
            ("a file in the way", barred, runs["train"], barred),
            ("a file in the way", barred, runs["train"], barred / "home"),
            ("a file in the way", barred, runs["score"], barred),
            ("a file in the way", barred, runs["score"], barred / "out"),
            ("a file in the way", barred, nightly, barred / "out"),
            ("a disk for reading only", disk, runs["train"], disk / "home"),
            ("a disk for reading only", disk, runs["score"], disk / "out"),
            ("a disk for reading only", disk, nightly, disk / "out"),
            ("no right to the folder", locked, runs["train"], locked / "home"),
            ("no right to the folder", locked, runs["score"], locked / "out"),
            ("no right to the folder", locked, nightly, locked / "out"),
        ]
        self.most = len(self.ways)

    def try_once(self, number: int) -> str:
        """One way."""
        how, place, run, target = self.ways[number]
        call = run(target)
        if how == "a disk for reading only":
            with small_disk(place, 262_144) as disk:
                shutil.copytree(self.ground.home, disk / "home")
                subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
                ended = self.ground.fork(call)
        else:
            ended = self.ground.fork(call, user=_NOBODY if how.startswith("no right") else None)
        if ended.code != 2 or "Traceback" in ended.told or "int" not in ended.told:
            raise AssertionError(f"{how}: exit {ended.code}: {ended.told[-400:]}")
        return f"{how}: one message"


_NOBODY = 65534
