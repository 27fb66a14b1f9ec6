"""The desk's words, each with what a person reads beside it: roles and rights, states of a case, fixed reasons, kinds of lists.

Nothing is stored or decided here. Whoever shows a word takes its text from here, so that no second dictionary can drift.
"""

from __future__ import annotations

from dataclasses import dataclass

from resellerrisk.vocabulary import ACTIONS

#: Roles, each with all rights of those before it.
ROLES = {
    "viewer": "reads everything, changes nothing",
    "analyst": "claims and decides cases, proposes a block, enters applications",
    "approver": "confirms or refuses what another proposed, reverses, keeps lists, rules and settings",
    "admin": "keeps the users",
}

#: Each right and the least role that has it.
RIGHTS = {
    "read": "viewer",
    "export": "viewer",
    "claim": "analyst",
    "decide": "analyst",
    "enter_application": "analyst",
    "load_scores": "analyst",
    "approve": "approver",
    "reverse": "approver",
    "take_over": "approver",
    "keep_lists": "approver",
    "keep_rules": "approver",
    "keep_settings": "approver",
    "keep_users": "admin",
}

#: What a case can be, and what that means.
STATES = {
    "clear": "Scored; nothing asks for a look.",
    "new": "Not yet triaged: something asks for a look and nobody has taken it up.",
    "open": "Taken up, not decided.",
    "waiting": "A block is proposed; a second person must confirm or refuse it.",
    "decided": "Decided. It comes back as new when a later score asks for more than was decided and seen.",
}
#: The states in which a case stands in the queue.
QUEUED = ("new", "open", "waiting")

#: What an entry of a decision's history can be.
STEPS = {
    "decide": "decided",
    "propose": "proposed, waiting for a second person",
    "approve": "confirmed by a second person",
    "refuse": "refused by a second person",
    "reverse": "taken back",
}

LISTS = {
    "allow": "Nothing below a block puts its cases into the queue until the entry expires.",
    "watch": "Every new score puts its case into the queue until the entry expires.",
}


@dataclass(frozen=True)
class Reason:
    """A fixed reason of a decision.

    Attributes
    ----------
    name : str
        How it is stored.
    text : str
        What a person reads.
    steps : tuple of str
        From `STEPS`: where it can be given (``decide`` stands for ``propose`` too).
    actions : tuple of str
        The actions that it can carry.
    outcome : str or None
        What it says about the account, as a row of the contract's ``outcomes``; None: it says nothing, and no training learns
        from it.
    source : str
        The row's source.
    """

    name: str
    text: str
    actions: tuple[str, ...] = ()
    outcome: str | None = None
    source: str = "review"
    steps: tuple[str, ...] = ("decide",)


_RELEASE, _SHIP, _REVIEW, _BLOCK = ACTIONS

#: Every reason there is. A leak alone is none: it proves nothing about one reseller.
REASONS = (
    Reason("shop_seen", "The shop was found to trade as it says.", (_RELEASE,), "genuine"),
    Reason("explained", "What was seen has an ordinary explanation.", (_RELEASE,), "genuine"),
    Reason("nothing_to_hold", "Nothing speaks for holding it; the account was not looked into.", (_RELEASE,)),
    Reason(
        "broke_street_date",
        "Broke a street date in honest trade.",
        (_RELEASE, _SHIP, _REVIEW),
        "violation",
    ),
    Reason("caution", "Unclear; shipping on the street date costs an honest shop little.", (_SHIP,)),
    Reason("papers_asked_for", "Papers or references were asked for.", (_SHIP, _REVIEW)),
    Reason("look_deeper", "Needs a look at the whole history.", (_REVIEW,)),
    Reason("no_shop", "No shop was found under what was given.", (_SHIP, _BLOCK), "fake", "investigation"),
    Reason("papers_not_genuine", "Papers given were not genuine.", (_SHIP, _BLOCK), "fake", "investigation"),
    Reason(
        "same_hands",
        "Run by the same hands as an account found fake.",
        (_SHIP, _BLOCK),
        "fake",
        "investigation",
    ),
    Reason(
        "marked_copy",
        "A copy marked for this account alone appeared on the network.",
        (_SHIP, _BLOCK),
        "fake",
        "investigation",
    ),
    Reason("authority", "Told by law enforcement.", (_SHIP, _BLOCK), "fake", "law_enforcement"),
    Reason("terms_broken", "Terms of trade were broken; whether the shop is genuine is not said.", (_BLOCK,)),
    Reason("evidence_holds", "The evidence holds.", steps=("approve",)),
    Reason("evidence_thin", "The evidence does not carry a block.", steps=("refuse",)),
    Reason("milder_will_do", "A milder action will do.", steps=("refuse",)),
    Reason("new_evidence", "New evidence came.", steps=("reverse",)),
    Reason("appeal", "The account's objection was right.", steps=("reverse",)),
    Reason("mistake", "Decided by mistake.", steps=("reverse",)),
)


def reasons_for(step: str, action: str | None = None) -> tuple[Reason, ...]:
    """The reasons that can be given for a step, and with an action where one is named.

    Examples
    --------
    >>> [reason.name for reason in reasons_for("refuse")]
    ['evidence_thin', 'milder_will_do']
    >>> [reason.name for reason in reasons_for("decide", "review")]
    ['broke_street_date', 'papers_asked_for', 'look_deeper']
    """
    return tuple(
        reason for reason in REASONS if step in reason.steps and (action is None or action in reason.actions)
    )


def may(role: str, right: str) -> bool:
    """Whether a role has a right.

    >>> may("analyst", "decide"), may("analyst", "approve"), may("admin", "approve")
    (True, False, True)
    """
    order = list(ROLES)
    return order.index(role) >= order.index(RIGHTS[right])
