"""The command that watches a night: is tonight like other nights, and did the scores come true."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from resellerrisk.cli.app import app, home
from resellerrisk.cli.options import Data, Limit, Out, SettingsFile, read_moment
from resellerrisk.cli.output import progress, read_tables, say, write_facts


@app.command()
def watch(
    data: Data,
    as_of: Annotated[
        str, typer.Option(help="The moment T, UTC: the night is the day before it.", metavar="DATE")
    ],
    settings: SettingsFile = None,
    watch_settings: Annotated[
        Path | None, typer.Option(help="What is raised, as TOML; packaged thresholds by default.")
    ] = None,
    out: Out = None,
    limit: Limit = 0.05,
) -> None:
    """Watch the night before T: data, signals, scores and what turned out; exit code 4 where something is raised.

    The models that serve are watched; without one, the data alone.

    Example: resellerrisk watch data/sample --as-of 2019-12-31 --out night
    """
    from resellerrisk.decisions import read_settings
    from resellerrisk.jobs import Exit, whole_folder
    from resellerrisk.tracking import load_serving
    from resellerrisk.watch import read_watch_settings, watch_night

    moment, chosen = read_moment(as_of, "--as-of"), read_settings(settings)
    thresholds, models = read_watch_settings(watch_settings), load_serving(home())
    market = read_tables(data, limit, None)
    with progress.status("watching"):
        watched = watch_night(market, models, as_of=moment, settings=chosen, watch_settings=thresholds)
    for note in watched.notes:
        say.print(note, markup=False)
    say.print(
        f"{watched.conditions['figures looked at']} figures looked at; {len(watched.findings)} to look at."
    )
    for finding in watched.findings:
        say.print(f"  {finding.text} [{finding.window}]", markup=False)
    if out is not None:
        with whole_folder(out) as folder:
            page = watched.write(folder)[0].name
            write_facts(folder, {"as_of": moment.isoformat(), "data_fingerprint": market.fingerprint})
        say.print(f"Open {out / page}", markup=False)
    if watched.raised:
        raise typer.Exit(Exit.LOOK)
