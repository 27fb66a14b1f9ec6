"""The promotion gate's rules: one small TOML file, every value required. Nothing is judged here."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from pathlib import Path

from resellerrisk.decisions.settings import read_toml
from resellerrisk.errors import DeclarationError

DEFAULTS = Path(__file__).with_name("gate.toml")


@dataclass(frozen=True)
class Rules:
    """What a challenger must keep; the reasons stand in gate.toml.

    Attributes
    ----------
    matured_days : float
        Days that a night's labels had to become known.
    fewest_nights, fewest_fakes, most_nights : float
        Nights and fake accounts that are needed, and nights that are judged at most.
    average_precision_loss, stable_share : float
        Loss that is allowed, and the share of draws that must keep it.
    fakes_held_loss, fewest_fakes_in_group, honest_held_rise, fewest_accounts_in_group : float
        By group.
    undecided_tells_below, log_loss_rise, foretold_over_seen_least, foretold_over_seen_most : float
        Of calibration.
    promise_fall : float
        Of average precision, between its own held-out time and the nights.
    same_data : float
        1: trained on exactly what these data knew then.

    Examples
    --------
    >>> read_rules().fewest_fakes
    10.0
    """

    matured_days: float
    fewest_nights: float
    fewest_fakes: float
    most_nights: float
    average_precision_loss: float
    stable_share: float
    fakes_held_loss: float
    fewest_fakes_in_group: float
    honest_held_rise: float
    fewest_accounts_in_group: float
    undecided_tells_below: float
    log_loss_rise: float
    foretold_over_seen_least: float
    foretold_over_seen_most: float
    promise_fall: float
    same_data: float


def read_rules(path=None) -> Rules:
    """Read rules from a TOML file, or the packaged defaults.

    Raises
    ------
    DeclarationError
        No such file, no TOML, or with all faults in one report: unknown, missing, or no finite number from 0.
    """
    path = Path(path) if path is not None else DEFAULTS
    content = read_toml(path, "rules")
    names = [item.name for item in fields(Rules)]
    faults = [f"{name}: there is no such rule" for name in content if name not in names]
    faults += [f"{name}: missing" for name in names if name not in content]
    faults += [
        f"{name}: {content[name]!r} is no finite number from 0"
        for name in names
        if name in content and not _is_amount(content[name])
    ]
    if faults:
        raise DeclarationError(
            f"The rules {path} cannot be used.",
            "\n".join(faults),
            "Start from a copy of the packaged gate.toml.",
        )
    return Rules(**{name: float(content[name]) for name in names})


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf
