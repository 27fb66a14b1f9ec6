"""Commands that say what the program knows: the catalogue of signals."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from resellerrisk.cli.app import app
from resellerrisk.cli.output import print_table, say
from resellerrisk.errors import InputError


@app.command()
def signals(
    family: Annotated[str | None, typer.Option(help="Only this family.")] = None,
    format: Annotated[str, typer.Option(help="table, csv or markdown.")] = "table",
) -> None:
    """List the catalogue of signals: name, meaning, unit, window, direction, source."""
    from resellerrisk.signals.catalogue import catalogue

    frame = catalogue().to_frame()
    if family is not None:
        families = sorted(set(frame["family"]))
        if family not in families:
            raise InputError(f"There is no family {family!r}.", f"There is: {', '.join(families)}.")
        frame = frame[frame["family"] == family]
    if format == "csv":
        frame.to_csv(sys.stdout, index=False)
    elif format == "markdown":
        rows = [frame.columns, ["---"] * frame.shape[1], *frame.to_numpy()]
        say.print("\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows), markup=False)
    else:
        print_table(f"{len(frame)} signals", list(frame.columns), frame.astype(str).to_numpy().tolist())
