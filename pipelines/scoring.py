"""Scoring the new subjects of a night: read, score, write, and let the challenger score in the shadow."""

from __future__ import annotations

import argparse

import resellerrisk as rr
from pipelines.night import read_market, span, tell_set_aside
from resellerrisk.jobs import Job
from resellerrisk.matrix import prepare_signals
from resellerrisk.tracking import load


def score_night(job: Job, options: argparse.Namespace, subject: str, table: str) -> None:
    """The work of both scoring pipelines.

    Parameters
    ----------
    job : Job
    options : Namespace
        From `pipelines.night.read_options`.
    subject : {"application", "order"}
    table : str
        Whose rows the subjects are.
    """
    (since, until), settings = span(options), rr.read_settings(options.settings)
    home = rr.Home(options.home)
    trained = load(home, subject)
    market = read_market(job, options)
    signals = prepare_signals(market)
    with job.step("score", model=trained.version) as step:
        scored = rr.score(
            market, trained, since=since, until=until, settings=settings, signals=signals, scored_at=until
        )
        actions = scored.scores["action"].value_counts().sort_index()
        step.tell(rows_out=len(scored.scores), actions={name: int(count) for name, count in actions.items()})
    with job.step("write", rows_in=len(scored.scores), rows_out=len(scored.scores)):
        scored.write(job.folder)
    with job.step("shadow") as step:
        night = rr.shadow_score(
            market, home, subject, since=since, until=until, settings=settings, signals=signals
        )
        step.tell(challenger=home.challenger(subject), kept=night is not None)
    job.facts |= {"model": trained.version, "since": since.isoformat(), "scored": len(scored.scores)}
    tell_set_aside(job, market, table, since, until)
