"""The report of a training: what stands in a version's folder and with its run. Nothing is measured here.

card.md, signals.csv, plots/ with shap's beeswarm and dependence plots, and where time could be held out its evaluation as
evaluation.html, evaluation.json, evaluation.md and the plots of its curves.
"""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path

import numpy as np
import pandas as pd

from resellerrisk.evaluation.pictures import write_plots, write_shap
from resellerrisk.model.shap_values import strongest, to_explanation
from resellerrisk.pipeline import Trained
from resellerrisk.pipeline.held_out import HeldOut
from resellerrisk.pipeline.trained import hash_column
from resellerrisk.pipeline.training import TrainingSet
from resellerrisk.tracking.card import write_card

#: Training rows that shap's plots show: the newest.
ROWS_SHOWN = 2_000
SIGNALS_TOLD = 10


def write_report(folder: Path, trained: Trained, rows: TrainingSet, held: HeldOut | None, note: str) -> None:
    """Write the files of a training's report.

    Parameters
    ----------
    folder : Path
        A new folder.
    trained : Trained
    rows : TrainingSet
        What it was fitted on.
    held : HeldOut or None
        Its held-out time.
    note : str
        Why there is none.
    """
    folder.mkdir(parents=True)
    evaluation, plots = held.evaluation if held else None, folder / "plots"
    list_signals(trained).to_csv(folder / "signals.csv", index=False)
    newest = np.argsort(rows.matrix.snapshots.at, kind="stable")[-ROWS_SHOWN:]
    values = rows.matrix.values.iloc[newest]
    explanation = to_explanation(trained.model.contributions(values), values)
    write_shap(explanation, plots)
    if evaluation is not None:
        evaluation.write_html(folder / "evaluation.html")
        evaluation.to_json(folder / "evaluation.json")
        (folder / "evaluation.md").write_text(evaluation.to_markdown(), "utf-8")
        write_plots(evaluation, plots)
    card = write_card(trained, evaluation, note, strongest(explanation, SIGNALS_TOLD))
    (folder / "card.md").write_text(card, "utf-8")


def tell_figures(held: HeldOut | None) -> dict[str, float]:
    """The figures of the held-out time with the ends of their intervals, flat, as a tracking store takes them."""
    told = {}
    for name, figure in held.evaluation.figures.items() if held else ():
        for part in ("value", "low", "high"):
            if figure[part] is not None:
                told[f"held_out/{name}" + ("" if part == "value" else f"/{part}")] = figure[part]
    table = held.evaluation.tables.get("ablation") if held else None
    for row in table.to_dict("records") if table is not None else ():
        family = f"ablation/{row['family'].replace(' ', '_')}"
        parts = {"lost_without": "", "lost_without_low": "/low", "lost_without_high": "/high"}
        told |= {family + end: row[name] for name, end in parts.items() if pd.notna(row[name])}
    return told


def list_signals(trained: Trained) -> pd.DataFrame:
    """The model's signals: name, family, unit, direction, the hash of the declaration and that of the function's code."""
    return pd.DataFrame(
        [
            {
                "signal": column.name,
                "family": column.family,
                "unit": column.unit.name or "number",
                "riskier": column.riskier,
                "declared": hash_column(column),
                "code": _hash_code(column.declaration.function),
            }
            for column in trained.columns
        ]
    )


def _hash_code(function) -> str:
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:16]
