"""The home folder: the models, which of them serves and which waits, and the MLflow store beside them.

A model stands in a folder of its own, ``models/SUBJECT/VERSION``; ``models/SUBJECT/champion`` names the version that `score`
uses, ``models/SUBJECT/challenger`` the one that is scored beside it without effect. That is read without MLflow, so scoring
starts quickly. Every training is a run in the MLflow store too (`tracking.runs`), and the registry's aliases follow. Who may
become champion is not decided here (`tracking.promotion`).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from resellerrisk.errors import InputError, ModelError
from resellerrisk.jobs.folder import copy_whole, write_whole
from resellerrisk.vocabulary import SUBJECTS

ALIASES = ("champion", "challenger")

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
        return self.alias(subject, "champion")

    def challenger(self, subject: str) -> int | None:
        """The version that is scored beside the champion, or None: also where it has become champion itself."""
        waits = self.alias(subject, "challenger")
        return None if waits == self.champion(subject) else waits

    def alias(self, subject: str, name: str) -> int | None:
        """The version that an alias names, or None."""
        try:
            told = (self._models(subject) / name).read_text("utf-8", errors="replace").strip()
        except FileNotFoundError:
            return None
        if not (told.isascii() and told.isdigit()):
            raise ModelError(
                f"{self._models(subject) / name} names no version of the {subject} model.",
                f"Versions: {', '.join(map(str, self.versions(subject))) or 'none'}.",
                hint=f"resellerrisk ledger says which one served; write its number into the file {name}",
            )
        return int(told)

    def add(self, subject: str, save: Callable[[Path], None], report: Path | None = None) -> int:
        """Keep a model as the next version. Two that are added at once get two versions.

        Parameters
        ----------
        subject : str
            What it scores.
        save : function
            Writes the model to the folder it is given.
        report : Path, optional
            A folder that is copied to `report_of` the version.

        Returns
        -------
        int
            The version.
        """
        self._models(subject).mkdir(parents=True, exist_ok=True)
        with open(self._models(subject) / ".lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            version = max(self.versions(subject), default=0) + 1
            if report is not None:
                copy_whole(report, self.report_of(subject, version))
            save(self._models(subject) / str(version))
        return version

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the home's lock: another training waits until this one is kept."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / ".keeping.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def report_of(self, subject: str, version: int) -> Path:
        """The folder of a version's report: its card, the evaluation of its held-out time, pictures."""
        return self.folder / "reports" / subject / str(version)

    def set_alias(self, subject: str, name: str, version: int | None) -> None:
        """Let an alias name a version, or none."""
        pointer = self._models(subject) / name
        if version is None:
            pointer.unlink(missing_ok=True)
            return
        self.path_of(subject, version)
        write_whole(pointer, f"{version}\n")

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
