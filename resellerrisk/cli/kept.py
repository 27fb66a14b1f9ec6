"""Commands about a kept state: what one subject needs of a market, on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from resellerrisk.cli.app import app
from resellerrisk.cli.options import Data, Limit, read_moment
from resellerrisk.cli.output import print_table, progress, read_tables, say, tell_intake
from resellerrisk.errors import InputError

kept = typer.Typer(help="A kept state: what one subject needs of a market, on disk.", no_args_is_help=True)
app.add_typer(kept, name="state", rich_help_panel=None)

Folder = Annotated[Path, typer.Argument(help="The state's folder.", metavar="STATE")]


@kept.command()
def build(
    data: Data,
    as_of: Annotated[
        str, typer.Option(help="The moment T, UTC: the state answers from then on.", metavar="DATE")
    ],
    out: Annotated[Path, typer.Option(help="The state's folder; an earlier state is replaced.")],
    parts: Annotated[
        int | None,
        typer.Option(
            help="Build it by so many parts of the accounts; 1: in memory. By default by parts above 2 M order lines."
        ),
    ] = None,
    limit: Limit = 0.05,
) -> None:
    """Build the state of a market as it was known before T.

    Example: resellerrisk state build data/sample --as-of 2020-06-30 --out state
    """
    from resellerrisk.state import build_state, build_state_by_parts, goes_by_parts

    read_moment(as_of, "--as-of")
    if goes_by_parts(data, parts):
        with progress.status("building by parts"):
            facts = build_state_by_parts(data, out, as_of, parts=parts, limit=limit)
        tell_intake(data, facts["intake"])
    else:
        market = read_tables(data, limit, None)
        with progress.status("building"):
            facts = build_state(market, out, as_of, data if Path(data).is_dir() else None)
    rows = [[view, f"{kept:,}", f"{of:,}"] for view, (kept, of) in facts["rows"].items()]
    print_table(f"State as of {facts['as_of']}", ["rows of", "kept", "of"], rows)
    say.print(f"The state stands in {out}", markup=False)


@kept.command()
def check(
    state: Folder,
    data: Annotated[Path | None, typer.Option(help="Folder of tables to compare with.")] = None,
) -> None:
    """Check a state: whole, of this program, and of tables that have not changed since.

    Example: resellerrisk state check state --data data/sample
    """
    from resellerrisk.state import check_nights, follows_nights, open_state, stale_files

    if follows_nights(state):
        first, waiting = check_nights(state, data)
        say.print(
            f"The state in {state} is whole and of this program. It follows nights from {first} on.",
            markup=False,
        )
        if waiting:
            say.print(f"The next night takes in {len(waiting)} files of {data}.", markup=False)
        return
    signals = open_state(state)
    changed = [] if data is None else stale_files(state, data)
    if changed:
        raise InputError(
            f"The tables have changed since the state was built: {', '.join(changed[:5])}.",
            f"{len(changed)} files are new, gone or changed.",
            hint=f"resellerrisk state build {data} --as-of DATE --out {state}",
        )
    say.print(f"The state in {state} is whole and of this program.", markup=False)
    say.print(f"It answers from {signals.until[0]} to before {signals.until[1]}.", markup=False)
