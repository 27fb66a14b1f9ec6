"""How long a case of 10,000 order lines takes: ``python -m tests.benchmarks.desk_case [--lines 10000]``.

One account of the sample gets its lines again and again until there are so many; the case page is asked for through the whole application
(session, store, template), once cold (the first case of its moment is paid for before), then again and again.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time

import numpy as np
import pandas as pd
from starlette.testclient import TestClient

from resellerrisk.desk import SYSTEM, Desk
from resellerrisk.desk.web import make_app
from resellerrisk.desk.web.portfolio import Portfolio
from resellerrisk.pipeline import train
from resellerrisk.tables import Market, read_market

PASSWORD = "a long pass phrase"


def main() -> None:
    """Run it and print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--data", default="data/sample")
    told = parser.parse_args()
    market = read_market(told.data)
    trained = train(market, "account", "2019-08-31")
    account, large = enlarge(market, told.lines)
    portfolio = Portfolio(large, {"account": trained})
    portfolio.prepare()
    with tempfile.TemporaryDirectory() as folder, Desk(f"sqlite:///{folder}/desk.db", home=folder) as desk:
        desk.people.use_link(desk.people.first_link(), "mira", PASSWORD)
        scored = portfolio.score_all("account", 1)
        desk.nights.load(SYSTEM, "account", scored.scores, scored.signals)
        case = desk.cases.find("account", account)
        client = TestClient(make_app(desk, portfolio=portfolio), base_url="http://localhost")
        client.post("/login", data={"name": "mira", "password": PASSWORD})
        times = [ask(client, f"/cases/{case.id}") for _ in range(21)]
    warm = np.array(times[1:])
    print(
        json.dumps(
            {
                "lines": int((large.orders["account_id"] == account).sum()),
                "first_ms": dict(zip(("wall", "cpu"), np.round(times[0], 1).tolist(), strict=True)),
                "warm_ms_median": dict(
                    zip(("wall", "cpu"), np.round(np.median(warm, axis=0), 1).tolist(), strict=True)
                ),
                "warm_ms_highest": dict(
                    zip(("wall", "cpu"), np.round(warm.max(axis=0), 1).tolist(), strict=True)
                ),
            },
            indent=1,
        )
    )


def enlarge(market: Market, lines: int) -> tuple[str, Market]:
    """The account with most lines, its orders copied under new ids until it has so many."""
    frames = {
        name: frame.astype(
            {column: object for column in frame if isinstance(frame[column].dtype, pd.CategoricalDtype)}
        )
        for name, frame in market.tables().items()
        if name in market.present
    }
    orders = frames["orders"]
    account = orders["account_id"].value_counts().index[0]
    own = orders[orders["account_id"] == account]
    copies = [
        own.assign(
            order_id=own["order_id"].astype(str) + f"-{number}",
            ordered_at=own["ordered_at"] - pd.Timedelta(minutes=number),
        )
        for number in range(1, lines // len(own) + 1)
    ]
    more = pd.concat(copies).head(lines - len(own))
    frames["orders"] = pd.concat([orders, more], ignore_index=True)
    return str(account), Market.from_frames(frames)


def ask(client: TestClient, path: str) -> tuple[float, float]:
    """Wall and CPU milliseconds of one request."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer = client.get(path)
    if answer.status_code != 200 or "Why this score" not in answer.text:
        raise SystemExit(f"the case page answered {answer.status_code}")
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


if __name__ == "__main__":
    main()
