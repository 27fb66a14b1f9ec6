"""The command about leaks: which accounts explain them, and what would tell two of them apart."""

from __future__ import annotations

from typing import Annotated

import typer

from resellerrisk.cli.app import app
from resellerrisk.cli.options import (
    Data,
    Limit,
    Out,
    Quarantine,
    check_format,
    read_moment,
)
from resellerrisk.cli.output import print_table, progress, read_tables, say, write_facts
from resellerrisk.errors import InputError
from resellerrisk.jobs import whole_folder

#: How many rows of a table are printed; the files hold all.
SHOWN = 10
#: Ways of a leak less likely than this are in the files only.
LEAST_SHOWN = 0.01


@app.command()
def trace(
    data: Data,
    as_of: Annotated[
        str, typer.Option(help="The moment T, UTC: only what was known before it counts.", metavar="DATE")
    ],
    account: Annotated[list[str] | None, typer.Option(help="Only this account; may be repeated.")] = None,
    suspects: Annotated[
        str | None,
        typer.Option(help="Two accounts: which coming titles would tell them apart.", metavar="A,B"),
    ] = None,
    by_group: Annotated[
        bool, typer.Option("--by-group", help="Take accounts that strong links join as one holder.")
    ] = False,
    out: Out = None,
    format: Annotated[str, typer.Option(help="parquet or csv.")] = "parquet",
    limit: Limit = 0.05,
    quarantine: Quarantine = None,
) -> None:
    """Trace leaks to accounts: who may be their source, how sure that is, and what stays unexplained.

    No outcome is used, and a leak proves nothing about one reseller.

    Example: resellerrisk trace data/sample --as-of 2019-12-31 --out traced
    """
    from resellerrisk.leaks import list_trace
    from resellerrisk.leaks import trace as trace_leaks
    from resellerrisk.links import find_links

    moment, pair = read_moment(as_of, "--as-of"), _read_suspects(suspects)
    check_format(format)
    market = read_tables(data, limit, quarantine)
    with progress.status("tracing"):
        groups = find_links(market).groups(moment) if by_group else None
        traced = trace_leaks(market, moment, groups=groups)
        tables = list_trace(traced, market, accounts=account or None, suspects=pair)
    _show(traced, tables, pair)
    if out is not None:
        with whole_folder(out) as folder:
            written = tables.write(folder, format)
            write_facts(folder, _run_facts(market, traced, by_group))
        say.print(f"In {out}: {', '.join(path.name for path in written)}, run.json.")


def _read_suspects(text: str | None) -> tuple[str, str] | None:
    """The two ids of ``--suspects``; `recommend_tests` refuses one named twice."""
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    if len(names) != 2 or not all(names):
        raise InputError(f"--suspects {text!r} is not two accounts.", hint="--suspects A00123,A00456")
    return names[0], names[1]


def _show(traced, tables, pair) -> None:
    states = tables.leaks["state"].value_counts()
    told = ", ".join(f"{count:,} {state}" for state, count in states.items())
    say.print(f"Leaks known before {traced.as_of}: {len(tables.leaks):,}" + (f" ({told})." if told else "."))
    say.print(
        f"Copies from elsewhere: {traced.background_rate:.2f} a launch. Sources among the accounts with early deliveries: "
        f"{traced.prevalence:.1%} estimated."
    )
    rows = [
        [
            row.account_id + (f" and {row.members - 1} more" if row.members > 1 else ""),
            _percent(row.source_probability),
            f"{row.expected_leaks:.1f} ({row.low:.0f} to {row.high:.0f})",
            f"{row.held_early_count:.0f}",
            f"{row.leaked_held_count:.0f}",
        ]
        for row in tables.accounts.head(SHOWN).itertuples()
    ]
    header = [
        "account",
        "probability of being a source",
        "leaks from it (90 %)",
        "held early",
        "of these leaked",
    ]
    print_table(f"The likeliest of {len(tables.accounts):,} holders", header, rows)
    _show_leaks(tables)
    if tables.tests is not None:
        _show_tests(tables.tests, pair)


def _show_leaks(tables) -> None:
    newest = tables.leaks[tables.leaks["state"] == "traced"].tail(SHOWN)
    ways = tables.sources[(tables.sources["rank"] <= 3) & (tables.sources["probability"] >= LEAST_SHOWN)]
    rows = [
        [leak.release_name, *_three_ways(ways[ways["leak_id"] == leak.leak_id])]
        for leak in newest.iloc[::-1].itertuples()
    ]
    print_table("The newest leaks traced", ["release", "first", "second", "third"], rows)
    ambiguous = tables.leaks[tables.leaks["state"] == "ambiguous"].tail(SHOWN)
    if len(ambiguous):
        rows = [[leak.release_name, leak.could_be] for leak in ambiguous.itertuples()]
        print_table("Left unmatched, for they could be several titles", ["release", "could be"], rows)


def _three_ways(ways) -> list[str]:
    """The likeliest ways of a leak in words; a blank where there is none."""
    told = [
        f"{'none of ours' if way.standing == 'none' else way.account_id} {_percent(way.probability)}"
        + (" by its signature" if way.standing == "signed" else "")
        for way in ways.itertuples()
    ]
    return told + [""] * (3 - len(told))


def _percent(probability: float) -> str:
    """A probability in whole percents, never rounded to certainty.

    >>> _percent(0.9999), _percent(0.42), _percent(0.001)
    ('>99%', '42%', '<1%')
    """
    return ">99%" if probability > 0.99 else "<1%" if probability < 0.01 else f"{probability:.0%}"


def _show_tests(tests, pair) -> None:
    rows = [
        [
            row.title_id,
            f"{row.street_date:%Y-%m-%d}",
            row.early_to,
            f"{row.information:.2f}",
            f"{row.copy_if_source:.0%}",
            f"{row.copy_otherwise:.0%}",
            str(row.ordered_by),
        ]
        for row in tests.head(SHOWN).itertuples()
    ]
    header = [
        "title",
        "street date",
        "early to",
        "bits",
        "a copy if it is the source",
        "if not",
        "ordered by of both",
    ]
    print_table(f"Coming titles that would tell {pair[0]} from {pair[1]}", header, rows)


def _run_facts(market, traced, by_group: bool) -> dict:
    return {
        "as_of": traced.as_of.isoformat(),
        "data_fingerprint": market.fingerprint,
        "rows": market.intake.to_dict("records"),
        "by_group": by_group,
        "background_rate": traced.background_rate,
        "prevalence": traced.prevalence,
    }
