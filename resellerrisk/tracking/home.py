"""The home folder: the models that serve, and the MLflow store beside them.

A model serves from a folder of its own, ``models/SUBJECT/VERSION``; ``models/SUBJECT/champion`` names the version that `score`
uses. That is read without MLflow, so scoring starts quickly. Every training is a run in the MLflow store too (`tracking.runs`),
and the registry's alias follows the champion.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from resellerrisk.errors import InputError, ModelError
from resellerrisk.vocabulary import SUBJECTS

HOME_VARIABLE = "RESELLERRISK_HOME"


class Home:
    """A home folder.

    Parameters
    ----------
    folder : path, optional
        ``RESELLERRISK_HOME`` where it is not given, else ``.resellerrisk`` where one stands.

    Examples
    --------
    >>> import tempfile
    >>> Home(tempfile.mkdtemp()).champion("account") is None
    True
    """

    def __init__(self, folder: str | os.PathLike | None = None) -> None:
        self.folder = Path(folder or os.environ.get(HOME_VARIABLE) or ".resellerrisk")

    @property
    def store(self) -> str:
        """The MLflow store: ``MLFLOW_TRACKING_URI`` where it is set, else SQLite in the home folder."""
        return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{(self.folder / 'mlflow.db').absolute()}"

    def versions(self, subject: str) -> list[int]:
        """The versions of a subject's model, oldest first."""
        there = self._models(subject).glob("[0-9]*")
        return sorted(int(path.name) for path in there if path.name.isdigit())

    def champion(self, subject: str) -> int | None:
        """The version that serves, or None."""
        try:
            return int((self._models(subject) / "champion").read_text())
        except FileNotFoundError:
            return None

    def add(self, subject: str, save: Callable[[Path], None]) -> int:
        """Keep a model as the next version.

        Parameters
        ----------
        subject : str
            What it scores.
        save : function
            Writes the model to the folder it is given.

        Returns
        -------
        int
            The version.
        """
        self._models(subject).mkdir(parents=True, exist_ok=True)
        version = max(self.versions(subject), default=0) + 1
        save(self._models(subject) / str(version))
        return version

    def set_champion(self, subject: str, version: int) -> None:
        """Let a version serve."""
        self.path_of(subject, version)
        pointer = self._models(subject) / "champion"
        unfinished = pointer.with_name(f".champion.{os.getpid()}.unfinished")
        unfinished.write_text(f"{version}\n")
        os.replace(unfinished, pointer)

    def path_of(self, subject: str, version: int) -> Path:
        """The folder of a version.

        Raises
        ------
        ModelError
            Where there is no such version.
        """
        path = self._models(subject) / str(version)
        if not path.is_dir():
            there = ", ".join(map(str, self.versions(subject))) or "none"
            raise ModelError(f"There is no version {version} of the {subject} model.", f"Versions: {there}.")
        return path

    def find(self, subject: str, named: str | None = None) -> tuple[Path, str]:
        """The folder and the version of a model.

        Parameters
        ----------
        subject : str
            What is to be scored.
        named : str, optional
            A folder, or ``NAME/VERSION`` such as ``account/3``; the champion by default.

        Returns
        -------
        Path, str

        Raises
        ------
        ModelError
            Where there is none.
        """
        if named and (Path(named) / "model.json").is_file():
            return Path(named), ""
        if named:
            name, _, version = named.partition("/")
            if name not in SUBJECTS or not version.isdigit():
                raise InputError(
                    f"There is no model {named!r}.",
                    "A model is a folder with model.json in it, or NAME/VERSION such as account/3.",
                    hint=f"--model {subject}/1",
                )
            return self.path_of(name, int(version)), named
        version = self.champion(subject)
        if version is None:
            raise ModelError(
                f"No model serves '{subject}' in {self.folder}.",
                f"Versions: {', '.join(map(str, self.versions(subject))) or 'none'}.",
                hint=f"resellerrisk train DATA --subject {subject} --as-of DATE",
            )
        return self.path_of(subject, version), f"{subject}/{version}"

    def _models(self, subject: str) -> Path:
        return self.folder / "models" / subject
