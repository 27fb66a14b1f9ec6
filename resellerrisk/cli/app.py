"""The commands. Each reads its words, calls one verb, and says in a few lines what came of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from resellerrisk.errors import InputError, ResellerRiskError
from resellerrisk.vocabulary import SUBJECTS, UNLABELLED

app = typer.Typer(
    help="Finds fake retailers among a disc distributor's accounts, and says why.\n\n"
    "DATA is a folder of the contract's tables as NAME.parquet or NAME.csv (data/dictionary.md).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
say = Console(highlight=False, soft_wrap=True)
progress = Console(stderr=True, highlight=False, soft_wrap=True)
state = {"home": None}

Data = Annotated[Path, typer.Argument(help="Folder of the contract's tables.", metavar="DATA")]
Subject = Annotated[str, typer.Option(help=f"What is looked at: {', '.join(SUBJECTS)}.")]
AsOf = Annotated[
    str | None, typer.Option(help="The moment T, UTC: only what was known before it counts.", metavar="DATE")
]
Limit = Annotated[
    float, typer.Option(help="Share of a table's rows that may be set aside before the run stops.")
]
Quarantine = Annotated[
    Path | None, typer.Option(help="Folder for the rows that are set aside, with the reason.")
]
Model = Annotated[
    str | None, typer.Option(help="A model's folder, or SUBJECT/VERSION; the champion by default.")
]
SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="Costs and capacity as TOML; packaged ones by default.")
]
Out = Annotated[Path | None, typer.Option(help="Folder for the results.")]


@app.callback()
def options(
    home: Annotated[
        Path | None,
        typer.Option(help="Home folder: models and MLflow store. [RESELLERRISK_HOME, else .resellerrisk]"),
    ] = None,
    debug: Annotated[bool, typer.Option(help="Show the traceback of an error.")] = False,
) -> None:
    """Set what holds for every command."""
    state["home"] = home


@app.command()
def simulate(
    out: Annotated[Path, typer.Argument(help="Folder to write the market to.", metavar="OUT")],
    accounts: Annotated[int, typer.Option(help="How many accounts.", min=20)] = 1500,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 0,
    start: Annotated[str, typer.Option(help="First day of ordering.", metavar="DATE")] = "2017-01-01",
    end: Annotated[str, typer.Option(help="Last day of ordering.", metavar="DATE")] = "2020-12-31",
    setting: Annotated[
        str, typer.Option(help="Kind of market: port, few_leaks, look_alikes, patient.")
    ] = "port",
    format: Annotated[str, typer.Option(help="parquet or csv.")] = "parquet",
) -> None:
    """Simulate a market in the contract, with the truth beside it in OUT/truth.

    Example: resellerrisk simulate my-market --accounts 500 --seed 1
    """
    from resellerrisk.simulate import simulate_market

    counts = simulate_market(
        out, accounts=accounts, seed=seed, start=start, end=end, setting=setting, format=format
    )
    _table(
        "Written to " + str(out), ["table", "rows"], [[name, f"{rows:,}"] for name, rows in counts.items()]
    )


@app.command()
def check(data: Data, limit: Limit = 0.05) -> None:
    """Check a folder of tables against the contract; every fault is named, nothing is changed.

    Example: resellerrisk check data/sample
    """
    from resellerrisk.tables import check_market

    report = check_market(data, limit=limit)
    say.print(report.render(), markup=False)
    if not report.ok:
        raise typer.Exit(2)


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
    market = _read(data, limit, quarantine)
    with progress.status(f"training on what was known before {moment}"):
        trained, serves = keep(
            _home(), train_model(market, subject, moment, seed=seed, unlabelled=unlabelled)
        )
    facts = trained.facts
    say.print(
        f"Model {trained.version}: {facts['signals']} signals, {facts['snapshots']:,} snapshots of {facts['accounts']:,} accounts, "
        f"{facts['fakes']} confirmed fakes."
    )
    if trained.model.training_["note"]:
        say.print(trained.model.training_["note"], markup=False)
    say.print("It serves now." if serves else f"The champion is still {subject}/{_home().champion(subject)}.")


@app.command()
def score(
    data: Data,
    subject: Subject,
    as_of: AsOf = None,
    since: Annotated[
        str | None, typer.Option(help="Applications or orders from then on.", metavar="DATE")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Applications or orders before then.", metavar="DATE")
    ] = None,
    account: Annotated[list[str] | None, typer.Option(help="Only this account; may be repeated.")] = None,
    model: Model = None,
    settings: SettingsFile = None,
    out: Out = None,
    format: Annotated[str, typer.Option(help="parquet or csv.")] = "parquet",
    limit: Limit = 0.05,
    quarantine: Quarantine = None,
) -> None:
    """Score accounts at T, or the applications or orders of a time; each score with its reasons.

    Example: resellerrisk score data/sample --subject account --as-of 2020-06-30 --out scores
    """
    from resellerrisk.decisions import read_settings
    from resellerrisk.pipeline import score as score_subjects
    from resellerrisk.tracking import load

    chosen = read_settings(settings)
    moments = {
        name: value and read_moment(value, f"--{name.replace('_', '-')}")
        for name, value in (("as_of", as_of), ("since", since), ("until", until))
    }
    _check_format(format)
    trained = load(_home(), subject, model)
    market = _read(data, limit, quarantine)
    with progress.status("scoring"):
        scored = score_subjects(market, trained, accounts=account or None, settings=chosen, **moments)
    show_scores(scored.scores)
    if out is not None:
        scored.write(out, format)
        (out / "run.json").write_text(_run_facts(market, trained, scored), "utf-8")
        say.print(f"{len(scored.scores):,} rows in {out}: scores, contributions, signals, run.json.")


@app.command()
def explain(
    data: Data,
    account_id: Annotated[str, typer.Argument(help="The account.", metavar="ACCOUNT_ID")],
    as_of: Annotated[str, typer.Option(help="The moment T, UTC.", metavar="DATE")],
    out: Annotated[Path | None, typer.Option(help="The page to write; ACCOUNT_ID.html by default.")] = None,
    model: Model = None,
    settings: SettingsFile = None,
    limit: Limit = 0.05,
) -> None:
    """Write the case page of an account: one HTML file, no request to anywhere.

    Example: resellerrisk explain data/sample A00012 --as-of 2020-06-30 --out case.html
    """
    from resellerrisk.decisions import read_settings
    from resellerrisk.pipeline import explain as explain_account
    from resellerrisk.reasons import write_case
    from resellerrisk.tracking import load

    moment, chosen = read_moment(as_of, "--as-of"), read_settings(settings)
    trained = load(_home(), "account", model)
    market = _read(data, limit, None)
    with progress.status("explaining"):
        case = explain_account(market, trained, account_id, as_of=moment, settings=chosen)
    page = out or Path(f"{account_id}.html")
    page.parent.mkdir(parents=True, exist_ok=True)
    write_case(case, page)
    say.print(f"{account_id}: score {case.score}, {case.action}. Open {page}", markup=False)


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
    market = _read(data, limit, None)
    with progress.status("evaluating"):
        evaluation = evaluate_subject(market, subject, moment, truth=truth, settings=chosen)
    say.print(evaluation.to_markdown(), markup=False)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        evaluation.write_html(out / "evaluation.html")
        evaluation.to_json(out / "evaluation.json")
        (out / "evaluation.md").write_text(evaluation.to_markdown(), "utf-8")
        say.print(f"The report is in {out}.")


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
        _table(f"{len(frame)} signals", list(frame.columns), frame.astype(str).to_numpy().tolist())


def run() -> None:
    """Run a command; an error of the user's becomes a message and exit code 2."""
    debug = "--debug" in sys.argv
    try:
        app()
    except ResellerRiskError as error:
        if debug:
            raise
        progress.print(str(error), markup=False)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def read_moment(text: str, option: str):
    """A moment from the command line, UTC.

    Raises
    ------
    InputError
        Where the text is no time.

    Examples
    --------
    >>> read_moment("2020-06-30", "--as-of")
    Timestamp('2020-06-30 00:00:00')
    """
    import pandas as pd

    try:
        moment = pd.Timestamp(text)
    except ValueError:
        moment = pd.NaT
    if moment is pd.NaT:
        raise InputError(f"{option} {text!r} is no time.", hint=f"{option} 2020-06-30")
    return moment.tz_convert("UTC").tz_localize(None) if moment.tzinfo else moment


def show_scores(scores, count: int = 10) -> None:
    """Print the highest scores with their first reason, and how many got which action."""
    top = scores.nlargest(count, "probability")
    keys = [name for name in ("account_id", "order_id") if name in scores]
    rows = [
        [*(str(row[key]) for key in keys), str(row["score"]), row["band"], row["action"], row["reason_1"]]
        for _, row in top.iterrows()
    ]
    _table(f"The highest of {len(scores):,}", [*keys, "score", "band", "action", "first reason"], rows)
    counts = scores["action"].value_counts()
    say.print(
        "Actions: " + (", ".join(f"{name} {number:,}" for name, number in counts.items() if number) or "none")
    )


def _read(data: Path, limit: float, quarantine: Path | None):
    from resellerrisk.tables import read_market

    with progress.status(f"reading {data}"):
        market = read_market(data, limit=limit, quarantine=quarantine)
    intake = market.intake
    aside = int(intake["quarantined"].sum())
    progress.print(
        f"{data}: {int(intake['read'].sum()):,} rows read = {int(intake['used'].sum()):,} used + {aside:,} set aside."
    )
    if aside:
        for row in intake[intake["quarantined"] > 0].itertuples():
            progress.print(
                f"  {row.table}: {row.quarantined:,} of {row.read:,} set aside (resellerrisk check {data} says why)"
            )
    return market


def _run_facts(market, trained, scored) -> str:
    import json

    facts = {
        "model_version": trained.version,
        "model_as_of": trained.facts["as_of"],
        "data_fingerprint": market.fingerprint,
        "rows": market.intake.to_dict("records"),
        "scored": len(scored.scores),
    }
    return json.dumps(facts, indent=2) + "\n"


def _home():
    from resellerrisk.tracking import Home

    return Home(state["home"])


def _check_format(format: str) -> None:
    if format not in {"parquet", "csv"}:
        raise InputError(f"--format {format!r} is not known.", "There is: parquet, csv.")


def _table(title: str, header: list[str], rows: list[list[str]]) -> None:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in header:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row)
    (say if sys.stdout.isatty() else Console(highlight=False, width=200)).print(table, markup=False)
