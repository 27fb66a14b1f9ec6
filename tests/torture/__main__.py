"""Torment the program and write what came of it to docs/reliability.md: `make torture`.

    python -m tests.torture                      everything, anew
    python -m tests.torture --resume             go on behind what the book holds, and begin what it does not
    python -m tests.torture --only "kill: train" one torment anew; all others stay as the book holds them
    python -m tests.torture --list               the torments, and how often each is tried
    python -m tests.torture --page               only the page, from the book

The book (docs/reliability.json) is written after every trial. Exit code 1 where something was lost, 2 where this machine lacks what
a torment needs (--without-what-is-missing tries the others, and the page says which were not tried).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import traceback
from contextlib import ExitStack
from pathlib import Path

from tests.torture.nursery import ALONE

os.environ.update(ALONE)

from tests.torture.book import ROOT, Book, NotTried
from tests.torture.told import write_page
from tests.torture.torments import TORMENTS


def main() -> int:
    """Run the torments that are asked for."""
    options = read_options()
    book = Book(options.book)
    if options.list or options.page:
        if options.list:
            print("\n".join(f"{torment.wanted:>6,}  {name}" for name, torment in TORMENTS.items()))
        else:
            write_page(options.out, book)
        return 0
    chosen = options.only or list(TORMENTS)
    missing = [f"{name}: {why}" for name in chosen if (why := TORMENTS[name].find_missing())]
    if missing and not options.without_what_is_missing:
        print("This machine lacks what some torments need:", *missing, sep="\n", file=sys.stderr)
        print("Hint: install it, or try the others with --without-what-is-missing", file=sys.stderr)
        return 2
    run(book, chosen, options)
    return int(any(tally.lost for tally in book.tallies.values()))


def read_options() -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", choices=tuple(TORMENTS), action="append", help="only this; may be repeated", metavar="NAME"
    )
    parser.add_argument("--resume", action="store_true", help="keep the trials that the book holds")
    parser.add_argument("--share", type=float, default=1.0, help="of the trials; 0.02 for a look")
    parser.add_argument("--without-what-is-missing", action="store_true", help="try what can be tried here")
    parser.add_argument("--list", action="store_true", help="the torments, and how often each is tried")
    parser.add_argument("--page", action="store_true", help="only the page, from the book")
    parser.add_argument(
        "--book", type=Path, default=ROOT / "docs/reliability.json", help="where trials stand"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs/reliability.md", help="the page to write")
    return parser.parse_args()


def run(book: Book, chosen: list[str], options: argparse.Namespace) -> None:
    """One torment after the other; book and page are written as they go."""
    from tests.torture.ground import Ground
    from tests.torture.nursery import load_everything

    load_everything()
    with tempfile.TemporaryDirectory(prefix="torture", dir=find_memory()) as work:
        os.chmod(work, 0o755)
        os.environ["TMPDIR"] = tempfile.tempdir = work
        ground = Ground(Path(work))
        ground.load_what_a_training_loads()
        for name in chosen:
            torment = TORMENTS[name]
            wanted = max(1, round(torment.wanted * options.share))
            tally = book.tallies.get(name) if options.resume else None
            tally = tally or book.begin(name)
            tally.not_tried = ""
            if tally.tried < wanted:
                _run_one(book, tally, torment, wanted, ground)
            outcomes = ", ".join(f"{count} {outcome}" for outcome, count in tally.outcomes.items())
            print(
                f"{name}: {tally.tried} in {tally.seconds:.0f} s: {outcomes or tally.not_tried}; {len(tally.lost)} lost",
                flush=True,
            )
            write_page(options.out, book)


def find_memory() -> str | None:
    """A folder in memory, where there is one: kill -9 takes nothing from the disk, and thousands of trials spare it."""
    return next((str(path) for path in [Path("/dev/shm")] if os.access(path, os.W_OK)), None)


def _run_one(book: Book, tally, torment, wanted: int, ground) -> None:
    with ExitStack() as held:
        try:
            ready = torment.prepare(ground, held, wanted)
        except NotTried as error:
            tally.not_tried = str(error)
            book.save()
            return
        except Exception as error:
            traceback.print_exc()
            tally.lose(
                f"could not be made ready: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
            )
            book.save()
            return
        most = getattr(ready, "most", wanted)
        book.run(tally, ready, min(wanted, most))
        tally.most = most <= tally.tried < torment.wanted
        book.save()


if __name__ == "__main__":
    sys.exit(main())
