"""Commands about the review desk's store: scores in, outcomes out, settings, users, and its audit log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from resellerrisk.cli.app import app, home
from resellerrisk.cli.options import read_moment
from resellerrisk.cli.output import print_table, say
from resellerrisk.errors import InputError

desk = typer.Typer(
    help="The review desk's store: scores in, outcomes out, settings, users.", no_args_is_help=True
)
audit = typer.Typer(help="The review desk's audit log.", no_args_is_help=True)
app.add_typer(desk, name="desk", rich_help_panel=None)
app.add_typer(audit, name="audit", rich_help_panel=None)

Url = Annotated[
    str | None,
    typer.Option(
        help="The desk's database, without a password. [RESELLERRISK_DESK_URL, else desk.db in the home folder]",
        metavar="URL",
    ),
]


def open_desk(url: str | None = None):
    """The desk that the options mean.

    Raises
    ------
    InputError
        What the desk needs is not installed.
    """
    try:
        from resellerrisk.desk import Desk

        return Desk(url, home=home().folder)
    except ModuleNotFoundError as missing:
        raise InputError(
            f"The review desk needs {missing.name}, which is not installed.",
            hint="pip install 'resellerrisk[review]'; for PostgreSQL 'resellerrisk[review,postgres]'",
        ) from None


@desk.command()
def load(
    folder: Annotated[Path, typer.Argument(help="What `score --out` wrote.", metavar="FOLDER")],
    data: Annotated[Path | None, typer.Option(help="The contract's tables, for the accounts' names.")] = None,
    url: Url = None,
) -> None:
    """Load scores into the desk; the same scores twice change nothing.

    Example: resellerrisk desk load scores --data data/sample
    """
    from resellerrisk.desk import SYSTEM

    with open_desk(url) as store:
        loaded = store.nights.load_folder(SYSTEM, folder, data)
    if loaded.again:
        say.print(f"{folder}: loaded before as night {loaded.night_id}; nothing changed.", markup=False)
        return
    hits = "".join(f", rule {name} hit {count:,}" for name, count in loaded.hits.items())
    say.print(
        f"Night {loaded.night_id}: {loaded.rows:,} scores; {loaded.new:,} cases new to the queue, "
        f"{loaded.returned:,} came back, {loaded.cleared:,} left it{hits}.",
        markup=False,
    )


@desk.command()
def outcomes(
    data: Annotated[Path, typer.Argument(help="Folder of the contract's tables.", metavar="DATA")],
    until: Annotated[
        str | None, typer.Option(help="Only what was decided before then, UTC.", metavar="DATE")
    ] = None,
    url: Url = None,
) -> None:
    """Write the desk's decisions into DATA's outcomes table, from which the next training learns.

    Example: resellerrisk desk outcomes data/sample
    """
    with open_desk(url) as store:
        written, left_out = store.outcomes.merge(data, until and read_moment(until, "--until"))
    say.print(
        f"{written:,} outcomes of the desk in {data}; {left_out:,} of accounts that it does not hold.",
        markup=False,
    )


@desk.command()
def settings(
    out: Annotated[
        Path | None, typer.Option(help="Write the settings in force there as TOML, for `score --settings`.")
    ] = None,
    use: Annotated[
        Path | None,
        typer.Option("--use", help="Settings to put in force, as TOML; what they would have done is shown."),
    ] = None,
    why: Annotated[str | None, typer.Option(help="Why; without it nothing is saved.", metavar="TEXT")] = None,
    url: Url = None,
) -> None:
    """Show the desk's settings, write them to a file, or try others on decided history and save them.

    Example: resellerrisk desk settings --out settings.toml
    """
    from resellerrisk.decisions.settings import read_toml
    from resellerrisk.desk import SYSTEM

    with open_desk(url) as store:
        if use is not None:
            content, seen = read_toml(use, "settings"), store.settings.in_force()
            _show_trials(store.settings.try_out(content))
            if why is None:
                say.print("Not saved. Save them with --why TEXT.")
                return
            store.settings.save(SYSTEM, content, why, seen=seen)
        for edition in store.settings.editions():
            said = f"Edition {edition.id}, {edition.saved_at:%Y-%m-%d %H:%M} by {edition.saved_by}: {edition.why}"
            say.print(said, markup=False)
        if out is not None:
            store.settings.write(out)
            say.print(
                f"The settings in force (edition {store.settings.in_force()}) are in {out}.", markup=False
            )


@desk.command()
def deliver(url: Url = None) -> None:
    """Send the webhook's messages that are due, those of scores and decisions; call it every minute where no review runs.

    Example: resellerrisk desk deliver
    """
    with open_desk(url) as store:
        sent, failed = store.outbox.deliver()
    say.print(f"{sent:,} sent, {failed:,} failed; those are tried again.")


def _show_trials(trials) -> None:
    header = ["subject", "", "fakes", "caught", "honest", "delayed", "blocked", "reviews", "cost"]
    rows = [
        [subject if side == "now" else "", side, *(f"{getattr(figures, name):,}" for name in header[2:])]
        for subject, trial in trials.items()
        for side, figures in (("now", trial.now), ("proposed", trial.proposed))
    ]
    print_table("On decided history", header, rows)


@desk.command()
def users(url: Url = None) -> None:
    """List the desk's users.

    Example: resellerrisk desk users
    """
    with open_desk(url) as store:
        people = store.people.list()
    rows = [
        [user.name, user.role, "yes" if user.active else "no", f"{user.created_at:%Y-%m-%d}"]
        for user in people
    ]
    print_table(f"{len(people)} users", ["name", "role", "may come in", "since"], rows)


@desk.command()
def user(
    name: Annotated[str, typer.Argument(help="The user's name.", metavar="NAME")],
    role: Annotated[
        str | None,
        typer.Option(help="Give this role: viewer, analyst, approver, admin. A new name is added."),
    ] = None,
    close: Annotated[bool, typer.Option("--close", help="Keep the user out; sessions end.")] = False,
    reopen: Annotated[bool, typer.Option("--reopen", help="Let the user in again.")] = False,
    reset: Annotated[
        bool, typer.Option("--reset", help="Print a one-time token for a new password.")
    ] = False,
    url: Url = None,
) -> None:
    """Add or change a user of the desk.

    Example: resellerrisk desk user mira --role approver --reset
    """
    from resellerrisk.desk import SYSTEM, NotThere

    with open_desk(url) as store:
        people = store.people
        if role is not None:
            try:
                people.get(name)
                people.set_role(SYSTEM, name, role)
            except NotThere:
                people.add(SYSTEM, name, role)
        if close or reopen:
            people.set_active(SYSTEM, name, reopen)
        found = people.get(name)
        say.print(
            f"{found.name}: {found.role}, {'may' if found.active else 'may not'} come in.", markup=False
        )
        if reset:
            say.print(
                f"One-time token for a password, 24 hours: {people.reset_link(SYSTEM, name)}", markup=False
            )


@audit.command()
def verify(url: Url = None) -> None:
    """Verify the audit log: its chain, its head, the anchor file, and every decision against what the log says.

    Example: resellerrisk audit verify
    """
    from resellerrisk.desk import ChainBroken

    with open_desk(url) as store:
        verdict = store.audit.verify()
    if not verdict.sound:
        raise ChainBroken(
            f"The audit log of {verdict.entries} entries is not as it was written.",
            "\n".join(verdict.faults[:20]),
            "compare it with an exported copy, and find out who can write the database",
        )
    say.print(
        f"{verdict.entries:,} entries verify, {verdict.anchored:,} of them anchored. Newest: {verdict.head}"
    )


@audit.command()
def export(
    path: Annotated[Path, typer.Argument(help="The file to write, JSON lines.", metavar="FILE")],
    url: Url = None,
) -> None:
    """Write the audit log to a file, an entry a line.

    Example: resellerrisk audit export audit.jsonl
    """
    with open_desk(url) as store:
        count = store.audit.export(path)
    say.print(f"{count:,} entries in {path}.", markup=False)
