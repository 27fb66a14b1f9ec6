"""Score the applications of a night, on what their forms and their links say.

python -m pipelines.onboard_applications DATA --as-of 2020-06-30 --out applications/2020-06-30
"""

from __future__ import annotations

import sys

from pipelines.night import read_options, run
from pipelines.scoring import score_night


def main() -> int:
    """Run the pipeline."""
    options = read_options("Score the applications of the night before T.", since=True).parse_args()
    return run(
        "onboard_applications", options, lambda job, told: score_night(job, told, "application", "accounts")
    )


if __name__ == "__main__":
    sys.exit(main())
