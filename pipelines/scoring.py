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


def score_followed_night(job: Job, options: argparse.Namespace) -> None:
    """The orders of a night from a state that follows the tables: only files of the tables that are new since the last night are read."""
    (since, until), settings = span(options), rr.read_settings(options.settings)
    home = rr.Home(options.home)
    trained = load(home, "order")
    with job.step("score", model=trained.version) as step:
        night = rr.score_night(
            options.data,
            trained,
            options.state,
            as_of=until,
            since=since,
            settings=settings,
            limit=options.limit,
            scored_at=until,
        )
        scores, took = night.scores.scores, night.took
        actions = {name: int(count) for name, count in scores["action"].value_counts().sort_index().items()}
        told = {"state": took.how, "why": took.why, "files": took.files, "weeks": night.weeks}
        step.tell(rows_out=len(scores), actions=actions, **told)
    with job.step("write", rows_in=len(scores), rows_out=len(scores)):
        night.scores.write(job.folder)
    with job.step("shadow") as step:
        kept = None
        if len(night.signals) == 1:
            around = {"settings": settings, "signals": night.signals[0]}
            kept = rr.shadow_score(night.signals[0].market, home, "order", since=since, until=until, **around)
        step.tell(challenger=home.challenger("order"), kept=kept is not None)
    aside = {name: bad for name, (_, bad) in took.counts.items() if bad}
    job.facts |= {"model": trained.version, "since": since.isoformat(), "scored": len(scores), **told}
    job.facts["set_aside"] = aside
    if aside:
        words = ", ".join(f"{bad} of {name}" for name, bad in aside.items())
        job.look(f"rows were set aside and not scored: {words}. See: resellerrisk check DATA")
