"""Whether a state of nights holds anything of an account."""

from __future__ import annotations

from pathlib import Path

from resellerrisk.state.ledger import Stale
from resellerrisk.state.nights import Nights


def knows_account(folder: Path, account_id: str) -> bool:
    """Whether a state of nights knows an account; one that cannot be read is taken to."""
    nights = Nights(folder, folder)
    try:
        nights.facts = nights.read_facts()
        frames = nights.frames(nights.open(nights.facts.bases[0]))
    except Stale:
        return True
    named = (frame["account_id"].eq(account_id).any() for frame in frames.values() if "account_id" in frame)
    return any(account_id in nights.open(name).account_ids for name in nights.facts.bases) or any(named)
