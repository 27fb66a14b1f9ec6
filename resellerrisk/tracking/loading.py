"""Loading the model that serves, or one that is named, from the home folder. MLflow is not needed for it."""

from __future__ import annotations

from resellerrisk.errors import ModelError
from resellerrisk.pipeline import Trained
from resellerrisk.tracking.home import Home


def load(home: Home, subject: str, named: str | None = None) -> Trained:
    """The champion of a subject, or the model that is named; refused where it scores another subject.

    Raises
    ------
    ModelError
        Where there is none, or it was changed, or it scores something else.
    """
    folder, version = home.find(subject, named)
    trained = Trained.load(folder, version or None)
    if trained.subject != subject:
        raise ModelError(
            f"Model {trained.version} scores {trained.subject} subjects, not {subject}.",
            hint=f"--subject {trained.subject}, or another --model",
        )
    return trained
