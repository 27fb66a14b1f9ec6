"""One market scored part by part in one process and on Spark: the same bits, what each costs, and what Spark shuffles.

    python tests/benchmarks/cluster.py MODEL WORK DATA [--master local[2]] [--parts 10]

MODEL is a folder of a trained account model, WORK a folder for results, DATA a market in parquet (``resellerrisk simulate`` makes one:
65,000 accounts order 10 M lines). Each engine runs in a process of its own; CPU seconds are those of the process and of all it started (the driver, Java,
Spark's Python workers), read from /proc; the peak is that of the largest process. Shuffle bytes come from Spark's event log. Says which
tables differ, and exits with 1 if one does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

AS_OF = "2020-06-30"
CLOCK = "2020-07-01"
TABLES = ("scores", "contributions", "signals")


def processes() -> dict[int, tuple[float, float]]:
    """CPU seconds and resident GiB of this process and all that descend from it, by id."""
    tick, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    children, used = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            cells = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(cells[1]), []).append(int(folder.name))
        used[int(folder.name)] = (int(cells[11]) + int(cells[12])) / tick, int(cells[21]) * page / 2**30
    found, waiting = {}, [os.getpid()]
    while waiting:
        process = waiting.pop()
        found[process] = used.get(process, (0.0, 0.0))
        waiting += children.get(process, [])
    return found


class Watch:
    """Looks at all processes twice a second, so that what ended is counted too."""

    def __init__(self) -> None:
        self.cpu: dict[int, float] = {}
        self.largest = self.together = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def _look(self) -> None:
        while not self._stop.wait(0.5):
            seen = processes()
            self.cpu |= {process: cpu for process, (cpu, _) in seen.items()}
            self.largest = max(self.largest, *(memory for _, memory in seen.values()))
            self.together = max(self.together, sum(memory for _, memory in seen.values()))

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def run_engine(engine: str, model: str, data: str, out: str, master: str, parts: int) -> dict:
    """Score by one engine and count what it took."""
    import lightgbm  # noqa: F401 - loading is no part of it

    from resellerrisk.pipeline import Trained, score_parts

    trained, told = Trained.load(model), {}
    begun, before = time.perf_counter(), sum(cpu for cpu, _ in processes().values())
    with Watch() as watch:
        if engine == "parts":
            score_parts(data, trained, out, as_of=AS_OF, parts=parts, scored_at=pd.Timestamp(CLOCK))
        else:
            session = open_logged_session(out, master)
            from resellerrisk.cluster import score_spark

            clock = pd.Timestamp(CLOCK)
            score_spark(data, trained, out, as_of=AS_OF, parts=parts, scored_at=clock, session=session)
            time.sleep(1)
            session.stop()
            told = read_log(Path(out) / ".events")
    took = {"wall_s": time.perf_counter() - begun, "cpu_s": sum(watch.cpu.values()) - before}
    return took | {"largest_gib": watch.largest, "together_gib": watch.together} | told


def open_logged_session(out: str, master: str):
    """A session that writes down what its stages do; the room's own session is then this one."""
    from pyspark.sql import SparkSession

    events = Path(out).absolute() / ".events"
    events.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "3g",
        "spark.driver.maxResultSize": "0",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": events.as_uri(),
        "spark.eventLog.compress": "false",
    }
    builder = SparkSession.builder.master(master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def read_log(events: Path) -> dict:
    """Bytes written to the shuffle and to the workers' disks, and the longest task, from the event log."""
    shuffled, longest, tasks = 0, 0, 0
    for file in (path for path in events.rglob("*") if path.is_file() and not path.name.endswith(".crc")):
        for line in file.open():
            event = json.loads(line) if line.startswith("{") else {}
            if event.get("Event") != "SparkListenerTaskEnd" or "Task Metrics" not in event:
                continue
            metrics, tasks = event["Task Metrics"], tasks + 1
            shuffled += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
            longest = max(longest, metrics["Executor Run Time"])
    return {"shuffled_mb": shuffled / 1e6, "longest_task_s": longest / 1000, "tasks": tasks}


def differing(one: Path, other: Path) -> list[str]:
    """Which of the contract's tables differ in any bit."""
    found = []
    for name in TABLES:
        ours, theirs = (pd.read_parquet(folder / f"{name}.parquet") for folder in (one, other))
        try:
            pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
        except AssertionError as error:
            found.append(f"{name}: {str(error).splitlines()[0]}")
    return found


def main() -> None:
    """Run both engines and compare."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("model")
    words.add_argument("work", type=Path)
    words.add_argument("data")
    words.add_argument("--master", default="local[2]")
    words.add_argument("--parts", type=int, default=10)
    words.add_argument("--engine", choices=["parts", "spark"])
    told = words.parse_args()
    if told.engine:
        out = str(told.work / told.engine)
        print(json.dumps(run_engine(told.engine, told.model, told.data, out, told.master, told.parts)))
        return
    orders = Path(told.data) / "orders.parquet"
    print(f"{pq.ParquetFile(orders).metadata.num_rows:,} order lines, {told.parts} parts, {told.master}")
    for engine in ("parts", "spark"):
        words = [sys.executable, __file__, *sys.argv[1:], "--engine", engine]
        took = json.loads(
            subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
        )
        print(f"{engine:<6}", "  ".join(f"{name} {value:,.1f}" for name, value in took.items()), flush=True)
    found = differing(told.work / "parts", told.work / "spark")
    print("\n".join(found) or "scores, contributions and signals are the same to the bit")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
