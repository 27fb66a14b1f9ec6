"""How a group of distributors' lines would fall into partitions and how much would be shuffled: a simulation on measured sizes.

    python tests/benchmarks/partitions.py DATA [--accounts 10000000] [--lines 50000000000] [--cores 300]

DATA is a market in parquet: pieces of its order lines are packed as workers pack them, which gives the bytes of a piece by its rows. Sizes of
accounts are drawn log-normally so that the top 1 % order 15 % of all lines and the top 10 % half (real wholesale customers: 17 % and
49 %), older accounts more in proportion to their age; ids count accounts in the order of their applications. Seconds are lines times what one
costs on one core (``--microseconds``). Nothing is run on a cluster here.
"""

from __future__ import annotations

import argparse
import heapq
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SIGMA = 1.3
PART_LINES = 1_000_000
#: Windows reach back so far; each cut of an account by time reads that much again.
REACH_DAYS, DAYS = 455, 4 * 365
#: Titles that a very large account orders, and how unlike their lines are.
TITLES, TITLE_SIGMA = 40_000, 1.5


def piece_bytes(data: str) -> tuple[np.ndarray, np.ndarray]:
    """Bytes of packed pieces of order lines by their rows."""
    from resellerrisk.cluster.pieces import pack_table
    from resellerrisk.cluster.rounds import _with_codes
    from resellerrisk.parts.chunks import compact

    table = pq.read_table(Path(data) / "orders.parquet").slice(0, 1_000_000)
    table = _with_codes(table.take(pa.array(np.argsort(table["account_id"].to_pandas(), kind="stable"))))
    rows = np.array([n for n in (1, 10, 20, 100, 1_000, 10_000, 100_000, 1_000_000) if n <= len(table)])
    starts = np.linspace(0, 1, 5)
    sizes = [
        np.mean(
            [
                len(pack_table(compact(table.slice(int(s * (len(table) - n)), n).to_batches()[0])))
                for s in starts
            ]
        )
        for n in rows
    ]
    return rows, np.array(sizes)


def draw_lines(accounts: int, lines: int, biggest: float, seed: int = 0) -> np.ndarray:
    """Lines of each account, in the order of the ids; ``biggest`` is the share of one account in the middle."""
    random = np.random.default_rng(seed)
    drawn = random.lognormal(0, SIGMA, accounts) * np.linspace(1, 0, accounts, endpoint=False)
    drawn *= lines * (1 - biggest) / drawn.sum()
    if biggest:
        drawn[accounts // 2] = lines * biggest
    return drawn


def part_sizes(drawn: np.ndarray, parts: int, by_lines: bool) -> np.ndarray:
    """Lines of each part: runs of as many accounts, or runs of about as many lines."""
    if by_lines:
        before = np.cumsum(drawn) - drawn
        part = np.minimum((before * parts / drawn.sum()).astype(np.int64), parts - 1)
    else:
        part = np.arange(drawn.size) * parts // drawn.size
    return np.bincount(part, drawn, parts)


def makespan(tasks: np.ndarray, cores: int) -> float:
    """When the last core is done, tasks taken in their order by whichever core is free."""
    free = [0.0] * cores
    for task in tasks.tolist():
        heapq.heappush(free, heapq.heappop(free) + task)
    return max(free)


def shuffle_bytes(lines: int, pieces: float, rows: np.ndarray, sizes: np.ndarray) -> float:
    """Bytes when so many lines travel in so many pieces of one size; between measured sizes straight lines in logarithms."""
    per_piece = lines / pieces
    size = np.exp(np.interp(np.log(per_piece), np.log(rows), np.log(sizes)))
    return pieces * size


def main() -> None:
    """Print both tables."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("data")
    words.add_argument("--accounts", type=int, default=10_000_000)
    words.add_argument("--lines", type=int, default=50_000_000_000)
    words.add_argument("--cores", type=int, default=300)
    words.add_argument("--microseconds", type=float, default=12.0)
    told = words.parse_args()
    parts = max(1, told.lines // PART_LINES)
    rows, sizes = piece_bytes(told.data)
    print("rows of a piece   bytes a row")
    for count, size in zip(rows, sizes, strict=True):
        print(f"{count:>15,} {size / count:>13.1f}")
    print(f"\n{told.lines:,} lines into {parts:,} parts, from as many files of a million lines")
    hops = {
        "one hop": [parts**2],
        "two hops": [parts * np.ceil(np.sqrt(parts))] * 2,
        "kept by account, a night": [parts],
    }
    for name, pieces in hops.items():
        lines = told.lines // DAYS if "night" in name else told.lines
        total = sum(shuffle_bytes(lines, max(count, 1.0), rows, sizes) for count in pieces)
        print(f"{name:<26} {lines / pieces[0]:>10,.0f} lines a piece  {total / 1e9:>10,.1f} GB")
    print("\nparts                          largest, lines   wall s on all cores   the same, evenly")
    for biggest in (0.0, 0.1):
        drawn = draw_lines(told.accounts, told.lines, biggest)
        for by_lines in (False, True):
            found = part_sizes(drawn, parts, by_lines)
            name = f"{'lines' if by_lines else 'accounts'} alike" + (", one has a tenth" if biggest else "")
            _show(name, found, told)
            if biggest and by_lines:
                _show("  cut by time", cut_by_time(found, biggest * told.lines), told)
                _show("  cut by title", cut_by_title(found, biggest * told.lines), told)


def cut_by_time(parts: np.ndarray, big: float, cuts: int = 20) -> np.ndarray:
    """Parts in which the biggest account is cut by time: each cut reads its own days and what windows reach back to."""
    return np.append(_without(parts, big), np.full(cuts, big * (1 / cuts + REACH_DAYS / DAYS)))


def cut_by_title(parts: np.ndarray, big: float, seed: int = 0) -> np.ndarray:
    """Parts in which the biggest account is cut by title, into cuts of a part's size on average."""
    random = np.random.default_rng(seed)
    titles = random.lognormal(0, TITLE_SIGMA, TITLES)
    cuts = max(1, min(int(big // PART_LINES), TITLES // 4))
    return np.append(
        _without(parts, big), np.bincount(random.integers(0, cuts, TITLES), titles, cuts) * big / titles.sum()
    )


def _without(parts: np.ndarray, big: float) -> np.ndarray:
    return np.where(parts >= big, parts - big, parts)


def _show(name: str, parts: np.ndarray, told: argparse.Namespace) -> None:
    seconds = parts * told.microseconds / 1e6
    wall, even = makespan(seconds, told.cores), seconds.sum() / told.cores
    print(f"{name:<28} {parts.max():>16,.0f} {wall:>21,.0f} {even:>18,.0f}")


if __name__ == "__main__":
    main()
