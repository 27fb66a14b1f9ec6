"""Processes that decide until they are killed; every answer that one got is in its file before it asks again.

Run as ``python -m tests.desk.killed HOME URL`` (URL ``-``: SQLite). For each line ``FILE SEED`` on its standard input it makes a child
that decides, and prints the child's number. Not a test of its own.
"""

from __future__ import annotations

import os
import random
import signal
import sys

from resellerrisk.desk import Conflict, Desk


def decide_for_ever(home: str, url: str, file: str, seed: str) -> None:
    choose = random.Random(seed)
    acknowledged = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with Desk(None if url == "-" else url, home=home) as desk:
        users = {user.name: user for user in desk.people.list()}
        ana, pia = users["ana"], users["pia"]
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
            os.write(acknowledged, f"{case.id} {case.version} {case.state}\n".encode())


def main(home: str, url: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    Desk(None if url == "-" else url, home=home).close()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            decide_for_ever(home, url, *line.split())
        print(child, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
