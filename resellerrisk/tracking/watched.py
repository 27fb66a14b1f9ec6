"""The figures of watched nights in MLflow: one run that goes on, a step a night, so that its charts show the nights in a row.

What was watched is the caller's; nothing is measured here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from resellerrisk.tracking.home import Home
from resellerrisk.tracking.mlflow_store import find_experiment, open_client
from resellerrisk.tracking.runs import clean_name

KIND = "watch"
_BATCH = 1000


def record_night(
    home: Home, as_of: pd.Timestamp, figures: dict[str, float], report: Path | None = None
) -> str:
    """Record a night's figures under its day; the same night again adds nothing.

    Parameters
    ----------
    home : Home
    as_of : Timestamp
        The moment T; days since 1970 are the step.
    figures : dict of str to float
        Missing ones are left out.
    report : Path, optional
        A file that becomes an artefact under the day.

    Returns
    -------
    str
        The run's id.
    """
    from mlflow.entities import Metric

    client = open_client(home)
    run_id = _find_run(client, find_experiment(client, home))
    at, step = int(as_of.timestamp() * 1000), as_of.toordinal() - pd.Timestamp(0).toordinal()
    metrics = [
        Metric(clean_name(name), float(value), at, step)
        for name, value in figures.items()
        if np.isfinite(value)
    ]
    for begin in range(0, len(metrics), _BATCH):
        client.log_batch(run_id, metrics=metrics[begin : begin + _BATCH])
    if report is not None:
        client.log_artifact(run_id, str(report), f"nights/{as_of:%Y-%m-%dT%H%M%S}")
    return run_id


def _find_run(client, experiment: str) -> str:
    """The run of all nights; begun where there is none."""
    found = client.search_runs([experiment], f"tags.kind = '{KIND}'", max_results=1)
    if found:
        return found[0].info.run_id
    run = client.create_run(experiment, run_name=KIND, tags={"kind": KIND})
    client.set_terminated(run.info.run_id)
    return run.info.run_id
