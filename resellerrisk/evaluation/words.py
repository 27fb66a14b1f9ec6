"""How the report says it: names and print of measures and columns, and the sections.

One declaration for each, so that page, Markdown and figures cannot drift apart. Nothing is measured here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from resellerrisk.evaluation.detection import RING_GROUPS
from resellerrisk.evaluation.figures import Figure
from resellerrisk.evaluation.judged import GROUPS, RANKINGS

_PRINT: dict[str, Callable[[Any], str]] = {
    "share": lambda value: f"{100 * value:.1f}%",
    "small_share": lambda value: f"{100 * value:.2f}%",
    "ratio": lambda value: f"{value:.3f}",
    "fine": lambda value: f"{value:.4f}",
    "number": lambda value: f"{value:,.0f}",
    "money": lambda value: f"{value:,.0f}",
    "yes": lambda value: "yes" if value else "no",
    "text": str,
}


@dataclass(frozen=True)
class Word:
    """What a measure or a column is called, how its values are printed, and what it means."""

    title: str
    kind: str = "text"
    meaning: str = ""


#: Measures, by the name that stands in `Evaluation.figures` without ranking, group and moment.
MEASURES = {
    "average_precision": Word("Average precision", "ratio", "0-1; a ranking by lot has the share of fakes"),
    "average_precision_above": Word("Average precision above", "ratio", "difference in the same draws"),
    "average_precision_by_account": Word(
        "Average precision by account", "ratio", "an account by its highest order"
    ),
    "recall_at_capacity": Word(
        "Recall at the desk's capacity",
        "share",
        "fakes among those that the desk can look at",
    ),
    "precision_at_capacity": Word(
        "Precision at the desk's capacity",
        "share",
        "of those looked at, how many are fake",
    ),
    "recall_top_2_percent": Word("Recall in the top 2 %", "share", "fakes among the highest 2 % of the rows"),
    "precision_top_2_percent": Word(
        "Precision in the top 2 %", "share", "of the highest 2 %, how many are fake"
    ),
    "found_over_moments": Word(
        "Found over all moments",
        "share",
        "each fake counted once, where it is found first",
    ),
    "fakes_among_shown": Word(
        "Fakes among the accounts shown", "share", "over all moments, each account once"
    ),
    "held_back_at_0.5_percent": Word("Discs held back, 0.5 % delayed", "share"),
    "held_back_at_1_percent": Word(
        "Discs held back, 1 % delayed",
        "share",
        "of the fakes' discs before street date; 1 % of the honest lines before street date are delayed",
    ),
    "held_back_at_2_percent": Word("Discs held back, 2 % delayed", "share"),
    "held_back_at_5_percent": Word("Discs held back, 5 % delayed", "share"),
    "cost_per_1000": Word("Cost of 1,000 rows", "money", "under the settings' actions"),
    "cost_share_of_release_everything": Word(
        "Cost under the settings' actions",
        "share",
        "as a share of releasing everything",
    ),
    "held_cost_share_of_release_everything": Word(
        "Cost of one threshold",
        "share",
        "holding the highest, as a share of releasing everything",
    ),
    "foretold_over_seen": Word(
        "Fakes foretold for each seen",
        "ratio",
        "1 is right; above 1, too many were foretold",
    ),
    "bins_within": Word("Bins that hold what was foretold", "share"),
    "brier": Word("Brier score", "fine", "lower is better"),
    "brier_of_base_rate": Word("Brier score of a constant", "fine"),
    "log_loss": Word("Log loss", "fine", "lower is better"),
    "log_loss_of_base_rate": Word("Log loss of a constant", "fine"),
    "honest_held": Word("Honest rows held", "small_share", "anything else than released"),
    "gap": Word("Gap", "small_share", "honest rows held, less those of all other honest shops"),
    "closing_loses": Word("Fakes' rows that would go through", "share", "of all fakes' rows"),
    "closing_loses_discs": Word("Fakes' discs that would go through", "share", "of those before street date"),
}

#: The figures that stand first on the page, for each subject.
HEADLINES = {
    "account": (
        "average_precision",
        "average_precision_above/logistic",
        "average_precision_above/rule",
        "recall_top_2_percent",
        "precision_top_2_percent",
        "known_rings/recall_top_2_percent",
        "new_rings/recall_top_2_percent",
        "recall_at_capacity",
        "precision_at_capacity",
        "found_over_moments",
        "cost_share_of_release_everything",
        "foretold_over_seen",
        "honest_held",
    ),
    "application": (
        "average_precision",
        "average_precision_above/logistic",
        "average_precision_above/rule",
        "recall_top_2_percent",
        "precision_top_2_percent",
        "known_rings/recall_top_2_percent",
        "new_rings/recall_top_2_percent",
        "cost_share_of_release_everything",
        "foretold_over_seen",
        "honest_held",
    ),
    "order": (
        "held_back_at_1_percent",
        "logistic/held_back_at_1_percent",
        "rule/held_back_at_1_percent",
        "average_precision",
        "average_precision_above/logistic",
        "average_precision_above/rule",
        "average_precision_by_account",
        "cost_share_of_release_everything",
        "foretold_over_seen",
        "honest_held",
    ),
}

#: Columns of the tables that are not measures.
COLUMNS = {
    "ranking": Word("Ranking"),
    "moment": Word("Scored at"),
    "rows": Word("Rows", "number"),
    "accounts": Word("Accounts", "number"),
    "fakes": Word("Fake accounts", "number"),
    "fakes_of": Word("Fakes of"),
    "rings": Word("Rings", "number"),
    "shown": Word("Shown to the desk", "number"),
    "found_first": Word("Found first", "number"),
    "found_so_far": Word("Found so far", "number"),
    "fakes_so_far": Word("Fakes so far", "number"),
    "orders": Word("Orders", "number"),
    "honest_early_lines": Word("Honest lines before street date", "number"),
    "fake_early_units": Word("Fakes' discs before street date", "number"),
    "policy": Word("Policy"),
    "held_rows": Word("Held", "number"),
    "honest_held_rows": Word("Honest held", "number"),
    "fake_released_rows": Word("Fake released", "number"),
    "cost": Word("Cost", "money"),
    "cost_share": Word("Of releasing everything", "share"),
    "from_probability": Word("From", "small_share"),
    "to_probability": Word("To", "small_share"),
    "foretold": Word("Foretold", "small_share"),
    "seen": Word("Seen", "small_share"),
    "within": Word("Within", "yes"),
    "honest_shops": Word("Honest shops"),
    "held_share": Word("Held", "small_share"),
    "held_share_of_others": Word("Held, of all others", "small_share"),
    "held_from": Word("Held from", "small_share"),
    "held_from_then": Word("Held from, the gap closed", "small_share"),
    "honest_released": Word("Honest rows released", "number"),
    "fakes_released": Word("Fakes' rows released", "number"),
    "costs_more": Word("Costs more", "money"),
    "in_words": Word("In words"),
    "signal": Word("Signal"),
    "declared": Word("Declared"),
    "auc": Word("Chance to stand on the declared side", "ratio"),
    "honest": Word("Honest accounts", "number"),
    "family": Word("Family"),
    "signals": Word("Signals", "number"),
    "lost_without": Word("Lost without it", "ratio"),
    "without": Word("Without it", "ratio"),
    "alone": Word("Alone", "ratio"),
}


@dataclass(frozen=True)
class Section:
    """A part of the report: its tables and plots are left out where they could not be made."""

    title: str
    text: str
    tables: tuple[str, ...] = ()
    plots: tuple[str, ...] = ()


SECTIONS = (
    Section(
        "Discs held back",
        "Orders are held in falling score, with all their lines before street date, until a share of the "
        "honest lines before street date is delayed. A fake's discs count as long as it had not been found "
        "out.",
        ("held_back",),
        ("held_back",),
    ),
    Section(
        "Finding fakes",
        "Each account counts once at each moment; accounts already known as fake are left out. Equal scores "
        "share a place.",
        ("detection",),
        ("precision_recall", "recall"),
    ),
    Section(
        "Over all moments",
        "The desk looks at the highest scores of each moment in turn; a fake that is found leaves the queue, "
        "an honest account may come again.",
        ("queue",),
    ),
    Section(
        "Known rings and new ones",
        "Fakes of the other groups stay in the queue and take the desk's time; they are left out of average "
        "precision.",
        ("rings",),
    ),
    Section(
        "What it would have cost",
        "Every row is charged the settings' cost of its action for what it turned out to be. The rivals hold "
        "as many rows as this model's threshold does. To hold is to ship on the street date.",
        ("cost",),
        ("cost",),
    ),
    Section(
        "Do the probabilities mean what they say?",
        "First in bins of equally many rows, then in bins of equally many expected fakes, which look closely "
        "at the high end. Wilson's intervals, with an account counted once.",
        ("calibration", "calibration_high"),
        ("calibration",),
    ),
    Section(
        "Honest shops that were held",
        "The share of honest rows that got anything else than a release, by kind of shop, at the same "
        "settings. Intervals count accounts, not rows.",
        ("honest",),
    ),
    Section(
        "What it would cost to hold all honest shops alike",
        "For each kind that is held more often than others: the least risky of its held rows are released until its honest shops are held "
        "as often as all others. Fakes that go through then, and the settings' costs. Each kind alone; the line is drawn on the very rows "
        "it is judged on, so on other time the gap would close nearly, not wholly. A gap below 0 needs no closing.",
        ("gaps",),
    ),
    Section(
        "Directions that the data contradict",
        "Signals of which fakes stand on the other side than declared, by more than three standard errors, "
        "looked at one by one.",
        ("directions",),
    ),
    Section(
        "Without a family of signals",
        "A model without the family, and one of nothing else, fitted on the same rows. Average precision; of orders the fakes' discs "
        "held back at 1 % of honest lines delayed. Lost: the whole model less the one without, in the same draws.",
        ("ablation",),
    ),
)


def name_figure(name: str) -> Word:
    """What a figure is called in full.

    >>> name_figure("logistic/average_precision/2020-03-31").title
    'Average precision · logistic regression · 2020-03-31'
    """
    parts = name.split("/")
    place = next(i for i, part in enumerate(parts) if part in MEASURES)
    word = MEASURES[parts[place]]
    groups = RANKINGS | RING_GROUPS | GROUPS
    rest = [groups.get(part, part) for part in parts[:place] + parts[place + 1 :]]
    between = " " if word.title.endswith("above") else " · "
    return Word(between.join([word.title, *rest]), word.kind, word.meaning)


def name_column(name: str) -> Word:
    """What a column is called; a name that is not declared is read as words.

    >>> name_column("fakes").title, name_column("share_of_trees").title
    ('Fake accounts', 'Share of trees')
    """
    undeclared = Word(name.replace("_", " ").capitalize(), "text")
    return COLUMNS.get(name) or MEASURES.get(name) or undeclared


def show(value: Any, kind: str) -> str:
    """A value as the report prints it; a missing one is a dash.

    >>> show(0.0123, "share"), show(None, "share"), show(1234.0, "number"), show(0.5, "text")
    ('1.2%', '–', '1,234', '0.5')
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if kind == "text" and isinstance(value, float):
        return f"{value:.4g}"
    return _PRINT[kind](value)


def show_range(value: Any, low: Any, high: Any, kind: str) -> str:
    """A value and, on a line of its own, its interval, where it has one.

    >>> show_range(0.71, 0.6, 0.8, "ratio"), show_range(0.71, None, None, "ratio")
    ('0.710\\n(0.600 to 0.800)', '0.710')
    """
    told, ends = show(value, kind), (show(low, kind), show(high, kind))
    return told if "–" in ends else f"{told}\n({ends[0]} to {ends[1]})"


def show_figure(name: str, figure: Figure) -> str:
    """A figure's value with its interval, or why there is none."""
    if figure["value"] is None:
        return figure["note"]
    told = show_range(figure["value"], figure["low"], figure["high"], name_figure(name).kind)
    return f"{told}\n{figure['note']}" if figure["note"] else told
