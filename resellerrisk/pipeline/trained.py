"""A trained model with what it was made from: its columns held against the catalogue, its files, its version.

Nothing is fitted here: `training` does that.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from resellerrisk.errors import ModelError
from resellerrisk.model.fitted import FittedModel
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.signals.declare import Column


@dataclass(frozen=True)
class Trained:
    """A model with what it was made from.

    Attributes
    ----------
    subject : str
        What it scores.
    model : FittedModel
        A `RiskModel` where it was trained just now.
    version : str
        ``name/number`` where it is registered, else the beginning of its text's hash.
    """

    subject: str
    model: FittedModel
    version: str

    @property
    def facts(self) -> dict:
        """What the training wrote down: as_of, data fingerprint, counts, labels, signals."""
        return self.model.facts_

    @property
    def columns(self) -> tuple[Column, ...]:
        """Declarations of the model's columns, in its order; signals that are new since its training are left out.

        Raises
        ------
        ModelError
            Where a signal it was trained on is gone, or is declared otherwise.
        """
        there = {column.name: column for column in catalogue().for_subject(self.subject)}
        hashes = self.facts.get("signal_hashes", {})
        gone = [name for name in self.model.columns_ if name not in there]
        other = [
            name
            for name in self.model.columns_
            if name in there and name in hashes and hashes[name] != hash_column(there[name])
        ]
        if gone or other:
            raise ModelError(
                f"Model {self.version} was trained on other signals than this program has.",
                f"Gone: {', '.join(gone) or 'none'}. Declared otherwise: {', '.join(other) or 'none'}.",
                hint=f"resellerrisk train DATA --subject {self.subject}",
            )
        return tuple(there[name] for name in self.model.columns_)

    def save(self, folder) -> None:
        """Write the model to a folder."""
        self.model.save(folder)

    @classmethod
    def load(cls, folder, version: str | None = None) -> Trained:
        """Read a model from a folder; a changed byte is refused."""
        model = FittedModel.load(folder)
        if "subject" not in model.facts_:
            raise ModelError(
                f"{folder} holds a model that does not say what it scores.",
                hint="train it by resellerrisk train",
            )
        return cls(model.facts_["subject"], model, version or hash_model(model))


def hash_model(model: FittedModel) -> str:
    """The beginning of the SHA-256 of the model's text: the version of a model that is not registered."""
    return hashlib.sha256(model.trees_.text.encode()).hexdigest()[:12]


def hash_columns(columns: tuple[Column, ...]) -> str:
    """A hash over what the columns are called and how they are declared, in their order."""
    return hashlib.sha256(json.dumps([[c.name, hash_column(c)] for c in columns]).encode()).hexdigest()


def hash_column(column: Column) -> str:
    """A hash over how a column is declared: rows, measure, unit, window and direction. Its code is not part of it."""
    declared, window = column.declaration, column.window
    told = [
        declared.table,
        declared.measure.kind,
        declared.measure.unit.name,
        declared.riskier,
        [window.far, window.near, window.own_order] if window else None,
        column.base.name if column.base else None,
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
