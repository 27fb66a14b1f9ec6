"""Torment the program and write what came of it to docs/reliability.md: `make torture`.

python -m tests.torture [--kills 200] [--files 10000] [--out docs/reliability.md]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from tests.torture.nursery import ALONE

os.environ.update(ALONE)


def main() -> int:
    """Run every torment; exit code 1 where something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="runs ended by kill -9 at a random moment")
    parser.add_argument("--files", type=int, default=10_000, help="files made, mutated and read")
    parser.add_argument(
        "--some", type=int, default=20, help="trials of each slow torment; damaged files: 20 times as many"
    )
    parser.add_argument(
        "--only", choices=tuple(_TORMENTS), action="append", help="only this; may be repeated"
    )
    parser.add_argument("--out", type=Path, default=Path("docs/reliability.md"), help="the page to write")
    parser.add_argument("--counts", type=Path, help="write the counts as JSON, too")
    options = parser.parse_args()
    from tests.torture.ground import Ground
    from tests.torture.nursery import load_everything
    from tests.torture.told import write_page

    began = time.monotonic()
    load_everything()
    with tempfile.TemporaryDirectory(prefix="torture") as work:
        ground, tallies = Ground(Path(work)), []
        ground.warm()
        for name in options.only or _TORMENTS:
            found = _TORMENTS[name](ground, options)
            for tally in found:
                print(
                    f"{tally.name}: {tally.tried} tried, {tally.outcomes}, {len(tally.lost)} lost", flush=True
                )
                print("".join(f"  LOST {words}\n" for words in tally.lost[:5]), end="", flush=True)
            tallies += found
    if options.counts:
        options.counts.write_text(json.dumps([asdict(tally) for tally in tallies], indent=1), "utf-8")
    write_page(options.out, tallies, time.monotonic() - began, sys.argv[1:])
    return int(any(tally.lost for tally in tallies))


def _kill(ground, options):
    from tests.torture.kills import kill_runs

    return kill_runs(ground, options.kills)


def _fill(ground, options):
    from tests.torture.disks import fill_disks, refuse_writing

    return [*fill_disks(ground, options.some), refuse_writing(ground)]


def _damage(ground, options):
    from tests.torture.damage import damage_models, damage_tables

    return [damage_tables(ground, 20 * options.some), damage_models(ground, 20 * options.some)]


def _away(ground, options):
    from tests.postgresql import start_postgres
    from tests.torture.stores import (
        lose_mlflow,
        lose_postgres,
        run_two_at_once,
        set_clock_back,
    )

    few = max(2, options.some // 4)
    tallies = [lose_mlflow(ground, few), run_two_at_once(ground, few), set_clock_back(ground, few)]
    with start_postgres() as server:
        if server is not None:
            tallies.append(lose_postgres(ground, server, few))
    return tallies


def _feed(ground, options):
    from tests.torture.feeding import feed_readers

    return feed_readers(ground.work / "fed", options.files)


_TORMENTS = {"kills": _kill, "disks": _fill, "damage": _damage, "stores": _away, "files": _feed}

if __name__ == "__main__":
    sys.exit(main())
