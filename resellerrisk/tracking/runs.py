"""Runs and registered versions in MLflow: the one door to it. What serves is decided in `tracking.home`, not here."""

from __future__ import annotations

import logging
import os
from pathlib import Path

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")

EXPERIMENT = "resellerrisk"


def record_training(
    store: str, artifacts: Path, name: str, model_folder: Path, facts: dict, version: int, champion: bool
) -> str:
    """Record a training as a run with its facts and the model's files, and register the version.

    Parameters
    ----------
    store : str
        URI of the MLflow store.
    artifacts : Path
        Where the runs of a local store keep their files.
    name : str
        The subject; the registered model is ``resellerrisk-SUBJECT``.
    model_folder : Path
        The saved model.
    facts : dict
        What the training wrote down.
    version : int
        The home folder's version, kept as a tag.
    champion : bool
        Whether the alias ``champion`` moves to it.

    Returns
    -------
    str
        The run's id.
    """
    client = _client(store)
    run = client.create_run(
        _experiment(client, artifacts), run_name=f"{name}-{version}", tags={"subject": name}
    )
    for key, value in facts.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            client.log_metric(run.info.run_id, key, value)
        else:
            client.log_param(run.info.run_id, key, str(value)[:500])
    client.log_artifacts(run.info.run_id, str(model_folder), "model")
    client.set_terminated(run.info.run_id)
    registered = _register(client, f"resellerrisk-{name}", run, version)
    if champion:
        client.set_registered_model_alias(f"resellerrisk-{name}", "champion", registered)
    return run.info.run_id


def _client(store: str):
    from mlflow import MlflowClient

    for noisy in ("alembic", "mlflow"):
        logging.getLogger(noisy).setLevel(logging.WARNING)

    return MlflowClient(tracking_uri=store, registry_uri=store)


def _experiment(client, artifacts: Path) -> str:
    found = client.get_experiment_by_name(EXPERIMENT)
    return (
        found.experiment_id
        if found
        else client.create_experiment(EXPERIMENT, artifact_location=artifacts.absolute().as_uri())
    )


def _register(client, name: str, run, version: int) -> str:
    from mlflow.exceptions import MlflowException

    try:
        client.get_registered_model(name)
    except MlflowException:
        client.create_registered_model(name)
    source = f"{run.info.artifact_uri}/model"
    return client.create_model_version(name, source, run.info.run_id, tags={"version": str(version)}).version
