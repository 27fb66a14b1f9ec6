"""Arrow files: one table each, written whole and read by mapping it. What may be unfinished or foreign is not read here."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa


def save_table(path: Path, table: pa.Table) -> None:
    """Write an Arrow table."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
        file.write_table(table)


def map_table(path: Path) -> pa.Table:
    """An Arrow table as it lies on disk."""
    return pa.ipc.open_file(pa.memory_map(str(path), "r")).read_all()
