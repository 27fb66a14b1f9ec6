"""MLflow's registry: versions and aliases that follow the home folder's. Who serves is decided in `tracking.promotion`."""

from __future__ import annotations

from resellerrisk.errors import ModelError
from resellerrisk.tracking.home import ALIASES, Home
from resellerrisk.tracking.mlflow_store import open_client, registered_name


def register(
    client, subject: str, source: str, run_id: str, model_id: str, version: int, description: str
) -> str:
    """Register a logged model as the next version; the home's version is kept as a tag. Gives the registry's version."""
    from mlflow.exceptions import MlflowException

    name = registered_name(subject)
    try:
        client.get_registered_model(name)
    except MlflowException:
        client.create_registered_model(name, description=f"Scores {subject} subjects of a disc distributor.")
    tags = {"version": str(version)}
    return client.create_model_version(
        name, source, run_id, tags=tags, description=description, model_id=model_id
    ).version


def follow_aliases(home: Home, subject: str) -> None:
    """Let the registry's aliases name what the home's name.

    Raises
    ------
    ModelError
        The store cannot be reached or refuses; what serves from the home folder is not touched by that.
    """
    from mlflow.exceptions import MlflowException

    try:
        client, name = open_client(home), registered_name(subject)
        registered = {
            each.tags.get("version"): each.version for each in client.search_model_versions(f"name='{name}'")
        }
        named = {"champion": home.champion(subject), "challenger": home.challenger(subject)}
        for alias in ALIASES:
            version = registered.get(str(named[alias]))
            if version is not None:
                client.set_registered_model_alias(name, alias, version)
            elif registered:
                client.delete_registered_model_alias(name, alias)
    except MlflowException as error:
        raise ModelError(
            f"The aliases of {registered_name(subject)} in MLflow do not follow: {error.message}",
            f"From the home folder version {home.champion(subject)} serves.",
            hint="resellerrisk models --follow",
        ) from error
