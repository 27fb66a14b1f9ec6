"""What a served model answers: score, band, reasons and contributions for rows of signals.

The rows come computed; a server knows no market. Values typical of a shop's type are those of the training time, which the
model brings along. Bands follow the packaged settings; no action is recommended here, since that takes the desk's own settings.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from mlflow.pyfunc import PythonModel

from resellerrisk.decisions import bands, read_settings, score_1000
from resellerrisk.pipeline import Trained
from resellerrisk.reasons import write_reasons
from resellerrisk.signals.declare import Column
from resellerrisk.vocabulary import REASONS_SHOWN

#: Before a signal's name: the column that holds its contribution.
CONTRIBUTION = "contribution_"


class ServedModel(PythonModel):
    """A packaged model behind MLflow's interface; loaded from native text and a sealed manifest, never from a pickle."""

    def load_context(self, context) -> None:
        """Read the model; a changed byte is refused."""
        self.trained = Trained.load(context.artifacts["model"])

    def predict(self, context, model_input: pd.DataFrame, params: dict | None = None) -> pd.DataFrame:
        """Score rows of signals, one answer a row, index kept."""
        return answer(self.trained, model_input)


def answer(trained: Trained, values: pd.DataFrame) -> pd.DataFrame:
    """Score, probability, band, base value, reasons and contributions of rows of signals.

    Parameters
    ----------
    trained : Trained
    values : DataFrame of shape (n, k)
        The model's columns, in any order; missing is NaN.

    Returns
    -------
    DataFrame with the index of ``values``
        Columns as in `answer_columns`.
    """
    values = values[list(trained.model.columns_)].astype(float)
    found = trained.model.explained(values)
    explained, probability = found.to_frame(values.columns, values.index), found.probability
    base = explained.pop("base_value")
    reasons = write_reasons(
        values, explained, _typical(trained, values), {column.name: column for column in trained.columns}
    )
    told = pd.DataFrame(
        {
            "score": score_1000(probability),
            "probability": probability,
            "band": bands(probability, trained.subject, read_settings()),
            "base_value": base,
        },
        index=values.index,
    )
    return pd.concat([told, reasons, explained.add_prefix(CONTRIBUTION)], axis=1)


def answer_columns(columns) -> list[tuple[str, str]]:
    """Name and MLflow type of every column of an answer."""
    told = [("score", "long"), ("probability", "double"), ("band", "string"), ("base_value", "double")]
    for ending, kind in (("", "string"), ("_signal", "string"), ("_contribution", "double")):
        told += [(f"reason_{number}{ending}", kind) for number in range(1, 1 + REASONS_SHOWN)]
    return told + [(f"{CONTRIBUTION}{name}", "double") for name in columns]


def _typical(trained: Trained, values: pd.DataFrame):
    """A function that gives the quartiles of a column among the training's shops of each row's type."""
    told = trained.facts.get("typical", {})
    kinds, quartiles = told.get("kinds", []), told.get("quartiles", {})
    name = told.get("by")
    codes = values[name].to_numpy() if name in values else np.full(len(values), np.nan)
    places = [kinds.index(code) if code in kinds else 0 for code in codes.tolist()]

    def typical(column: Column, rows: np.ndarray) -> np.ndarray:
        known = quartiles.get(column.name)
        if known is None:
            return np.full((len(rows), 2), np.nan)
        table = np.array(known, float)
        return table[np.asarray(places, int)[rows]][:, [0, 2]]

    return typical
