"""A folder of scores as ``resellerrisk score --out`` or a nightly pipeline wrote it, read back for the desk."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd

from resellerrisk.desk.refusals import DeskError
from resellerrisk.vocabulary import REASONS_SHOWN, SUBJECTS

_TEXTS = (
    "account_id",
    "order_id",
    "band",
    "action",
    "model_version",
    *(f"reason_{number}{part}" for number in range(1, REASONS_SHOWN + 1) for part in ("", "_signal")),
)


def read_folder(folder: str | os.PathLike, data: str | os.PathLike | None = None):
    """Subject, scores, signals (or None) and accounts (or None) of a folder.

    Raises
    ------
    DeskError
        No scores, a file that cannot be read, or a subject that cannot be told.
    """
    folder = Path(folder)
    scores = _read(folder, "scores")
    if scores is None:
        raise DeskError(
            f"There are no scores in {folder}.", hint="resellerrisk score DATA --subject account --out FOLDER"
        )
    signals = _read(folder, "signals")
    return _tell_subject(folder, scores, signals), scores, signals, read_accounts(data)


def read_accounts(data: str | os.PathLike | None) -> pd.DataFrame | None:
    """Ids and names of the contract's accounts table; None where no folder is named."""
    if data is None:
        return None
    from resellerrisk.tables.opening import open_tables

    tables, faults = open_tables(data, ("accounts",))
    if faults or "accounts" not in tables:
        raise DeskError(f"The accounts table in {data} cannot be read.", hint=f"resellerrisk check {data}")
    cells = tables["accounts"].cells
    wanted = [name for name in ("account_id", "legal_name", "trading_name") if name in cells.column_names]
    return cells.select(wanted).to_pandas().astype(object)


def _read(folder: Path, name: str) -> pd.DataFrame | None:
    parquet, csv = folder / f"{name}.parquet", folder / f"{name}.csv"
    try:
        if parquet.is_file():
            return pd.read_parquet(parquet)
        if csv.is_file():
            texts = dict.fromkeys(_TEXTS, str)
            return pd.read_csv(
                csv, dtype=texts, keep_default_na=False, na_values=[""], float_precision="round_trip"
            )
    except (OSError, ValueError) as error:
        raise DeskError(
            f"The {name} in {folder} cannot be read: {type(error).__name__}.", hint="score again"
        ) from None
    return None


def _tell_subject(folder: Path, scores: pd.DataFrame, signals: pd.DataFrame | None) -> str:
    if "order_id" in scores:
        return "order"
    told = [*scores.get("model_version", pd.Series(dtype=str)).astype(str).head(1), *_models_of(folder)]
    for name in told:
        if name.partition("/")[0] in SUBJECTS:
            return name.partition("/")[0]
    if signals is not None:
        from resellerrisk.signals.catalogue import catalogue

        known = {column.name for column in catalogue().for_subject("application")}
        return "application" if set(signals.columns) - {"account_id", "as_of"} <= known else "account"
    raise DeskError(
        f"It cannot be told whether {folder} holds scores of accounts or of applications.",
        hint="keep signals beside the scores, or a model of the home folder",
    )


def _models_of(folder: Path) -> list[str]:
    try:
        facts = json.loads((folder / "run.json").read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [str(facts.get(name, "")) for name in ("subject", "model_version", "model")]
