"""How full scoring of accounts grows with a market: simulate, score part by part, count CPU seconds and the peak of memory.

    python tests/benchmarks/growth.py MODEL WORK 3000 30000

MODEL is a folder of a trained account model, WORK a folder for markets and results (removed one by one), the numbers are accounts.
Each market is scored in a process of its own. Prints one row a market and the fitted exponent of CPU seconds over order lines.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

AS_OF = "2020-06-30"


def score_one(model: str, data: str, out: str) -> None:
    """Score one market, and print what it took as JSON."""
    import lightgbm  # noqa: F401 - loading is not growth
    import pyarrow.parquet as pq

    from resellerrisk.pipeline import Trained, score_parts

    trained = Trained.load(model)
    lines = pq.ParquetFile(Path(data) / "orders.parquet").metadata.num_rows
    cpu, wall = time.process_time(), time.perf_counter()
    told = score_parts(data, trained, out, as_of=AS_OF)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    took = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall, "peak_gib": peak}
    print(json.dumps({"lines": lines, "scored": told["scored"], **took}))


def measure(model: str, work: Path, accounts: int) -> dict:
    """Simulate a market of so many accounts and score it in a fresh process."""
    from resellerrisk.simulate import simulate_market

    data, out = work / f"market-{accounts}", work / f"scores-{accounts}"
    simulate_market(data, accounts=accounts, seed=1)
    told = subprocess.run(
        [sys.executable, __file__, "--one", model, str(data), str(out)],
        check=True,
        capture_output=True,
        text=True,
    )
    shutil.rmtree(data)
    shutil.rmtree(out)
    return json.loads(told.stdout.splitlines()[-1])


def main() -> None:
    """Measure every size, smallest first."""
    if sys.argv[1] == "--one":
        score_one(*sys.argv[2:])
        return
    model, work = sys.argv[1], Path(sys.argv[2])
    rows = []
    for accounts in sorted(map(int, sys.argv[3:])):
        rows.append(measure(model, work, accounts))
        print("  ".join(f"{name} {value:,.1f}" for name, value in rows[-1].items()), flush=True)
    if len(rows) > 1:
        logs = np.log([[row["lines"], row["cpu_s"]] for row in rows])
        print(f"exponent {np.polyfit(*logs.T, 1)[0]:.2f}")


if __name__ == "__main__":
    main()
