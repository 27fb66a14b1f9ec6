"""Runs in MLflow: what a training was made from, what it gave, and the model, packaged to be served.

What serves is decided in `tracking.promotion`, what a report holds in `tracking.report`.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from resellerrisk.pipeline import Trained
from resellerrisk.tracking.home import Home
from resellerrisk.tracking.mlflow_store import find_experiment, open_client, registered_name
from resellerrisk.tracking.registry import register

_LONGEST = 500


def is_recorded(home: Home, subject: str, version: int) -> bool:
    """Whether a version stands in the registry, its run finished."""
    client = open_client(home)
    found = client.search_model_versions(f"name='{registered_name(subject)}'")
    runs = [client.get_run(each.run_id) for each in found if each.tags.get("version") == str(version)]
    return any(run.info.status == "FINISHED" for run in runs)


def record_training(home: Home, trained: Trained, version: int, report: Path | None, figures: dict) -> str:
    """Record a training as a run, log the model, and register it.

    Parameters
    ----------
    home : Home
    trained : Trained
    version : int
        The home's version.
    report : Path, optional
        A folder whose files become artefacts of the run.
    figures : dict of str to float
        Metrics beside those of the facts.

    Returns
    -------
    str
        The run's id.
    """
    client = open_client(home)
    experiment = find_experiment(client, home)
    run = client.create_run(
        experiment,
        run_name=f"{trained.subject}-{version}",
        tags={"subject": trained.subject, "version": str(version)},
    )
    run_id = run.info.run_id
    try:
        _log_figures(client, run_id, trained, figures)
        if report is not None:
            client.log_artifacts(run_id, str(report))
        model = _log_model(client, experiment, run_id, home.path_of(trained.subject, version), trained)
        card = report and report / "card.md"
        told = card.read_text("utf-8") if card and card.is_file() else ""
        register(client, trained.subject, model.artifact_location, run_id, model.model_id, version, told)
        client.set_terminated(run_id)
    except BaseException:
        with suppress(Exception):
            client.set_terminated(run_id, "FAILED")
        raise
    return run_id


def _log_figures(client, run_id: str, trained: Trained, figures: dict) -> None:
    from mlflow.entities import Metric, Param

    told = trained.facts | trained.model.training_
    told |= {f"parameter_{name}": value for name, value in trained.model.parameters.items()}
    numbers = {
        name: value for name, value in told.items() if _is_number(value) and not name.startswith("parameter_")
    }
    texts = {
        name: str(value)[:_LONGEST]
        for name, value in told.items()
        if name not in numbers and not isinstance(value, dict)
    }
    at = int(_moment(trained).timestamp() * 1000)
    metrics = [Metric(clean_name(name), float(value), at, 0) for name, value in (numbers | figures).items()]
    params = [Param(name, value) for name, value in texts.items()]
    client.log_batch(run_id, metrics=metrics[:1000], params=params[:100])


def _log_model(client, experiment: str, run_id: str, folder: Path, trained: Trained):
    """Log the packaged model under the run; gives MLflow's logged model."""
    from mlflow.entities import LoggedModelOutput

    from resellerrisk.tracking.packaging import package_model

    model = client.create_logged_model(
        experiment, name=trained.subject, source_run_id=run_id, model_type="resellerrisk"
    )
    with tempfile.TemporaryDirectory() as scratch:
        package = Path(scratch) / "model"
        package_model(folder, package, model=model, run_id=run_id)
        client.log_outputs(run_id, [LoggedModelOutput(model.model_id, step=0)])
        client.log_model_artifacts(model.model_id, str(package))
    client.finalize_logged_model(model.model_id, "READY")
    return model


def _moment(trained: Trained):
    from resellerrisk.tables import as_utc

    return as_utc(trained.facts["as_of"])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def clean_name(name: str) -> str:
    """A metric's name as MLflow takes it: letters, digits and a few signs.

    >>> clean_name("held_out/honest_held/small shops (new)")
    'held_out/honest_held/small shops _new_'
    """
    return "".join(sign if sign.isalnum() or sign in "_-. /:" else "_" for sign in name)
