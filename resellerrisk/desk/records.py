"""What the desk hands out: rows as frozen records. They know no database; changing one changes nothing.

All moments are UTC without a zone, to the microsecond. All texts are as they were given: whoever shows one escapes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class User:
    """Who acts. ``id`` 0 is the system itself (a job on the command line): it has every right but to decide."""

    id: int
    name: str
    role: str
    active: bool = True
    created_at: datetime | None = None


#: A job on the command line.
SYSTEM = User(0, "system", "system")


@dataclass(frozen=True)
class Session:
    """A login. ``token`` is only there in the answer to the login: the store keeps its hash. ``csrf`` belongs into every form."""

    user: User
    expires_at: datetime
    token: str = field(default="", repr=False)
    csrf: str = field(default="", repr=False)


@dataclass(frozen=True)
class WhyShown:
    """One reason of a score: the sentence, the signal, its contribution (log-odds)."""

    sentence: str
    signal: str
    contribution: float


@dataclass(frozen=True)
class Score:
    """One score of a case, as it came; it is never changed."""

    id: int
    case_id: int
    as_of: datetime
    score: int
    probability: float
    band: str
    action: str
    reasons: tuple[WhyShown, ...]
    base_value: float
    model_version: str
    scored_at: datetime
    #: Orders: whether it has lines before their street date; None for other subjects or where it is not known.
    early_lines: bool | None = None


@dataclass(frozen=True)
class Case:
    """What the desk decides about: an application, an account or an order.

    Attributes
    ----------
    version : int
        Grows by one with every decision; whoever decides names the one they saw.
    state : str
        From `words.STATES`.
    title : str
        Trading or legal name as given; may be hostile text. Empty where it is not known.
    score, probability, band, recommended, as_of, first_reason, model_version
        Of the newest score. ``recommended`` is the model's action.
    expected_loss : float
        Probability times loss, by the settings in force; what the queue is ordered by.
    early_lines : bool or None
    rules : tuple of (str, str)
        Names and actions of the rules that hit the newest score: told apart from the model's action.
    lists : tuple of str
        The lists on which the account stands now.
    asked : str
        The strictest of the model's and the rules' actions.
    action : str or None
        What is decided (or proposed, while waiting).
    claimed_by, claimed_until
        None once the claim has expired.
    since : datetime
        Since when it is in this state.
    """

    id: int
    version: int
    subject: str
    account_id: str
    order_id: str | None
    state: str
    title: str
    score: int
    probability: float
    band: str
    recommended: str
    as_of: datetime
    first_reason: str
    model_version: str
    expected_loss: float
    early_lines: bool | None
    rules: tuple[tuple[str, str], ...]
    lists: tuple[str, ...]
    asked: str
    action: str | None
    claimed_by: str | None
    claimed_until: datetime | None
    since: datetime


@dataclass(frozen=True)
class Decision:
    """One step about a case; it is never changed.

    Attributes
    ----------
    step : str
        From `words.STEPS`.
    of : int or None
        The decision that an approval, a refusal or a reversal speaks about.
    score_id : int
        The newest score when it was made.
    lines : dict of int to str
        Orders: the action of each line that was named; the others follow ``action``.
    """

    id: int
    case_id: int
    step: str
    action: str
    reason: str
    note: str
    outcome: str | None
    by: str
    at: datetime
    of: int | None
    score_id: int
    lines: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Queue:
    """One page of the queue, and how many cases there are in each state (all filters but the state's applied)."""

    cases: tuple[Case, ...]
    total: int
    counts: dict[str, int]


@dataclass(frozen=True)
class ListEntry:
    """An account on a list, from ``added_at`` until it expires or is removed."""

    id: int
    list: str
    account_id: str
    reason: str
    expires_at: datetime
    added_by: str
    added_at: datetime
    removed_by: str | None = None
    removed_at: datetime | None = None


@dataclass(frozen=True)
class Rule:
    """A rule beside the model; saving one under the same name retires the edition before."""

    id: int
    name: str
    subject: str
    condition: str
    action: str
    why: str
    figures: dict
    saved_by: str
    saved_at: datetime
    retired_by: str | None = None
    retired_at: datetime | None = None


@dataclass(frozen=True)
class Edition:
    """Settings as saved, with who, when and why; ``figures`` is what the trial on history showed then."""

    id: int
    content: dict
    why: str
    figures: dict
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True)
class Figures:
    """What a setting or a rule does on decided history; each account counts once a subject.

    Attributes
    ----------
    fakes, honest, undecided : int
        Of the history: accounts with outcome fake; genuine or violation; none.
    caught : int
        Fakes that would not have been released.
    delayed : int
        Honest ones that would have been held to the street date or for a review.
    blocked : int
        Honest ones for which a block would have been recommended.
    reviews : int
        Reviews it would have asked for, undecided ones too.
    cost : float
        What mistakes and work would have cost on the decided ones, in the orders' currency.
    only_rule : int
        Rules: fakes caught that the model alone would have released. 0 for settings.
    hits : int
        Rules: subjects hit, decided or not. 0 for settings.
    """

    fakes: int
    honest: int
    undecided: int
    caught: int
    delayed: int
    blocked: int
    reviews: int
    cost: float
    only_rule: int = 0
    hits: int = 0


@dataclass(frozen=True)
class Trial:
    """What is in force beside what is proposed."""

    subject: str
    now: Figures
    proposed: Figures


@dataclass(frozen=True)
class Entry:
    """An entry of the audit log."""

    number: int
    at: datetime
    who: str
    event: str
    about: str
    details: dict
    previous: str
    hash: str


@dataclass(frozen=True)
class Verdict:
    """What `audit.verify` found: how many entries, the newest hash, and what is wrong (empty: nothing)."""

    entries: int
    head: str
    faults: tuple[str, ...]
    anchored: int

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


@dataclass(frozen=True)
class Loaded:
    """What loading a night did. ``again``: the very same night was there already, and nothing was changed."""

    night_id: int
    rows: int
    new: int
    returned: int
    cleared: int
    hits: dict[str, int]
    again: bool = False


@dataclass(frozen=True)
class Message:
    """A message in the webhook's outbox. ``state``: waiting, sent or given_up."""

    id: int
    event: str
    body: dict
    state: str
    attempts: int
    next_at: datetime
    last_error: str
