"""What is raised: of all figures of the night those that moved further than chance, further than matters, and unlike other nights.

Many figures are looked at every night, so the level is shared out among them, and it follows from how many false alarms a year are
acceptable. Three rules know no chance: a word that the contract does not know, a table most of whose rows are set aside, and scores
that did not come true.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from resellerrisk.tables import TABLES, Market
from resellerrisk.tables.declare import Column, Kind
from resellerrisk.watch.nightly import Move
from resellerrisk.watch.outcomes import Outcomes
from resellerrisk.watch.series import DAY
from resellerrisk.watch.settings import WatchSettings
from resellerrisk.watch.tables import NEW_DAYS

#: Decided cases of so many months speak for the precision.
PRECISION_MONTHS = 12
#: With fewer fakes foretold and found, calibration says nothing; and how seldom chance may bring what is raised.
LEAST_FORETOLD, SELDOM = 5, 0.001
_VALUES_SHOWN = 5


@dataclass(frozen=True)
class Finding:
    """One thing a person should look at.

    Attributes
    ----------
    figure : str
        The figure's name.
    group : str
        The heading it is read under.
    text : str
        What was seen, in a sentence.
    window : str
        In which time.
    p : float or None
        How often chance alone would move the figure so far; None where chance is not the question.
    """

    figure: str
    group: str
    text: str
    window: str
    p: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)


def find_moves(moves: list[Move], settings: WatchSettings) -> list[tuple[Move, Finding]]:
    """The moves that are raised, the least likely first; of one figure the shortest window.

    Parameters
    ----------
    moves : list of Move
        Everything looked at in the night.
    settings : WatchSettings
    """
    judged = [move for move in moves if np.isfinite(move.p)]
    if not judged:
        return []
    adjusted = stats.false_discovery_control([move.p for move in judged], method="bh")
    level = settings.false_alarms_a_year / 365
    raised: dict[str, Move] = {}
    for move, p in zip(judged, adjusted, strict=True):
        if p <= level and move.unusual and matters(move, settings):
            shortest = raised.get(move.series.name)
            if shortest is None or move.width < shortest.width:
                raised[move.series.name] = move
    ordered = sorted(raised.values(), key=lambda move: (move.p, move.series.name))
    return [(move, _tell(move)) for move in ordered]


def matters(move: Move, settings: WatchSettings) -> bool:
    """Whether a move is large enough to be worth a look, however sure it is."""
    if move.series.kind != "count":
        return abs(move.value - move.expected) >= settings.moves(move.series.kind)
    ratio = (move.value + 1) / (move.expected + 1)
    return max(ratio, 1 / ratio) >= settings.rows_factor


def _tell(move: Move) -> Finding:
    series = move.series
    window = "tonight" if move.width == 1 else f"the last {move.width} nights"
    if series.group in {"scores", "volume by action"} and series.name.startswith("accounts"):
        window = "the newest first of a month"
    return Finding(series.name, series.group, f"{series.name}: {tell_move(move)}.", window, move.p)


def tell_move(move: Move) -> str:
    """Value and expectation of a move in words.

    Examples
    --------
    >>> from resellerrisk.watch.series import Series
    >>> import numpy as np
    >>> share = Series("x", "share", "", np.zeros(1), np.zeros(1), "")
    >>> tell_move(Move(share, 1, 0.45, 0.12, 37.0, 9.0, 0.0, True))
    '45% where 12% is usual (37 accounts)'
    """
    kind, of = move.series.kind, f" ({move.support:,.0f} accounts)"
    if kind == "count":
        return f"{move.value:,.0f} where {move.expected:,.1f} are usual"
    if kind == "share":
        return f"{move.value:.0%} where {move.expected:.0%} is usual{of}"
    if kind == "score":
        return f"mean log-odds {move.value:.2f} where {move.expected:.2f} are usual{of}"
    return f"{np.exp(move.value - move.expected):.2f} times what is usual{of}"


def find_new_words(market: Market, until: pd.Timestamp) -> list[Finding]:
    """Words of the last night that the contract does not know and that were not met before the last 28 nights.

    Rows with such a word are set aside, so no other figure sees them.
    """
    findings = []
    for name, rows in market.set_aside.items():
        at = market.set_aside_at(name)
        if not at.size:
            continue
        for column in TABLES[name].columns:
            if column.kind is Kind.WORD and column.name in rows:
                findings += _new_words(name, column, rows[column.name], at, until)
    return findings


def _new_words(
    table: str, column: Column, cells: pd.Series, at: np.ndarray, until: pd.Timestamp
) -> list[Finding]:
    end = np.datetime64(until, "us")
    plain = cells.map(
        lambda cell: "" if cell is None else str(cell).strip().lower().replace(" ", "_").replace("-", "_")
    )
    unknown = (~plain.isin([*column.allowed, ""])).to_numpy() & (at < end)
    tonight = unknown & (at >= end - DAY)
    older = set(plain[unknown & (at < end - NEW_DAYS * DAY)])
    words = [word for word in dict.fromkeys(plain[tonight]) if word not in older]
    if not words:
        return []
    rows = int((tonight & plain.isin(words).to_numpy()).sum())
    shown = ", ".join(f"'{word[:30]}'" for word in words[:_VALUES_SHOWN]) + (
        ", …" if len(words) > _VALUES_SHOWN else ""
    )
    text = (
        f"{table}.{column.name}: {shown} {'is' if len(words) == 1 else 'are'} not in the contract; "
        f"{rows:,} {'row' if rows == 1 else 'rows'} of tonight set aside. There is: {', '.join(column.allowed)}."
    )
    return [Finding(f"{table}.{column.name} unknown words", "words and values", text, "tonight")]


def find_set_aside(moves: list[Move], settings: WatchSettings) -> list[Finding]:
    """Tables most of whose rows of the night were set aside, where that is not usual, however few rows there are."""
    findings = []
    for move in moves:
        if move.series.group == "rows set aside" and move.width == 1:
            usual = 0.0 if np.isnan(move.expected) else move.expected
            if move.support > 0 and move.value >= settings.set_aside_share > usual:
                text = f"{move.series.name}: {move.value:.0%} of the {move.support:,.0f} rows of tonight where {usual:.0%} is usual."
                findings.append(Finding(move.series.name, move.series.group, text, "tonight"))
    return findings


def find_untrue(outcomes: Outcomes, settings: WatchSettings) -> list[Finding]:
    """Scores that did not come true: too few fakes among decided cases, or found far from foretold; after the training only."""
    return [*_low_precision(outcomes.by_case, settings), *_miscalibrated(outcomes.calibration, settings)]


def _low_precision(cases: pd.DataFrame, settings: WatchSettings) -> list[Finding]:
    rows = cases[~cases["learnt"]].tail(PRECISION_MONTHS) if len(cases) else cases
    decided, fakes = (int(rows[name].sum()) if len(rows) else 0 for name in ("decided", "fakes"))
    chance = stats.binom.cdf(fakes, decided, settings.least_precision)
    if not decided or chance >= SELDOM:
        return []
    text = (
        f"precision: {fakes} of {decided} decided cases of the last {PRECISION_MONTHS} months were fake; "
        f"below {settings.least_precision:.0%} the desk's work costs more than it saves."
    )
    return [
        Finding(
            "precision of decided cases", "what turned out", text, f"{PRECISION_MONTHS} months", float(chance)
        )
    ]


def _miscalibrated(calibration: pd.DataFrame, settings: WatchSettings) -> list[Finding]:
    rows = calibration[calibration["mature"] & ~calibration["learnt"]] if len(calibration) else calibration
    if rows.empty:
        return []
    row = rows.iloc[-1]
    foretold, found, factor = row["foretold"], row["found"], settings.calibration_factor
    far = found > factor * foretold or found * factor < foretold
    chance = 2 * min(stats.poisson.cdf(found, foretold), stats.poisson.sf(found - 1, foretold))
    if max(foretold, found) < LEAST_FORETOLD or not far or chance >= SELDOM:
        return []
    text = f"calibration: of the accounts of {row['month'].date()}, {found:.0f} were found fake in the time given, {foretold:.1f} were foretold."
    return [Finding("calibration", "what turned out", text, str(row["month"].date()), float(chance))]
