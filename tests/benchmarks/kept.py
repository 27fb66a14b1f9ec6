"""How long one subject takes while someone waits, from a state kept on disk: a pending order and an application, with the market's history.

    python -m tests.benchmarks.kept ORDER_MODEL APPLICATION_MODEL DATA WORK [--calls 3000] [--write]

Makes the state of the Tuesday of the market's last whole week in WORK (kept there for the next time), and writes down what is asked: the
order lines from then to Sunday, and the forms of the newest accounts, handed in again on the Tuesday under another id, so that each shares
all it says with one account at least. Then each model answers in a process of its own that reads no table: orders drawn by order, so that
busy accounts come often, once with what is kept of an account from an earlier call and once with nothing kept. Garbage collector as by default, warm, one thread, wall and CPU time of each call.
``--write`` puts the table into docs/performance.md.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from resellerrisk.state.store import program_hash
from tests.benchmarks.page import describe_machine, table, write_section
from tests.benchmarks.single import NAMES, measure, percentiles

DAY = pd.Timedelta(days=1)
#: Forms that are asked about, in turn.
FORMS = 500
HEAD = ["subject", "CPU ms p50", "p99", "slowest", "wall ms p50", "p99", "slowest"]


def peak_gib() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def build(data: str, work: Path) -> dict:
    """Build the state, and keep the week's orders and forms."""
    from resellerrisk.state import build_state
    from resellerrisk.tables import read_market

    market = read_market(data)
    last = market.orders["ordered_at"].max().normalize()
    monday = last - (7 + last.weekday()) * DAY
    ordered = market.orders["ordered_at"]
    inside = (ordered >= monday + DAY) & (ordered < monday + 7 * DAY)
    rows = market.orders[inside & (ordered.dt.month == (monday + DAY).month)]
    rows[["order_id", "account_id", "ordered_at", *NAMES]].astype(
        {"order_id": object, "account_id": object, "title_id": object}
    ).to_parquet(work / "orders.parquet")
    forms = market.accounts.nlargest(FORMS, "applied_at")
    moments = monday + DAY + np.arange(len(forms)) * (DAY / FORMS)
    forms = forms.assign(applied_at=moments)
    words = {name: object for name in forms if isinstance(forms[name].dtype, pd.CategoricalDtype)}
    forms.astype(words).to_parquet(work / "accounts.parquet")
    worked = time.process_time()
    facts = build_state(market, work / "state", monday + DAY, data)
    kept, of = facts["rows"]["orders"]
    size = sum(path.stat().st_size for path in (work / "state").rglob("*") if path.is_file())
    return {
        "program": program_hash(),
        "lines": of,
        "kept": kept,
        "megabytes": size / 1e6,
        "cpu_s": time.process_time() - worked,
        "peak_gib": peak_gib(),
    }


def ask(model: str, work: Path, calls: int) -> dict:
    """Answer from the state alone: percentiles by what was asked."""
    import resellerrisk.signals.single as single
    from resellerrisk.pipeline import Scorer, Trained

    trained, worked = Trained.load(model), time.process_time()
    scorer = Scorer.open(trained, work / "state")
    told = {"opened_cpu_s": time.process_time() - worked, "gc": gc.isenabled(), "took": {}}
    if trained.subject == "application":
        told["took"]["application"] = percentiles(
            measure(scorer.application, _forms(work, calls), calls // 10)
        )
    else:
        subjects = _orders(work, calls)
        told["took"]["pending order"] = percentiles(measure(scorer.pending_order, subjects, calls // 10))
        single.MOST_KEPT_ROWS = -1
        scorer._single._told.clear()
        cold = percentiles(measure(scorer.pending_order, subjects, calls // 10))
        told["took"]["the same, nothing kept of the account"] = cold
    return told | {"peak_gib": peak_gib()}


def _orders(work: Path, calls: int) -> list[tuple]:
    rows = pd.read_parquet(work / "orders.parquet")
    told = {
        order_id: (
            lines["account_id"].iloc[0],
            lines[NAMES].astype(object).to_dict("records"),
            lines["ordered_at"].iloc[0],
        )
        for order_id, lines in rows.groupby("order_id")
    }
    ids = rows["order_id"].drop_duplicates().to_numpy()
    return [told[one] for one in np.random.default_rng(0).choice(ids, calls)]


def _forms(work: Path, calls: int) -> list[tuple]:
    rows = pd.read_parquet(work / "accounts.parquet").astype(object)
    forms = rows.where(rows.notna(), None).to_dict("records")
    drawn = np.random.default_rng(0).integers(0, len(forms), calls)
    return [(forms[n] | {"account_id": f"new-{place}"},) for place, n in enumerate(drawn)]


def _run(what: str, *words) -> dict:
    command = [sys.executable, "-m", "tests.benchmarks.kept", "--one", what, *map(str, words)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(told.stdout.splitlines()[-1])


def run(models: list[str], data: str, work: Path, calls: int) -> str:
    """Both models over one market, as text for the page."""
    work.mkdir(parents=True, exist_ok=True)
    facts = work / "facts.json"
    if not facts.exists() or json.loads(facts.read_text())["program"] != program_hash():
        shutil.rmtree(work / "state", ignore_errors=True)
        facts.write_text(json.dumps(_run("build", data, work)))
    made, rows, asked = json.loads(facts.read_text()), [], []
    for model in models:
        asked.append(_run("ask", model, work, calls))
        rows += [[name, *(f"{one:.1f}" for one in took)] for name, took in asked[-1]["took"].items()]
    return (
        f"{made['lines']:,} order lines, of which the state keeps {made['kept']:,} ({made['megabytes']:,.0f} MB; built in "
        f"{made['cpu_s']:.0f} CPU s once the tables were read, peak {made['peak_gib']:.1f} GiB); opened in "
        f"{max(one['opened_cpu_s'] for one in asked):.1f} CPU s, peak of the answering process {max(one['peak_gib'] for one in asked):.2f} GiB; "
        f"{calls:,} calls each. {describe_machine('pandas', 'numpy', 'numba')}\n\n{table(HEAD, rows)}"
    )


def main() -> None:
    """Build where need be, ask, tell."""
    if sys.argv[1:2] == ["--one"]:
        what, *words = sys.argv[2:]
        told = (
            build(words[0], Path(words[1]))
            if what == "build"
            else ask(words[0], Path(words[1]), int(words[2]))
        )
        print(json.dumps(told))
        return
    asked = argparse.ArgumentParser()
    asked.add_argument("models", nargs=2, metavar="MODEL")
    asked.add_argument("data")
    asked.add_argument("work", type=Path)
    asked.add_argument("--calls", type=int, default=3000)
    asked.add_argument("--write", action="store_true")
    told = asked.parse_args()
    text = run(told.models, told.data, told.work, told.calls)
    print(text)
    if told.write:
        write_section("performance.md", "one subject", text)


if __name__ == "__main__":
    main()
