"""What the commands print: results to standard output, progress to standard error."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

say = Console(highlight=False, soft_wrap=True)
progress = Console(stderr=True, highlight=False, soft_wrap=True)


def read_tables(data: str | Path, limit: float, quarantine: Path | None):
    from resellerrisk.tables import read_market

    with progress.status(f"reading {data}"):
        market = read_market(data, limit=limit, quarantine=quarantine)
    tell_intake(data, market.intake)
    return market


def tell_intake(data: str | Path, intake) -> None:
    """Print how many rows were read and used, and which tables had some set aside."""
    aside = int(intake["quarantined"].sum())
    progress.print(
        f"{data}: {int(intake['read'].sum()):,} rows read = {int(intake['used'].sum()):,} used + {aside:,} set aside."
    )
    if aside:
        for row in intake[intake["quarantined"] > 0].itertuples():
            progress.print(
                f"  {row.table}: {row.quarantined:,} of {row.read:,} set aside (resellerrisk check {data} says why)"
            )


def show_scores(scores, count: int = 10) -> None:
    """Print the highest scores with their first reason, and how many got which action."""
    top = scores.nlargest(count, "probability")
    keys = [name for name in ("account_id", "order_id") if name in scores]
    rows = [
        [*(str(row[key]) for key in keys), str(row["score"]), row["band"], row["action"], row["reason_1"]]
        for _, row in top.iterrows()
    ]
    print_table(f"The highest of {len(scores):,}", [*keys, "score", "band", "action", "first reason"], rows)
    counts = scores["action"].value_counts()
    say.print(
        "Actions: " + (", ".join(f"{name} {number:,}" for name, number in counts.items() if number) or "none")
    )


def print_table(title: str, header: list[str], rows: list[list[str]]) -> None:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in header:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row)
    (say if sys.stdout.isatty() else Console(highlight=False, width=200)).print(table, markup=False)


def write_run(folder: Path, out: Path, trained, fingerprint: str, intake, scored: int) -> None:
    """Write what was scored by which model from which rows beside the scores, and say so.

    Parameters
    ----------
    folder, out : Path
        Where the result is being written, and where it will stand.
    """
    write_facts(folder, run_facts(trained, fingerprint, intake, scored))
    say.print(f"{scored:,} rows in {out}: scores, contributions, signals, run.json.")


def run_facts(trained, fingerprint: str, intake, scored: int) -> dict:
    """What was scored by which model from which rows."""
    return {
        "subject": trained.subject,
        "model_version": trained.version,
        "model_as_of": trained.facts["as_of"],
        "data_fingerprint": fingerprint,
        "rows": intake.to_dict("records"),
        "scored": scored,
    }


def write_facts(folder: Path, facts: dict) -> None:
    """Write ``run.json``, by which a result is known as one that may be replaced."""
    (folder / "run.json").write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
