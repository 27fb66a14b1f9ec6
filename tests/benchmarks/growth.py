"""How full scoring of accounts and training grow with a market: simulate, work part by part, count CPU seconds and the peak of memory.

    python -m tests.benchmarks.growth MODEL WORK 2840 8520 28400 85200 284000 [--train] [--write] [--keep]

MODEL is a folder of a trained account model, WORK a folder for markets and results (removed one by one; ``--keep`` leaves the markets there
for the next run), the numbers are accounts of simulated markets: four years, about 350 order lines an account and as many shipments. Each market is worked on
in a fresh process and its workers: CPU seconds are those of all, memory is what all hold together, pages that they share counted once,
looked at five times a second (see `Memory`). Prints a row a market and the fitted exponent of CPU seconds over order lines; ``--write`` puts it into docs/scale.md.

The markets are of the setting `port`, but for two things. Accounts order 2.75 times as often, so that they have as many lines as those of harbour (352 an
account that is scored). And from 6,500 accounts on the number of fakes stays what it is there: rings do not multiply with a distributor's book, and with a share
of fakes that stays, each film would have twenty copies at a hundred million lines. What tracing costs with a share that stays is told in docs/scale.md.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.page import describe_machine, fit_exponent, table, write_section

AS_OF = "2020-06-30"
#: Orders a year, as a multiple of those of `port`, at which accounts have as many lines as harbour's.
BUSY = 2.75
#: Accounts from which on the number of fakes stays as it is.
FAKES_OF = 6_500


class Memory(threading.Thread):
    """Looks at what this process and those it started hold together, and keeps the most.

    Counting a page once however many processes share it means a walk over every page that they hold: at four gigabytes a tenth of a second, which
    five times a second would be a third of what is measured. So the kernel's own counts are looked at, in which shared pages stand once for each process; the
    walk is done where these, less what was last counted twice, may be a new peak, where a process came or went, and every few seconds.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak_gib, self.over = 0.0, threading.Event()

    def run(self) -> None:
        """Look until told that it is over."""
        family, twice, walked = [], 0.0, 0.0
        while not self.over.wait(0.2):
            now, before = time.perf_counter(), family
            family = _family()
            counted = sum(map(_counted, family))
            if counted - twice < RISE * self.peak_gib and family == before and now < walked + AT_LEAST_EVERY:
                continue
            held = sum(map(_held, family))
            twice, walked, self.peak_gib = counted - held, now, max(self.peak_gib, held)


#: A new peak is looked for where the count says that it is higher by this.
RISE = 1.01
#: Seconds after which shared pages are counted anew: workers write on some, which are their own then.
AT_LEAST_EVERY = 5.0


def _family() -> list[int]:
    own = os.getpid()
    children = Path(f"/proc/{own}/task").glob("*/children")
    return [own, *(int(number) for path in children for number in path.read_text().split())]


def _counted(process: int) -> float:
    """What the kernel counts of a process without looking at its pages, in GiB; nothing of one that has ended."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text().split()[1]
    except OSError:
        return 0.0
    return int(pages) * os.sysconf("SC_PAGESIZE") / 2**30


def _held(process: int) -> float:
    """A process's share of the pages it holds, in GiB; nothing of one that has ended."""
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", told, re.MULTILINE)
    return int(found.group(1)) / 2**20 if found else 0.0


def work_one(what: str, model: str, data: str, out: str) -> None:
    """Score one market or train on it, and print what it took as JSON."""
    import lightgbm  # noqa: F401 - loading is not growth
    import pyarrow.parquet as pq

    from resellerrisk.pipeline import Trained, score_parts, train_parts

    trained = Trained.load(model)
    lines = pq.ParquetFile(Path(data) / "orders.parquet").metadata.num_rows
    memory = Memory()
    memory.start()
    before, wall = os.times(), time.perf_counter()
    if what == "score":
        told = score_parts(data, trained, out, as_of=AS_OF)["scored"]
    else:
        told = train_parts(data, "account", AS_OF, work=out).facts["snapshots"]
    after = os.times()
    memory.over.set()
    took = {
        "lines": lines,
        "subjects": told,
        "cpu_s": sum(after[:4]) - sum(before[:4]),
        "wall_s": time.perf_counter() - wall,
        "peak_gib": memory.peak_gib,
    }
    print(json.dumps(took))


def busy_setting(accounts: int):
    """The setting `port` with lines an account as harbour has them, and fakes as a market of `FAKES_OF` accounts has them."""
    from resellerrisk.simulate import SETTINGS

    port = SETTINGS["port"]
    more = {
        name: tuple(replace(one, orders_a_year=BUSY * one.orders_a_year) for one in getattr(port, name))
        for name in ("trades", "strategies")
    }
    return replace(port, fake_share=port.fake_share * min(1.0, FAKES_OF / accounts), **more)


def measure(what: str, model: str, work: Path, accounts: int, keep: bool) -> dict:
    """Simulate a market of so many accounts, where none is kept there, and work on it in a fresh process."""
    from resellerrisk.simulate import simulate_market

    data, out = work / f"market-{accounts}", work / f"out-{accounts}"
    if not data.exists():
        simulate_market(data, accounts=accounts, seed=1, setting=busy_setting(accounts))
    out.mkdir()
    command = [sys.executable, "-m", "tests.benchmarks.growth", "--one", what, model, str(data), str(out)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    if not keep:
        shutil.rmtree(data)
    shutil.rmtree(out)
    return json.loads(told.stdout.splitlines()[-1])


def main() -> None:
    """Measure every size, smallest first."""
    if sys.argv[1] == "--one":
        work_one(*sys.argv[2:])
        return
    asked = argparse.ArgumentParser()
    asked.add_argument("model")
    asked.add_argument("work", type=Path)
    asked.add_argument("accounts", type=int, nargs="+")
    asked.add_argument("--train", action="store_true")
    asked.add_argument("--write", action="store_true")
    asked.add_argument("--keep", action="store_true")
    told = asked.parse_args()
    what = "train" if told.train else "score"
    rows = []
    for accounts in sorted(told.accounts):
        rows.append(measure(what, told.model, told.work, accounts, told.keep))
        print("  ".join(f"{name} {value:,.1f}" for name, value in rows[-1].items()), flush=True)
    head = ["order lines", "accounts scored" if what == "score" else "rows", "CPU s", "wall s", "peak GiB"]
    shown = [
        [f"{row[n]:,}" for n in ("lines", "subjects")] + [f"{row[n]:,.1f}" for n in SHOWN] for row in rows
    ]
    text = f"{describe_machine('pandas', 'numpy', 'numba', 'pyarrow')}\n\n{table(head, shown)}"
    if len(rows) > 1:
        text += f"\n\nFitted exponent of CPU seconds over lines: {fit_exponent(rows, 'lines'):.2f}."
    print(text)
    if told.write:
        write_section("scale.md", f"growth of {what}", text)


SHOWN = ("cpu_s", "wall_s", "peak_gib")


if __name__ == "__main__":
    main()
