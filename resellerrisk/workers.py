"""Parts of a market worked on side by side, in processes that share the parent's memory.

A worker is a fork: what the parent holds (the whole market around a part) is not copied, and only what is given back travels. A
worker's exception is the parent's, and a worker that is killed ends the run.
"""

from __future__ import annotations

import contextlib
import gc
import math
import mmap
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import numpy as np

from resellerrisk.errors import MachineError

#: Workers where nothing is said.
WORKERS = 2
#: Of Linux' prctl.
_PARENT_DEATH_SIGNAL = 1
#: Of the C library's mallopt: memory freed at the end of the heap that is kept, and pieces from which on each is asked of the system.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
#: Bytes freed that a worker keeps for its next part, and the largest piece that it keeps.
KEPT, LARGEST_KEPT = 2**29, 2**25
_task: list[Callable[[int], object]] = []


def each_part(
    work: Callable[[int], object], count: int, workers: int | None = None, alike: bool = True
) -> Iterator:
    """What ``work(number)`` gives for each part, in their order.

    Parameters
    ----------
    work : function of int
    count : int
        Parts.
    workers : int, optional
        At most so many processes beside this one; `WORKERS`, or as many as there are processors. With one everything is done
        here, as it is where processes cannot be forked.
    alike : bool
        Parts want memory of the same sizes: a worker keeps up to `KEPT` of what one has let go for the next.

    Raises
    ------
    MachineError
        A worker was killed from outside, as a machine does that runs out of memory.

    Examples
    --------
    >>> list(each_part(lambda number: 10 * number, 3))
    [0, 10, 20]
    """
    workers = min(workers or min(WORKERS, os.cpu_count() or 1), count)
    if workers < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, range(count))
        return
    context = multiprocessing.get_context("fork")
    _give_back()
    try:
        with ProcessPoolExecutor(workers, context, initializer=_take_task, initargs=(work, alike)) as pool:
            yield from pool.map(_do, range(count))
    except BrokenProcessPool as error:
        raise MachineError(
            "A worker process was killed before its part was done.",
            hint="free some memory, or give the run more, and run it again: nothing half-written is left",
        ) from error
    finally:
        gc.unfreeze()


def run_side_by_side(tasks: Sequence[Callable[[], object]]) -> list:
    """What some functions give, called in workers, in their order.

    Examples
    --------
    >>> run_side_by_side([lambda: 1, lambda: 2])
    [1, 2]
    """
    return list(each_part(lambda number: tasks[number](), len(tasks), alike=False))


def shared_array(shape: tuple[int, ...]) -> np.ndarray:
    """Zeros (float64) that workers forked afterwards may fill for this process: what is large need not travel.

    Examples
    --------
    >>> told = shared_array((2, 3))
    >>> run_side_by_side([lambda: told[0].fill(1), lambda: told[1].fill(2)])
    [None, None]
    >>> float(told.sum())
    9.0
    """
    room = mmap.mmap(-1, max(math.prod(shape), 1) * np.dtype(float).itemsize)
    return np.frombuffer(room, float, math.prod(shape)).reshape(shape)


def _give_back() -> None:
    """Give memory that was let go back to the system, so that no worker begins with a share in it, and set the rest apart."""
    import ctypes

    import pyarrow as pa

    gc.collect()
    # What is there already is no rubbish: workers that look for theirs need not look at it, nor copy the pages it stands on.
    gc.freeze()
    pa.default_memory_pool().release_unused()
    with contextlib.suppress(AttributeError, OSError):  # the C library's own: not on every system
        ctypes.CDLL(None).malloc_trim(0)


def _take_task(work: Callable[[int], object], alike: bool) -> None:
    _task[:] = [work]
    _end_with_the_parent()
    if alike:
        _keep_memory()


def _end_with_the_parent() -> None:
    """Let the system end this worker when the run that forked it is killed: it would hold the run's locks for ever (Linux)."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _keep_memory() -> None:
    """Let a worker use the memory of one array for the next, and one processor.

    Otherwise each array of some megabytes is given back to the system and comes back empty, which is a quarter of what reading and
    checking a part costs. Arrow takes its memory from the same heap. Its threads would wait for the other worker's processor.
    """
    import ctypes

    import pyarrow as pa

    with contextlib.suppress(AttributeError, OSError):  # the C library's own: not on every system
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, LARGEST_KEPT)
        mallopt(_TRIM_THRESHOLD, KEPT)
        pa.set_memory_pool(pa.system_memory_pool())
    pa.set_cpu_count(1)


def _do(number: int) -> object:
    """Work on a part. What it leaves behind goes at once: its few objects point at each other and hold arrays of a gigabyte."""
    try:
        return _task[0](number)
    finally:
        gc.collect()
