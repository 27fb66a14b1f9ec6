"""How long one month's snapshots take in a fresh process, from files: the command a scheduler runs."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

_MODEL = """
import sys
import resellerrisk as rr
market = rr.read_market(sys.argv[1])
rr.train(market, "account", "2019-12-31").save(sys.argv[2])
"""
_SCORE = """
import sys
import resellerrisk as rr
from resellerrisk.pipeline import Trained
market = rr.read_market(sys.argv[1])
rr.score(market, Trained.load(sys.argv[2]), as_of="2020-06-30").write(sys.argv[3])
"""


def measure_speed(harbour: Path) -> dict:
    """Seconds and CPU seconds of training and of scoring, each in a process of its own that reads the files first."""
    with tempfile.TemporaryDirectory() as scratch:
        model, out = Path(scratch) / "model", Path(scratch) / "scores"
        train = _run(_MODEL, harbour, model)
        _run(_SCORE, harbour, model, out)  # the first run after an installation compiles
        score = _run(_SCORE, harbour, model, out)
        accounts = len(pd.read_parquet(out / "scores.parquet", columns=["account_id"]))
    lines = len(pd.read_parquet(harbour / "orders.parquet", columns=["line"]))
    return {
        "train": train,
        "score": score,
        "accounts": accounts,
        "lines": lines,
        "processors": os.cpu_count(),
    }


def _run(code: str, *arguments: Path) -> dict:
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-c", code, *map(str, arguments)], check=True)
    seconds, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": round(seconds, 1), "cpu_seconds": round(cpu, 1)}
