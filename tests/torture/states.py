"""Nights that follow the tables with a state, killed: state and result are whole, and the next night gives what all tables give."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from tests.torture.ground import EARLIER, NIGHT, Ground, look_at_result
from tests.torture.kills import KilledResult
from tests.torture.nursery import call_job

#: When a row of a table is known; titles always are.
_KNOWN = {
    "accounts": "applied_at",
    "street_dates": "known_at",
    "orders": "ordered_at",
    "shipments": "shipped_at",
    "returns": "returned_at",
    "payments": "recorded_at",
    "identifiers": "seen_at",
    "leaks": "known_at",
    "outcomes": "decided_at",
}

#: A night that ends on a Sunday, when the state is built, and the one after, in which a Monday is made.
_NIGHTS = {EARLIER: ("2019-11-05", "2019-11-10"), NIGHT: ("2019-11-10", "2019-11-17")}


class KilledFollowing(KilledResult):
    """The night after a state was built, with the files that came since, killed; every second time an earlier result stands there."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.data, self.state = ground, ground.work / "files", ground.work / "state"
        shutil.rmtree(self.data, ignore_errors=True)
        self._deal(self.data, "first", None, _NIGHTS[EARLIER][1])
        self.out = ground.place("killed") / "out"
        ground.whole(self._call(as_of=EARLIER))
        self.built = ground.work / "state-as-built"
        shutil.copytree(self.state, self.built, dirs_exist_ok=True)
        self._deal(self.data, "second", *_NIGHTS[NIGHT])
        ground.whole(self._call(state=False))
        self.from_tables = _scores(look_at_result(self.out))
        super().__init__(ground, "score_nightly_orders --state")
        if _scores(self.wanted) != self.from_tables or not self.wanted:
            raise AssertionError("the state gives other scores than the tables")
        if self.wanted == self.earlier:
            raise AssertionError("two nights without orders tell nothing")

    def _deal(self, data: Path, name: str, since: str | None, until: str) -> None:
        """Write the rows known within a span as a file of each table."""
        for path in self.ground.market.glob("*.parquet"):
            frame, known = pd.read_parquet(path), _KNOWN.get(path.stem)
            if known is not None:
                at = pd.to_datetime(frame[known])
                frame = frame[(at < until) & ((at >= since) if since else True)]
            elif since is not None:
                continue
            (data / path.stem).mkdir(parents=True, exist_ok=True)
            frame.to_parquet(data / path.stem / f"{name}.parquet", index=False)

    def _clear(self) -> None:
        super()._clear()
        shutil.rmtree(self.state, ignore_errors=True)
        if self.built.exists():
            shutil.copytree(self.built, self.state)

    def _call(self, as_of: str = NIGHT, state: bool = True):
        since, until = _NIGHTS[as_of]
        words = [self.data, "--as-of", until, "--out", self.out, "--home", self.ground.home, "--since", since]
        return call_job("score_nightly_orders", [*words, *(["--state", self.state] if state else [])])

    def _whole(self, **told) -> dict[str, str]:
        self.last = self.ground.whole(self._call(**told))
        return _scores(look_at_result(self.out))

    def _seen(self, found: dict[str, str]) -> dict[str, str]:
        return _scores(found)


def _scores(found: dict[str, str] | None) -> dict[str, str]:
    """What was scored; ``run.json`` also tells how the state was brought up to date, which a kill may change."""
    return {name: sha for name, sha in (found or {}).items() if name.endswith(".parquet")}
