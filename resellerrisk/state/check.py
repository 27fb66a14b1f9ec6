"""Whether a state that takes in nights is whole, and what waits for it."""

from __future__ import annotations

import os

import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.state.ledger import Stale, files_of
from resellerrisk.state.nights import Nights
from resellerrisk.state.sealing import SIZES
from resellerrisk.state.store import check_files


def check_nights(
    folder: str | os.PathLike, data: str | os.PathLike | None = None
) -> tuple[pd.Timestamp, list[str]]:
    """Hold a state that takes in nights to its hashes.

    Parameters
    ----------
    folder : path
    data : path, optional
        The tables it follows.

    Returns
    -------
    first : Timestamp
        The oldest moment that it answers for.
    waiting : list of str
        Files of DATA that are new, gone or changed since the last night.

    Raises
    ------
    InputError
        A state that the next night would build anew, or a file that is missing, cut or changed.
    """
    nights = Nights(folder, folder if data is None else data)
    try:
        nights.facts = nights.read_facts()
    except Stale as why:
        raise InputError(
            f"{folder}: {why}.", hint="the next night builds it anew: resellerrisk score --state"
        ) from None
    for name in nights.facts.bases:
        base = nights.open(name)
        check_files(base.folder, base.facts, but=(SIZES,))
    first = pd.Timestamp(nights.first, unit="us")
    if data is None:
        return first, []
    now, then = files_of(nights.data), nights.facts.files | nights.facts.again
    return first, sorted(path for path in now.keys() | then.keys() if now.get(path) != then.get(path))
