"""The command that serves the review desk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from resellerrisk.cli.app import app, home
from resellerrisk.cli.options import Limit
from resellerrisk.cli.output import progress, read_tables
from resellerrisk.errors import InputError


@app.command()
def review(
    data: Annotated[
        str | None,
        typer.Argument(
            help="The contract's tables, to explain cases and score applications.", metavar="[DATA]"
        ),
    ] = None,
    scores: Annotated[
        list[Path] | None, typer.Option(help="Folder of scores to load first; may be repeated.")
    ] = None,
    days: Annotated[
        int, typer.Option(help="Without --scores: the applications and orders of so many days.", min=1)
    ] = 7,
    host: Annotated[
        str, typer.Option(help="Address to listen on; other machines come in only where you say so.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8600,
    name: Annotated[
        list[str] | None, typer.Option(help="Host name browsers use for it; may be repeated.")
    ] = None,
    https: Annotated[
        bool, typer.Option("--https", help="Browsers reach it by https, through a proxy in front.")
    ] = False,
    proxy_header: Annotated[
        str, typer.Option(help="Header in which a reverse proxy names the user it let in.")
    ] = "",
    proxy_address: Annotated[
        list[str] | None, typer.Option(help="The proxy's address; this machine by default.")
    ] = None,
    proxy_role: Annotated[
        str | None, typer.Option(help="Role of users the proxy names first; without it they stay out.")
    ] = None,
    limit: Limit = 0.05,
) -> None:
    """Serve the review desk to a browser. The first start prints a one-time link for the admin.

    With DATA and no --scores, what the serving models say as of the newest day is scored and loaded first.

    Example: resellerrisk review data/sample --port 8600
    """
    try:
        from resellerrisk.desk.web.app import make_app
        from resellerrisk.desk.web.chores import Chores
        from resellerrisk.desk.web.guard import LOCAL_HOSTS, Door
        from resellerrisk.desk.web.serving import is_local, serve
    except ModuleNotFoundError as error:
        raise InputError(
            f"The review desk needs {error.name}.", hint="pip install 'resellerrisk[review]'"
        ) from None
    from resellerrisk.desk import Desk

    known = tuple(one.lower() for one in name or ())
    if not is_local(host) and not (known or host not in {"0.0.0.0", "::"}):
        raise InputError(
            f"{host} lets every machine in, and it is not said under which name.", hint="--name desk.example"
        )
    told = Door(
        hosts=(*LOCAL_HOSTS, host, *known),
        https=https,
        proxy_header=proxy_header,
        proxies=tuple(proxy_address or Door.proxies),
        proxy_role=proxy_role,
    )

    with Desk(home=home().folder) as desk:

        def ready(address: str) -> None:
            link = desk.people.first_link()
            progress.print(f"Review desk: {address}", markup=False)
            if link:
                progress.print(
                    f"Nobody is known yet. Make the admin, once, within 24 hours:\n{address}/welcome?token={link}",
                    markup=False,
                    soft_wrap=True,
                )

        portfolio = None if data is None else _open(data, limit)
        _load(desk, portfolio, data, scores or [], days)
        with Chores(desk):
            serve(make_app(desk, portfolio=portfolio, door=told), host, port, ready)


def _open(data: str, limit: float):
    """The market with the models that serve, ready for the first case."""
    from resellerrisk.desk.web.portfolio import Portfolio
    from resellerrisk.tracking import load, load_serving

    market = read_tables(data, limit, None)
    with progress.status("making ready"):
        portfolio = Portfolio(
            market, load_serving(home()), lambda subject, version: load(home(), subject, version)
        )
        portfolio.prepare()
    return portfolio


def _load(desk, portfolio, data: str | None, folders: list[Path], days: int) -> None:
    """Load the folders of scores; without one, score what the desk has no newer scores of."""
    from pandas import Timedelta

    from resellerrisk.desk import SYSTEM

    for folder in folders:
        found = desk.nights.load_folder(SYSTEM, folder, data)
        progress.print(
            f"{folder}: {found.rows} scores, {found.new + found.returned} cases to look at.", markup=False
        )
    if portfolio is None or folders:
        return
    accounts = portfolio.market.accounts[["account_id", "legal_name", "trading_name"]].astype(object)
    for subject in portfolio.models:
        newest = desk.nights.newest(subject)
        if newest is not None and newest >= portfolio.as_of - (subject != "account") * Timedelta(days=days):
            continue
        with progress.status(f"scoring: {subject}"):
            scored = portfolio.score_all(subject, days, desk.settings.current())
        if len(scored.scores):
            found = desk.nights.load(SYSTEM, subject, scored.scores, scored.signals, accounts)
            progress.print(f"{subject}: {found.rows} scores, {found.new} cases to look at.", markup=False)
