"""Fifty reviewers at once on loopback, reading and deciding: ``python -m tests.benchmarks.desk_load [--reviewers 50] [--seconds 30]``.

A desk of its own in a temporary folder, served by one process as `resellerrisk review` does; each reviewer is a thread with a session
of its own that looks at the queue, takes up a case, opens it and decides, one after the other, without a pause.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path

import httpx2
import numpy as np
import pandas as pd

from resellerrisk.decisions import bands, read_settings, score_1000
from resellerrisk.desk import SYSTEM, Desk

PASSWORD = "a long pass phrase"
CASES = 4000


def main() -> None:
    """Run it and print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--reviewers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30.0)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tokens = make_desk(Path(folder), told.reviewers)
        server, address = start(folder)
        try:
            figures = run(address, tokens, told.seconds)
        finally:
            server.terminate()
            server.wait(20)
        with Desk(f"sqlite:///{folder}/desk.db", home=folder) as desk:
            verdict = desk.audit.verify()
            steps = sum(entry.event in {"decide", "propose"} for entry in desk.audit.read())
    print(json.dumps(figures | {"audit_sound": verdict.sound, "steps_in_the_log": steps}, indent=1))


def make_desk(folder: Path, reviewers: int) -> list[tuple[str, str]]:
    """A desk with scores and reviewers; their sessions' tokens, with the form tokens."""
    rng = np.random.default_rng(1)
    probability = rng.beta(0.5, 4, CASES)
    scores = pd.DataFrame(
        {
            "account_id": [f"A{number:05}" for number in range(CASES)],
            "as_of": pd.Timestamp("2020-01-01"),
            "score": score_1000(probability),
            "probability": probability,
            "band": bands(probability, "account", read_settings()),
            "action": "review",
            "reason_1": "Half of the lines were for discs not yet on sale.",
            "reason_1_signal": "before_street_date_share_90d",
            "reason_1_contribution": 1.5,
            "base_value": -3.0,
            "model_version": "account/1",
            "scored_at": pd.Timestamp("2020-01-01"),
        }
    )
    tokens = []
    with Desk(f"sqlite:///{folder}/desk.db", home=folder) as desk:
        admin = desk.people.use_link(desk.people.first_link(), "admin", PASSWORD)
        desk.nights.load(SYSTEM, "account", scores)
        for number in range(reviewers):
            desk.people.add(admin, f"reviewer{number}", "analyst", PASSWORD)
            session = desk.people.login(f"reviewer{number}", PASSWORD)
            tokens.append((session.token, session.csrf))
    return tokens


def start(folder: str) -> tuple[subprocess.Popen, str]:
    """The desk as a process of its own, and its address."""
    code = "from resellerrisk.cli import main; main()"
    command = [sys.executable, "-c", code, "--home", folder, "review", "--port", "0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RESELLERRISK_")}
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    return server, server.stderr.readline().split()[-1]


def run(address: str, tokens: list[tuple[str, str]], seconds: float) -> dict:
    """Let all work for some time: requests, errors, and times by kind."""
    times: dict[str, list[float]] = defaultdict(list)
    statuses: Counter = Counter()
    lock, until = threading.Lock(), time.monotonic() + seconds

    def work(token: str, csrf: str) -> None:
        with httpx2.Client(base_url=address, cookies={"desk": token}, timeout=60) as client:

            def ask(kind: str, method: str, path: str, **told):
                begun = time.perf_counter()
                answer = client.request(method, path, **told)
                with lock:
                    times[kind].append(time.perf_counter() - begun)
                    statuses[answer.status_code] += 1
                return answer

            while time.monotonic() < until:
                ask("queue", "GET", "/queue")
                taken = ask("take up", "POST", "/queue/next", data={"csrf": csrf})
                path = taken.headers["location"].partition("?")[0]
                if not path.startswith("/cases/"):
                    break
                page = ask("case", "GET", path).text
                version = page.partition('name="version" value="')[2].partition('"')[0]
                step = {"step": "decide", "version": version, "action": "release", "reason": "explained"}
                ask("decide", "POST", f"{path}/decisions", data=step | {"csrf": csrf, "note": "looked"})

    threads = [threading.Thread(target=work, args=pair) for pair in tokens]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.monotonic() - begun
    total = sum(statuses.values())
    return {
        "reviewers": len(tokens),
        "seconds": round(spent, 1),
        "requests": total,
        "requests_a_second": round(total / spent, 1),
        "decisions": len(times["decide"]),
        "errors": sum(count for status, count in statuses.items() if status >= 400),
        "milliseconds": {
            kind: {
                name: round(1000 * float(np.quantile(found, q)))
                for name, q in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
            }
            for kind, found in times.items()
        },
    }


if __name__ == "__main__":
    main()
