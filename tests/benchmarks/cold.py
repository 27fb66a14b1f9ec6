"""How long `resellerrisk score` takes from nothing on a small folder, each time in a fresh process, and which libraries take it.

    python -m tests.benchmarks.cold [--runs 5] [--write]

A model of accounts is trained on data/sample. Then `score data/sample` runs as from a shell: with everything in the operating system's
cache; with the files of Python's libraries, of this program and of the data put out of that cache before each run, as after a restart (pages
that another process holds stay); and once as the very first run after an installation, when the compiled code is not on disk yet. Medians of
wall and CPU seconds, those of the process and of what it starts. ``--write`` puts the table into docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.page import describe_machine, table, write_section

ROOT = Path(__file__).resolve().parents[2]
AS_OF = "2019-12-31"
MAIN = "from resellerrisk.cli import main; main()"
#: Libraries that are told, if they are loaded.
MOST_TOLD = 8


def command(model: Path, out: Path) -> list[str]:
    """The words of the run."""
    words = ["score", str(ROOT / "data" / "sample"), "--subject", "account", "--as-of", AS_OF]
    return [*words, "--model", str(model), "--out", str(out)]


def run(model: Path, out: Path, **environment: str) -> tuple[float, float]:
    """Wall and CPU seconds of one run in a fresh process."""
    told = [sys.executable, "-c", MAIN, *command(model, out)]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(told, check=True, capture_output=True, cwd=ROOT, env=os.environ | environment)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def put_out_of_cache() -> None:
    """Ask the operating system to forget the files that a run reads."""
    for place in (*map(Path, sys.path[1:]), ROOT / "resellerrisk", ROOT / "data" / "sample"):
        for path in place.rglob("*") if place.is_dir() else ():
            if path.is_file() and not path.is_symlink():
                file = os.open(path, os.O_RDONLY)
                os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(file)


def loading(model: Path, out: Path) -> str:
    """The libraries that take longest to load, themselves and what they alone bring, by Python's own account."""
    told = [sys.executable, "-X", "importtime", "-c", MAIN, *command(model, out)]
    text = subprocess.run(told, check=True, capture_output=True, text=True, cwd=ROOT).stderr
    spent: dict[str, int] = {}
    for micros, name in re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s*([\w.]+)", text):
        library = name.split(".")[0]
        spent[library] = spent.get(library, 0) + int(micros)
    most = sorted(spent.items(), key=lambda one: -one[1])[:MOST_TOLD]
    whole = sum(spent.values()) / 1e6
    return f"Loading takes {whole:.2f} s of it: " + ", ".join(
        f"{name} {micros / 1e6:.2f}" for name, micros in most
    )


def main() -> None:
    """Train, run, tell."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--write", action="store_true")
    told = asked.parse_args()
    from resellerrisk.pipeline import train
    from resellerrisk.tables import read_market

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        train(read_market(ROOT / "data" / "sample"), "account", "2019-06-30").save(work / "model")
        run(work / "model", work / "out")
        for name, forget in (("warm", False), ("files put out of the cache", True)):
            took = []
            for n in range(told.runs):
                if forget:
                    put_out_of_cache()
                took.append(run(work / "model", work / f"{name}-{n}"))
            wall, cpu = (statistics.median(column) for column in zip(*took, strict=True))
            rows.append([name, f"{wall:.2f}", f"{cpu:.2f}", str(told.runs)])
        wall, cpu = run(work / "model", work / "first", NUMBA_CACHE_DIR=str(work / "compiled"))
        rows.append(["the very first run after an installation", f"{wall:.1f}", f"{cpu:.1f}", "1"])
        text = (
            f"{describe_machine('pandas', 'numba', 'pyarrow')}\n\n"
            f"{table(['`score data/sample`', 'wall s', 'CPU s', 'runs'], rows)}\n\n{loading(work / 'model', work / 'told')}."
        )
    print(text)
    if told.write:
        write_section("performance.md", "cold start", text)


if __name__ == "__main__":
    main()
