"""Loading the model that serves, or one that is named, from the home folder. MLflow is not needed for it."""

from __future__ import annotations

import pandas as pd

from resellerrisk.errors import ModelError
from resellerrisk.model.store import read_model
from resellerrisk.pipeline import Trained
from resellerrisk.tracking.home import ALIASES, Home
from resellerrisk.vocabulary import SUBJECTS


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


def list_models(home: Home, subject: str | None = None) -> pd.DataFrame:
    """Every version: when it was trained, on what, what its held-out time gave, and what it is now.

    Returns
    -------
    DataFrame
        ``subject``, ``version``, ``is``, ``trained before``, ``fakes``, ``average precision`` (of its held-out time, with the
        95 % interval), ``data`` (fingerprint) and ``signals``.

    Raises
    ------
    ModelError
        A model was changed.
    """
    rows = []
    for name in SUBJECTS if subject is None else (subject,):
        now = {home.alias(name, alias): alias for alias in reversed(ALIASES)}
        for version in home.versions(name):
            facts = read_model(home.path_of(name, version))[1]["facts"]
            rows.append(
                {
                    "subject": name,
                    "version": version,
                    "is": now.get(version, ""),
                    "trained before": facts["as_of"][:10],
                    "fakes": facts["fakes"],
                    "average precision": _tell_promise(facts.get("held_out", {})),
                    "data": facts["data_fingerprint"][:12],
                    "signals": facts["signals"],
                }
            )
    names = ["subject", "version", "is", "trained before", "fakes", "average precision", "data", "signals"]
    return pd.DataFrame(rows, columns=names)


def _tell_promise(held: dict) -> str:
    if held.get("average_precision") is None:
        return "not measured"
    if held["low"] is None:
        return f"{held['average_precision']:.3f}"
    return f"{held['average_precision']:.3f} ({held['low']:.3f} to {held['high']:.3f})"


def load_serving(home: Home) -> dict[str, Trained]:
    """The champions of a home, by subject; a subject that nothing serves is not there."""
    return {subject: load(home, subject) for subject in SUBJECTS if home.champion(subject) is not None}
