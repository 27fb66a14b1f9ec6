"""What a folder says of itself: a kept state, one that takes in nights, or none."""

from __future__ import annotations

import json
import os
from pathlib import Path

from resellerrisk.jobs.folder import FACTS


def read_told(folder: str | os.PathLike[str]) -> dict[str, object]:
    """What stands in ``run.json`` of a folder that holds a kept state; empty where it holds none, or cannot be read."""
    try:
        told = json.loads((Path(folder) / FACTS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) and ("state" in told or "nights" in told) else {}


def follows_nights(folder: str | os.PathLike[str]) -> bool:
    """Whether a folder holds a state that takes in nights (`state.nights`), and is built anew by the next one."""
    return "nights" in read_told(folder)
