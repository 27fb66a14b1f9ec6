"""Commands about tables: simulate a market, check one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from resellerrisk.cli.app import app
from resellerrisk.cli.options import Data, Limit
from resellerrisk.cli.output import print_table, say


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
    print_table(
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
