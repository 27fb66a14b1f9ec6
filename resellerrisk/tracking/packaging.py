"""A model packaged for MLflow: its two files, the code that reads them, and a signature. No pickle is written.

The package brings this program's own code along, so that an older model is served by the code it was trained with.
"""

from __future__ import annotations

import shutil
import tempfile
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd

import resellerrisk
from resellerrisk.pipeline import Trained
from resellerrisk.tracking import served
from resellerrisk.tracking.serving import answer_columns


def package_model(folder: Path, out: Path, model=None, run_id: str | None = None) -> None:
    """Write a model's folder as an MLflow model.

    Parameters
    ----------
    folder : Path
        model.txt and model.json.
    out : Path
        The new folder.
    model, run_id : optional
        The logged model and the run that it belongs to.
    """
    from mlflow import pyfunc
    from mlflow.models import Model, ModelSignature
    from mlflow.types import ColSpec, Schema

    trained = Trained.load(folder)
    columns = list(trained.model.columns_)
    whose = {"model_uuid": model.model_id, "model_id": model.model_id, "run_id": run_id} if model else {}
    with tempfile.TemporaryDirectory() as scratch:
        code = Path(scratch) / "resellerrisk"
        shutil.copytree(
            Path(resellerrisk.__file__).parent, code, ignore=shutil.ignore_patterns("__pycache__")
        )
        pyfunc.save_model(
            path=str(out),
            python_model=served.__file__,
            artifacts={"model": str(folder)},
            code_paths=[str(code)],
            signature=ModelSignature(
                inputs=Schema([ColSpec("double", name) for name in columns]),
                outputs=Schema([ColSpec(kind, name) for name, kind in answer_columns(columns)]),
            ),
            input_example=example_of(trained),
            pip_requirements=requirements(),
            mlflow_model=Model(**whose),
        )


def example_of(trained: Trained) -> pd.DataFrame:
    """Two rows that the model takes: what is typical of all shops, and a shop of which nothing is known."""
    columns = list(trained.model.columns_)
    quartiles = trained.facts.get("typical", {}).get("quartiles", {})
    median = [quartiles.get(name, [[None] * 3])[0][1] for name in columns]
    values = np.array([[np.nan if value is None else value for value in median], [np.nan] * len(columns)])
    return pd.DataFrame(values, columns=columns)


def requirements() -> list[str]:
    """What the code needs, in the versions that are installed here."""
    needed = [
        text.split(";")[0] for text in metadata.requires("resellerrisk") or [] if "extra ==" not in text
    ]
    names = sorted({_name(text) for text in needed})
    return [f"{name}=={metadata.version(name)}" for name in names]


def _name(requirement: str) -> str:
    """The distribution's name in a requirement.

    >>> _name("pandera[pandas]>=0.30")
    'pandera'
    """
    return requirement.translate({ord(sign): " " for sign in "[<>=!~("}).split()[0]
