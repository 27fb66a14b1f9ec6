"""The promotion gate: may the challenger take the champion's place? It says yes or no, with figures and a reason.

Both models are compared on the nights that both scored, once labels had time to become known (`tracking.shadow`,
`evaluation.comparison`). A fake that nobody has found counts as honest for both, except where probabilities are held against what
turned out: there an account about which a model was all but sure, and which nobody has decided about, tells nothing. Nothing is
promoted here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from resellerrisk.errors import ModelError
from resellerrisk.evaluation.comparison import Comparison, compare
from resellerrisk.matrix import known_fakes, label_snapshots, newest_outcomes
from resellerrisk.pipeline import Trained
from resellerrisk.signals.compute import Snapshots
from resellerrisk.tables import Market, as_utc
from resellerrisk.tracking import checks
from resellerrisk.tracking.checks import Check
from resellerrisk.tracking.home import Home
from resellerrisk.tracking.loading import load
from resellerrisk.tracking.rules import Rules, read_rules
from resellerrisk.tracking.shadow import read_nights


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the gate says of a challenger.

    Attributes
    ----------
    subject : str
    champion, challenger : int
        Versions.
    as_of : Timestamp
        When it was judged: labels decided before count.
    checks : tuple of Check
        In the order in which they were made; a check that needs what an earlier one found missing is not made.
    comparison : Comparison or None
        None where there was nothing to compare.
    """

    subject: str
    champion: int
    challenger: int
    as_of: pd.Timestamp
    checks: tuple[Check, ...]
    comparison: Comparison | None = field(default=None, repr=False)

    @property
    def passed(self) -> bool:
        """Whether every check holds."""
        return all(check.passed for check in self.checks)

    @property
    def reasons(self) -> list[str]:
        """Why not, one sentence per check that does not hold; empty where all hold."""
        return [check.told for check in self.checks if not check.passed]

    def figures(self) -> dict:
        """What it was decided on, as JSON holds it."""
        told = {
            "champion": self.champion,
            "challenger": self.challenger,
            "as_of": self.as_of.isoformat(),
            "checks": [{"check": c.name, "passed": c.passed, "told": c.told} for c in self.checks],
        }
        if self.comparison is not None:
            rows = self.comparison.table.to_dict("records")
            told["comparison"] = [{name: _plain(value) for name, value in row.items()} for row in rows]
        return told


def judge_challenger(
    market: Market, home: Home, subject: str, as_of, *, rules: Rules | None = None
) -> Verdict:
    """Compare the challenger with the champion on the nights that both scored.

    Parameters
    ----------
    market : Market
        Checked tables; outcomes decided before ``as_of`` are the labels.
    home : Home
        Where the models and their nights stand.
    subject : {"application", "account", "order"}
    as_of : str or Timestamp
        The moment of judgement, UTC.
    rules : Rules, optional
        The packaged ones by default.

    Returns
    -------
    Verdict

    Raises
    ------
    ModelError
        No champion or no challenger.
    """
    as_of, rules = as_utc(as_of), rules or read_rules()
    champion, challenger = home.champion(subject), home.challenger(subject)
    if champion is None or challenger is None:
        missing = "champion" if champion is None else "challenger"
        raise ModelError(
            f"There is no {missing} for '{subject}' in {home.folder}.",
            f"Versions: {', '.join(map(str, home.versions(subject))) or 'none'}.",
            hint=f"resellerrisk retrain DATA --subject {subject} --as-of DATE",
        )
    old, new = (load(home, subject, f"{subject}/{version}") for version in (champion, challenger))
    begin = max(as_utc(old.facts["as_of"]), as_utc(new.facts["as_of"]))
    until = as_of - pd.Timedelta(days=rules.matured_days)
    nights = read_nights(home, subject, champion, challenger, begin, until)
    told = [checks.check_data(market, new, rules), checks.check_nights(len(nights), begin, until, rules)]
    frame = judged_nights(market, subject, nights, as_of, rules) if nights else None
    if frame is not None:
        told.append(checks.check_fakes(frame, rules))
    if frame is None or not (frame["fake"] & ~frame["known"]).any():
        return Verdict(subject, champion, challenger, as_of, tuple(told))
    comparison = compare(frame, subject)
    told += _check_figures(comparison, old, new, rules)
    return Verdict(subject, champion, challenger, as_of, tuple(told), comparison)


def _check_figures(comparison: Comparison, old: Trained, new: Trained, rules: Rules) -> list[Check]:
    return [
        checks.check_ranking(comparison, rules),
        checks.check_stability(comparison, rules),
        checks.check_fakes_held(comparison, rules),
        checks.check_honest_held(comparison, rules),
        checks.check_calibration(comparison, rules),
        checks.check_promise(comparison, old, new, rules),
    ]


def judged_nights(
    market: Market,
    subject: str,
    nights: list[tuple[pd.Timestamp, pd.DataFrame]],
    as_of: pd.Timestamp,
    rules: Rules,
) -> pd.DataFrame:
    """The rows of some nights with what was known of them at a later moment.

    Parameters
    ----------
    market : Market
    subject : str
    nights : list of (Timestamp, DataFrame)
        From `read_nights`; of accounts at most ``rules.most_nights``, evenly spread.
    as_of : Timestamp
        Outcomes decided before it are the labels.
    rules : Rules

    Returns
    -------
    DataFrame
        As `compare` takes it; rows that are neither (a fake's, long before it was found) are left out.
    """
    most = int(rules.most_nights)
    if subject == "account" and len(nights) > most:
        nights = [
            nights[place] for place in np.unique(np.linspace(0, len(nights) - 1, most).round().astype(int))
        ]
    frame = pd.concat([frame for _, frame in nights], ignore_index=True)
    keys = ["order_id", "account_id"] if subject == "order" else ["account_id", "as_of"]
    frame = frame.drop_duplicates(keys, keep="last")
    codes = market.account_ids.get_indexer(frame["account_id"].astype(str))
    frame, codes = frame[codes >= 0], codes[codes >= 0]
    at = frame["as_of"].to_numpy("datetime64[us]").view(np.int64)
    label = label_snapshots(market, Snapshots(codes, at), as_of, subject, "negative")
    frame = frame.assign(
        probability=frame["challenger_probability"],
        champion_held=frame["champion_action"] != "release",
        challenger_held=frame["challenger_action"] != "release",
        fake=label == 1,
        known=_known_then(market, codes, at),
        telling=_is_telling(market, codes, at, as_of, frame, rules),
    )
    if subject == "order" and frame["order_id"].duplicated().any():
        frame["order_id"] = frame["order_id"] + "@" + frame["account_id"]
    return frame[~np.isnan(label)].reset_index(drop=True)


def _is_telling(
    market: Market, codes: np.ndarray, at: np.ndarray, as_of: pd.Timestamp, frame: pd.DataFrame, rules: Rules
) -> np.ndarray:
    """Whether what turned out of a row says anything of its probabilities: it was decided since, or no model was all but sure.

    Fakes that nobody found stand where the probabilities are highest. Counted as honest there they would say of the better model
    that it is the worse one, and more so the surer it is.
    """
    decided = newest_outcomes(market, as_of)["decided_at"].reindex(codes).to_numpy("datetime64[us]")
    highest = frame[["champion_probability", "challenger_probability"]].max(axis=1).to_numpy()
    return (decided.view(np.int64) >= at) & ~np.isnat(decided) | (highest < rules.undecided_tells_below)


def _known_then(market: Market, codes: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Whether each account was already known as fake at its moment."""
    known = np.zeros(codes.size, bool)
    for moment in np.unique(at):
        rows = at == moment
        known[rows] = np.isin(codes[rows], known_fakes(market, pd.Timestamp(moment, unit="us")))
    return known


def _plain(value: object) -> object:
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not np.isfinite(value) else value
