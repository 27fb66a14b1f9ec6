"""Files that were cut or had bits turned: each is named in one message, or it is harmless."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from resellerrisk.errors import ModelError, ResellerRiskError
from resellerrisk.model.store import read_model
from resellerrisk.tables import read_market
from resellerrisk.tracking import Home, Ledger, load
from tests.torture.ground import Ground, Tally


def damage(content: bytes, dice: random.Random) -> tuple[bytes, str]:
    """A file's bytes, cut or with one to eight bits turned; and which of the two."""
    if dice.random() < 0.3:
        return content[: dice.randrange(len(content))], "cut"
    changed = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 8))):
        place = dice.randrange(len(changed) * 8)
        changed[place // 8] ^= 1 << place % 8
    return bytes(changed), "bits turned"


def damage_tables(ground: Ground, times: int, seed: int = 1) -> Tally:
    """Damage one parquet file of a market at a time and read the market, each in a process of its own."""
    dice, tally = random.Random(seed), Tally("damaged parquet files")
    place = ground.work / "damaged"
    shutil.copytree(ground.market, place)
    names = sorted(path.name for path in place.glob("*.parquet"))
    for number in range(times):
        name = names[number % len(names)]
        whole = (place / name).read_bytes()
        changed, how = damage(whole, dice)
        (place / name).write_bytes(changed)
        ended = ground.fork(lambda: _read(place))
        (place / name).write_bytes(whole)
        if ended.code == 2 and name in ended.told:
            tally.note(f"{how}: named")
        elif ended.code == 0:
            tally.note(f"{how}: harmless, or cells of another value")
        else:
            tally.note("lost")
            tally.lose(f"{name}, trial {number}: exit {ended.code}: {ended.told[-300:]}")
    return tally


def _read(place: Path) -> int:
    try:
        read_market(place)
    except ResellerRiskError as error:
        print(error)
        return 2
    return 0


def damage_models(ground: Ground, times: int, seed: int = 2) -> Tally:
    """Damage a model's files, the ledger and the file that names the champion: every one is refused."""
    dice, tally = random.Random(seed), Tally("damaged model, ledger and champion files")
    place = ground.work / "damaged-home"
    shutil.copytree(ground.home, place)
    version = Home(place).path_of("account", 1)
    looks = {
        version / "model.txt": lambda: read_model(version),
        version / "model.json": lambda: read_model(version),
        place / "ledger.jsonl": lambda: Ledger(place / "ledger.jsonl").read(),
        version.with_name("champion"): lambda: load(Home(place), "account"),
    }
    for number in range(times):
        path = list(looks)[number % len(looks)]
        whole = path.read_bytes()
        changed, how = damage(whole, dice)
        path.write_bytes(changed)
        _judge(tally, path, how, looks[path], changed == whole)
        path.write_bytes(whole)
    return tally


def _judge(tally: Tally, path: Path, how: str, look, unchanged: bool) -> None:
    try:
        look()
    except ModelError:
        tally.note(f"{how}: refused")
        return
    except Exception as error:
        tally.note("lost")
        tally.lose(f"{path.name}, {how}: {type(error).__name__}: {error}")
        return
    told = path.read_text("utf-8", errors="replace")
    if unchanged or (path.name == "champion" and told.strip() == "1"):
        tally.note("harmless")
    elif path.name == "ledger.jsonl" and how == "cut":
        tally.note("cut: the entries before it are sound")
    else:
        tally.note("lost")
        tally.lose(f"{path.name}, {how}: taken as if it were whole")
