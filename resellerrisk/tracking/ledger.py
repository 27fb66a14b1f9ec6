"""The ledger: who let which model serve, when, why and on what figures. Entries are added and never changed.

MLflow keeps no history of its aliases, so this is ours: JSON lines, each with the hash of the line before, so that a changed,
inserted or missing line is found. It is no signature: whoever can write the file can write a new one, and a tail cut off is
only seen by who remembers the last hash. Nothing is decided here.
"""

from __future__ import annotations

import errno
import fcntl
import getpass
import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from resellerrisk.errors import InputError, ModelError

EVENTS = {
    "trained": "trained and registered",
    "first": "serves, since none did",
    "challenger": "scored beside the champion from now on",
    "promoted": "became champion",
    "refused": "was refused by the gate",
    "rolled_back": "serves again",
}
_FIRST = "0" * 64


class Ledger:
    """An append-only file of entries, chained by hashes.

    Parameters
    ----------
    path : path
        The file; it need not be there yet.

    Examples
    --------
    >>> import tempfile
    >>> ledger = Ledger(Path(tempfile.mkdtemp()) / "ledger.jsonl")
    >>> entry = ledger.add("promoted", "account", 2, who="mira", why="finds two rings more", figures={"fakes": 31})
    >>> [(each["number"], each["event"], each["version"]) for each in ledger.read()]
    [(1, 'promoted', 2)]
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.path = Path(path)

    def add(
        self,
        event: str,
        subject: str,
        version: int,
        *,
        why: str,
        who: str | None = None,
        figures: dict | None = None,
        when: datetime | None = None,
    ) -> dict:
        """Write one entry behind the others, and make sure it is on the disk.

        Parameters
        ----------
        event : str
            One of `EVENTS`.
        subject : str
        version : int
            The model it is about.
        why : str
            The reason, in words.
        who : str, optional
            The person or the job; the system's user by default.
        figures : dict, optional
            What it was decided on; what JSON can hold.
        when : datetime, optional
            UTC; the clock's by default.

        Returns
        -------
        dict
            The entry as written.

        Raises
        ------
        InputError
            An event that is not known, or no reason.
        ModelError
            The ledger was changed, so that nothing can be added to it.
        """
        if event not in EVENTS:
            raise InputError(f"There is no event {event!r}.", f"There is: {', '.join(EVENTS)}.")
        if not why.strip():
            raise InputError(
                f"No reason is given why {subject}/{version} {EVENTS[event]}.", hint="--why TEXT"
            )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a+", encoding="utf-8", errors="replace") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            before = _check(file.read(), self.path)
            file.truncate(len("".join(_print(each) + "\n" for each in before).encode()))
            entry = {
                "number": len(before) + 1,
                "at": (when or datetime.now(UTC)).replace(tzinfo=None).isoformat(timespec="seconds") + "Z",
                "who": who or _who(),
                "event": event,
                "subject": subject,
                "version": version,
                "why": why.strip(),
                "figures": figures or {},
                "previous": before[-1]["hash"] if before else _FIRST,
            }
            entry["hash"] = _hash(entry)
            _append(file, _print(entry) + "\n")
        return entry

    def read(self, subject: str | None = None) -> list[dict]:
        """Every entry, oldest first; of one subject where it is named.

        Raises
        ------
        ModelError
            An entry is not as it was written.
        """
        content = self.path.read_text("utf-8", errors="replace") if self.path.is_file() else ""
        return [entry for entry in _check(content, self.path) if subject in (None, entry["subject"])]

    def to_frame(self, subject: str | None = None) -> pd.DataFrame:
        """The entries as a table, without their figures."""
        names = ["number", "at", "who", "event", "subject", "version", "why"]
        return pd.DataFrame(
            [{name: entry[name] for name in names} for entry in self.read(subject)], columns=names
        )


def _append(file, line: str) -> None:
    """Write a line to the disk, or nothing of it: where the disk is full, the half that went in is taken out."""
    size = os.fstat(file.fileno()).st_size
    try:
        os.write(file.fileno(), line.encode())
        if os.fstat(file.fileno()).st_size != size + len(line.encode()):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), file.name)
        os.fsync(file.fileno())
    except OSError:
        os.ftruncate(file.fileno(), size)
        raise


def _check(content: str, path: Path) -> list[dict]:
    """The entries of a ledger; refused where the chain is broken. A last line without its end was never written whole."""
    entries, previous = [], _FIRST
    content = content[: content.rfind("\n") + 1]
    for number, line in enumerate(content.splitlines(), 1):
        try:
            entry = json.loads(line)
            sound = entry["hash"] == _hash(entry) and line == _print(entry)
            sound = sound and (entry["number"], entry["previous"]) == (number, previous)
        except (ValueError, KeyError, TypeError, AttributeError):
            sound = False
        if not sound:
            raise ModelError(
                f"{path}, line {number}: the entry is not as it was written, or one before it is missing.",
                f"{number - 1} entries before it are sound.",
                hint="restore the ledger from a copy",
            )
        entries.append(entry)
        previous = entry["hash"]
    return entries


def _hash(entry: dict) -> str:
    told = {name: value for name, value in entry.items() if name != "hash"}
    return hashlib.sha256(_print(told).encode()).hexdigest()


def _print(entry: dict) -> str:
    return json.dumps(entry, sort_keys=True, ensure_ascii=False, allow_nan=False)


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
