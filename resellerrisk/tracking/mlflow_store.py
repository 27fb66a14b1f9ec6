"""The MLflow store: the one place where MLflow is opened. Nothing is recorded here."""

from __future__ import annotations

import fcntl
import logging
import os
from pathlib import Path

from resellerrisk.jobs.folder import put_to_disk
from resellerrisk.tracking.home import Home

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

EXPERIMENT = "resellerrisk"


def open_client(home: Home):
    """A client of the home's store: ``MLFLOW_TRACKING_URI`` where it is set, else SQLite in the home folder."""
    from mlflow import MlflowClient

    for noisy in ("alembic", "mlflow"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # What its store refuses is raised, too: its log of it would be pages of traces beside our one message.
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)
    home.folder.mkdir(parents=True, exist_ok=True)
    local = home.folder / "mlflow.db"
    if home.store == f"sqlite:///{local.absolute()}" and not local.exists():
        _make_whole(local)
    return MlflowClient(tracking_uri=home.store, registry_uri=home.store)


def _make_whole(path: Path) -> None:
    """Make the store's file beside its place and rename it: one that was cut off half-made could never be opened again."""
    from mlflow import MlflowClient

    unfinished = path.with_name(f".{path.name}.unfinished")
    with open(path.with_name(f".{path.name}.lock"), "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            return
        unfinished.unlink(missing_ok=True)
        MlflowClient(tracking_uri=f"sqlite:///{unfinished.absolute()}").search_experiments(max_results=1)
        put_to_disk(unfinished)
        os.replace(unfinished, path)


def find_experiment(client, home: Home) -> str:
    """The id of our experiment; it is made where it is not there, its artefacts beside a local store."""
    found = client.get_experiment_by_name(EXPERIMENT)
    if found:
        return found.experiment_id
    local = home.store.startswith("sqlite")
    location = (home.folder / "artifacts").absolute().as_uri() if local else None
    return client.create_experiment(EXPERIMENT, artifact_location=location)


def registered_name(subject: str) -> str:
    """The name of a subject's registered model.

    >>> registered_name("account")
    'resellerrisk-account'
    """
    return f"resellerrisk-{subject}"
