"""The gate's checks, one function each: a rule, the figures it was held against, and a sentence.

Each check says what was seen, also where it holds. What is compared is computed elsewhere (`evaluation.comparison`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from resellerrisk.evaluation.comparison import EVERYONE, Comparison
from resellerrisk.pipeline import Trained
from resellerrisk.tables import Market, as_utc
from resellerrisk.tracking.rules import Rules


@dataclass(frozen=True)
class Check:
    """One rule, whether it holds, and what was seen."""

    name: str
    passed: bool
    told: str


def check_data(market: Market, challenger: Trained, rules: Rules) -> Check:
    """Trained on exactly what these data knew before the training moment."""
    moment = as_utc(challenger.facts["as_of"])
    theirs, ours = challenger.facts["data_fingerprint"], market.before(moment).fingerprint
    if theirs == ours:
        return Check("same data", True, f"It was trained on what these data knew before {moment:%Y-%m-%d}.")
    told = (
        f"It was trained on other data than were known before {moment:%Y-%m-%d}: fingerprint {theirs[:12]}, these data "
        f"have {ours[:12]}. Rows may have come in that were not yet known, or have changed since."
    )
    return Check("same data", not rules.same_data, told)


def check_nights(nights: int, begin: pd.Timestamp, until: pd.Timestamp, rules: Rules) -> Check:
    """Enough nights between the later training moment and the maturity of labels."""
    told = (
        f"Both models scored {_count(nights, 'night')} from {begin:%Y-%m-%d}, when the later of them was trained, to "
        f"{until:%Y-%m-%d}, before which labels had {rules.matured_days:g} days to become known; "
        f"{rules.fewest_nights:g} are needed."
    )
    return Check("enough nights", nights >= rules.fewest_nights, told)


def check_fakes(frame: pd.DataFrame, rules: Rules) -> Check:
    """Enough accounts found fake among what was scored."""
    fakes = frame.loc[frame["fake"] & ~frame["known"], "account_id"].nunique()
    told = f"{_count(fakes, 'account')} among them found fake since; {rules.fewest_fakes:g} are needed."
    return Check("enough fakes", fakes >= rules.fewest_fakes, told)


def check_ranking(comparison: Comparison, rules: Rules) -> Check:
    """Average precision over everyone, and in each business type with enough fakes, where the loss is sure."""
    row = comparison.row(EVERYONE, "average_precision")
    allowed = rules.average_precision_loss
    faults = [] if row["difference"] >= -allowed else [row]
    for other in _groups(comparison, "average_precision", "fakes", rules.fewest_fakes_in_group):
        if other["difference"] < -allowed and other["high"] < 0:
            faults.append(other)
    told = _tell("Average precision", faults or [row], ".3f")
    return Check("not worse at ranking", not faults, f"{told} A loss of {allowed:g} is allowed.")


def check_stability(comparison: Comparison, rules: Rules) -> Check:
    """The ranking is kept in most draws of whole accounts."""
    share = comparison.share_of_draws("average_precision", -rules.average_precision_loss)
    told = (
        f"In {share:.0%} of the draws average precision is at most {rules.average_precision_loss:g} below the "
        f"champion's; {rules.stable_share:.0%} are needed."
    )
    return Check("stable under re-sampling", share >= rules.stable_share, told)


def check_fakes_held(comparison: Comparison, rules: Rules) -> Check:
    """The share of fakes held: over everyone, and by group where the loss is sure."""
    row = comparison.row(EVERYONE, "fakes_held")
    faults = [] if row["difference"] >= -rules.fakes_held_loss else [row]
    for other in _groups(comparison, "fakes_held", "fakes", rules.fewest_fakes_in_group):
        if other["difference"] < -rules.fakes_held_loss and other["high"] < 0:
            faults.append(other)
    told = _tell("Fakes held", faults or [row], ".1%")
    return Check(
        "holds as many fakes", not faults, f"{told} A loss of {rules.fakes_held_loss:.1%} is allowed."
    )


def check_honest_held(comparison: Comparison, rules: Rules) -> Check:
    """The share of honest rows held: over everyone, by business type, among small and young shops."""
    row = comparison.row(EVERYONE, "honest_held")
    faults = [] if row["difference"] <= rules.honest_held_rise else [row]
    for other in _groups(comparison, "honest_held", "accounts", rules.fewest_accounts_in_group):
        if other["difference"] > rules.honest_held_rise and other["low"] > 0:
            faults.append(other)
    told = _tell("Honest rows held", faults or [row], ".1%")
    return Check(
        "spares honest shops", not faults, f"{told} A rise of {rules.honest_held_rise:.1%} is allowed."
    )


def check_calibration(comparison: Comparison, rules: Rules) -> Check:
    """Log-loss, where its rise is sure, and what was foretold over what was seen."""
    loss, ratio = (comparison.row(EVERYONE, name) for name in ("log_loss", "foretold_over_seen"))
    sharp = loss["difference"] <= rules.log_loss_rise * loss["champion"] or not loss["low"] > 0
    within = rules.foretold_over_seen_least <= ratio["challenger"] <= rules.foretold_over_seen_most
    margin = np.log1p(rules.log_loss_rise)
    nearer = abs(np.log(ratio["challenger"])) <= abs(np.log(ratio["champion"])) + margin
    told = (
        f"Log-loss {loss['challenger']:.4f} beside {loss['champion']:.4f}, a rise of {rules.log_loss_rise:.0%} is allowed; "
        f"{ratio['challenger']:.2f} fakes foretold for each one seen beside {ratio['champion']:.2f}, between "
        f"{rules.foretold_over_seen_least:g} and {rules.foretold_over_seen_most:g} or {rules.log_loss_rise:.0%} further off is allowed."
    )
    return Check("calibrated", bool(sharp and (within or nearer)), told)


def check_promise(comparison: Comparison, champion: Trained, challenger: Trained, rules: Rules) -> Check:
    """The nights keep what the challenger's own held-out time promised, as far as the champion's did."""
    row = comparison.row(EVERYONE, "average_precision")
    promised = [_promise(model) for model in (champion, challenger)]
    if promised[1] is None:
        return Check(
            "keeps its promise", True, "Its training held nothing out, so that nothing was promised."
        )
    fell = promised[1] - row["challenger"]
    usual = max(0.0, promised[0] - row["champion"]) if promised[0] is not None else 0.0
    told = (
        f"Its held-out time promised an average precision of {promised[1]:.3f}, the nights gave {row['challenger']:.3f}. "
        f"The champion's fell by {usual:.3f}; {rules.promise_fall:g} more is allowed."
    )
    if fell > usual + rules.promise_fall:
        told += " What it learnt from is not there when scoring."
    return Check("keeps its promise", bool(fell <= usual + rules.promise_fall), told)


def _promise(model: Trained) -> float | None:
    return model.facts.get("held_out", {}).get("average_precision")


def _groups(comparison: Comparison, measure: str, count: str, fewest: float) -> list[pd.Series]:
    """The rows of a measure for the groups that are large enough."""
    table = comparison.table
    chosen = (table["measure"] == measure) & (table["group"] != EVERYONE) & (table[count] >= fewest)
    return [row for _, row in table[chosen].iterrows()]


def _tell(what: str, rows: list[pd.Series], form: str) -> str:
    """One sentence for each row.

    >>> row = pd.Series({"group": "young shops", "champion": 0.01, "challenger": 0.04, "difference": 0.03,
    ...                  "low": 0.01, "high": 0.05})
    >>> _tell("Honest rows held", [row], ".1%")
    'Honest rows held, young shops: 4.0% beside 1.0%, a difference of +3.0% (+1.0% to +5.0%).'
    """
    sentences = []
    for row in rows:
        ends = [row["low"], row["high"]]
        span = f" ({ends[0]:+{form}} to {ends[1]:+{form}})" if np.isfinite(ends).all() else ""
        both = f"{row['challenger']:{form}} beside {row['champion']:{form}}"
        sentences.append(
            f"{what}, {row['group']}: {both}, a difference of {row['difference']:+{form}}{span}."
        )
    return " ".join(sentences)


def _count(number: int, word: str) -> str:
    """A number with its word.

    >>> _count(1, "night"), _count(3, "account")
    ('1 night', '3 accounts')
    """
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
