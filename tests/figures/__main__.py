"""Every figure of the README and of docs/figures.md, made by one command: `make figures`, or in pieces by `make figures PART="account order"`.

What a part measured is kept in docs/figures.json, from which the page is written anew each time; so a part can be made again alone, and a run
that was broken off goes on with the parts that are missing (`make figures PART=missing`). A part whose data are not here is passed over and said.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import resellerrisk as rr
from resellerrisk.matrix import prepare_signals
from resellerrisk.signals.compute import Signals
from resellerrisk.simulate import simulate_market
from tests.figures.fairness import measure_fairness
from tests.figures.matching import measure_matching
from tests.figures.page import write_page
from tests.figures.speed import measure_speed
from tests.figures.subjects import measure_first_day, measure_subject
from tests.figures.traced import measure_tracing

ROOT = Path(__file__).parents[2]
#: Trained on what was known before, and judged at.
AS_OF, JUDGED = "2019-12-31", ("2020-03-31", "2020-06-30", "2020-09-30")
#: Markets of our own, by setting: the same commands, nothing tuned between. The seed is one that no choice was made on.
OWN, OWN_ACCOUNTS, OWN_SEED = ("few_leaks", "look_alikes", "patient"), 3000, 20
SUBJECTS = ("account", "order", "application")


class Absent(Exception):
    """The data of a part are not here."""


class Markets:
    """The markets, each read and prepared once."""

    def __init__(self, shared: Path, scratch: Path) -> None:
        self.shared, self.scratch = shared, scratch
        self._signals: dict[Path, Signals] = {}

    def real(self) -> Path:
        return self._need(self.shared / "data" / "real")

    def harbour(self) -> Path:
        return self._need(self.shared / "data" / "harbour")

    def own(self, setting: str) -> Path:
        folder = self.scratch / setting
        if not folder.is_dir():
            simulate_market(folder, accounts=OWN_ACCOUNTS, seed=OWN_SEED, setting=setting)
        return folder

    def signals(self, folder: Path) -> Signals:
        if folder not in self._signals:
            self._signals[folder] = prepare_signals(rr.read_market(folder))
        return self._signals[folder]

    @staticmethod
    def _need(folder: Path) -> Path:
        if not folder.is_dir():
            raise Absent(f"{folder} is not here: name the folder of the shared data, make figures SHARED=...")
        return folder


def measure_own(markets: Markets, setting: str) -> dict:
    """All subjects, the first day and tracing on one market of our own."""
    folder = markets.own(setting)
    signals = markets.signals(folder)
    told = {subject: measure_subject(signals, folder / "truth", subject, AS_OF) for subject in SUBJECTS}
    told["first_day"] = measure_first_day(signals, folder / "truth", AS_OF)
    told["trace"] = measure_tracing(signals, folder / "truth", JUDGED)
    return told


def list_parts(markets: Markets) -> dict:
    """What can be measured, by name."""
    harbour = markets.harbour

    def of_subject(subject: str):
        return lambda: measure_subject(markets.signals(harbour()), harbour() / "truth", subject, AS_OF)

    return {
        **{subject: of_subject(subject) for subject in SUBJECTS},
        "first_day": lambda: measure_first_day(markets.signals(harbour()), harbour() / "truth", AS_OF),
        "trace": lambda: measure_tracing(markets.signals(harbour()), harbour() / "truth", JUDGED),
        "fairness": lambda: measure_fairness(
            markets.signals(harbour()), harbour() / "truth", AS_OF, SUBJECTS
        ),
        "matching": lambda: measure_matching(markets.real()),
        **{setting: (lambda setting=setting: measure_own(markets, setting)) for setting in OWN},
        "speed": lambda: measure_speed(harbour()),
    }


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.figures", description=__doc__.splitlines()[0])
    words.add_argument("parts", nargs="*", help="all by default; missing: those without a figure yet")
    words.add_argument(
        "--shared", type=Path, default=ROOT.parent / "shared", help="folder of the shared data"
    )
    words.add_argument("--kept", type=Path, default=ROOT / "docs" / "figures.json")
    words.add_argument("--page", type=Path, default=ROOT / "docs" / "figures.md")
    given = words.parse_args()
    kept = json.loads(given.kept.read_text("utf-8")) if given.kept.is_file() else {}
    with tempfile.TemporaryDirectory() as scratch:
        parts = list_parts(Markets(given.shared, Path(scratch)))
        chosen = (
            [part for part in parts if part not in kept]
            if given.parts == ["missing"]
            else given.parts or [*parts]
        )
        unknown = [part for part in chosen if part not in parts]
        if unknown:
            words.error(f"no part {', '.join(unknown)}; there is {', '.join(parts)}")
        for part in chosen:
            begin = time.process_time()
            try:
                kept[part] = parts[part]()
            except Absent as reason:
                print(f"{part}: passed over. {reason}")
                continue
            kept[part]["cpu_seconds"] = round(time.process_time() - begin)
            order = [name for name in parts if name in kept]
            text = json.dumps({name: kept[name] for name in order}, indent=1, ensure_ascii=False)
            given.kept.write_text(text + "\n", "utf-8")
            print(f"{part}: {kept[part]['cpu_seconds']} CPU seconds")
    write_page(kept, given.page, own=(OWN, OWN_ACCOUNTS, OWN_SEED), as_of=AS_OF, judged=JUDGED)
    print(f"Written: {given.page}")


if __name__ == "__main__":
    main()
