"""Options that several commands share, and how their words are read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from resellerrisk.errors import InputError
from resellerrisk.vocabulary import SUBJECTS


def read_data(text: str) -> str:
    """DATA as it was given; an address with a password goes no further.

    Raises
    ------
    InputError
        A password stands in the address.

    Examples
    --------
    >>> read_data("data/sample")
    'data/sample'
    """
    if "://" in text:
        from resellerrisk.tables.databases import refuse_secret

        refuse_secret(text)
    return text


Data = Annotated[
    str,
    typer.Argument(
        help="Folder of the contract's tables, or a database's address.", metavar="DATA", callback=read_data
    ),
]
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
Engine = Annotated[
    str,
    typer.Option(
        help="memory; parts: part by part, in less memory, parquet only; spark: on a cluster, parquet only."
    ),
]
Master = Annotated[
    str | None,
    typer.Option(
        help="With --engine spark, the cluster: local[2], spark://HOST:7077, yarn, ...; "
        "by default what Spark's configuration says, else this machine."
    ),
]
StateFolder = Annotated[
    Path | None,
    typer.Option(
        help="Folder of a state that follows DATA: only files of DATA that are new since the last night are read; "
        "for orders. Built where there is none.",
        metavar="STATE",
    ),
]
Out = Annotated[Path | None, typer.Option(help="Folder for the results.")]
OutAnywhere = Annotated[
    str | None, typer.Option(help="Folder for the results; with --engine spark wherever Spark can write.")
]


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
    from resellerrisk.tables import as_utc

    try:
        return as_utc(text)
    except InputError:
        raise InputError(f"{option} {text!r} is no time.", hint=f"{option} 2020-06-30") from None


def read_moments(**texts: str | None) -> dict:
    """Moments by the names of their options; None where an option was not given.

    >>> read_moments(as_of="2020-06-30", since=None)
    {'as_of': Timestamp('2020-06-30 00:00:00'), 'since': None}
    """
    return {name: text and read_moment(text, f"--{name.replace('_', '-')}") for name, text in texts.items()}


def check_format(format: str) -> None:
    """Refuse a format that is not written."""
    if format not in {"parquet", "csv"}:
        raise InputError(f"--format {format!r} is not known.", "There is: parquet, csv.")
