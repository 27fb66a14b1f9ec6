"""Where the accounts stand that share something with this one: the account in the middle, the others left and right of it.

Only numbers and labels come from here; the template draws them. Lines are thicker where the shared values are stronger; what was
decided about an account is told by its shape and in words, so that colour never speaks alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from resellerrisk.reasons.case import Link

WIDTH, ROW, TOP, MIDDLE, REACH = 860, 44, 16, 430, 205
#: Accounts drawn, the strongest; the table below lists more.
MOST_DRAWN = 12
ID_LETTERS, KINDS_LETTERS = 22, 42


@dataclass(frozen=True)
class Node:
    """Another account: where it stands, what it shares, what was decided about it, and how thick its line is."""

    account_id: str
    kinds: tuple[str, ...]
    outcome: str | None
    x: float
    y: float
    left: bool
    width: float


@dataclass(frozen=True)
class Graph:
    """The whole picture in pixels; ``untold`` accounts are left out."""

    nodes: tuple[Node, ...]
    centre_y: float
    height: float
    untold: int


def draw_graph(links: Sequence[Link]) -> Graph:
    """The picture of an account's links.

    Parameters
    ----------
    links : sequence of Link
        One for each shared value.

    Returns
    -------
    Graph
        Without nodes where there are no links.

    Examples
    --------
    >>> import pandas as pd
    >>> links = [Link("A2", kind, pd.NaT, "fake", 0.5) for kind in ("bank", "phone")]
    >>> [(node.account_id, node.kinds, node.left) for node in draw_graph(links).nodes]
    [('A2', ('bank', 'phone'), True)]
    """
    shared: dict[str, list[Link]] = {}
    for link in links:
        shared.setdefault(link.account_id, []).append(link)
    order = sorted(shared, key=lambda name: (-_strength(shared[name]), name))
    drawn = order[:MOST_DRAWN]
    rows = max(1, math.ceil(len(drawn) / 2))
    height = 2 * TOP + ROW * rows
    nodes = tuple(
        Node(
            name,
            tuple(dict.fromkeys(link.kind for link in shared[name])),
            shared[name][0].outcome,
            MIDDLE - REACH if place % 2 == 0 else MIDDLE + REACH,
            TOP + ROW * (place // 2 + 0.5),
            place % 2 == 0,
            round(0.8 + 3.2 * _strength(shared[name]), 1),
        )
        for place, name in enumerate(drawn)
    )
    return Graph(nodes, TOP + ROW * rows / 2, height, len(order) - len(drawn))


def _strength(links: Sequence[Link]) -> float:
    """Strength of all shared values together: 1 - Π(1 - s), of each kind the strongest."""
    best: dict[str, float] = {}
    for link in links:
        best[link.kind] = max(best.get(link.kind, 0.0), min(max(link.strength, 0.0), 1.0))
    return 1 - math.prod(1 - strength for strength in best.values())
