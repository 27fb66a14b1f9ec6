"""Scoring where the market does not fit in memory: the engines behind ``--engine``."""

from __future__ import annotations

import json
from pathlib import Path

from resellerrisk.cli.output import progress, run_facts, say, write_run
from resellerrisk.errors import InputError
from resellerrisk.jobs import whole_folder

ENGINES = ("memory", "parts", "spark")


def check_engine(engine: str, master: str | None = None) -> str:
    """The engine, if there is such a one and a cluster is named only where it works on one."""
    if engine not in ENGINES:
        raise InputError(
            f"There is no engine {engine!r}.", f"There is: {', '.join(ENGINES)}.", "--engine parts"
        )
    if master is not None and engine != "spark":
        raise InputError(
            f"--master names a cluster, and the engine {engine} has none.", hint="--engine spark"
        )
    return engine


def score_elsewhere(
    engine: str, data: str, trained, out: str | None, format: str, quarantine, master: str | None, asked: dict
) -> None:
    """Score by another engine than memory; the result goes to a folder. ``asked`` is what all engines take."""
    if out is None or format != "parquet" or quarantine is not None:
        raise InputError(
            f"The engine {engine} writes parquet to a folder, and no quarantine.",
            hint=f"--engine {engine} --out scores, without --format csv and --quarantine",
        )
    if engine == "spark":
        _score_on_cluster(data, trained, out, master, asked)
        return
    from resellerrisk.pipeline import score_parts

    with progress.status("scoring part by part"), whole_folder(out) as folder:
        told = score_parts(data, trained, folder, **asked)
        write_run(folder, Path(out), trained, told["fingerprint"], told["intake"], told["scored"])


def _score_on_cluster(data: str, trained, out: str, master: str | None, asked: dict) -> None:
    """Score on Spark, which writes the result itself, wherever that is."""
    from resellerrisk.cluster import SparkFolder, open_session, score_spark

    with progress.status("scoring on Spark"):
        session = open_session(master)
        try:
            told = score_spark(data, trained, out, session=session, **asked)
            facts = run_facts(trained, told["fingerprint"], told["intake"], told["scored"])
            SparkFolder(session, out).write_text("run.json", json.dumps(facts, indent=2) + "\n")
        finally:
            session.stop()
    say.print(f"{told['scored']:,} rows in {out}: scores, contributions, signals, run.json.", markup=False)
