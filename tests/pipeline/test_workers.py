"""Parts side by side: in order, with the parent's memory, and with nothing swallowed."""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from resellerrisk.errors import InputError, MachineError
from resellerrisk.jobs import hold_lock
from resellerrisk.pipeline.laid_down import lay_down, take_up
from resellerrisk.signals.compute import Snapshots
from resellerrisk.workers import each_part


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_parts_and_see_what_the_parent_holds(workers):
    held = np.arange(5)
    found = list(each_part(lambda number: (number, held[number], os.getpid()), 5, workers))
    assert [one[:2] for one in found] == [(number, number) for number in range(5)]
    assert (os.getpid() in {one[2] for one in found}) is (workers == 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_worker_refuses_is_refused(workers):
    def work(number):
        if number == 2:
            raise InputError("Part 2 is bad.", hint="mend it")
        return number

    with pytest.raises(InputError, match=r"Part 2 is bad\.\nHint: mend it"):
        list(each_part(work, 4, workers))


def test_a_worker_that_is_killed_ends_the_run():
    def work(number):
        if number == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    with pytest.raises(MachineError, match=r"A worker process was killed(.|\n)*Hint: free some memory"):
        list(each_part(work, 4, 2))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system ends them on Linux only")
def test_workers_end_with_a_run_that_is_killed_and_hold_no_lock_of_it(tmp_path):
    run = os.fork()
    if run == 0:
        with hold_lock(tmp_path / "lock"):
            list(each_part(lambda number: (tmp_path / f"at-work-{number}").touch() or time.sleep(60), 2, 2))
        os._exit(0)
    until = time.monotonic() + 30
    while len(list(tmp_path.glob("at-work-*"))) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(run, signal.SIGKILL)
    os.waitpid(run, 0)
    time.sleep(0.5)
    with hold_lock(tmp_path / "lock"):
        pass


def test_what_is_laid_down_is_taken_up_to_the_bit_and_leaves_nothing(tmp_path):
    keys = pd.DataFrame(
        {
            "account_id": ["a", "b"],
            "as_of": np.array(["2019-01-01", "2019-01-02T03:04:05.000006"], "datetime64[us]"),
        }
    )
    snapshots = Snapshots(np.array([4, 7]), np.array([1, 2]), np.array([-1, 9]))
    values = pd.DataFrame({"one": [0.1, np.nan], "two": [-0.0, 1e300]})
    lay_down(tmp_path / "part", keys, snapshots, values)
    told = take_up(tmp_path / "part")
    pd.testing.assert_frame_equal(told[0], keys)
    pd.testing.assert_frame_equal(told[2], values, check_exact=True)
    assert np.signbit(told[2]["two"][0])
    assert [told[1].account.tolist(), told[1].order.tolist()] == [[4, 7], [-1, 9]]
    assert not list(tmp_path.iterdir())


class Knot:
    """Something that points at itself, as a part's signals and their views do, and holds a large array."""

    def __init__(self):
        self.itself, self.rows = self, np.ones(5_000_000)


def test_what_a_part_leaves_behind_is_gone_before_the_next():
    def work(number):
        Knot()
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    held = list(each_part(work, 8, 2))
    assert max(held) - min(held) < 20_000_000


def test_nothing_stays_frozen_when_the_parts_are_done():
    before = gc.get_freeze_count()
    assert list(each_part(lambda number: gc.get_freeze_count() > before, 2, 2)) == [True, True]
    assert gc.get_freeze_count() == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system counts pages so on Linux")
@pytest.mark.parametrize("alike", [True, False])
def test_a_worker_uses_the_memory_of_one_part_for_the_next_where_parts_are_alike(alike):
    """Pages that a part's arrays touch for the first time are asked of the system once, or for each part."""

    def work(number):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        held = [np.ones(300_000) for _ in range(20)]
        held.append(pa.array(held[0]).cast(pa.int64()))
        del held
        return os.getpid(), resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    asked = list(each_part(work, 8, 2, alike))
    later = [
        pages for place, (worker, pages) in enumerate(asked) if worker in [one for one, _ in asked[:place]]
    ]
    few = 300_000 * 8 * 20 / os.sysconf("SC_PAGE_SIZE") / 10
    assert max(later) < few if alike else min(later) > few
