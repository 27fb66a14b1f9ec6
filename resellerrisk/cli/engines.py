"""Scoring where the market does not fit in memory: the engines behind ``--engine``."""

from __future__ import annotations

from pathlib import Path

from resellerrisk.cli.output import progress, write_run
from resellerrisk.errors import InputError
from resellerrisk.jobs import whole_folder

ENGINES = ("memory", "parts")


def check_engine(engine: str) -> str:
    """The engine, if there is such a one."""
    if engine not in ENGINES:
        raise InputError(
            f"There is no engine {engine!r}.", f"There is: {', '.join(ENGINES)}.", "--engine parts"
        )
    return engine


def score_elsewhere(
    engine: str,
    data: str,
    trained,
    out: Path | None,
    format: str,
    quarantine,
    moments,
    account,
    settings,
    limit,
) -> None:
    """Score by another engine than memory; the result goes to a folder."""
    if out is None or format != "parquet" or quarantine is not None:
        raise InputError(
            f"The engine {engine} writes parquet to a folder, and no quarantine.",
            hint=f"--engine {engine} --out scores, without --format csv and --quarantine",
        )
    from resellerrisk.pipeline import score_parts

    with progress.status("scoring part by part"), whole_folder(out) as folder:
        told = score_parts(
            data, trained, folder, accounts=account or None, settings=settings, limit=limit, **moments
        )
        write_run(folder, out, trained, told["fingerprint"], told["intake"], told["scored"])
