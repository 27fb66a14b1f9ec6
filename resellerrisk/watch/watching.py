"""Watch one night: every figure against its past, what turned out, and what a person should look at."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from resellerrisk.decisions import Settings, read_settings
from resellerrisk.errors import InputError
from resellerrisk.matrix import prepare_signals
from resellerrisk.pipeline.trained import Trained
from resellerrisk.signals.compute import Signals
from resellerrisk.tables import Market, as_utc
from resellerrisk.watch import nightly, scores
from resellerrisk.watch.findings import (
    Finding,
    find_moves,
    find_new_words,
    find_set_aside,
    find_untrue,
)
from resellerrisk.watch.nightly import Move, judge
from resellerrisk.watch.outcomes import Outcomes, judge_outcomes
from resellerrisk.watch.settings import WatchSettings, read_watch_settings
from resellerrisk.watch.tables import table_series

#: Nights looked at: the history, the weeks before its first night, and a month for the widest window.
NIGHTS = nightly.HISTORY + 7 * nightly.WEEKS + 28


@dataclass(frozen=True)
class Watched:
    """What watching a night found.

    Attributes
    ----------
    as_of : Timestamp
        T: the night is the day before it.
    findings : tuple of Finding
        What a person should look at; empty on a quiet night.
    moves : tuple of Move
        Every figure looked at.
    outcomes : Outcomes or None
        What turned out; None without an account model.
    conditions : dict
        From which data, models and settings.
    notes : tuple of str
        What could not be watched, and why.
    """

    as_of: pd.Timestamp
    findings: tuple[Finding, ...]
    moves: tuple[Move, ...] = field(repr=False)
    outcomes: Outcomes | None = field(repr=False)
    conditions: dict[str, object]
    notes: tuple[str, ...]

    @property
    def raised(self) -> bool:
        """Whether anything was found."""
        return bool(self.findings)

    def to_frame(self) -> pd.DataFrame:
        """Every figure: name, group, kind, window, value, expected, support, deviations, p, raised."""
        raised = {finding.figure for finding in self.findings}
        return pd.DataFrame(
            [
                {
                    "figure": move.series.name,
                    "group": move.series.group,
                    "kind": move.series.kind,
                    "window": move.width,
                    "value": move.value,
                    "expected": move.expected,
                    "support": move.support,
                    "deviations": move.deviations,
                    "p": move.p,
                    "raised": move.series.name in raised,
                }
                for move in self.moves
            ]
        )

    def write(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write ``watch.html``, ``watch.json`` and ``figures.csv``; the same input gives the same bytes."""
        from resellerrisk.watch.page import render_page

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        told = {
            "as_of": self.as_of.isoformat(),
            "findings": [finding.to_dict() for finding in self.findings],
            "conditions": self.conditions,
            "notes": self.notes,
        }
        files = {"watch.html": render_page(self), "watch.json": json.dumps(told, indent=2) + "\n"}
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8")
        self.to_frame().to_csv(folder / "figures.csv", index=False)
        return [folder / name for name in (*files, "figures.csv")]


def watch_night(
    market: Market,
    models: dict[str, Trained] | None = None,
    *,
    as_of: Any,
    settings: Settings | None = None,
    watch_settings: WatchSettings | None = None,
    signals: Signals | None = None,
) -> Watched:
    """Watch the night before a moment.

    Parameters
    ----------
    market : Market
        Checked tables; rows known at T or later change nothing.
    models : dict of Trained, optional
        The models that serve, by subject: ``order`` for the night's scores, ``account`` for the month's and for what turned out.
    as_of : str or Timestamp
        The moment T, UTC.
    settings : Settings, optional
        Costs and capacity, for the actions.
    watch_settings : WatchSettings, optional
        What is raised.
    signals : Signals, optional
        The market's signals, where they are already prepared.

    Returns
    -------
    Watched

    Raises
    ------
    InputError
        Where nothing is known before the moment.

    Examples
    --------
    >>> import resellerrisk as rr
    >>> watched = watch_night(rr.read_market("data/sample"), as_of="2019-12-31")
    >>> watched.raised, watched.notes
    (False, ('No order model: scores and actions of orders are not watched.', 'No account model: scores of accounts and what turned out are not watched.'))
    """
    moment, models = as_utc(as_of), models or {}
    settings, chosen = settings or read_settings(None), watch_settings or read_watch_settings()
    signals = signals or prepare_signals(market)
    nights = count_nights(market, moment)
    moves = judge(table_series(signals, moment, nights), -1, chosen.least_accounts)
    outcomes, notes = None, [] if nights > nightly.LEAST_HISTORY else [_young(nights)]
    if "order" in models:
        scored = scores.score_nights(signals, models["order"], moment, nights, settings)
        moves += judge(scores.night_series(scored, moment, nights), -1, chosen.least_accounts)
    else:
        notes.append("No order model: scores and actions of orders are not watched.")
    if "account" in models:
        months = _months(nights)
        scored = scores.score_months(signals, models["account"], moment, settings, months)
        series = scores.month_series(scored, scores.first_days(moment, months))
        moves += judge(series, -1, chosen.least_accounts, nightly.MONTHS)
        outcomes = judge_outcomes(market, models["account"], scored, moment)
    else:
        notes.append("No account model: scores of accounts and what turned out are not watched.")
    return Watched(
        moment,
        tuple(gather(market, moves, outcomes, moment, chosen)),
        tuple(moves),
        outcomes,
        {
            "data": market.before(moment).fingerprint[:16],
            "nights of history": nights,
            "figures looked at": int(np.sum([np.isfinite(move.p) for move in moves])),
        }
        | {f"{subject} model": model.version for subject, model in models.items()},
        tuple(notes),
    )


def gather(
    market: Market,
    moves: list[Move],
    outcomes: Outcomes | None,
    moment: pd.Timestamp,
    settings: WatchSettings,
) -> list[Finding]:
    """Every finding, each figure once: what knows no chance first."""
    found = [*find_new_words(market, moment), *find_set_aside(moves, settings)]
    named = {finding.figure for finding in found}
    found += [finding for _, finding in find_moves(moves, settings) if finding.figure not in named]
    return found + (find_untrue(outcomes, settings) if outcomes else [])


def count_nights(market: Market, moment: pd.Timestamp) -> int:
    """Nights from the first order to the moment, as many as are looked at."""
    first = market.orders["ordered_at"].min()
    if not first < moment:
        raise InputError(f"No order is known before {moment}.", hint="name a later --as-of")
    return min(int((moment - first) / pd.Timedelta(days=1)) + 1, NIGHTS)


def _months(nights: int) -> int:
    return max(1, min(scores.MONTHS, nights // 31))


def _young(nights: int) -> str:
    return f"{nights} nights of history: too few to say what is usual; {nightly.LEAST_HISTORY} and more are wanted."
