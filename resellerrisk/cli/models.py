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
from resellerrisk.cli.output import progress, read_tables, say, write_facts
from resellerrisk.errors import InputError
from resellerrisk.jobs import whole_folder, write_whole
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
    challenge: Annotated[bool, typer.Option(help="Score it beside the champion from now on.")] = False,
    ablation: Annotated[
        bool,
        typer.Option(
            "--ablation", help="What each family gives, in the report and the run; twenty trainings more."
        ),
    ] = False,
    settings: SettingsFile = None,
    limit: Limit = 0.05,
    quarantine: Quarantine = None,
) -> None:
    """Train a model on what was known before T, and register it with its report; it serves where none does yet.

    Example: resellerrisk train data/sample --subject account --as-of 2019-12-31
    """
    from resellerrisk.decisions import read_settings
    from resellerrisk.pipeline.training import SERVES
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
            challenge=challenge,
            ablation=ablation,
            **grown,
        )
    facts, name = kept.trained.facts, kept.trained.version
    if not kept.new:
        say.print(f"Model {name} is this very model, to the byte; nothing was added.")
    say.print(
        f"Model {name}: {facts['signals']} signals, {facts['snapshots']:,} snapshots of {facts['accounts']:,} accounts, "
        f"{facts['fakes']} confirmed fakes."
    )
    say.print(f"{SERVES[facts['serves']]}. {facts['why']}", markup=False)
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
def tune(
    data: Data,
    subject: Subject,
    as_of: Annotated[str, typer.Option(help="Only what was known before T counts, UTC.", metavar="DATE")],
    out: Annotated[Path, typer.Option(help="The JSON file to write the parameters to.", metavar="FILE")],
    minutes: Annotated[
        float | None, typer.Option(help="After so long no further trial begins.", min=0)
    ] = None,
    trials: Annotated[int | None, typer.Option(help="At most so many; then repeatable.", min=1)] = None,
    splits: Annotated[int, typer.Option(help="Folds, one after the other in time.", min=1)] = 4,
    gap_days: Annotated[float, typer.Option(help="Days between training and test.", min=0)] = 30.0,
    seed: Annotated[int, typer.Option(help="Same data, same seed, same trials.")] = 0,
    limit: Limit = 0.05,
) -> None:
    """Search the model's parameters by cross-validation in time, within a budget; train takes what it writes.

    Example: resellerrisk tune data/sample --subject account --as-of 2019-12-31 --minutes 10 --out parameters.json
    """
    from resellerrisk.matrix import prepare_signals
    from resellerrisk.pipeline.tuning import tune_subject

    moment = read_moment(as_of, "--as-of")
    if minutes is None and trials is None:
        raise InputError("It is not said how long to search.", hint="--minutes 10, or --trials 50")
    market = read_tables(data, limit, None)
    with progress.status("searching"):
        tuned = tune_subject(
            prepare_signals(market),
            subject,
            moment,
            splits=splits,
            gap_days=gap_days,
            seconds=None if minutes is None else 60 * minutes,
            trials=trials,
            seed=seed,
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, json.dumps(tuned.parameters, indent=1) + "\n")
    found = "others are better" if tuned.better else "the present ones stay"
    say.print(
        f"{len(tuned.trials)} whole trials: {found}. The best gained {tuned.gain:+.4f} of average precision, the folds' noise "
        f"is {tuned.noise:.4f}."
    )
    say.print(f"Train with: --parameters {out}", markup=False)


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
        with whole_folder(out) as folder:
            evaluation.write_html(folder / "evaluation.html")
            evaluation.to_json(folder / "evaluation.json")
            (folder / "evaluation.md").write_text(evaluation.to_markdown(), "utf-8")
            facts = {"subject": subject, "as_of": moment.isoformat(), "data_fingerprint": market.fingerprint}
            write_facts(folder, facts)
        say.print(f"The report is in {out}.")
