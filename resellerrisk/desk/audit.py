"""The audit log: what was done by whom and when, each entry with the hash of the one before, written with what it records."""

from __future__ import annotations

import builtins
import json
import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from resellerrisk.desk import schema
from resellerrisk.desk.database import Database, hash_entry
from resellerrisk.desk.records import Entry, Verdict

_FIRST = "0" * 64


class Audit:
    """The log, read and verified; writing is each part's own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(
        self, *, about: str | None = None, newest: bool = True, limit: int = 100, offset: int = 0
    ) -> builtins.list[Entry]:
        """Entries; ``about`` such as ``case/17``, ``user/mira``, ``rule/3``, ``settings``."""
        number = schema.audit.c.number
        wanted = select(schema.audit).order_by(number.desc() if newest else number)
        if about is not None:
            wanted = wanted.where(schema.audit.c.about == about)
        with self._database.read() as connection:
            return [Entry(**row._mapping) for row in connection.execute(wanted.limit(limit).offset(offset))]

    def read(self) -> Iterator[Entry]:
        """Every entry, oldest first."""
        with self._database.read() as connection:
            for row in connection.execute(select(schema.audit).order_by(schema.audit.c.number)):
                yield Entry(**row._mapping)

    def verify(self) -> Verdict:
        """Whether the log, its head, the anchor and the steps that the log records agree."""
        anchored = self._read_anchor()
        with self._database.read() as connection:
            head = connection.execute(select(schema.audit_head)).one()
            rows = connection.execute(select(schema.audit).order_by(schema.audit.c.number))
            hashes, told, faults = _check_chain(row._mapping for row in rows)
            stored = {
                row.id: _spell(row._mapping) for row in connection.execute(select(schema.decisions)).all()
            }
        if (head.number, head.hash) != (len(hashes), hashes[-1] if hashes else _FIRST):
            faults.append(
                f"The head names entry {head.number}; the log ends with {len(hashes)}, or otherwise."
            )
        for number, hash in anchored:
            if not (0 < number <= len(hashes) and hashes[number - 1] == hash):
                faults.append(f"The anchor knows entry {number} otherwise, or it is gone.")
        for id in sorted(told.keys() | stored.keys()):
            if told.get(id) != stored.get(id):
                faults.append(f"Decision {id} is not as the log says.")
        return Verdict(len(hashes), head.hash, tuple(faults), len(anchored))

    def export(self, path: str | os.PathLike) -> int:
        """Write the log as JSON lines; returns how many."""
        path = Path(path)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
        count = 0
        with unfinished.open("w", encoding="utf-8") as file:
            for count, entry in enumerate(self.read(), 1):  # noqa: B007
                told = vars(entry) | {"at": entry.at.isoformat(timespec="microseconds")}
                file.write(json.dumps(told, sort_keys=True) + "\n")
        os.replace(unfinished, path)
        return count

    def _read_anchor(self) -> builtins.list[tuple[int, str]]:
        path = self._database.anchor
        lines = path.read_text("ascii").splitlines() if path.is_file() else []
        words = [line.split() for line in lines]
        return [(int(word[0]), word[1]) for word in words if len(word) == 2 and word[0].isdigit()]


def _check_chain(rows) -> tuple[list[str], dict, list[str]]:
    hashes, told, faults, previous = [], {}, [], _FIRST
    for number, row in enumerate(rows, 1):
        if (row["number"], row["previous"], row["hash"]) != (number, previous, hash_entry(row)):
            faults.append(f"Entry {row['number']} is not as it was written, or one before it is missing.")
        if "decision" in row["details"]:
            told[row["details"]["decision"]["id"]] = row["details"]["decision"]
        previous = row["hash"]
        hashes.append(previous)
    return hashes, told, faults


def _spell(row) -> dict:
    return dict(row) | {"at": row["at"].isoformat(timespec="microseconds")}
