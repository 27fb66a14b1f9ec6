"""The report of a training: what stands in a version's folder and with its run. Nothing is measured here.

card.md, signals.csv, and where time could be held out evaluation.html, evaluation.json, evaluation.md.
"""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path

import pandas as pd

from resellerrisk.decisions import Settings
from resellerrisk.pipeline import Trained
from resellerrisk.pipeline.held_out import HeldOut
from resellerrisk.pipeline.training import TrainingSet, hash_column


def write_report(
    folder: Path,
    trained: Trained,
    rows: TrainingSet,
    held: HeldOut | None,
    note: str,
    settings: Settings,
    *,
    ablation: bool = False,
) -> None:
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
    settings : Settings
    ablation : bool
        Measure also what each family of signals gives.
    """
    folder.mkdir(parents=True)
    list_signals(trained).to_csv(folder / "signals.csv", index=False)
    if held is not None:
        held.evaluation.write_html(folder / "evaluation.html")
        held.evaluation.to_json(folder / "evaluation.json")
        (folder / "evaluation.md").write_text(held.evaluation.to_markdown(), "utf-8")


def tell_figures(held: HeldOut | None) -> dict[str, float]:
    """The figures of the held-out time with the ends of their intervals, flat, as a tracking store takes them."""
    told = {}
    for name, figure in held.evaluation.figures.items() if held else ():
        for part in ("value", "low", "high"):
            if figure[part] is not None:
                told[f"held_out/{name}" + ("" if part == "value" else f"/{part}")] = figure[part]
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
