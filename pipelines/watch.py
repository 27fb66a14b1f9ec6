"""Watch the night before T: data, signals, scores and what turned out; tell a person where something is raised.

    python -m pipelines.watch DATA --as-of 2020-06-30 --out watched/2020-06-30

With RESELLERRISK_WEBHOOK_URL and RESELLERRISK_WEBHOOK_SECRET set, what is raised goes to that address too (docs/operations.md).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

import resellerrisk as rr
from pipelines.night import read_market, read_options, run
from resellerrisk.jobs import Job
from resellerrisk.tracking import load_serving, record_night
from resellerrisk.watch import Watched, read_watch_settings, send_alarm
from resellerrisk.webhooks import Receiver, WebhookError


def main() -> int:
    """Run the pipeline."""
    parser = read_options("Watch the night before T; exit code 4 where something is raised.")
    parser.add_argument(
        "--watch-settings", type=Path, help="what is raised, as TOML; packaged ones by default"
    )
    return run("watch", parser.parse_args(), watch)


def watch(job: Job, options: argparse.Namespace) -> None:
    """The work."""
    home, receiver = rr.Home(options.home), Receiver.from_environment()
    thresholds, settings = read_watch_settings(options.watch_settings), rr.read_settings(options.settings)
    models = load_serving(home)
    market = read_market(job, options)
    with job.step("watch") as step:
        watched = rr.watch_night(
            market, models, as_of=options.as_of, settings=settings, watch_settings=thresholds
        )
        figures = [finding.figure for finding in watched.findings]
        step.tell(figures=watched.conditions["figures looked at"], raised=figures)
    with job.step("write"):
        watched.write(job.folder)
    with job.step("record") as step:
        step.tell(run=record_night(home, watched.as_of, _figures(watched), job.folder / "watch.html"))
    job.facts |= {"models": {subject: model.version for subject, model in models.items()}, "raised": figures}
    for figure in figures:
        job.look(figure)
    if watched.raised and receiver is not None:
        _tell(job, watched, receiver)


def _tell(job: Job, watched: Watched, receiver: Receiver) -> None:
    """Send the alarm; where nobody takes it the log says so, and the exit code is raised as it is."""
    try:
        with job.step("webhook") as step:
            step.tell(answer=send_alarm(watched, receiver))
    except WebhookError:
        pass


def _figures(watched: Watched) -> dict[str, float]:
    """The night's figures and how far each moved, by name, as MLflow takes them."""
    found = {"raised": float(len(watched.findings))}
    for move in watched.moves:
        if move.width == 1:
            found |= {
                f"{move.series.name} value": move.value,
                f"{move.series.name} deviations": move.deviations,
            }
    return {name: value for name, value in found.items() if np.isfinite(value)}


if __name__ == "__main__":
    sys.exit(main())
