"""The figures that tracing gives of every account, declared once: name, unit, meaning. Nothing is computed here."""

from __future__ import annotations

from typing import NamedTuple

#: What "recent" is in these figures.
RECENT_DAYS = 180


class LeakFigure(NamedTuple):
    """One figure that tracing gives of every account."""

    name: str
    unit: str
    meaning: str


LEAK_FIGURES = (
    LeakFigure("source_probability", "share", "Probability that copies of discs come from this account's deliveries."),
    LeakFigure("source_log_odds", "log-odds", "Log-odds of the source probability, between -13.8 and 13.8."),
    LeakFigure("expected_leaks", "copies", "Expected number of copies made from this account's discs."),
    LeakFigure("expected_leaks_180d", "copies", "Of these the copies that appeared in the last 180 days."),
    LeakFigure("likely_leaks", "copies", "Copies more likely from this account than from all other ways together."),
    LeakFigure("leaked_held_count", "launches", "Launches held before street date of which a copy appeared after the delivery."),
    LeakFigure("leaked_held_expected", "launches", "Such launches to be expected of any account with deliveries so early."),
    LeakFigure("leaked_held_lift", "ratio", "Launches held that leaked against those expected, one added to both."),
    LeakFigure("held_early_count", "launches", "Launches delivered to the account before their street date."),
    LeakFigure("unleaked_weight", "copies", "Copies that should have appeared by now, did every early delivery lead to one."),
)  # fmt: skip
