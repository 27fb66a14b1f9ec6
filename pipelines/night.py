"""What every nightly pipeline does first: read its options, read and check the tables, and say how much was set aside.

The moment comes from ``--as-of`` alone; no pipeline asks the clock what night it is.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

import resellerrisk as rr
from resellerrisk.jobs import Exit, Job, run_job
from resellerrisk.tables import as_utc

CODES = "Exit codes:\n" + "\n".join(f"  {code.value}  {code.meaning}" for code in Exit)


def read_options(purpose: str, *, since: bool = False) -> argparse.ArgumentParser:
    """The options that every pipeline has, and ``--since`` where a night can be another span than a day."""
    parser = argparse.ArgumentParser(
        description=purpose, epilog=CODES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "data", metavar="DATA", help="folder of the contract's tables, or a database's address"
    )
    parser.add_argument("--as-of", required=True, metavar="T", help="the moment T, UTC: the end of the night")
    parser.add_argument("--out", type=Path, required=True, help="folder for the result; it appears whole")
    parser.add_argument(
        "--home", type=Path, help="home folder of the models (RESELLERRISK_HOME, .resellerrisk)"
    )
    parser.add_argument("--settings", type=Path, help="costs and capacity as TOML; packaged ones by default")
    parser.add_argument(
        "--limit", type=float, default=0.05, help="share of a table that may be set aside (0.05)"
    )
    if since:
        parser.add_argument("--since", metavar="T", help="the beginning of the night; a day before --as-of")
    return parser


def run(name: str, options: argparse.Namespace, work: Callable[[Job, argparse.Namespace], None]) -> int:
    """Run a pipeline's work as a job."""
    return int(run_job(name, options.out, options.as_of, lambda job: work(job, options)))


def read_market(job: Job, options: argparse.Namespace) -> rr.Market:
    """Read the tables; rows set aside go to ``quarantine/`` in the result."""
    with job.step("read") as step:
        market = rr.read_market(options.data, limit=options.limit, quarantine=job.folder / "quarantine")
        read, used = int(market.intake["read"].sum()), int(market.intake["used"].sum())
        aside = market.intake.set_index("table")["quarantined"]
        step.tell(rows_in=read, rows_out=used, set_aside={k: int(n) for k, n in aside.items() if n})
    known = market.before(options.as_of)
    rows = {name: len(frame) for name, frame in known.tables().items() if name in market.present}
    job.facts |= {"as_of": as_utc(options.as_of).isoformat(), "data": known.fingerprint, "rows_known": rows}
    return market


def span(options: argparse.Namespace) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The night: from ``--since``, else a day before ``--as-of``, to ``--as-of``."""
    until = as_utc(options.as_of)
    return as_utc(options.since) if options.since else until - pd.Timedelta(days=1), until


def tell_set_aside(job: Job, market: rr.Market, table: str, since: pd.Timestamp, until: pd.Timestamp) -> None:
    """Say how many of the night's own rows were set aside: what was not used was not scored."""
    at = market.set_aside_at(table)
    tonight = int((np.isnat(at) | ((at >= np.datetime64(since)) & (at < np.datetime64(until)))).sum())
    job.facts["set_aside_tonight"] = tonight
    if tonight:
        job.look(
            f"{tonight} rows of the night's {table} were set aside and not scored: quarantine/{table}.csv"
        )
