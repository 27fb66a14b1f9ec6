"""Commands that make and judge models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from resellerrisk.cli.app import app, home
from resellerrisk.cli.options import (
    Data,
    Limit,
    Out,
    Quarantine,
    SettingsFile,
    Subject,
    read_moment,
)
from resellerrisk.cli.output import progress, read_tables, say
from resellerrisk.vocabulary import UNLABELLED


@app.command()
def train(
    data: Data,
    subject: Subject,
    as_of: Annotated[str, typer.Option(help="The training moment T, UTC.", metavar="DATE")],
    seed: Annotated[int, typer.Option(help="Same data, same seed, same bytes.")] = 0,
    unlabelled: Annotated[
        str, typer.Option(help=f"Accounts nobody decided about: {', '.join(UNLABELLED)}.")
    ] = UNLABELLED[0],
    limit: Limit = 0.05,
    quarantine: Quarantine = None,
) -> None:
    """Train a model on what was known before T, and register it; it serves where none does yet.

    Example: resellerrisk train data/sample --subject account --as-of 2019-12-31
    """
    from resellerrisk.pipeline import train as train_model
    from resellerrisk.tracking import keep

    moment = read_moment(as_of, "--as-of")
    market = read_tables(data, limit, quarantine)
    with progress.status(f"training on what was known before {moment}"):
        trained, serves = keep(home(), train_model(market, subject, moment, seed=seed, unlabelled=unlabelled))
    facts = trained.facts
    say.print(
        f"Model {trained.version}: {facts['signals']} signals, {facts['snapshots']:,} snapshots of {facts['accounts']:,} accounts, "
        f"{facts['fakes']} confirmed fakes."
    )
    if trained.model.training_["note"]:
        say.print(trained.model.training_["note"], markup=False)
    say.print("It serves now." if serves else f"The champion is still {subject}/{home().champion(subject)}.")


@app.command()
def evaluate(
    data: Data,
    subject: Subject,
    as_of: Annotated[str, typer.Option(help="Train before T, judge on moments after it.", metavar="DATE")],
    truth: Annotated[
        Path | None, typer.Option(help="Who is fake, since when: account_id, is_fake, ring, since.")
    ] = None,
    settings: SettingsFile = None,
    out: Out = None,
    limit: Limit = 0.05,
) -> None:
    """Train before T and judge on later moments, beside a logistic regression and a one-line rule.

    Without --truth the outcomes known at the end of the data are the judge.

    Example: resellerrisk evaluate data/sample --subject account --as-of 2019-12-31 --out report
    """
    from resellerrisk.decisions import read_settings
    from resellerrisk.pipeline import evaluate as evaluate_subject

    moment, chosen = read_moment(as_of, "--as-of"), read_settings(settings)
    market = read_tables(data, limit, None)
    with progress.status("evaluating"):
        evaluation = evaluate_subject(market, subject, moment, truth=truth, settings=chosen)
    say.print(evaluation.to_markdown(), markup=False)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        evaluation.write_html(out / "evaluation.html")
        evaluation.to_json(out / "evaluation.json")
        (out / "evaluation.md").write_text(evaluation.to_markdown(), "utf-8")
        say.print(f"The report is in {out}.")
