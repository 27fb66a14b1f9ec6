"""Files that were cut or had bits turned: each is named in one message, or it is harmless."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from resellerrisk.errors import ModelError, ResellerRiskError
from resellerrisk.model.store import read_model
from resellerrisk.tables import read_market
from resellerrisk.tracking import Home, Ledger, load
from tests.torture.ground import Ground


def damage(content: bytes, dice: random.Random) -> tuple[bytes, str]:
    """A file's bytes, cut or with one to eight bits turned; and which of the two."""
    if dice.random() < 0.3:
        return content[: dice.randrange(len(content))], "cut"
    changed = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 8))):
        place = dice.randrange(len(changed) * 8)
        changed[place // 8] ^= 1 << place % 8
    return bytes(changed), "bits turned"


class DamagedTables:
    """One parquet file of a market damaged, and the market read, in a process of its own."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.place = ground, ground.work / "damaged"
        shutil.copytree(ground.market, self.place)
        self.names = sorted(path.name for path in self.place.glob("*.parquet"))

    def try_once(self, number: int) -> str:
        """Damage, read, and mend it again."""
        name = self.names[number % len(self.names)]
        path = self.place / name
        whole = path.read_bytes()
        changed, how = damage(whole, random.Random(f"table {number}"))
        path.write_bytes(changed)
        try:
            ended = self.ground.fork(lambda: _read(self.place))
        finally:
            path.write_bytes(whole)
        if ended.code == 2 and name in ended.told:
            return f"{how}: named"
        if ended.code == 0:
            return f"{how}: harmless, or cells of another value"
        raise AssertionError(f"{name}: exit {ended.code}: {ended.told[-400:]}")


def _read(place: Path) -> int:
    try:
        read_market(place)
    except ResellerRiskError as error:
        print(error)
        return 2
    return 0


class DamagedHome:
    """A model's files, the ledger or the file that names the champion damaged: every one is refused."""

    def __init__(self, ground: Ground) -> None:
        place = ground.work / "damaged-home"
        shutil.copytree(ground.home, place)
        version = Home(place).path_of("account", 1)
        self.looks = {
            version / "model.txt": lambda: read_model(version),
            version / "model.json": lambda: read_model(version),
            place / "ledger.jsonl": lambda: Ledger(place / "ledger.jsonl").read(),
            version.with_name("champion"): lambda: load(Home(place), "account"),
        }

    def try_once(self, number: int) -> str:
        """Damage one file, look, and mend it again."""
        path = list(self.looks)[number % len(self.looks)]
        whole = path.read_bytes()
        changed, how = damage(whole, random.Random(f"home {number}"))
        path.write_bytes(changed)
        try:
            return self._judge(path, how, changed == whole)
        finally:
            path.write_bytes(whole)

    def _judge(self, path: Path, how: str, unchanged: bool) -> str:
        try:
            self.looks[path]()
        except ModelError:
            return f"{how}: refused"
        told = path.read_text("utf-8", errors="replace")
        if unchanged or (path.name == "champion" and told.strip() == "1"):
            return "harmless"
        if path.name == "ledger.jsonl" and how == "cut":
            return "cut: the entries before it are sound"
        raise AssertionError(f"{path.name}, {how}: taken as if it were whole")
