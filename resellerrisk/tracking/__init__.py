"""The home folder with its models, and the MLflow store. MLflow itself is loaded only when a training is recorded."""

from __future__ import annotations

from pathlib import Path

from resellerrisk.pipeline import Trained
from resellerrisk.tracking.home import HOME_VARIABLE, Home

__all__ = ["HOME_VARIABLE", "Home", "keep", "load"]


def keep(home: Home, trained: Trained) -> tuple[Trained, bool]:
    """Register a trained model as the next version; it becomes champion where none is.

    Returns
    -------
    Trained, bool
        The model under its version ``SUBJECT/NUMBER``, and whether it now serves.
    """
    from resellerrisk.tracking.runs import record_training

    version = home.add(trained.subject, trained.save)
    serves = home.champion(trained.subject) is None
    if serves:
        home.set_champion(trained.subject, version)
    folder: Path = home.path_of(trained.subject, version)
    facts = trained.facts | trained.model.training_
    record_training(home.store, home.folder / "artifacts", trained.subject, folder, facts, version, serves)
    return Trained(trained.subject, trained.model, f"{trained.subject}/{version}"), serves


def load(home: Home, subject: str, named: str | None = None) -> Trained:
    """The champion of a subject, or the model that is named; refused where it scores another subject.

    Raises
    ------
    ModelError
        Where there is none, or it was changed, or it scores something else.
    """
    from resellerrisk.errors import ModelError

    folder, version = home.find(subject, named)
    trained = Trained.load(folder, version or None)
    if trained.subject != subject:
        raise ModelError(
            f"Model {trained.version} scores {trained.subject} subjects, not {subject}.",
            hint=f"--subject {trained.subject}, or another --model",
        )
    return trained
