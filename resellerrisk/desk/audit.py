"""The audit log: what was done by whom and when, each entry with the hash of the one before, written with what it records."""

from __future__ import annotations

import os
from collections.abc import Iterator

from resellerrisk.desk.records import Entry, Verdict


class Audit:
    """The log, read and verified; writing is each part's own."""

    def entries(
        self, *, about: str | None = None, newest: bool = True, limit: int = 100, offset: int = 0
    ) -> list:
        """Entries; ``about`` such as ``case/17``, ``user/mira``, ``rule/3``, ``settings``."""
        raise NotImplementedError

    def read(self) -> Iterator[Entry]:
        """Every entry, oldest first."""
        raise NotImplementedError

    def verify(self) -> Verdict:
        """Whether the log, the anchor and the steps that the log records agree."""
        raise NotImplementedError

    def export(self, path: str | os.PathLike) -> int:
        """Write the log as JSON lines; returns how many. `verify_file` checks such a file without a database."""
        raise NotImplementedError
