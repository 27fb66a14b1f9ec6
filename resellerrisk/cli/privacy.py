"""Commands about one person's data: what is held, handed over or removed."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resellerrisk.cli.app import app, home
from resellerrisk.cli.desk import Url, open_desk
from resellerrisk.cli.options import Data, Limit, read_moment
from resellerrisk.cli.output import print_table, progress, say
from resellerrisk.errors import InputError, ResellerRiskError

if TYPE_CHECKING:
    from resellerrisk.desk import Desk
    from resellerrisk.privacy import Held

privacy = typer.Typer(help="What is held about an account: handed over, or removed.", no_args_is_help=True)
app.add_typer(privacy, name="privacy", rich_help_panel=None)

Account = Annotated[str, typer.Argument(help="The account's id.", metavar="ACCOUNT_ID")]
Results = Annotated[
    list[Path] | None,
    typer.Option(help="A further folder: nights, results, case files, kept state; may be repeated."),
]


@privacy.command()
def export(
    account_id: Account,
    out: Annotated[Path, typer.Option(help="The JSON file to write.", metavar="FILE")],
    results: Results = None,
    data: Annotated[
        str | None, typer.Option(help="DATA, for the account's own rows there.", metavar="DATA")
    ] = None,
    url: Url = None,
) -> None:
    """Write everything that is held about an account to one file: home, results, desk, and DATA where it is named.

    Example: resellerrisk privacy export A00012 --results nights --data data/sample --out A00012.json
    """
    from resellerrisk.jobs import write_whole
    from resellerrisk.privacy.holding import find_files, read_held

    found = find_files(_folders(results), account_id)
    told = {
        "account_id": account_id,
        "files": {str(held.path): read_held(held, account_id) for held in found},
    }
    store = _open_store(url)
    if store is not None:
        with store:
            told["desk"] = store.erasing.held(account_id)
    if data is not None:
        told["data"] = _rows_of(data, account_id)
    write_whole(out, json.dumps(told, indent=1, default=str, ensure_ascii=False) + "\n")
    say.print(f"{len(found)} files hold something about {account_id}; all of it is in {out}.", markup=False)


@privacy.command()
def erase(account_id: Account, results: Results = None, url: Url = None) -> None:
    """Remove an account from home, results, case files and desk, look again, and say what is left.

    The desk's decisions and its audit log stay: they are the record of what was done, and hold ids. DATA is yours: remove the account
    there first, or the next night brings it back. Exit code 4 where something is left that a person must look at.

    Example: resellerrisk privacy erase A00012 --results nights
    """
    from resellerrisk.jobs import Exit
    from resellerrisk.privacy import erase_files

    erased, left = erase_files(_folders(results), account_id)
    for held in erased:
        say.print(f"{held.path}: {held.count} {held.kind} removed", markup=False)
    store = _open_store(url)
    if store is not None:
        with store:
            for name, count in store.erasing.erase(account_id).items():
                say.print(f"desk: {count} {name} removed", markup=False)
            say.print(f"The desk's log verifies: {_verify(store)} entries.", markup=False)
    for held in left:
        progress.print(f"{held.path}: {held.kind} left; {_what_to_do(held)}", markup=False)
    if left:
        raise typer.Exit(Exit.LOOK)
    say.print(f"Looked again: nothing about {account_id} is found.", markup=False)


@privacy.command()
def pseudonymise(
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder for the tables with pseudonyms.", metavar="FOLDER")],
    format: Annotated[str, typer.Option(help="parquet or csv.")] = "parquet",
    limit: Limit = 0.05,
) -> None:
    """Write DATA with keyed pseudonyms for all that names somebody, for those who build models and need to know nobody.

    The key comes from the environment, RESELLERRISK_PSEUDONYM_KEY; the same key gives the same pseudonyms, so that nights fit together.

    Example: resellerrisk privacy pseudonymise data/sample --out for-science
    """
    from resellerrisk.jobs import whole_folder, write_whole
    from resellerrisk.privacy.key import Key
    from resellerrisk.privacy.pseudonyms import pseudonymise as replace
    from resellerrisk.tables import read_market, write_market

    key = Key.from_environment()
    made = replace(read_market(data, limit=limit), key)
    facts = {
        "made": "pseudonyms",
        "key_mark": key.mark,
        "rows": {name: len(frame) for name, frame in made.tables.items()},
        "likenesses_lost": made.likenesses_lost,
    }
    with whole_folder(out) as folder:
        write_market(made.tables, folder, format=format)
        write_whole(folder / "run.json", json.dumps(facts, indent=2) + "\n")
    say.print(
        f"{len(made.tables['accounts'])} accounts under pseudonyms are in {out} (key {key.mark}).",
        markup=False,
    )
    if made.likenesses_lost:
        say.print(
            f"{made.likenesses_lost} pairs of names or addresses nearly alike are so in one of the two only."
        )


@privacy.command()
def resolve(
    data: Data,
    pseudonym: Annotated[list[str], typer.Argument(help="Pseudonyms of accounts.", metavar="PSEUDONYM")],
    limit: Limit = 0.05,
) -> None:
    """Tell which accounts of DATA some pseudonyms stand for; wants the key they were made with.

    Example: resellerrisk privacy resolve data/sample p20180102093011-459c5c9b0c048fb4
    """
    from resellerrisk.privacy.key import Key
    from resellerrisk.privacy.pseudonyms import account_pseudonyms
    from resellerrisk.tables import read_market

    key = Key.from_environment()
    named = account_pseudonyms(read_market(data, limit=limit), key)
    found = {str(made): str(account) for account, made in named.items()}
    for one in pseudonym:
        if one not in found:
            raise InputError(
                f"No account of {data} has the pseudonym {one}.",
                hint=f"use the key whose mark is the key_mark in run.json beside the pseudonyms; this one's is {key.mark}",
            )
    print_table("Accounts", ["pseudonym", "account_id"], [[one, found[one]] for one in pseudonym])


@privacy.command()
def expire(
    results: Results = None,
    url: Url = None,
    periods: Annotated[
        Path | None, typer.Option(help="Periods as TOML; packaged ones by default.", metavar="FILE")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Count from this moment, UTC; now by default.", metavar="DATE")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Remove it; without, it is only listed.")] = False,
) -> None:
    """List what is past its period in home, results, case files, kept states and desk, and with --yes remove it and look again.

    The desk's decisions and its audit log stay; the removal is an entry of the log, and the chain is verified before the command ends.

    Example: resellerrisk privacy expire --results nights --yes
    """
    from datetime import UTC, datetime

    from resellerrisk.privacy.expiring import find_expired, remove_expired
    from resellerrisk.privacy.periods import read_periods

    declared = read_periods(periods)
    now = read_moment(as_of, "--as-of").to_pydatetime() if as_of else datetime.now(UTC).replace(tzinfo=None)
    folders = _folders(results)
    expired = find_expired(folders, declared, now)
    cuts = {kind: period.cut(now) for kind, period in declared.items() if kind.startswith("desk_")}
    store = _open_store(url)
    rows = [[str(held.path), held.kind, held.moment.date().isoformat()] for held in expired]
    with store or nullcontext():
        due = store.expiring.due(cuts) if store else {}
        rows += [[f"desk: {count} rows", kind, f"before {cuts[kind].date()}"] for kind, count in due.items()]
        print_table("Past its period", ["what", "kind", "from"], rows)
        if not yes or not rows:
            say.print("Nothing was removed." if rows else "Nothing is past its period.", markup=False)
            return
        remove_expired(expired, folders)
        if store:
            store.expiring.remove(cuts)
            say.print(f"The desk's log verifies: {_verify(store)} entries.", markup=False)
        left = len(find_expired(folders, declared, now)) + (
            sum(store.expiring.due(cuts).values()) if store else 0
        )
    if left:
        raise ResellerRiskError(f"{left} of what is past its period could not be removed.", hint="look at it")
    say.print(f"Removed {len(rows)}; looked again: nothing is past its period.", markup=False)


def _verify(store: Desk) -> int:
    """Entries of the desk's log, where its chain verifies."""
    verdict = store.audit.verify()
    if verdict.faults:
        raise ResellerRiskError(
            "The desk's log does not verify.", "\n".join(verdict.faults), "resellerrisk audit verify"
        )
    return verdict.entries


def _what_to_do(held: Held) -> str:
    from resellerrisk.state import follows_nights

    if held.kind == "state":
        if follows_nights(held.path):
            return f"remove {held.path}: the next night builds it anew from DATA"
        return f"resellerrisk state build DATA --as-of DATE --out {held.path}"
    return "look at it"


def _folders(results: list[Path] | None) -> list[Path]:
    place = home().folder
    return [*([place] if place.is_dir() else []), *(results or [])]


def _open_store(url: str | None) -> Desk | None:
    """The desk, where there is one."""
    if url or os.environ.get("RESELLERRISK_DESK_URL") or (home().folder / "desk.db").is_file():
        return open_desk(url)
    return None


def _rows_of(data: str, account_id: str) -> dict[str, list[dict]]:
    from resellerrisk.tables import read_market

    rows = {}
    for name, frame in read_market(data, limit=1).tables().items():
        if "account_id" in frame:
            own = frame[frame["account_id"].astype(object) == account_id]
            if len(own):
                rows[name] = json.loads(own.to_json(orient="records", date_format="iso"))
    return rows
