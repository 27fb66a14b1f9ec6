"""The book of the torments: what was tried, what came of it, under which commit and when; kept on the disk after every trial.

So a run that is interrupted has lost nothing but its last trial, and `--resume` goes on behind it. The page is made from the book.
"""

from __future__ import annotations

import json
import platform
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from resellerrisk.jobs import write_whole

ROOT = Path(__file__).parents[2]


class NotTried(Exception):
    """This machine lacks what a torment needs; the message says what."""


@dataclass
class Tally:
    """What was tried of one torment, and what came of it.

    Attributes
    ----------
    name : str
    tried : int
    outcomes : dict of str to int
        How often what came; the lost ones too, as "lost".
    lost : list of str
        What must not have happened, in words; empty is the promise.
    not_tried : str
        Why nothing was tried.
    most : bool
        Whether there is no more to try than was tried.
    commits, days : list of str
        Under which commits of the program, and on which days.
    seconds : float
        That the trials took.
    """

    name: str
    tried: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    not_tried: str = ""
    most: bool = False
    commits: list[str] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def note(self, outcome: str) -> None:
        """Count one trial."""
        self.tried += 1
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    def lose(self, words: str) -> None:
        """Count one trial in which something was lost."""
        self.note("lost")
        self.lost.append(words)


class Book:
    """The tallies of all torments, in a JSON file.

    Parameters
    ----------
    path : Path
        It need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        told = json.loads(path.read_text("utf-8")) if path.exists() else {}
        self.tallies = {name: Tally(**tally) for name, tally in told.get("torments", {}).items()}
        self.machine = told.get("machine", "")
        self._commit = tell_commit()

    def begin(self, name: str) -> Tally:
        """A tally anew, in the place of an earlier one."""
        self.tallies[name] = Tally(name)
        return self.tallies[name]

    def run(self, tally: Tally, torment, wanted: int) -> None:
        """Try until there are as many trials as wanted; the book is on the disk after each."""
        began = time.monotonic()
        while tally.tried < wanted:
            try:
                for outcome, lost in _try(torment, tally.tried, wanted):
                    if lost:
                        tally.lose(lost)
                        print(f"  LOST {lost}", flush=True)
                    else:
                        tally.note(outcome)
            except NotTried as error:
                tally.not_tried = str(error)
                break
            finally:
                now = time.monotonic()
                tally.seconds, began = round(tally.seconds + now - began, 1), now
                self._sign(tally)
                self.save()

    def _sign(self, tally: Tally) -> None:
        for signed, mark in ((tally.commits, self._commit), (tally.days, f"{datetime.now(UTC):%Y-%m-%d}")):
            if mark not in signed:
                signed.append(mark)

    def save(self) -> None:
        """Write the book."""
        self.machine = tell_machine()
        told = {
            "machine": self.machine,
            "torments": {name: asdict(tally) for name, tally in self.tallies.items()},
        }
        write_whole(self.path, json.dumps(told, indent=1) + "\n")


def _try(torment, number: int, wanted: int) -> Iterator[tuple[str, str]]:
    """One trial, or a portion of them: what came of each, and what was lost."""
    if hasattr(torment, "try_some"):
        yield from torment.try_some(range(number, min(wanted, number + torment.portion)))
        return
    try:
        yield torment.try_once(number), ""
    except NotTried:
        raise
    except Exception as error:
        yield "", f"trial {number}: {type(error).__name__}: {' '.join(str(error).split())[:600]}"


def tell_commit() -> str:
    """The commit of the program, and whether it was changed since."""
    told = _ask_git("rev-parse", "--short=10", "HEAD")
    changed = _ask_git("status", "--porcelain", "-uno", "--", ".", ":!docs/reliability.*")
    return (told or "no commit") + (" with changes" if changed else "")


def _ask_git(*words: str) -> str:
    asked = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
    return asked.stdout.strip()


def tell_machine() -> str:
    """Processors, memory and system, in words."""
    import os

    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} processors, {memory:.0f} GiB of memory, {system}"
