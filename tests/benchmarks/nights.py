"""What a night of 50,000 new order lines costs from a state, beside the size of its history.

    python -m tests.benchmarks.nights MODEL WORK 6500 20000 65000 [--lines 50000] [--accounts 800] [--keep] [--write]

MODEL is a folder of a trained order model, WORK a folder for markets and states (removed one by one; ``--keep`` leaves them there, and the next run with it measures
the nights again without building), the numbers are accounts of simulated markets (about 150 order lines each, four years, shipments as many); the folder of such a market may stand for a
number. The state is that of Monday 29 June 2020, with all rows before. The night brings what became known from then on until 50,000 order lines had been placed, of all
tables, with its moments laid into that Monday, by so many accounts drawn from those that ordered (``--accounts 0``: by all of them), so that every market has a night alike: as many
lines of as many accounts. A kept night of other numbers is laid anew from its market; the state stays. A night is scored in a fresh process, from its start to written scores, five times from copies of the
state: CPU seconds and wall seconds are medians, memory is the process's peak. Then, up to twenty million lines, a first of the month and the Monday that follows, without new rows: what they cost more. Memory of
building is what the process and its workers hold together. Prints a row a market and the fitted exponent of CPU seconds over order lines of history; ``--write`` puts it into
docs/scale.md. A kept state that another version of this program built is taken for one of this version: build it anew where the form of states has changed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd

from tests.benchmarks.growth import Memory
from tests.benchmarks.nights_data import lay_before, lay_night
from tests.benchmarks.page import describe_machine, fit_exponent, table, write_section

DAY = pd.Timedelta(days=1)
NIGHT = pd.Timestamp("2020-06-29")
MONDAY = pd.Timestamp("2020-07-06")
FIRST = pd.Timestamp("2020-07-01")
RUNS = 5
#: Order lines of history up to which a first of the month and a Monday are measured: both take all kept rows into memory.
MOST_FOR_A_MONDAY = 20_000_000


def build_one(data: str, state: str) -> None:
    """Build the state of the Monday and print what it took as JSON."""
    from resellerrisk.state.nights import Nights

    memory, began = Memory(), time.perf_counter()
    memory.start()
    Nights(state, data).take(NIGHT + pd.Timedelta(microseconds=1))
    memory.over.set()
    took = {"cpu_s": sum(os.times()[:4]), "wall_s": time.perf_counter() - began, "peak_gib": memory.peak_gib}
    print(json.dumps(took))


def work_one(model: str, data: str, state: str, as_of: str, since: str, out: str) -> None:
    """Score one night and print what it took as JSON."""
    from resellerrisk.pipeline import Trained, score_night

    night = score_night(data, Trained.load(model), state, as_of=as_of, since=since)
    night.scores.write(out)
    used = os.times()
    took = {
        "orders": len(night.scores.scores),
        "cpu_s": used.user + used.system,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "how": night.took.how,
        "weeks": night.weeks,
    }
    print(json.dumps(took))


def run_one(*words: object) -> dict:
    """`work_one` or `build_one` in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.nights", *map(str, words)]
    began = time.perf_counter()
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(told.stdout.splitlines()[-1]) | {"wall_s": time.perf_counter() - began}


def prepare(work: Path, asked: str, lines: int, accounts: int) -> dict:
    """Simulate a market of so many accounts, or take one that stands, lay it out and build its state; gives what is to be told of it."""
    market, data, state, told = (work / name for name in ("market", "data", "state", "told.json"))
    if told.exists():
        _take_for_own(state)
        found = json.loads(told.read_text())
        if found.get("night") != [lines, accounts]:
            source = _market_of(asked, market)
            found |= {
                "lines": lay_night(source, data, NIGHT, lines, accounts),
                "night": [lines, accounts],
            }
            _bring(data)
            shutil.rmtree(market, ignore_errors=True)
            told.write_text(json.dumps(found))
        return found
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    source = _market_of(asked, market)
    history = lay_before(source, data, NIGHT)
    brought = lay_night(source, data, NIGHT, lines, accounts)
    shutil.rmtree(market, ignore_errors=True)
    built = run_one("--build", data, state)
    _bring(data)
    size = sum(path.stat().st_size for path in state.rglob("*") if path.is_file())
    found = {"history": history, "lines": brought, "built": built, "state_gib": size / 2**30}
    found["night"] = [lines, accounts]
    told.write_text(json.dumps(found))
    return found


def _market_of(asked: str, market: Path) -> Path:
    """The market that was asked for: simulated, where a number of accounts was."""
    from resellerrisk.simulate import simulate_market

    if not asked.isdigit():
        return Path(asked)
    simulate_market(market, accounts=int(asked), seed=1)
    return market


def _bring(data: Path) -> None:
    """Lay what a night brings beside what was before it."""
    for path in data.glob("*.night"):
        path.rename(data / path.stem / "night.parquet")


def _take_for_own(state: Path) -> None:
    """Write this program's hash into a state that an earlier version built."""
    from resellerrisk.state.store import program_hash

    for path in (state / "run.json", *state.glob("base-*/run.json")):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"program": program_hash()}, indent=1))
    for path in state.glob("base-*/sizes.json"):
        facts = (path.parent / "run.json").stat().st_size
        path.write_text(json.dumps(json.loads(path.read_text()) | {"run.json": facts}))


def measure(model: str, work: Path, asked: str, lines: int, accounts: int, keep: bool) -> dict:
    """Score the night of one market five times, then a first of the month and a Monday."""
    told = prepare(work, asked, lines, accounts)
    data, state, out, copy = (work / name for name in ("data", "state", "out", "copy"))
    runs = []
    for number in range(RUNS):
        _copy(state, copy)
        runs.append(run_one("--one", model, data, copy, NIGHT + DAY, NIGHT, out))
        assert runs[-1]["how"] == "rows" and not runs[-1]["weeks"], (number, runs[-1])
    month = monday = {"cpu_s": math.nan, "peak_gib": math.nan}
    if told["history"] <= MOST_FOR_A_MONDAY:
        month = run_one("--one", model, data, copy, FIRST + DAY, FIRST, out)
        monday = run_one("--one", model, data, copy, MONDAY + DAY, MONDAY, out)
        assert monday["weeks"] == 1
    for path in (out, copy, *(() if keep else (work,))):
        shutil.rmtree(path, ignore_errors=True)
    middle = {name: statistics.median(run[name] for run in runs) for name in ("cpu_s", "wall_s", "peak_gib")}
    return {
        "history": told["history"],
        "lines": told["lines"],
        "orders": runs[0]["orders"],
        **middle,
        "month_s": month["cpu_s"],
        "monday_s": monday["cpu_s"],
        "monday_gib": monday["peak_gib"],
        "built_s": told["built"]["cpu_s"],
        "built_gib": told["built"]["peak_gib"],
        "state_gib": told["state_gib"],
    }


def _copy(state: Path, copy: Path) -> None:
    """A copy of a state; files of Mondays, which never change, are links to the same bytes."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(state, copy, copy_function=os.link)
    for path in copy.glob("*.json"):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)


HEAD = (
    "order lines of history",
    "new lines",
    "orders scored",
    "CPU s",
    "wall s",
    "peak GiB",
    "a first of the month, CPU s",
    "a Monday, CPU s",
    "peak GiB of it",
    "built, CPU s",
    "peak GiB of it",
    "state, GiB",
)


def main() -> None:
    """Measure every size, smallest first."""
    if sys.argv[1] in ("--one", "--build"):
        (work_one if sys.argv[1] == "--one" else build_one)(*sys.argv[2:])
        return
    asked = argparse.ArgumentParser()
    asked.add_argument("model")
    asked.add_argument("work", type=Path)
    asked.add_argument("markets", nargs="+")
    asked.add_argument("--lines", type=int, default=50_000)
    asked.add_argument("--accounts", type=int, default=800)
    asked.add_argument("--keep", action="store_true")
    asked.add_argument("--write", action="store_true")
    told = asked.parse_args()
    told.work.mkdir(parents=True, exist_ok=True)
    rows = []
    for market in told.markets:
        work = told.work / f"nights-{Path(market).name}"
        rows.append(measure(told.model, work, market, told.lines, told.accounts, told.keep))
        print(json.dumps(rows[-1]), flush=True)
    shown = [
        [f"{row[name]:,}" for name in ("history", "lines", "orders")]
        + ["not run" if math.isnan(row[name]) else f"{row[name]:,.1f}" for name in list(row)[3:]]
        for row in rows
    ]
    text = f"{describe_machine('pandas', 'numpy', 'numba', 'pyarrow')}\n\n{table(HEAD, shown)}"
    if len(rows) > 1:
        text += f"\n\nFitted exponent of a night's CPU seconds over lines of history: {fit_exponent(rows, 'history'):.2f}."
    print(text)
    if told.write:
        write_section("scale.md", "growth of nights", text)


if __name__ == "__main__":
    main()
