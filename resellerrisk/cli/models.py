"""Commands that make and judge models."""

from __future__ import annotations

import json
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
from resellerrisk.errors import InputError
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
    parameters: Annotated[
        Path | None, typer.Option(help="Parameters of the model as JSON, such as tune writes.")
    ] = None,
    report: Annotated[
        bool, typer.Option(help="Measure also what each family of signals gives: takes minutes.")
    ] = False,
    challenge: Annotated[bool, typer.Option(help="Score it beside the champion from now on.")] = False,
    settings: SettingsFile = None,
    limit: Limit = 0.05,
    quarantine: Quarantine = None,
) -> None:
    """Train a model on what was known before T, and register it with its report; it serves where none does yet.

    Example: resellerrisk train data/sample --subject account --as-of 2019-12-31
    """
    from resellerrisk.decisions import read_settings
    from resellerrisk.tracking import retrain

    moment, chosen, grown = (
        read_moment(as_of, "--as-of"),
        read_settings(settings),
        read_parameters(parameters),
    )
    market = read_tables(data, limit, quarantine)
    with progress.status(f"training on what was known before {moment}"):
        kept = retrain(
            market,
            home(),
            subject,
            moment,
            seed=seed,
            unlabelled=unlabelled,
            settings=chosen,
            ablation=report,
            challenge=challenge,
            **grown,
        )
    facts, name = kept.trained.facts, kept.trained.version
    if not kept.new:
        say.print(f"Model {name} is this very model, to the byte; nothing was added.")
    say.print(
        f"Model {name}: {facts['signals']} signals, {facts['snapshots']:,} snapshots of {facts['accounts']:,} accounts, "
        f"{facts['fakes']} confirmed fakes."
    )
    for note in filter(None, (kept.trained.model.training_["note"], kept.note)):
        say.print(note, markup=False)
    say.print(f"Its card, and how it did on time held out: {kept.report}", markup=False)
    say.print(
        "It serves now." if kept.serves else f"The champion is still {subject}/{home().champion(subject)}."
    )


def read_parameters(path: Path | None) -> dict:
    """Parameters of the model from a JSON file; none where no file is named.

    Raises
    ------
    InputError
        No such file, or none that holds a JSON object of the model's parameters.
    """
    if path is None:
        return {}
    from resellerrisk.model import RiskModel

    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"The parameters {path} cannot be read: {error}.", hint="resellerrisk tune"
        ) from None
    known = RiskModel().get_params(deep=False)
    unknown = (
        sorted(set(content) - set(known)) if isinstance(content, dict) else ["no object of names and values"]
    )
    if unknown:
        raise InputError(
            f"The parameters {path} hold what the model does not take: {', '.join(unknown)}.",
            f"It takes {', '.join(known)}.",
        )
    return content


@app.command()
def evaluate(
    data: Data,
    subject: Subject,
    as_of: Annotated[str, typer.Option(help="Train before T, judge on moments after it.", metavar="DATE")],
    truth: Annotated[
        Path | None, typer.Option(help="Who is fake, since when: account_id, is_fake, ring, since.")
    ] = None,
    settings: SettingsFile = None,
    ablation: Annotated[
        bool,
        typer.Option("--ablation", help="Also what each family of signals gives; fits twenty models more."),
    ] = False,
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
        evaluation = evaluate_subject(
            market, subject, moment, truth=truth, settings=chosen, ablation=ablation
        )
    say.print(evaluation.to_markdown(), markup=False)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        evaluation.write_html(out / "evaluation.html")
        evaluation.to_json(out / "evaluation.json")
        (out / "evaluation.md").write_text(evaluation.to_markdown(), "utf-8")
        say.print(f"The report is in {out}.")
