"""Score the orders of a night, with the champion for use and the challenger in its shadow.

python -m pipelines.score_nightly_orders DATA --as-of 2020-06-30 --out scores/2020-06-30
"""

from __future__ import annotations

import sys

from pipelines.night import read_options, run
from pipelines.scoring import score_night


def main() -> int:
    """Run the pipeline."""
    options = read_options("Score the orders of the night before T.", since=True).parse_args()
    return run("score_nightly_orders", options, lambda job, told: score_night(job, told, "order", "orders"))


if __name__ == "__main__":
    sys.exit(main())
