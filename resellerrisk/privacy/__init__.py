"""What is held about one account, handed over or removed; and pseudonyms for those who need to know nobody."""

from __future__ import annotations

from resellerrisk.privacy.holding import Held, erase_files, find_files
from resellerrisk.privacy.key import Key
from resellerrisk.privacy.pseudonyms import Pseudonymised, pseudonymise

__all__ = ["Held", "Key", "Pseudonymised", "erase_files", "find_files", "pseudonymise"]
