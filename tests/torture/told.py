"""The page with the counts."""

from __future__ import annotations

from pathlib import Path

from tests.torture.book import Book, Tally
from tests.torture.torments import TORMENTS

HEAD = """# Reliability

What is promised when something breaks, and how often that was tried. The counts below are written by `make torture`; nothing on this page but the
promises is written by hand.

| what breaks | what is promised |
| --- | --- |
| a run is killed | its result is whole or absent, an earlier result stays; the next run needs no repair and gives the same bytes |
| a training is killed | every model in the home is whole; what was left undone (ledger, alias, MLflow run) is done by the next training on the same data, once |
| a worker process of `--engine parts` is killed | the run ends with one message and exit code 2, and leaves no result; an earlier result stays |
| the desk is killed | every decision that it acknowledged is there; the audit chain verifies |
| the disk is full | one message that says so, exit code 2, nothing half-written; with room again the same run succeeds |
| a home or result may not be written to | one message, exit code 2 |
| a file is cut or bits turn | a model, the ledger, the champion's name: refused. A parquet file: named, or read as it is: without page checksums (files we write carry them) a turned bit can be another value |
| MLflow or the database is away | one message, exit code 2; the model is kept, its run is added by the next training |
| the desk's database goes away while it serves | pages and API answer 503 and say so; what was confirmed stands; it works again by itself when the database is back |
| the clock is set back | no result depends on it: the moment comes from `--as-of` |
| two runs at once | one works, the other ends with code 3; trainings wait for each other |
| files of nonsense | each works or is refused in sentences that name file, row, column, value and what to do; exit code 2 |

How: what must last is written beside its place, brought to the disk (fsync), and renamed (`resellerrisk/jobs/folder.py`); a lock of the operating system
goes with its process; an act about who serves is written in the ledger first, and carried to its end by the next run where it was cut off.

How it is tried: the moments of the kills are spread evenly over the processor time of an undisturbed run, so that late steps are hit as often as early
ones; "before each write" kills before a file is opened for writing, moved or removed and before a commit of the MLflow store, at the number of places
told, evenly chosen where there are more. After every kill the same run is started again and must give the bytes of an undisturbed one; a home is then
held to have each ledger entry once, aliases here and in MLflow that agree, and a finished run of each version. `make torture` needs root, PostgreSQL
and libfaketime, and says which is missing.
"""


def write_page(path: Path, book: Book) -> None:
    """Write docs/reliability.md from the book."""
    path.write_text(tell(book), "utf-8")


def tell(book: Book) -> str:
    """The page."""
    tallies = [book.tallies.get(name) or Tally(name, not_tried="not yet") for name in TORMENTS]
    rows = ["| tried | how often | came of it | lost |", "| --- | --- | --- | --- |"]
    for tally in tallies:
        outcomes = sorted(tally.outcomes.items())
        came = "; ".join(f"{count:,} {outcome}" for outcome, count in outcomes if outcome != "lost")
        came = "; ".join(filter(None, [came, tally.not_tried and f"not tried: {tally.not_tried}"]))
        wanted = TORMENTS[tally.name].wanted
        times = f"{tally.tried:,}" + (f" of {wanted:,}" if tally.tried < wanted and not tally.most else "")
        rows.append(f"| {tally.name} | {times} | {came} | {len(tally.lost)} |")
    tried, lost = sum(tally.tried for tally in tallies), sum(len(tally.lost) for tally in tallies)
    rows.append(f"| **all** | **{tried:,}** | survived: {tried - lost:,} | **{lost}** |")
    lists = "".join(f"\n- LOST, {tally.name}: {words}" for tally in tallies for words in tally.lost)
    return HEAD + "\n## Counts\n\n" + "\n".join(rows) + "\n\n" + _tell_conditions(book) + lists + "\n"


def _tell_conditions(book: Book) -> str:
    """Under which commits, when and where the trials were made; the torments that were not made under all of these by name."""
    tallies = [tally for tally in book.tallies.values() if tally.tried]
    commits = list(dict.fromkeys(commit for tally in tallies for commit in tally.commits))
    days = sorted({day for tally in tallies for day in tally.days})
    hours = sum(tally.seconds for tally in tallies) / 3600
    told = (
        f"Made by `make torture` in {hours:.1f} hours of trials on {' and '.join(days)} on {book.machine}, "
    )
    if not tallies:
        return "Nothing was tried yet."
    if len(commits) == 1:
        return told + f"commit {commits[0]}. Each torment's own figures stand in `docs/reliability.json`."
    parts = "; ".join(
        f"commit {commit}: {', '.join(tally.name for tally in tallies if commit in tally.commits)}"
        for commit in commits
    )
    return told + f"by parts. {parts}. Each torment's own figures stand in `docs/reliability.json`."
