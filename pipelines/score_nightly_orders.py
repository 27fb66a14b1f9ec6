"""Score the orders of a night, with the champion for use and the challenger in its shadow.

python -m pipelines.score_nightly_orders DATA --as-of 2020-06-30 --out scores/2020-06-30

With ``--state STATE`` the state follows DATA, and only files of DATA that are new since the last night are read (docs/scale.md).
"""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines.night import read_options, run
from pipelines.scoring import score_followed_night, score_night


def main() -> int:
    """Run the pipeline."""
    asked = read_options("Score the orders of the night before T.", since=True)
    asked.add_argument(
        "--state", type=Path, help="folder of a state that follows DATA; built where there is none"
    )
    options = asked.parse_args()
    if options.state is not None:
        return run("score_nightly_orders", options, score_followed_night)
    return run("score_nightly_orders", options, lambda job, told: score_night(job, told, "order", "orders"))


if __name__ == "__main__":
    sys.exit(main())
