"""Short runs forked from a process that has everything loaded, so that hundreds of them can be started, and killed.

The libraries are imported and the compiled code is loaded once; nothing with threads runs before the fork.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

#: One thread each: a pool of threads does not survive a fork.
ALONE = {
    name: "1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_NUM_THREADS")
}
JOBS = ("score_nightly_orders", "onboard_applications", "retrain", "watch")


@dataclass(frozen=True)
class Ended:
    """How a run ended.

    Attributes
    ----------
    code : int
        The exit code; -9 where it was killed.
    seconds : float
    told : str
        All it printed.
    """

    code: int
    seconds: float
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


def fork(call: Callable[[], int], log: Path, *, kill_after: float | None = None, **variables: str) -> Ended:
    """Run a call in a process of its own; ended by kill -9 after so many seconds where they are given.

    Parameters
    ----------
    call : function
        Gives the exit code.
    log : Path
        Takes what it prints.
    kill_after : float, optional
        Seconds; a run that ends before is not killed.
    **variables : str
        Set in its environment.
    """
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        _be_the_child(call, log, variables)
    status = _wait(child, None if kill_after is None else began + kill_after)
    code = os.waitstatus_to_exitcode(status)
    return Ended(code, time.monotonic() - began, log.read_text("utf-8", errors="replace"))


def _wait(child: int, until: float | None) -> int:
    if until is None:
        return os.waitpid(child, 0)[1]
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def _be_the_child(call: Callable[[], int], log: Path, variables: dict[str, str]) -> None:
    code = 1
    try:
        os.environ.update(variables)
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
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
