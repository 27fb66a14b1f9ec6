"""Commands about who serves: the models, the challenger's nights, promotion, rollback, the ledger. Building is another command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from resellerrisk.cli.app import app, home
from resellerrisk.cli.options import (
    AsOf,
    Data,
    Limit,
    SettingsFile,
    Subject,
    read_moment,
    read_moments,
)
from resellerrisk.cli.output import print_table, progress, read_tables, say
from resellerrisk.jobs.exits import Exit

#: The exit code of a refusal, as of every job: done, and a person should look at it.
REFUSED = int(Exit.LOOK)
Why = Annotated[str, typer.Option(help="Why, for the ledger.", metavar="TEXT")]
Who = Annotated[
    str | None, typer.Option(help="Who asks for it; the system's user by default.", metavar="NAME")
]
RulesFile = Annotated[
    Path | None, typer.Option("--rules", help="The gate's rules as TOML; packaged ones by default.")
]
Judged = Annotated[
    str, typer.Option(help="When it is judged, UTC: outcomes decided before count.", metavar="DATE")
]


@app.command()
def models(
    subject: Annotated[str | None, typer.Option(help="Only this subject.")] = None,
    follow: Annotated[bool, typer.Option(help="Let MLflow's aliases follow.")] = False,
) -> None:
    """List the versions: when trained, on how many fakes, what their held-out time gave, and which serves.

    Example: resellerrisk models
    """
    from resellerrisk.tracking import follow_aliases, list_models

    frame = list_models(home(), subject)
    print_table(f"{len(frame)} models in {home().folder}", list(frame), frame.astype(str).to_numpy().tolist())
    if follow:
        for name in sorted(set(frame["subject"])):
            follow_aliases(home(), name)


@app.command()
def challenge(
    model: Annotated[str, typer.Argument(help="SUBJECT/VERSION, such as account/3.", metavar="MODEL")],
    why: Why,
    who: Who = None,
) -> None:
    """Let a version be scored beside the champion from now on; nobody acts upon what it says.

    Example: resellerrisk challenge account/3 --why "a month more of data"
    """
    from resellerrisk.tracking import name_challenger

    home().find("account", model)
    subject, _, version = model.partition("/")
    entry = name_challenger(home(), subject, int(version), why=why, who=who)
    say.print(f"{model} is scored beside {subject}/{entry['figures']['champion']}.")


@app.command()
def shadow(
    data: Data,
    subject: Subject,
    as_of: AsOf = None,
    since: Annotated[
        str | None, typer.Option(help="Applications or orders from then on.", metavar="DATE")
    ] = None,
    settings: SettingsFile = None,
    limit: Limit = 0.05,
) -> None:
    """Score one night with champion and challenger, and keep both for the gate.

    Example: resellerrisk shadow data/sample --subject account --as-of 2020-06-30
    """
    from resellerrisk.decisions import read_settings
    from resellerrisk.tracking import shadow_score

    moments = read_moments(as_of=as_of, since=since)
    chosen = read_settings(settings)
    market = read_tables(data, limit, None)
    with progress.status("scoring with both"):
        path = shadow_score(market, home(), subject, settings=chosen, **moments)
    say.print(
        f"Both are in {path}." if path else "No challenger that was trained before that night.", markup=False
    )


@app.command()
def gate(data: Data, subject: Subject, as_of: Judged, rules: RulesFile = None, limit: Limit = 0.05) -> None:
    """Say whether the challenger may take the champion's place, with figures. Changes nothing; exit code 4 is a no.

    Example: resellerrisk gate data/sample --subject account --as-of 2020-12-31
    """
    from resellerrisk.tracking import judge_challenger, read_rules

    moment, held = read_moment(as_of, "--as-of"), read_rules(rules)
    market = read_tables(data, limit, None)
    with progress.status("comparing"):
        verdict = judge_challenger(market, home(), subject, moment, rules=held)
    _tell(verdict)


@app.command()
def promote(
    data: Data,
    subject: Subject,
    as_of: Judged,
    why: Why,
    who: Who = None,
    rules: RulesFile = None,
    limit: Limit = 0.05,
) -> None:
    """Let the challenger take the champion's place if the gate agrees. Exit code 4 is a refusal; both are written down.

    Example: resellerrisk promote data/sample --subject account --as-of 2020-12-31 --why "a month more of data"
    """
    from resellerrisk.tracking import promote as promote_challenger
    from resellerrisk.tracking import read_rules

    moment, held = read_moment(as_of, "--as-of"), read_rules(rules)
    market = read_tables(data, limit, None)
    with progress.status("comparing"):
        verdict = promote_challenger(market, home(), subject, moment, why=why, who=who, rules=held)
    _tell(verdict)


@app.command()
def rollback(
    subject: Subject,
    why: Why,
    to: Annotated[int | None, typer.Option(help="A version; by default the one that served before.")] = None,
    who: Who = None,
) -> None:
    """Let the version that served before serve again. The gate is not asked.

    Example: resellerrisk rollback --subject account --why "the desk sees too many hobby shops"
    """
    from resellerrisk.tracking import rollback as roll_back

    entry = roll_back(home(), subject, why=why, who=who, to=to)
    say.print(
        f"{subject}/{entry['version']} serves again, instead of {subject}/{entry['figures']['instead_of']}."
    )


@app.command()
def ledger(
    subject: Annotated[str | None, typer.Option(help="Only this subject.")] = None,
    format: Annotated[str, typer.Option(help="table, or json with the figures.")] = "table",
) -> None:
    """Tell who let which model serve, when and why. A changed entry is refused.

    Example: resellerrisk ledger --format json
    """
    from resellerrisk.tracking import ledger_of

    book = ledger_of(home())
    if format == "json":
        for entry in book.read(subject):
            say.print(json.dumps(entry, ensure_ascii=False), markup=False)
        return
    frame = book.to_frame(subject)
    print_table(f"{len(frame)} entries, none changed", list(frame), frame.astype(str).to_numpy().tolist())


def _tell(verdict) -> None:
    """Print a verdict; a refusal ends with its exit code."""
    rows = [["yes" if check.passed else "NO", check.name, check.told] for check in verdict.checks]
    title = f"{verdict.subject}/{verdict.challenger} beside {verdict.subject}/{verdict.champion}"
    print_table(title, ["holds", "rule", "what was seen"], rows)
    say.print("The gate agrees." if verdict.passed else "The gate refuses.")
    if not verdict.passed:
        raise typer.Exit(REFUSED)
