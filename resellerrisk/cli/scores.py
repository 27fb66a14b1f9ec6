"""Commands that score and explain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from resellerrisk.cli.app import app, home
from resellerrisk.cli.engines import check_engine, check_state_options, score_elsewhere, score_from_state
from resellerrisk.cli.options import (
    AsOf,
    Data,
    Engine,
    Limit,
    Master,
    Model,
    OutAnywhere,
    Quarantine,
    SettingsFile,
    StateFolder,
    Subject,
    check_format,
    read_moment,
    read_moments,
)
from resellerrisk.cli.output import progress, read_tables, say, show_scores, write_run
from resellerrisk.jobs import whole_folder


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
    out: OutAnywhere = None,
    format: Annotated[str, typer.Option(help="parquet or csv.")] = "parquet",
    limit: Limit = 0.05,
    quarantine: Quarantine = None,
    engine: Engine = "memory",
    master: Master = None,
    state: StateFolder = None,
) -> None:
    """Score accounts at T, or the applications or orders of a time; each score with its reasons.

    Example: resellerrisk score data/sample --subject account --as-of 2020-06-30 --out scores
    """
    from resellerrisk.decisions import read_settings
    from resellerrisk.pipeline import score as score_subjects
    from resellerrisk.tracking import load

    chosen = read_settings(settings)
    moments = read_moments(as_of=as_of, since=since, until=until)
    check_format(format)
    trained = load(home(), subject, model)
    if state is not None:
        check_state_options(subject, engine, quarantine, account)
        score_from_state(data, trained, state, out, format, {"settings": chosen, "limit": limit, **moments})
        return
    if check_engine(engine, master) != "memory":
        asked = {"accounts": account or None, "settings": chosen, "limit": limit, **moments}
        score_elsewhere(engine, data, trained, out, format, quarantine, master, asked)
        return
    market = read_tables(data, limit, quarantine)
    with progress.status("scoring"):
        scored = score_subjects(market, trained, accounts=account or None, settings=chosen, **moments)
    show_scores(scored.scores)
    if out is not None:
        with whole_folder(out) as folder:
            scored.write(folder, format)
            write_run(folder, Path(out), trained, market.fingerprint, market.intake, len(scored.scores))


@app.command()
def explain(
    data: Data,
    account_id: Annotated[str, typer.Argument(help="The account.", metavar="ACCOUNT_ID")],
    as_of: Annotated[str, typer.Option(help="The moment T, UTC.", metavar="DATE")],
    out: Annotated[Path | None, typer.Option(help="The page to write; ACCOUNT_ID.html by default.")] = None,
    model: Model = None,
    settings: SettingsFile = None,
    limit: Limit = 0.05,
    lang: Annotated[str, typer.Option(help="Language of the page: en, fr, de, nl.")] = "en",
) -> None:
    """Write the case page of an account: one HTML file, no request to anywhere.

    Example: resellerrisk explain data/sample A00012 --as-of 2020-06-30 --out case.html
    """
    from resellerrisk.decisions import read_settings
    from resellerrisk.pipeline import explain as explain_account
    from resellerrisk.reasons import write_case
    from resellerrisk.tracking import load
    from resellerrisk.translations import read_language

    moment, chosen = read_moment(as_of, "--as-of"), read_settings(settings)
    language = read_language(lang)
    trained = load(home(), "account", model)
    market = read_tables(data, limit, None)
    with progress.status("explaining"):
        case = explain_account(
            market, trained, account_id, as_of=moment, settings=chosen, language=language.tag
        )
    page = out or Path(f"{account_id}.html")
    page.parent.mkdir(parents=True, exist_ok=True)
    write_case(case, page)
    say.print(f"{account_id}: score {case.score}, {case.action}. Open {page}", markup=False)
