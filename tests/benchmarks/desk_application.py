"""How long somebody waits for the score of an application that was typed in: the first one, and those after it.

    python -m tests.benchmarks.desk_application [DATA]

Models are trained on all of DATA but its last year; what the desk does when it starts (`Portfolio.prepare`) is timed apart.
"""

from __future__ import annotations

import statistics
import sys
import time

import pandas as pd

import resellerrisk as rr
from resellerrisk.desk.web.portfolio import Portfolio, newest_moment

FORM = {
    "legal_name": "Harbour Street Discs Ltd",
    "business_type": "store",
    "country": "US",
    "city": "Boston",
    "street": "1 Main Street",
    "email": "counter@gmail.com",
    "phone": "+1 617 555 0100",
}


def main() -> None:
    """Train, prepare, score ten applications one after the other."""
    market = rr.read_market(sys.argv[1] if len(sys.argv) > 1 else "data/sample")
    trained_at = newest_moment(market) - pd.Timedelta(days=365)
    models = {
        subject: rr.train(market, subject=subject, as_of=trained_at) for subject in ("application", "account")
    }
    portfolio = Portfolio(market, models)
    began = time.perf_counter()
    portfolio.prepare()
    print(f"prepare {time.perf_counter() - began:.2f} s")
    took = []
    for number in range(10):
        began = time.perf_counter()
        portfolio.score_forms({f"APP-{number}": FORM})
        took.append(time.perf_counter() - began)
    print(
        f"first {took[0]:.2f} s, then {statistics.median(took[1:]):.2f} s (median of nine), slowest {max(took[1:]):.2f} s"
    )


if __name__ == "__main__":
    main()
