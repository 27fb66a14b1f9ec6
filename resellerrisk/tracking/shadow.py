"""Shadow scores: what the challenger would have said, beside the champion, night by night. Nobody acts upon them.

A night is one file, ``shadow/SUBJECT/CHAMPION-CHALLENGER/MOMENT.parquet``: both models' probability and action on the same
snapshots, with what the gate needs to know of them as it was known that night. Written again from the same data it has the
same bytes. Nothing is judged here.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from resellerrisk.decisions import Settings, read_settings
from resellerrisk.matrix import build_matrix, prepare_signals
from resellerrisk.pipeline import Trained
from resellerrisk.pipeline.evaluating import describe_rows
from resellerrisk.pipeline.scoring import early_lines, recommend, subjects_to_score
from resellerrisk.signals.compute import Signals
from resellerrisk.tables import Market, as_utc, write_frame
from resellerrisk.tracking.home import Home
from resellerrisk.tracking.loading import load

_NIGHT = "%Y%m%dT%H%M%S"


def shadow_score(
    market: Market,
    home: Home,
    subject: str,
    *,
    as_of=None,
    since=None,
    until=None,
    settings: Settings | None = None,
    signals: Signals | None = None,
) -> Path | None:
    """Score one night with the champion and the challenger, and keep both.

    Parameters
    ----------
    market : Market
        Checked tables.
    home : Home
        Where the models stand and the night is kept.
    subject : {"application", "account", "order"}
    as_of, since, until
        The night, as in `resellerrisk.score`.
    settings : Settings, optional
        Costs and capacity; the packaged ones by default.
    signals : Signals, optional
        The market's signals, where they are already prepared.

    Returns
    -------
    Path or None
        The night's file. None where no challenger waits, and where the challenger was trained on what was known after the
        night: it would be judged on what it has seen.
    """
    challenger = home.challenger(subject)
    if home.champion(subject) is None or challenger is None:
        return None
    models = {
        "champion": load(home, subject),
        "challenger": load(home, subject, f"{subject}/{challenger}"),
    }
    end = as_utc(until if until is not None else as_of) if (until is not None or as_of is not None) else None
    if end is not None and any(end < as_utc(model.facts["as_of"]) for model in models.values()):
        return None
    signals = signals or prepare_signals(market)
    snapshots = subjects_to_score(signals, subject, as_of, since, until)
    frame = _score_both(signals, snapshots, models, settings or read_settings(None))
    path = _pair(home, subject, home.champion(subject), challenger) / f"{end.strftime(_NIGHT)}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_frame(frame, path)
    return path


def read_nights(
    home: Home, subject: str, champion: int, challenger: int, since, until
) -> list[tuple[pd.Timestamp, pd.DataFrame]]:
    """The nights of two models with ``since <= night < until``, oldest first.

    Returns
    -------
    list of (Timestamp, DataFrame)
        Empty where there is none.
    """
    nights = []
    for path in sorted(_pair(home, subject, champion, challenger).glob("*.parquet")):
        at = pd.to_datetime(path.stem, format=_NIGHT)
        if as_utc(since) <= at < as_utc(until):
            nights.append((at, pd.read_parquet(path)))
    return nights


def _score_both(signals: Signals, snapshots, models: dict[str, Trained], settings: Settings) -> pd.DataFrame:
    columns = {column.name: column for model in models.values() for column in model.columns}
    matrix = build_matrix(signals, snapshots, tuple(columns.values()))
    frame, early = matrix.keys.assign(**describe_rows(signals, matrix)), early_lines(matrix)
    for name, model in models.items():
        probability = model.model.predict_proba(matrix.values[list(model.model.columns_)])[:, 1]
        frame[f"{name}_version"] = model.version
        frame[f"{name}_probability"] = probability
        frame[f"{name}_action"] = recommend(probability, model, settings, early)
    return frame


def _pair(home: Home, subject: str, champion: int, challenger: int) -> Path:
    return home.folder / "shadow" / subject / f"{champion}-{challenger}"
