"""The matrix side by side: forty common as-of aggregates by this program, by bare numba, and by other libraries.

    python -m tests.benchmarks.matrix [--lines 10000000] [--accounts 20000] [--case months] [--write]

Every contestant works in processes of its own on the same market, made for the run; its values are compared with ours before
anything is told. Each run has a fresh process, as a user's has: in one that repeats its work, memory that was handed back is asked for again.
It does the same work on a small market first, so that nothing is compiled or imported while it is timed. CPU seconds of all threads, the
median of several runs. ``--write`` puts the tables into docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from tests.benchmarks.lines import write_lines
from tests.benchmarks.page import describe_machine, table, write_section

MONTHS = np.arange("2019-01", "2021-01", dtype="datetime64[M]").astype("datetime64[us]")
#: No further run is begun once those done took so many seconds.
PATIENCE = 40
MOST_RUNS = 5
#: Lines and accounts of the small market: enough that codes are numbers of the same kind as in the large one.
SMALL = 400_000, 400
#: Of every so many accounts one, for what would take too long on all.
SHARE = 10
WITHOUT_TITLES = "without titles"
LIBRARIES = ("pandas", "numpy", "numba", "pyarrow", "duckdb", "polars", "featuretools")


def snapshots_of(market, case: str):
    """Each account on 24 firsts of the month, or each line at its own moment; by account and moment."""
    from resellerrisk.signals.compute import Signals, Snapshots
    from tests.benchmarks.aggregates import forty

    if case == "months":
        return monthly(len(market.account_ids))
    rows = Signals(market, forty()).views.orders
    return Snapshots(rows.account, rows.at.view(np.int64))


def monthly(accounts: int):
    """So many accounts on 24 firsts of the month."""
    from resellerrisk.signals.compute import Snapshots

    return Snapshots(np.repeat(np.arange(accounts), MONTHS.size), np.tile(MONTHS.view(np.int64), accounts))


def ours(market, snapshots, measures: int = 10) -> pd.DataFrame:
    """The program's own way from a market to the matrix, of all measures or the first ones."""
    from resellerrisk.signals.catalogue import Catalogue
    from resellerrisk.signals.compute import Signals
    from tests.benchmarks.aggregates import MEASURES

    catalogue = Catalogue(MEASURES[:measures])
    return Signals(market, catalogue).compute(snapshots, catalogue.columns)


def bare_arguments(market, snapshots) -> tuple:
    """What the hard-coded kernel gets: numbers in the order of time."""
    from tests.benchmarks.aggregates import WINDOWS
    from tests.benchmarks.rivals import plain_lines

    lines, price = plain_lines(market), market.orders.sort_values("ordered_at", kind="stable")["unit_price"]
    at = lines["at"].to_numpy().view(np.int64)
    columns = [lines[name].to_numpy() for name in ("title", "quantity")]
    words = [lines[name].to_numpy() for name in ("ship", "pay")]
    sizes = len(market.account_ids), len(market.title_ids)
    given = lines["account"].to_numpy(), at, *columns, price.to_numpy(), *words
    return *given, snapshots.account, snapshots.at, *sizes, np.array(WINDOWS)


def bare_read(folder: Path, columns: list[str] | None = None):
    """Order lines from parquet, texts as codes, nothing looked at."""
    texts = ["order_id", "account_id", "title_id", "ship_method", "ship_to", "payment_method"]
    with pq.ParquetFile(folder / "orders.parquet", read_dictionary=texts) as file:
        return file.read(columns, use_threads=False)


def prepare(name: str, folder: Path, case: str):
    """A function that does a contestant's work once, the snapshots it answers, and which of all those are."""
    from resellerrisk.tables import read_market
    from tests.benchmarks import bare, rivals

    if name == "bare read":
        return lambda: bare_read(folder), 0, None
    if name == "whole way":
        asked = monthly(pq.read_metadata(folder / "accounts.parquet").num_rows)
        return lambda: ours(read_market(folder), asked), len(asked), np.arange(len(asked))
    market = read_market(folder)
    asked = snapshots_of(market, case)
    every = np.arange(len(asked))
    if name == "resellerrisk":
        return lambda: ours(market, asked), len(asked), every
    if name == WITHOUT_TITLES:
        return lambda: ours(market, asked, 9), len(asked), every
    if name == "bare kernel":
        given = bare_arguments(market, asked)
        return lambda: bare.forty(*given).T, len(asked), every
    rival, lines = getattr(rivals, name.split(",")[0]), rivals.plain_lines(market)
    if name in ("PandasRolling", "PandasRollingAndApplied", "Featuretools"):
        every = np.flatnonzero(asked.account % SHARE == 3)
    if name == "Featuretools, own cut-offs":
        every = np.random.default_rng(0).choice(
            np.flatnonzero(asked.account % SHARE == 3), 100, replace=False
        )
        asked.at[every] += np.arange(100) * 1_000_000
    if every.size < len(asked):
        lines = lines[lines["account"] % SHARE == 3].reset_index(drop=True)
    wanted = pd.DataFrame({"account": asked.account.astype(np.int32), "at": asked.moments}).iloc[every]
    return rival(lines, wanted.reset_index(drop=True)).compute, len(every), every


def run_one(name: str, folder: str, small: str, case: str, out: str) -> None:
    """One contestant once: its time, peak of memory, and its values on disk."""
    warnings.simplefilter("ignore")
    prepare(name, Path(small), case)[0]()  # all is imported and compiled afterwards
    work, count, every = prepare(name, Path(folder), case)
    before = time.process_time()
    values = work()
    took = time.process_time() - before
    if every is not None:
        np.save(f"{out}.npy", np.asarray(values, np.float64))
        np.save(f"{out}-places.npy", every)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    Path(f"{out}.json").write_text(json.dumps({"cpu": took, "peak": peak, "count": count}))


def run_often(name: str, work: Path, case: str, out: str) -> dict:
    """One contestant several times, each in a process of its own: the median of its times."""
    told = [name, str(work / "market"), str(work / "small"), case, out]
    runs: list[dict] = []
    while not runs or (len(runs) < MOST_RUNS and sum(run["cpu"] for run in runs) < PATIENCE):
        command = [sys.executable, "-m", "tests.benchmarks.matrix", "--one", *told]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        runs.append(json.loads(Path(f"{out}.json").read_text()))
    cpu, peak = (statistics.median(run[figure] for run in runs) for figure in ("cpu", "peak"))
    return {"name": name, "cpu": cpu, "runs": len(runs), "peak": peak, "count": runs[0]["count"]}


def measure(names: list[str], case: str, work: Path) -> dict[str, dict]:
    """Every contestant after the other; stops where values differ from ours."""
    found, expected = {}, None
    for place, name in enumerate(names):
        out = str(work / f"{case}-{place}")
        found[name] = run_often(name, work, case, out)
        if Path(f"{out}.npy").exists() and not name.endswith("own cut-offs"):
            values, every = np.load(f"{out}.npy"), np.load(f"{out}-places.npy")
            expected = values if expected is None else expected
            _compare(name, values, expected[every])
        print(f"{case}: {name} {found[name]['cpu']:.2f} s", flush=True)
    return found


def _compare(name: str, values: np.ndarray, expected: np.ndarray) -> None:
    from tests.benchmarks import rivals

    told = getattr(getattr(rivals, name, None), "columns", values.shape[1])
    values, expected = values[:, :told], expected[:, :told]
    same = np.isclose(values, expected, rtol=1e-9, atol=0) | (np.isnan(values) & np.isnan(expected))
    if not same.all():
        raise SystemExit(f"{name}: {(~same).sum()} of {same.size} values differ; nothing is told.")


#: Whom a contestant is held against, where it is not all of ours.
BASE = {"PandasRolling": WITHOUT_TITLES, WITHOUT_TITLES: WITHOUT_TITLES}
WORDS = {
    "bare kernel": "the same hard-coded in numba",
    "bare read": "bare read of the lines (pyarrow)",
    "whole way": "resellerrisk from parquet: read, check, order, compute, DataFrame",
    "DuckDB": "DuckDB, running sums and ASOF joins",
    "Polars": "Polars, running sums and join_asof",
    "PandasLoop": "pandas, a loop over snapshot moments",
    WITHOUT_TITLES: "**resellerrisk**, without different titles",
    "PandasRolling": "pandas groupby.rolling, without different titles",
    "PandasRollingAndApplied": "pandas groupby.rolling, different titles by apply",
    "Featuretools": "featuretools, 24 shared cut-offs",
    "Featuretools, own cut-offs": "featuretools, a cut-off for each snapshot",
}


def tell(found: dict[str, dict], order: list[str]) -> str:
    """A table; what was done for some snapshots only is scaled to all."""
    all_of_them = found["resellerrisk"]["count"]
    rows = []
    for name in order:
        one = found[name]
        scale = all_of_them / one["count"] if one["count"] else 1
        done = "" if scale == 1 else f" (from {one['count']:,} snapshots)"
        rows.append(
            [
                WORDS.get(name, "**resellerrisk**, declared signals, from a market in memory") + done,
                f"{one['cpu'] * scale:,.2f}",
                f"{one['cpu'] * scale / found[BASE.get(name, 'resellerrisk')]['cpu']:,.1f}",
                str(one["runs"]),
                f"{one['peak']:.1f}",
            ]
        )
    return table(["contestant", "CPU s", "ratio", "runs", "peak GiB of its process"], rows)


def months(asked: argparse.Namespace, work: Path) -> str:
    """Each account on 24 firsts of the month."""
    names = ["resellerrisk", "bare kernel", "bare read", "whole way", "DuckDB", "Polars", "PandasLoop"]
    names += ["Featuretools", "Featuretools, own cut-offs"]
    write_lines(work / "market", asked.lines, asked.accounts)
    found = measure(names, "months", work)
    whole = found["whole way"]["cpu"] / (found["bare kernel"]["cpu"] + found["bare read"]["cpu"])
    return (
        f"{asked.lines:,} lines, {asked.accounts:,} accounts on {MONTHS.size} firsts of the month:\n\n"
        f"{tell(found, names)}\n\n"
        f"The whole way takes {whole:.2f} times the bare kernel and the bare read together."
    )


def lines(asked: argparse.Namespace, work: Path) -> str:
    """Every line its own snapshot, on a tenth of the lines."""
    names = ["resellerrisk", "bare kernel", "DuckDB", "PandasRollingAndApplied", WITHOUT_TITLES]
    names.append("PandasRolling")
    write_lines(work / "market", asked.lines // 10, asked.accounts)
    found = measure(names, "lines", work)
    return f"{asked.lines // 10:,} lines of {asked.accounts:,} accounts, every line its own snapshot:\n\n{tell(found, names)}"


def main() -> None:
    """Make the markets, measure, compare, tell: a section of the page a case."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--one", nargs=5)
    asked.add_argument("--case", choices=["months", "lines"])
    asked.add_argument("--lines", type=int, default=10_000_000)
    asked.add_argument("--accounts", type=int, default=20_000)
    asked.add_argument("--write", action="store_true")
    told = asked.parse_args()
    if told.one:
        run_one(*told.one)
        return
    for case, work_on in {"months": months, "lines": lines}.items():
        if told.case in (None, case):
            with tempfile.TemporaryDirectory() as folder:
                write_lines(Path(folder) / "small", *SMALL)
                text = work_on(told, Path(folder))
            text = f"`python -m tests.benchmarks.matrix {' '.join(sys.argv[1:])}`, {describe_machine(*LIBRARIES)}\n\n{text}"
            print(text)
            if told.write:
                write_section("performance.md", f"matrix of {case}", text)


if __name__ == "__main__":
    main()
