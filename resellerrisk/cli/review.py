"""The command that serves the review desk."""

from __future__ import annotations

from typing import Annotated

import typer

from resellerrisk.cli.app import app, home
from resellerrisk.cli.output import progress
from resellerrisk.errors import InputError


@app.command()
def review(
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
) -> None:
    """Serve the review desk to a browser. The first start prints a one-time link for the admin.

    Example: resellerrisk review --port 8600
    """
    try:
        from resellerrisk.desk.web.app import make_app
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

        serve(make_app(desk, door=told), host, port, ready)
