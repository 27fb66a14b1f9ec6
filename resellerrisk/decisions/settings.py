"""Settings: what mistakes and work cost, and what the desk can do. One small TOML file, every value required.

Nothing is decided here. The packaged defaults with the reason for each stand in settings.toml.
"""

from __future__ import annotations

import math
import os
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from resellerrisk.errors import DeclarationError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Kind = TypeVar("Kind", bound="DataclassInstance")
DEFAULTS = Path(__file__).with_name("settings.toml")


def _amount() -> Any:
    return field(metadata={"most": math.inf})


def _share() -> Any:
    return field(metadata={"most": 1.0})


@dataclass(frozen=True)
class SubjectSettings:
    """What holds for one subject. Money in the orders' currency, each from 0.

    Attributes
    ----------
    titles_at_stake : float
        Titles that a fake retailer is expected to leak when released.
    honest_delayed : float
        Cost of shipping an honest one on the street date only, or of its waiting for a review.
    review : float
        Cost of one review.
    honest_blocked : float
        Cost of blocking an honest one; at least `honest_delayed`.
    reviews_per_day : float
        The desk's capacity.
    random_review_share : float, in [0, 1]
        Share of the subjects that go to review by chance alone, so that recall can be estimated.
    """

    titles_at_stake: float = _amount()
    honest_delayed: float = _amount()
    review: float = _amount()
    honest_blocked: float = _amount()
    reviews_per_day: float = _amount()
    random_review_share: float = _share()


@dataclass(frozen=True)
class OrderSettings(SubjectSettings):
    """As for every subject, and the titles at stake in an order without lines before their street date."""

    titles_at_stake_without_early_lines: float = _amount()


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a decision is made from.

    Attributes
    ----------
    leaked_title : float
        Loss from one more leaked title.
    loss_share_shipped_on_street_date, loss_share_reviewed : float, in [0, 1]
        Share of the loss that remains under the action; the second is at most the first.
    block_above : float, in [0, 1]
        `block` is recommended above this probability only.
    quarantine_share : float, in [0, 1]
        Share of a table's rows in quarantine past which a run stops.
    random_review_seed : float
        Key of the draw of random reviews; private, or it can be foretold who is looked at.
    application, account, order : SubjectSettings
        What holds for each subject.

    Examples
    --------
    >>> read_settings().account.reviews_per_day
    10.0
    """

    leaked_title: float = _amount()
    loss_share_shipped_on_street_date: float = _share()
    loss_share_reviewed: float = _share()
    block_above: float = _share()
    quarantine_share: float = _share()
    random_review_seed: float = _amount()
    application: SubjectSettings = field(metadata={"section": SubjectSettings})
    account: SubjectSettings = field(metadata={"section": SubjectSettings})
    order: OrderSettings = field(metadata={"section": OrderSettings})


def read_settings(path: str | os.PathLike[str] | None = None) -> Settings:
    """Read settings from a TOML file, or the packaged defaults.

    Parameters
    ----------
    path : path, optional
        None: the defaults.

    Returns
    -------
    Settings

    Raises
    ------
    DeclarationError
        No such file, no TOML, or with all faults in one report: unknown, missing, no number, out of range,
        or costs that contradict each other.

    Examples
    --------
    >>> read_settings("no-such.toml")
    Traceback (most recent call last):
    resellerrisk.errors.DeclarationError: The settings no-such.toml cannot be read: No such file or directory.
    """
    path = Path(path) if path is not None else DEFAULTS
    return build_settings(read_toml(path, "settings"), f"The settings {path}")


def build_settings(content: dict[str, Any], named: str = "The settings") -> Settings:
    """Settings from a nested dict, as `read_settings` finds it in a file.

    Parameters
    ----------
    content : dict
        Names to numbers, and a dict of such for each subject.
    named : str
        What errors call them.

    Returns
    -------
    Settings

    Raises
    ------
    DeclarationError
        As `read_settings`, with all faults.

    Examples
    --------
    >>> content = read_toml(DEFAULTS, "settings") | {"block_above": 2.0}
    >>> build_settings(content)
    Traceback (most recent call last):
    resellerrisk.errors.DeclarationError: The settings cannot be used.
    block_above: 2.0 is not between 0 and 1
    Hint: Start from a copy of the packaged settings.toml.
    """
    faults: list[str] = []
    settings = _build(Settings, content, "", faults)
    if settings is not None and not faults:
        faults = _find_contradictions(settings)
    if settings is None or faults:
        raise DeclarationError(
            f"{named} cannot be used.",
            "\n".join(faults),
            "Start from a copy of the packaged settings.toml.",
        )
    return settings


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """The content of a TOML file; ``what`` it holds is said in errors.

    Raises
    ------
    DeclarationError
        No such file, or no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DeclarationError(f"The {what} {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise DeclarationError(f"The {what} {path} are no TOML file: {error}.") from error


def _build(kind: type[Kind], content: dict[str, Any], prefix: str, faults: list[str]) -> Kind | None:
    """An instance of a settings class; None, and the faults noted, where the content does not allow it."""
    declared = {item.name: item for item in fields(kind)}
    faults += [f"{prefix}{name}: there is no such setting" for name in content if name not in declared]
    values: dict[str, Any] = {}
    for name, item in declared.items():
        if name not in content:
            faults.append(f"{prefix}{name}: missing")
        elif section := item.metadata.get("section"):
            if isinstance(content[name], dict):
                values[name] = _build(section, content[name], f"{prefix}{name}.", faults)
            else:
                faults.append(f"{prefix}{name}: {content[name]!r} is no table")
        elif fault := _judge(content[name], item.metadata["most"]):
            faults.append(f"{prefix}{name}: {fault}")
        else:
            values[name] = float(content[name])
    return kind(**values) if len(values) == len(declared) else None


def _judge(value: object, most: float) -> str:
    """What is wrong with a value, or an empty text."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{value!r} is no number"
    if not (0 <= value <= most and math.isfinite(value)):
        return f"{value!r} is not " + ("a finite number from 0" if most == math.inf else "between 0 and 1")
    return ""


def _find_contradictions(settings: Settings) -> list[str]:
    """Costs under which a higher probability could earn a milder action."""
    faults = []
    if settings.loss_share_reviewed > settings.loss_share_shipped_on_street_date:
        faults.append(
            "loss_share_reviewed: more than loss_share_shipped_on_street_date; a review must save as much"
        )
    for subject in ("application", "account", "order"):
        costs = getattr(settings, subject)
        if costs.honest_blocked < costs.honest_delayed:
            faults.append(f"{subject}.honest_blocked: less than {subject}.honest_delayed")
    return faults
