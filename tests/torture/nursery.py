"""Short runs forked from a process that has everything loaded, so that hundreds of them can be started, and killed.

The libraries are imported and the compiled code is loaded once; nothing with threads runs before the fork.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

#: One thread each: a pool of threads does not survive a fork.
ALONE = {
    name: "1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_NUM_THREADS")
}
JOBS = ("score_nightly_orders", "onboard_applications", "retrain", "watch")
#: A run that takes longer hangs.
LONGEST = 900.0


@dataclass(frozen=True)
class Ended:
    """How a run ended.

    Attributes
    ----------
    code : int
        The exit code; -9 where it was killed.
    seconds, processor : float
        By the clock, and of the processor's time.
    told : str
        All it printed.
    """

    code: int
    seconds: float
    processor: float
    told: str


def load_everything() -> None:
    """Import what the runs need."""
    for name in ("lightgbm", "shap", "mlflow", "matplotlib.pyplot", "sqlalchemy", "scipy.stats", "numba"):
        import_module(name)
    for name in (*JOBS, "scoring", "night"):
        import_module(f"pipelines.{name}")
    from resellerrisk.cli.app import COMMANDS

    for name in COMMANDS:
        import_module(f"resellerrisk.cli.{name}")
    for name in ("tracking.runs", "tracking.report", "tracking.packaging", "pipeline.held_out", "watch.page"):
        import_module(f"resellerrisk.{name}")


def tell_modules(call: Callable[[], int], told: Path) -> int:
    """Run a call, and write down every module that was loaded by its end."""
    try:
        return call()
    finally:
        told.write_text("\n".join(name for name in sys.modules if not name.startswith("__")), "utf-8")


def load_modules(names: Sequence[str]) -> None:
    """Import modules by name; one that cannot be imported by itself is left to who needs it.

    Raises
    ------
    RuntimeError
        One of them started a thread: a process with threads is not to be forked.
    """
    for name in names:
        if name not in sys.modules:
            with suppress(Exception):
                import_module(name)
    if threading.active_count() > 1:
        raise RuntimeError(f"threads were started: {threading.enumerate()}")


def call_job(name: str, words: Sequence[object]) -> Callable[[], int]:
    """A nightly job as a scheduler calls it."""

    def call() -> int:
        sys.argv = [name, *map(str, words)]
        return import_module(f"pipelines.{name}").main()

    return call


def call_command(words: Sequence[object]) -> Callable[[], int]:
    """A command as a user types it."""

    def call() -> int:
        from resellerrisk.cli.app import run

        sys.argv = ["resellerrisk", *map(str, words)]
        run()
        return 0

    return call


def fork(
    call: Callable[[], int],
    log: Path,
    *,
    kill_at: float | None = None,
    meddle: Callable[[int], None] | None = None,
    user: int | None = None,
    **variables: str,
) -> Ended:
    """Run a call in a process of its own.

    Parameters
    ----------
    call : function
        Gives the exit code.
    log : Path
        Takes what it prints.
    kill_at : float, optional
        Kill it (-9) once it has had so many seconds of the processor. A run that ends before is not killed. The processor's time and not
        the clock's, so that moments spread evenly over a run spread evenly over its work, however busy the machine is.
    meddle : function, optional
        Is told the number of the process, again and again, while it runs.
    user : int, optional
        The user it runs as.
    **variables : str
        Set in its environment.
    """
    began = time.monotonic()
    child = start(call, log, user=user, **variables)
    status, used = wait(child, began, kill_at, meddle)
    code = os.waitstatus_to_exitcode(status)
    told = log.read_text("utf-8", errors="replace")
    return Ended(code, time.monotonic() - began, used.ru_utime + used.ru_stime, told)


def start(call: Callable[[], int], log: Path, *, user: int | None = None, **variables: str) -> int:
    """Start a call in a process of its own; gives its number."""
    log.unlink(missing_ok=True)
    log.touch(0o666)
    child = os.fork()
    if child == 0:
        _be_the_child(call, log, user, variables)
    return child


def wait(child: int, began: float, kill_at: float | None, meddle: Callable[[int], None] | None):
    """Wait for a process, killing it at its moment; gives its status and what it used.

    Raises
    ------
    AssertionError
        It hangs.
    """
    watched = kill_at is not None or meddle is not None
    while time.monotonic() - began < LONGEST:
        done, status, used = os.wait4(child, os.WNOHANG)
        if done:
            return status, used
        if kill_at is not None and processor_seconds(child) >= kill_at:
            os.kill(child, signal.SIGKILL)
            return os.wait4(child, 0)[1:]
        if meddle is not None:
            meddle(child)
        time.sleep(0.001 if watched else 0.01)
    os.kill(child, signal.SIGKILL)
    os.wait4(child, 0)
    raise AssertionError(f"the run hangs: it did not end in {LONGEST:.0f} seconds")


def processor_seconds(process: int) -> float:
    """Seconds of the processor that all threads of a process have had."""
    nanoseconds = 0
    for told in Path(f"/proc/{process}/task").glob("*/schedstat"):
        with suppress(OSError):
            nanoseconds += int(told.read_text().split()[0])
    return nanoseconds / 1e9


def children_of(process: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for told in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, told.read_text().split())
    return found


def _be_the_child(call: Callable[[], int], log: Path, user: int | None, variables: dict[str, str]) -> None:
    code = 1
    try:
        os.environ.update(variables)
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        if user is not None:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
        with open(1, "w", encoding="utf-8", closefd=False) as out, redirect_stdout(out):
            sys.stderr = out
            try:
                code = int(call() or 0)
            except SystemExit as left:
                code = left.code if isinstance(left.code, int) else 0 if left.code is None else 1
            except BaseException:
                import traceback

                traceback.print_exc(file=out)
    finally:
        os._exit(code)
