"""What is held about one account, handed over or removed: in the home folder, in results and case files."""

from __future__ import annotations

from resellerrisk.privacy.holding import Held, erase_files, find_files

__all__ = ["Held", "erase_files", "find_files"]
