"""The log of a job: one line of JSON a step, on standard output. It carries ids, counts and times, no personal data.

Cells of the tables never go into it. A message that names cells goes to a file of its owner's choice, not here.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from resellerrisk.errors import ResellerRiskError


class Step:
    """A step under way; what is told of it stands in its line.

    Attributes
    ----------
    told : dict
        ``rows_in``, ``rows_out`` and whatever else the step tells.
    """

    def __init__(self) -> None:
        self.told: dict[str, object] = {}

    def tell(self, **facts: object) -> None:
        """Add to the step's line."""
        self.told |= facts


class Log:
    """The lines of one run.

    Parameters
    ----------
    job : str
        The job's name.
    as_of : str
        The moment it was asked for.
    """

    def __init__(self, job: str, as_of: str) -> None:
        self._head = {"job": job, "as_of": as_of}

    @contextmanager
    def step(self, name: str, **facts: object) -> Iterator[Step]:
        """A step: its line is written when it ends, however it ends."""
        step, began = Step(), time.monotonic()
        status, failure = "failed", {}
        try:
            yield step
            status = "ok"
        except Exception as error:
            failure = describe(error)
            raise
        finally:
            seconds = round(time.monotonic() - began, 3)
            self.write(name, status, **facts, **step.told, seconds=seconds, **failure)

    def write(self, step: str, status: str, **facts: object) -> None:
        """One line."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"time": now, **self._head, "step": step, "status": status, **facts}
        print(json.dumps(line, default=str, ensure_ascii=False), file=sys.stdout, flush=True)


def describe(error: BaseException) -> dict[str, object]:
    """What may be said of an error in a log: of ours what is wrong and what to do, of others only kind and place.

    The middle part of our messages lists cells as they stand in the file, so it stays out; faults are told without their values.

    Examples
    --------
    >>> describe(ResellerRiskError("No model serves 'order'.", "Versions: none.", "train one"))
    {'error': "No model serves 'order'.", 'hint': 'train one'}
    >>> describe(ValueError("Jane Doe"))
    {'error': 'ValueError'}
    """
    if not isinstance(error, ResellerRiskError):
        return {"error": type(error).__name__} | _place(error.__traceback__)
    told = {"error": error.what, "hint": error.hint}
    faults = [describe_fault(fault) for fault in getattr(error, "faults", ())]
    return told | ({"faults": faults} if faults else {})


def describe_fault(fault: Any) -> dict[str, object]:
    """A fault of a table without the values found: where, what, how many, and the first rows."""
    told = {"file": fault.file, "column": fault.column, "what": fault.what, "severity": fault.severity.value}
    return told | {"count": fault.count, "rows": list(fault.rows)}


def _place(trace: TracebackType | None) -> dict[str, object]:
    if trace is None:
        return {}
    return {"at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]}
