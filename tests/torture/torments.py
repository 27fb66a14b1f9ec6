"""Every torment there is: its name, how often it is tried, what it needs of the machine, and how it is made ready."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Torment:
    """One kind of harm.

    Attributes
    ----------
    wanted : int
        How many trials.
    prepare : function of (Ground, ExitStack, int)
        Gives what tries: an object with ``try_once(number)`` or ``try_some(numbers)``; ``most`` where there are not more to try.
    needs : tuple of str
        Of `_NEEDS`.
    """

    wanted: int
    prepare: Callable[..., object]
    needs: tuple[str, ...] = ()

    def find_missing(self) -> str:
        """What this machine lacks for it, in words; empty where it lacks nothing."""
        return "; ".join(words for need in self.needs for found, words in [_NEEDS[need]] if not found())


def _has_postgres() -> bool:
    return bool(shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")))


def _has_faketime() -> bool:
    from tests.torture.stores import find_faketime

    return find_faketime() is not None


_NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "root": (lambda: os.geteuid() == 0, "root, to mount a small disk and to become another user"),
    "postgres": (_has_postgres, "PostgreSQL is not installed (apt-get install postgresql)"),
    "clock": (_has_faketime, "libfaketime is not installed (apt-get install faketime)"),
}


def _killed_result(kind: str) -> Callable[..., object]:
    def prepare(ground, held: ExitStack, wanted: int):
        from tests.torture.kills import KilledResult

        return KilledResult(ground, kind)

    return prepare


def _killed_home(kind: str) -> Callable[..., object]:
    def prepare(ground, held: ExitStack, wanted: int):
        from tests.torture.kills import KilledHome

        return KilledHome(ground, kind)

    return prepare


def _killed_at_writes(kind: str) -> Callable[..., object]:
    def prepare(ground, held: ExitStack, wanted: int):
        from tests.torture.points import KilledAtWrites, KilledRollback

        return KilledRollback(ground, wanted) if kind == "rollback" else KilledAtWrites(ground, kind, wanted)

    return prepare


def _killed_worker(ground, held: ExitStack, wanted: int):
    from tests.torture.workers import KilledWorker

    return KilledWorker(ground)


def _killed_following(ground, held: ExitStack, wanted: int):
    from tests.torture.states import KilledFollowing

    return KilledFollowing(ground)


def _killed_desk(database: str) -> Callable[..., object]:
    def prepare(ground, held: ExitStack, wanted: int):
        from tests.torture.desks import KilledDesk

        return KilledDesk(ground, held, database)

    return prepare


def _full_disk(kind: str) -> Callable[..., object]:
    def prepare(ground, held: ExitStack, wanted: int):
        from tests.torture.disks import FullDisk

        return FullDisk(ground, kind, wanted)

    return prepare


def _unwritable(ground, held: ExitStack, wanted: int):
    from tests.torture.disks import Unwritable

    return Unwritable(ground)


def _damaged(what: str) -> Callable[..., object]:
    def prepare(ground, held: ExitStack, wanted: int):
        from tests.torture.damage import DamagedHome, DamagedTables

        return DamagedTables(ground) if what == "tables" else DamagedHome(ground)

    return prepare


def _store(what: str) -> Callable[..., object]:
    def prepare(ground, held: ExitStack, wanted: int):
        from tests.torture import desks, stores

        if what == "mlflow":
            return stores.MlflowAway(ground)
        if what == "clock":
            return stores.ClockBack(ground)
        if what == "twice":
            return stores.TwoAtOnce(ground)
        return stores.DatabaseAway(ground, held) if what == "database" else desks.DeskStoreAway(ground, held)

    return prepare


def _fed(kind: str) -> Callable[..., object]:
    def prepare(ground, held: ExitStack, wanted: int):
        from tests.torture.feeding import FedFiles

        return FedFiles(ground, kind)

    return prepare


TORMENTS: dict[str, Torment] = {
    "kill a deciding desk: SQLite": Torment(100, _killed_desk("SQLite")),
    "kill a deciding desk: PostgreSQL": Torment(100, _killed_desk("PostgreSQL"), ("postgres",)),
    "the desk's database goes away and comes back": Torment(20, _store("desk"), ("postgres",)),
    "the database that DATA is goes away and comes back": Torment(10, _store("database"), ("postgres",)),
    "kill: score_nightly_orders": Torment(60, _killed_result("score_nightly_orders")),
    "kill: onboard_applications": Torment(40, _killed_result("onboard_applications")),
    "kill: score": Torment(30, _killed_result("score")),
    "kill: score --engine parts": Torment(30, _killed_result("score --engine parts")),
    "kill: score_nightly_orders --state": Torment(30, _killed_following),
    "kill a worker process: score --engine parts": Torment(30, _killed_worker),
    "unwritable home or result": Torment(11, _unwritable, ("root",)),
    "full disk: score_nightly_orders": Torment(20, _full_disk("score_nightly_orders"), ("root",)),
    "full disk: score": Torment(20, _full_disk("score"), ("root",)),
    "damaged parquet file": Torment(400, _damaged("tables")),
    "damaged model, ledger or champion file": Torment(400, _damaged("home")),
    "two runs of the same night at once": Torment(10, _store("twice")),
    "the clock is set back": Torment(5, _store("clock"), ("clock",)),
    "files of nonsense: parquet": Torment(2000, _fed("parquet")),
    "files of nonsense: CSV": Torment(2000, _fed("csv")),
    "files of nonsense: SQLite": Torment(1500, _fed("sqlite")),
    "files of nonsense: DuckDB": Torment(1500, _fed("duckdb")),
    "files of nonsense: CSV, bytes turned": Torment(1500, _fed("csv bytes")),
    "files of nonsense: parquet, bytes turned": Torment(1500, _fed("parquet bytes")),
    "kill: retrain beside a champion": Torment(24, _killed_home("retrain beside a champion")),
    "kill: train": Torment(16, _killed_home("train")),
    "kill before each write: rollback": Torment(60, _killed_at_writes("rollback")),
    "kill before each write: retrain beside a champion": Torment(
        24, _killed_at_writes("retrain beside a champion")
    ),
    "kill before each write: train": Torment(16, _killed_at_writes("train")),
    "full disk: train": Torment(12, _full_disk("train"), ("root",)),
    "the MLflow store goes away and comes back": Torment(4, _store("mlflow")),
}
