"""What a night of 50,000 new order lines costs from a state, beside the size of its history.

    python -m tests.benchmarks.nights MODEL WORK 6500 20000 65000 [--lines 50000] [--write]

MODEL is a folder of a trained order model, WORK a folder for markets and states (removed one by one), the numbers are accounts of simulated markets (about 150 order lines each, four
years, shipments as many); the folder of such a market may stand for a number. The state is that of Tuesday 30 June 2020, with all rows before; the night brings the order lines that followed, so many of them that there are 50,000, with their moments laid into
one day, and what else became known in the days after, laid into it likewise. A night is scored in a fresh process, from its start to written scores, three times from copies of the state: CPU
seconds and wall seconds are medians, memory is the process's peak. Then the Monday that follows, without new rows: what a Monday costs more. Prints a row a market and the fitted exponent of CPU seconds over order
lines of history; ``--write`` puts it into docs/scale.md.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd

from tests.benchmarks.page import describe_machine, fit_exponent, table, write_section

DAY = pd.Timedelta(days=1)
NIGHT = pd.Timestamp("2020-06-30")
MONDAY = pd.Timestamp("2020-07-06")
#: What became known in so many days after is laid into the night, of tables but orders.
DAYS = 2


def lay_out(market: Path, data: Path, lines: int) -> tuple[int, int]:
    """Write a market as what was known before the night and what the night brings; gives the order lines of each."""
    from resellerrisk.tables import TABLES

    told = {}
    for name, contract in TABLES.items():
        frame = pd.read_parquet(market / f"{name}.parquet")
        (data / name).mkdir(parents=True)
        if not contract.known_at:
            frame.to_parquet(data / name / "before.parquet", index=False)
            continue
        column = "delivered_at" if name == "shipments" else contract.known_at
        at = pd.to_datetime(frame[column])
        before = (at < NIGHT).to_numpy()
        after = frame[~before & at.notna().to_numpy()].sort_values(column, kind="stable")
        if name == "orders":
            accounts = pd.read_parquet(market / "accounts.parquet")
            known = accounts.loc[accounts["applied_at"] < NIGHT, "account_id"]
            after = after[after["account_id"].isin(known)].head(lines)
            after = after[after["order_id"] != after["order_id"].iloc[-1]]
        else:
            after = after[after[column] < NIGHT + DAYS * DAY]
            if name == "shipments":
                after = after[after["shipped_at"] < NIGHT]
        until = NIGHT + DAY
        span = max((after[column].max() - NIGHT) / DAY, 1.0) if len(after) else 1.0
        later = (NIGHT + (after[column] - NIGHT) / (span * 1.01)).dt.floor("s")
        after = after.assign(**{column: later.astype(frame[column].dtype)})
        assert (after[column] < until).all()
        frame[before].to_parquet(data / name / "before.parquet", index=False)
        after.to_parquet(data / f"{name}.night", index=False)
        told[name] = int(before.sum()), len(after)
    return told["orders"]


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


def run_one(model: str, data: Path, state: Path, as_of: pd.Timestamp, since: pd.Timestamp, out: Path) -> dict:
    """`work_one` in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.nights", "--one"]
    began = time.perf_counter()
    told = subprocess.run(
        [*command, model, str(data), str(state), str(as_of), str(since), str(out)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(told.stdout.splitlines()[-1]) | {"wall_s": time.perf_counter() - began}


def measure(model: str, work: Path, asked: str, lines: int) -> dict:
    """Simulate a market of so many accounts, or take one that stands, build its state, and score the night three times."""
    from resellerrisk.simulate import simulate_market

    market, data, state, out = (work / name for name in ("market", "data", "state", "out"))
    if asked.isdigit():
        simulate_market(market, accounts=int(asked), seed=1)
    history, brought = lay_out(market if asked.isdigit() else Path(asked), data, lines)
    shutil.rmtree(market, ignore_errors=True)
    built = run_one(model, data, state, NIGHT, NIGHT - DAY, out)
    for path in data.glob("*.night"):
        path.rename(data / path.stem / "night.parquet")
    runs = []
    for number in range(3):
        copy = work / f"copy-{number}"
        shutil.copytree(state, copy)
        runs.append(run_one(model, data, copy, NIGHT + DAY, NIGHT, out))
        assert runs[-1]["how"] == "rows"
        if number:
            shutil.rmtree(copy)
    month = run_one(model, data, work / "copy-0", NIGHT + 2 * DAY, NIGHT + DAY, out)
    monday = run_one(model, data, work / "copy-0", MONDAY + DAY, MONDAY, out)
    size = sum(path.stat().st_size for path in state.rglob("*") if path.is_file())
    for path in (data, state, out, work / "copy-0"):
        shutil.rmtree(path)
    middle = {name: statistics.median(run[name] for run in runs) for name in ("cpu_s", "wall_s", "peak_gib")}
    return {
        "history": history,
        "lines": brought,
        "orders": runs[0]["orders"],
        **middle,
        "month_s": month["cpu_s"],
        "monday_s": monday["cpu_s"],
        "built_s": built["cpu_s"],
        "state_gib": size / 2**30,
    }


HEAD = (
    "order lines of history",
    "new lines",
    "orders scored",
    "CPU s",
    "wall s",
    "peak GiB",
    "a first of the month, CPU s",
    "a Monday, CPU s",
    "built, CPU s",
    "state, GiB",
)


def main() -> None:
    """Measure every size, smallest first."""
    if sys.argv[1] == "--one":
        work_one(*sys.argv[2:])
        return
    asked = argparse.ArgumentParser()
    asked.add_argument("model")
    asked.add_argument("work", type=Path)
    asked.add_argument("markets", nargs="+")
    asked.add_argument("--lines", type=int, default=50_000)
    asked.add_argument("--write", action="store_true")
    told = asked.parse_args()
    told.work.mkdir(parents=True, exist_ok=True)
    rows = []
    for market in told.markets:
        rows.append(measure(told.model, told.work, market, told.lines))
        print(json.dumps(rows[-1]), flush=True)
    shown = [
        [f"{row[name]:,}" for name in ("history", "lines", "orders")]
        + [f"{row[name]:,.1f}" for name in list(row)[3:]]
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
