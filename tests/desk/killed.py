"""A process that decides until it is killed; every answer that it got is on its standard output before the next question.

Run as ``python -m tests.desk.killed HOME URL SEED`` (URL ``-``: SQLite). Not a test of its own.
"""

from __future__ import annotations

import random
import sys

from resellerrisk.desk import Conflict, Desk


def main(home: str, url: str, seed: str) -> None:
    choose = random.Random(seed)
    with Desk(None if url == "-" else url, home=home) as desk:
        users = {user.name: user for user in desk.people.list()}
        ana, pia = users["ana"], users["pia"]
        print("ready", flush=True)
        while True:
            case = choose.choice(desk.cases.queue(states=["new", "open", "waiting", "decided"]).cases)
            try:
                if case.state == "waiting":
                    case = desk.decisions.approve(pia, case.id, case.version)
                elif case.state == "decided":
                    case = desk.decisions.reverse(pia, case.id, case.version, "mistake")
                elif choose.random() < 0.5:
                    case = desk.decisions.decide(ana, case.id, case.version, "block", "no_shop")
                else:
                    case = desk.decisions.decide(ana, case.id, case.version, "release", "shop_seen")
            except Conflict:
                continue
            print(case.id, case.version, case.state, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
