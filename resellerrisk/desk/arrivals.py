"""Scores on their way into the desk: the contract's frames checked as a whole and turned into rows. No database here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from resellerrisk.desk.refusals import DeskError
from resellerrisk.desk.values import pack
from resellerrisk.vocabulary import ACTIONS, BANDS, REASONS_SHOWN, SUBJECTS

_EARLY = "early_lines_count_this_order"
_COLUMNS = (
    "account_id",
    "as_of",
    "score",
    "probability",
    "band",
    "action",
    "base_value",
    "model_version",
    "scored_at",
)
_KEYS = ("account_id", "order_id", "as_of")


@dataclass(frozen=True)
class Arrived:
    """Scores that were checked.

    Attributes
    ----------
    rows : list of dict
        By account and order: the columns of the desk's ``scores`` (without ids), with ``account_id`` and ``order_id``.
    values : DataFrame
        The signals' values, row by row the same, with ``score`` and ``probability``.
    columns : list of str
        The signals' names; empty where none came.
    digest : str
        SHA-256 (hex) over subject, rows and values; the rows' order changes nothing.
    """

    rows: list[dict]
    values: pd.DataFrame
    columns: list[str]
    digest: str

    @property
    def as_of(self) -> datetime:
        """The newest moment."""
        return max(row["as_of"] for row in self.rows)


def take_scores(subject: str, scores: pd.DataFrame, signals: pd.DataFrame | None) -> Arrived:
    """Check scores and the signals beside them.

    Raises
    ------
    DeskError
        With every fault: columns that are missing, rows that do not match, two rows of one subject, values out of range.
    """
    if subject not in SUBJECTS:
        raise DeskError(f"There is no subject {subject!r}.", f"Subjects: {', '.join(SUBJECTS)}.")
    keys = [name for name in _KEYS if name != "order_id" or subject == "order"]
    _refuse_missing(scores, list(dict.fromkeys([*keys, *_COLUMNS])), "scores")
    scores = scores.assign(as_of=_times(scores["as_of"]), scored_at=_times(scores["scored_at"]))
    faults = _find_faults(scores, keys)
    if signals is not None:
        _refuse_missing(signals, keys, "signals")
        signals = signals.assign(as_of=_times(signals["as_of"]))
        faults += _find_other_rows(scores, signals, keys)
    if faults:
        raise DeskError(f"These {subject} scores cannot be loaded.", "\n".join(faults), "score them again")
    order = np.lexsort([scores[name].astype(str).to_numpy(str) for name in reversed(keys)])
    scores = scores.iloc[order].reset_index(drop=True)
    values, columns = _take_values(scores, None if signals is None else signals.iloc[order], keys)
    rows = _to_rows(scores, values, columns)
    return Arrived(rows, values, columns, _digest(subject, rows, columns))


def take_titles(accounts: pd.DataFrame | None) -> dict[str, str]:
    """Trading or legal names by account id, from the contract's accounts."""
    if accounts is None or not len(accounts):
        return {}
    _refuse_missing(accounts, ["account_id"], "accounts")
    titles: dict[str, str] = {}
    for name in ("legal_name", "trading_name"):
        if name in accounts:
            named = accounts[accounts[name].notna() & (accounts[name].astype(str) != "")]
            titles |= dict(zip(named["account_id"].astype(str), named[name].astype(str), strict=True))
    return titles


def _refuse_missing(frame: pd.DataFrame, wanted: Sequence[str], what: str) -> None:
    missing = [name for name in wanted if name not in frame]
    if missing:
        raise DeskError(
            f"The {what} lack {', '.join(missing)}.",
            f"Columns: {', '.join(map(str, frame.columns[:12]))}{' …' if len(frame.columns) > 12 else ''}",
            "load what `resellerrisk score --out FOLDER` wrote",
        )


def _times(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.DatetimeTZDtype) or not pd.api.types.is_datetime64_any_dtype(column):
        column = pd.to_datetime(column, errors="coerce", utc=True, format="ISO8601").dt.tz_localize(None)
    return column.astype("datetime64[us]")


def _find_faults(scores: pd.DataFrame, keys: list[str]) -> list[str]:
    probability = pd.to_numeric(scores["probability"], errors="coerce")
    score = pd.to_numeric(scores["score"], errors="coerce")
    base = pd.to_numeric(scores["base_value"], errors="coerce").to_numpy(float)
    ids = [name for name in keys if name != "as_of"]
    wrong = {
        "account_id, order_id or model_version is missing": scores[[*ids, "model_version"]]
        .isna()
        .any(axis=1),
        "as_of or scored_at is no time": scores[["as_of", "scored_at"]].isna().any(axis=1),
        "score is no whole number from 0 to 1000": ~(score.between(0, 1000) & (score % 1 == 0)),
        "probability is not between 0 and 1": ~probability.between(0, 1),
        f"band is none of {', '.join(BANDS)}": ~scores["band"].isin(BANDS),
        f"action is none of {', '.join(ACTIONS)}": ~scores["action"].isin(ACTIONS),
        "base_value is not finite": pd.Series(~np.isfinite(base), index=scores.index),
        "two rows are of one subject": scores[ids].astype(str).duplicated(),
    }
    found = [(text, int(rows.sum())) for text, rows in wrong.items()]
    return [f"{count} of {len(scores)} rows: {text}" for text, count in found if count] or (
        [] if len(scores) else ["there are no rows"]
    )


def _find_other_rows(scores: pd.DataFrame, signals: pd.DataFrame, keys: list[str]) -> list[str]:
    if len(scores) != len(signals):
        return [f"{len(scores)} scores, but {len(signals)} rows of signals"]
    other = sum(
        (scores[name].astype(str).to_numpy() != signals[name].astype(str).to_numpy()) for name in keys
    )
    count = int((np.asarray(other) > 0).sum())
    return [f"{count} of {len(scores)} rows: the signals beside are of another subject"] if count else []


def _take_values(scores: pd.DataFrame, signals: pd.DataFrame | None, keys: list[str]):
    beside = scores[["score", "probability"]].astype(float)
    if signals is None:
        return beside, []
    columns = [name for name in signals.columns if name not in keys]
    values = signals[columns].apply(pd.to_numeric, errors="coerce").astype(float).reset_index(drop=True)
    return pd.concat([values, beside], axis=1), columns


def _to_rows(scores: pd.DataFrame, values: pd.DataFrame, columns: list[str]) -> list[dict]:
    packed = pack(values[columns].to_numpy(float)) if columns else [b""] * len(scores)
    early = values[_EARLY].to_numpy() if _EARLY in columns else [None] * len(scores)
    orders = scores["order_id"].astype(str) if "order_id" in scores else [""] * len(scores)
    reasons = _read_reasons(scores)
    told = zip(scores.itertuples(index=False), orders, reasons, early, packed, strict=True)
    return [
        {
            "account_id": str(row.account_id),
            "order_id": str(order),
            "as_of": row.as_of.to_pydatetime(),
            "score": int(row.score),
            "probability": float(row.probability),
            "band": str(row.band),
            "action": str(row.action),
            "reasons": why,
            "base_value": float(row.base_value),
            "model_version": str(row.model_version),
            "scored_at": row.scored_at.to_pydatetime(),
            "early_lines": None if lines is None or np.isnan(lines) else bool(lines > 0),
            "values": stored,
        }
        for row, order, why, lines, stored in told
    ]


def _read_reasons(scores: pd.DataFrame) -> list[list[dict]]:
    found: list[list[dict]] = [[] for _ in range(len(scores))]
    for number in range(1, REASONS_SHOWN + 1):
        names = [f"reason_{number}", f"reason_{number}_signal", f"reason_{number}_contribution"]
        if not all(name in scores for name in names):
            continue
        for why, (sentence, signal, weight) in zip(
            found, scores[names].itertuples(index=False, name=None), strict=True
        ):
            if isinstance(sentence, str) and sentence:
                why.append({"sentence": sentence, "signal": str(signal), "contribution": _finite(weight)})
    return found


def _finite(value) -> float:
    number = float(value) if pd.notna(value) else 0.0
    return number if np.isfinite(number) else 0.0


def _digest(subject: str, rows: list[dict], columns: list[str]) -> str:
    found = hashlib.sha256(json.dumps([subject, columns]).encode())
    for row in rows:
        told = {name: value for name, value in row.items() if name != "values"}
        found.update(json.dumps(told, sort_keys=True, default=str).encode())
        found.update(row["values"])
    return found.hexdigest()
