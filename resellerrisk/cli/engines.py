"""Scoring where the market does not fit in memory: the engines behind ``--engine``."""

from __future__ import annotations

import json
from pathlib import Path

from resellerrisk.cli.output import progress, run_facts, say, show_scores, write_run
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


def check_state_options(subject: str, engine: str, quarantine, accounts) -> None:
    """Refuse options that a state that follows nights has no answer to."""
    if subject != "order" or engine != "memory" or quarantine is not None or accounts:
        raise InputError(
            "A state follows the orders of nights.",
            "It is for --subject order in memory, without --quarantine and --account.",
            hint="leave out --state",
        )


def score_from_state(data: str, trained, state: Path, out: str | None, format: str, asked: dict) -> None:
    """Score a night's orders from a state that takes in what is new in DATA; ``asked`` are moments, settings and limit."""
    import pandas as pd

    from resellerrisk.pipeline.nights import score_night

    end = asked.pop("until") or asked["as_of"]
    if end is None:
        raise InputError("It is not said when the night ends.", hint="--as-of 2020-06-30")
    asked["as_of"] = end
    with progress.status("scoring"):
        night = score_night(data, trained, state, **asked)
    took = night.took
    say.print(_TOOK[took.how].format(files=took.files, why=took.why), markup=False)
    if night.weeks:
        say.print("Tracing and groups were made for a new Monday.", markup=False)
    show_scores(night.scores.scores)
    if out is not None:
        intake = pd.DataFrame(
            [(name, read, read - bad, bad) for name, (read, bad) in took.counts.items()],
            columns=["table", "read", "used", "quarantined"],
        )
        with whole_folder(out) as folder:
            night.scores.write(folder, format)
            write_run(folder, Path(out), trained, "", intake, len(night.scores.scores))


_TOOK = {
    "rows": "{files} new or changed files were taken into the state.",
    "week": "{files} new or changed files were taken into the state; its Monday was made anew: {why}.",
    "built": "The state was built from all tables: {why}.",
}
