"""The page with the counts."""

from __future__ import annotations

from pathlib import Path

from tests.torture.ground import Tally

HEAD = """# Reliability

What is promised when something breaks, and how often that was tried. The counts below are written by `make torture`; nothing on this page but the
promises is written by hand.

| what breaks | what is promised |
| --- | --- |
| a run is killed | its result is whole or absent, an earlier result stays; the next run needs no repair and gives the same bytes |
| a training is killed | every model in the home is whole; what was left undone (ledger, alias, MLflow run) is done by the next training on the same data, once |
| the disk is full | one message that says so, exit code 2, nothing half-written; with room again the same run succeeds |
| a home or result may not be written to | one message, exit code 2 |
| a file is cut or bits turn | a model, the ledger, the champion's name: refused. A parquet file: named, or read as it is: without page checksums (files we write carry them) a turned bit can be another value |
| MLflow or the database is away | one message, exit code 2; the model is kept, its run is added by the next training |
| the clock is set back | no result depends on it: the moment comes from `--as-of` |
| two runs at once | one works, the other ends with code 3; trainings wait for each other |
| files of nonsense | each works or is refused in sentences that name file, row, column, value and what to do; exit code 2 |

How: what must last is written beside its place, brought to the disk (fsync), and renamed (`resellerrisk/jobs/folder.py`); a lock of the operating system
goes with its process. `--engine parts` forks worker processes: where one is killed, the run ends with one message and exit code 2, and leaves no result (`tests/pipeline/test_workers.py`).
"""


def write_page(path: Path, tallies: list[Tally], seconds: float, words: list[str]) -> None:
    """Write docs/reliability.md."""
    rows = ["| tried | how often | came of it | lost |", "| --- | --- | --- | --- |"]
    for tally in tallies:
        came = "; ".join(
            f"{count:,} {outcome}" for outcome, count in sorted(tally.outcomes.items()) if outcome != "lost"
        )
        rows.append(f"| {tally.name} | {tally.tried:,} | {came} | {len(tally.lost)} |")
    tried, lost = sum(tally.tried for tally in tallies), sum(len(tally.lost) for tally in tallies)
    rows.append(f"| **all** | **{tried:,}** | survived: {tried - lost:,} | **{lost}** |")
    command = " ".join(["python -m tests.torture", *words])
    end = f"\nMade by `{command}` in {seconds / 60:.0f} minutes.\n"
    lists = "".join(f"\n- LOST: {words}" for tally in tallies for words in tally.lost)
    path.write_text(HEAD + "\n## Counts\n\n" + "\n".join(rows) + "\n" + end + lists, "utf-8")
