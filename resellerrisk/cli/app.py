"""The command line's frame: the options of every command, and how an error of the user's becomes one message.

The commands stand in modules of their own, by who uses them; importing `COMMANDS` hangs them in.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from resellerrisk.cli.output import progress
from resellerrisk.errors import ResellerRiskError, of_the_machine
from resellerrisk.jobs import Busy, Exit

app = typer.Typer(
    help="Finds fake retailers among a disc distributor's accounts, and says why.\n\n"
    "DATA is a folder of the contract's tables as NAME.parquet or NAME.csv (data/dictionary.md), or the address of a "
    "database with tables of these names: postgresql://USER@HOST/NAME, sqlite:///FILE, duckdb:///FILE.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
#: The modules with commands, in the order in which `--help` lists them.
COMMANDS = (
    "data",
    "models",
    "promotion",
    "scores",
    "kept",
    "tracing",
    "reading",
    "watch",
    "desk",
    "review",
    "privacy",
)
state = {"home": None}


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


def home():
    """The home folder that the options mean."""
    from resellerrisk.tracking import Home

    return Home(state["home"])


def run() -> None:
    """Run a command; an error of the user's becomes a message and exit code 2."""
    for module in COMMANDS:
        import_module(f"resellerrisk.cli.{module}")
    debug = "--debug" in sys.argv
    try:
        app()
    except ResellerRiskError as error:
        if debug:
            raise
        progress.print(str(error), markup=False)
        sys.exit(error.exit_code)
    except Busy as error:
        progress.print(f"{error}\nHint: wait for it, or name another --out", markup=False)
        sys.exit(Exit.BUSY)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        told = of_the_machine(error)
        if debug or told is None:
            raise
        progress.print(str(told), markup=False)
        sys.exit(told.exit_code)
