"""What asks for a look: from what model and rules ask, the lists, and what was decided, to the state of a case. No database here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from resellerrisk.vocabulary import ACTIONS, BANDS


@dataclass(frozen=True)
class Decided:
    """What is decided about a case, and what was asked when it was.

    Attributes
    ----------
    action : str
        The strictest action in force, those of single lines included.
    asked, band : str
        Of the score that was the newest then.
    """

    action: str
    asked: str
    band: str


def strictest(actions: Iterable[str]) -> str:
    """The strictest of some actions; of none, ``release``.

    >>> strictest(["release", "review", "ship_on_street_date"]), strictest([])
    ('review', 'release')
    """
    return max(actions, key=ACTIONS.index, default=ACTIONS[0])


def asks_for_a_look(asked: str, lists: Iterable[str]) -> bool:
    """Whether a case is to be looked at: by the watch list; else by any action but ``release``; by the allow list, only by ``block``.

    >>> asks_for_a_look("review", []), asks_for_a_look("review", ["allow"]), asks_for_a_look("block", ["allow"])
    (True, False, True)
    >>> asks_for_a_look("release", []), asks_for_a_look("release", ["allow", "watch"])
    (False, True)
    """
    standing = set(lists)
    if "watch" in standing:
        return True
    return asked == "block" if "allow" in standing else asked != ACTIONS[0]


def state_after_score(
    state: str | None, asked: str, band: str, lists: Iterable[str], decided: Decided | None
) -> str:
    """The state of a case after a new score.

    A decided case comes back where more is asked than was decided, and more (or in a higher band) than was asked when it was: what
    a person saw and released is not asked again every night. The watch list brings it back with every score.

    Parameters
    ----------
    state : str or None
        Before; None: the case is new to the desk.
    asked, band : str
        Of the new score.
    lists : iterable of str
        The lists on which the account stands.
    decided : Decided or None
        What is in force.

    Examples
    --------
    >>> state_after_score(None, "review", "high", [], None), state_after_score("new", "release", "low", [], None)
    ('new', 'clear')
    >>> seen = Decided("release", "review", "high")
    >>> [state_after_score("decided", asked, "high", [], seen) for asked in ("review", "block")]
    ['decided', 'new']
    """
    if state in {"open", "waiting"}:
        return state
    looked_at = asks_for_a_look(asked, lists)
    if state != "decided" or decided is None:
        return "new" if looked_at else "clear"
    more = _rank(asked) > _rank(decided.action) and (
        _rank(asked) > _rank(decided.asked) or BANDS.index(band) > BANDS.index(decided.band)
    )
    return "new" if looked_at and (more or "watch" in lists) else "decided"


def _rank(action: str) -> int:
    return ACTIONS.index(action)
