"""What checking parts found, and what can be said only when every part has been looked at.

A part's rows may be looked at by another process, on another machine: what is told of them is small and travels. No file is opened
here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.tables import Market, fingerprint
from resellerrisk.tables.faults import CheckReport, Fault
from resellerrisk.tables.inspection import Inspection
from resellerrisk.tables.parts import SmallTables


@dataclass(frozen=True)
class PartFound:
    """What checking one part's rows of the large tables found.

    Attributes
    ----------
    counts : dict of str to (int, int)
        Rows read and rows set aside, by table.
    faults : tuple of Fault
    orders : uint64[n_orders]
        Hashes of the part's order ids.
    sums : dict of str to (int, int, int)
        What the rows used add to the market's fingerprint, by table.
    """

    counts: dict[str, tuple[int, int]]
    faults: tuple[Fault, ...]
    orders: np.ndarray
    sums: dict[str, tuple[int, int, int]]


def note_part(market: Market, found: dict[str, Inspection], before: pd.Timestamp | None = None) -> PartFound:
    """Note what was found in a part.

    Parameters
    ----------
    market : Market
        The part's.
    found : dict of Inspection
        Its large tables.
    before : Timestamp, optional
        The fingerprint is that of what was known before this moment.
    """
    orders, known = hash_ids(market.order_ids), known_tables(market, before)
    # Three tables name orders; their ids are hashed once.
    hashed = {id(market.order_ids): orders}
    return PartFound(
        {name: (one.raw.read, one.quarantined) for name, one in found.items()},
        tuple(fault for one in found.values() for fault in one.faults),
        orders,
        {name: fingerprint.sum_hashes(name, known[name], hashed) for name in found},
    )


def known_tables(market: Market, before: pd.Timestamp | None) -> dict[str, pd.DataFrame]:
    """A market's tables as they were known before a moment, where one is given."""
    return (market if before is None else market.before(before)).tables()


def hash_ids(ids: pd.Index) -> np.ndarray:
    """A 64-bit hash of each id, the same in every part."""
    return pd.util.hash_array(ids.to_numpy(object), categorize=False)


def seal_parts(small: Market, sums: Sequence[dict[str, tuple[int, int, int]]], before=None) -> str:
    """The fingerprint of a market from its small tables and what its parts add."""
    whole = {
        name: fingerprint.sum_hashes(name, frame)
        for name, frame in known_tables(small, before).items()
        if not any(name in one for one in sums)
    }
    for one in sums:
        for name, added in one.items():
            whole[name] = fingerprint.add_sums(whole.get(name, (0, 0, 0)), added)
    return fingerprint.seal_sums(whole)


def finish_check(small: SmallTables, found: Sequence[PartFound], limit: float) -> Market:
    """Hold all parts together to the limit of bad rows.

    Parameters
    ----------
    small : SmallTables
    found : sequence of PartFound
        Of every part.
    limit : float
        Largest share of a table's rows that may be bad, 0 to 1.

    Returns
    -------
    Market
        The small tables, with all rows counted and all faults found.

    Raises
    ------
    InputError
        More rows of a table are bad than the limit allows.
    """
    intake = small.market.intake.set_index("table")
    faults = tuple(fault for one in found for fault in one.faults)
    for name in found[0].counts if found else ():
        read, bad = (sum(one.counts[name][place] for one in found) for place in (0, 1))
        intake.loc[name] = (read, read - bad, bad)
        if bad > limit * read:
            report = CheckReport(small.source, faults, intake.reset_index())
            raise InputError(
                f"{small.source}: {bad:,} of {read:,} rows of {name} are bad ({bad / read:.1%}).",
                f"At most {limit:.1%} may be. {len(report.faults)} faults were found.",
                f"resellerrisk check {small.source}",
            )
    return replace(small.market, intake=intake.reset_index(), faults=(*small.market.faults, *faults))


def refuse_shared_orders(source: str, shared: int) -> None:
    """Refuse a market in which order ids stand under accounts of several parts; ``shared`` of them do."""
    if shared:
        raise InputError(
            f"{source}: {shared} order_id of orders stand under accounts of several parts.",
            "An order belongs to one account.",
            "give the orders of different accounts different ids, or score in memory, where such rows are set aside",
        )
