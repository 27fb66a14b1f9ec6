"""Nothing that was acknowledged is lost: not by a kill at any moment, not by two processes at once."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from resellerrisk.desk import SYSTEM
from tests.desk.conftest import make_scores

CASES = [(f"A{number}", 0.3 + number / 100, "review") for number in range(12)]


class Nursery:
    """Makes deciding processes, and kills them."""

    def __init__(self, folder, url):
        words = [sys.executable, "-m", "tests.desk.killed", str(folder / "home"), url or "-"]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.folder, self.count = folder, itertools.count()

    def start(self):
        """A deciding process, from its first acknowledged step on: its number and its file."""
        seed = next(self.count)
        file = self.folder / f"acknowledged-{seed}"
        self.process.stdin.write(f"{file} {seed}\n")
        self.process.stdin.flush()
        child = int(self.process.stdout.readline())
        until = time.monotonic() + 60
        while not (file.exists() and file.stat().st_size) and time.monotonic() < until:
            time.sleep(0.005)
        return child, file

    def end(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


@pytest.fixture
def nursery(at_work, tmp_path, desk_url):
    made = Nursery(tmp_path, desk_url)
    yield made
    made.end()


def kill(child, file):
    """Kill a process; the steps that it had acknowledged, each with the version and the state that it was told."""
    os.kill(child, signal.SIGKILL)
    lines = file.read_text().splitlines()
    return [(int(id), int(version), state) for id, version, state in (line.split() for line in lines)]


def check(desk, acknowledged):
    """Every acknowledged step is there; each case is as its steps say; the log verifies."""
    state_after = {"propose": "waiting", "decide": "decided", "approve": "decided", "reverse": "open"}
    steps = {}
    for id, version, state in acknowledged:
        steps.setdefault(id, desk.decisions.history(id))
        step = steps[id][version - 2]
        assert state_after[step.step] == state
    for id, history in steps.items():
        case = desk.cases.get(id)
        assert case.version == len(history) + 1 and case.state == state_after[history[-1].step]
    verdict = desk.audit.verify()
    assert verdict.sound, verdict.faults


def run_and_kill(nursery, times):
    choose, acknowledged = random.Random(0), []
    for _ in range(times):
        child = nursery.start()
        time.sleep(choose.uniform(0, 0.06))
        acknowledged += kill(*child)
    return acknowledged


@pytest.fixture
def at_work(desk, staff):
    desk.nights.load(SYSTEM, "account", make_scores(CASES))
    return desk


def test_a_killed_process_loses_nothing_that_it_acknowledged(at_work, nursery):
    acknowledged = run_and_kill(nursery, 3)
    assert len(acknowledged) >= 3
    check(at_work, acknowledged)


@pytest.mark.slow
def test_killed_100_times_nothing_is_lost_and_the_log_verifies(at_work, nursery):
    acknowledged = run_and_kill(nursery, 100)
    assert len(acknowledged) >= 100
    check(at_work, acknowledged)


def test_two_processes_at_once_decide_in_one_order(at_work, nursery):
    at_once = [nursery.start() for _ in range(2)]
    time.sleep(0.5)
    acknowledged = [line for child in at_once for line in kill(*child)]
    assert len({(id, version) for id, version, _ in acknowledged}) == len(acknowledged) > 2
    check(at_work, acknowledged)
