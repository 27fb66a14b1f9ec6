"""Nothing that was acknowledged is lost: not by a kill at any moment, not by two processes at once."""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import time

import pytest

from resellerrisk.desk import SYSTEM
from tests.desk.conftest import make_scores

CASES = [(f"A{number}", 0.3 + number / 100, "review") for number in range(12)]


def start(home, url, seed):
    """A deciding process, from the moment that it is at work."""
    words = [sys.executable, "-m", "tests.desk.killed", str(home), url or "-", str(seed)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def kill(process):
    """Kill it, and what it had said by then: whole lines only."""
    os.kill(process.pid, signal.SIGKILL)
    told, _ = process.communicate()
    lines = told.split("\n")[:-1]
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


def run_and_kill(desk, tmp_path, desk_url, times, seed=0):
    choose, acknowledged = random.Random(seed), []
    for number in range(times):
        process = start(tmp_path / "home", desk_url, number)
        select.select([process.stdout], [], [], 5)
        time.sleep(choose.uniform(0, 0.08))
        acknowledged += kill(process)
    return acknowledged


@pytest.fixture
def at_work(desk, staff):
    desk.nights.load(SYSTEM, "account", make_scores(CASES))
    return desk


def test_a_killed_process_loses_nothing_that_it_acknowledged(at_work, tmp_path, desk_url):
    acknowledged = run_and_kill(at_work, tmp_path, desk_url, 2)
    assert acknowledged
    check(at_work, acknowledged)


@pytest.mark.slow
def test_killed_100_times_nothing_is_lost_and_the_log_verifies(at_work, tmp_path, desk_url):
    acknowledged = run_and_kill(at_work, tmp_path, desk_url, 100)
    assert len(acknowledged) > 100
    check(at_work, acknowledged)


def test_two_processes_at_once_decide_in_one_order(at_work, tmp_path, desk_url):
    at_once = [start(tmp_path / "home", desk_url, seed) for seed in range(2)]
    time.sleep(1.5)
    acknowledged = [line for process in at_once for line in kill(process)]
    assert len({(id, version) for id, version, _ in acknowledged}) == len(acknowledged) > 2
    check(at_work, acknowledged)
