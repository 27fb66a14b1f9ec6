"""One run of a job: lock, steps, whole result, exit code."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from resellerrisk.errors import ResellerRiskError, of_the_machine
from resellerrisk.jobs.exits import Exit
from resellerrisk.jobs.folder import FACTS, Busy, hash_files, whole_folder
from resellerrisk.jobs.log import Log, Step, describe


class Job:
    """A run at work.

    Attributes
    ----------
    folder : Path
        Where the result is written; it appears as a whole when the run ends well.
    facts : dict
        What goes into the result's ``run.json``: no clock, no path, so that the same input gives the same bytes.
    reasons : list of str
        Why a person should look; with one or more the run ends with `Exit.LOOK`.
    """

    def __init__(self, folder: Path, log: Log) -> None:
        self.folder, self._log = folder, log
        self.facts: dict[str, object] = {}
        self.reasons: list[str] = []

    def step(self, name: str, **facts: object) -> AbstractContextManager[Step]:
        """A step, as a context: one line in the log when it ends."""
        return self._log.step(name, **facts)

    def look(self, reason: str) -> None:
        """Say why a person should look at the result."""
        self.reasons.append(reason)

    def finish(self) -> None:
        """Write ``run.json``: the facts, the reasons to look, and the SHA-256 of every file."""
        facts = self.facts | {"look": self.reasons, "files": hash_files(self.folder)}
        (self.folder / FACTS).write_text(json.dumps(facts, indent=2, default=str) + "\n", "utf-8")


def run_job(name: str, out: str | os.PathLike[str], as_of: str, work: Callable[[Job], None]) -> Exit:
    """Run a job to its end; whatever happens is one line in the log and an exit code.

    Parameters
    ----------
    name : str
        The job's name.
    out : path
        The result's folder.
    as_of : str
        The moment T the job was asked for.
    work : function
        Writes to ``job.folder``. An error of the user's that it raises ends the run without a result.

    Returns
    -------
    Exit
        For ``sys.exit``.

    Examples
    --------
    >>> import contextlib, io, tempfile
    >>> out, log = Path(tempfile.mkdtemp()) / "night", io.StringIO()
    >>> with contextlib.redirect_stdout(log):
    ...     code = run_job("example", out, "2020-06-30", lambda job: job.look("three orders were set aside"))
    >>> code.name, [json.loads(line)["step"] for line in log.getvalue().splitlines()]
    ('LOOK', ['end'])
    """
    log = Log(name, as_of)
    try:
        with whole_folder(out) as folder:
            job = Job(folder, log)
            work(job)
            job.finish()
    except Busy:
        return _end(log, Exit.BUSY)
    except ResellerRiskError as error:
        return _end(log, Exit.BAD_INPUT, **describe(error))
    except OSError as error:
        told = of_the_machine(error)
        return _end(log, Exit.BROKEN if told is None else Exit.BAD_INPUT, **describe(told or error))
    except Exception as error:
        return _end(log, Exit.BROKEN, **describe(error))
    return _end(log, Exit.LOOK if job.reasons else Exit.DONE, look=job.reasons)


def _end(log: Log, code: Exit, **facts: object) -> Exit:
    log.write("end", code.name.lower(), exit_code=int(code), meaning=code.meaning, **facts)
    return code
