"""What two accounts can share, what each sharing is worth, and what is counted from it: one table each.

The weights are declared with their reasons, not learned: a distributor's first day has no outcomes, and later
ones are too few to say how much a shared telephone is worth apart from a shared bank account. Nothing is
found or counted here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Holders (as of the moment) beyond which a value tells nothing of a pair: a dock, a carrier's gateway.
MOST_HOLDERS = 50
#: Holders at which a value's worth is halved. Assumption: a ring has a handful of members, docks and business centres
#: serve dozens.
HALF_WORTH_HOLDERS = 6
#: Strength from which two accounts are called linked: seen on the page, walked, counted.
LINKED = 0.15
#: Strength from which two accounts are taken into one group.
GROUPED = 0.3
#: Of 100 accounts so many truly share a person with another; weighed against namesakes by chance. Assumption.
TRUE_NAMESAKES = 0.02
#: What is left of a link by a value that differs in one typing slip.
NEAR_WORTH = 0.3
#: What is left where a value that is given out anew (telephone, premises, ip) had been silent for a year.
RELET_WORTH = 0.5
RELET_DAYS = 365
#: Days without any row after which an account counts as having stopped when another takes up its identifier.
STOPPED_DAYS = 90


@dataclass(frozen=True)
class LinkKind:
    """One kind of value that accounts can share.

    Parameters
    ----------
    name : str
        A kind of the contract's identifiers, or ``name`` (the company's) or ``ship_to`` (where orders go).
    weight : float
        Strength of a link by a value that only these two hold, 0 to 1: how sure such a sharing makes one of
        one hand behind both.
    why : str
        The reason for the weight.
    words : str
        How a sentence calls it.
    by_chance : bool
        Namesakes happen: the weight is lowered by how common the words are.
    relet : bool
        The value is given to someone else after a while.
    near : bool
        Values that differ by one slip are linked too, weaker.
    counts : bool
        Adds to a pair's strength; False where another kind tells the same already.
    shared : str
        Name of the figure ``shared_…_count`` that counts it, "" for none.
    """

    name: str
    weight: float
    why: str
    words: str
    by_chance: bool = False
    relet: bool = False
    near: bool = False
    counts: bool = True
    shared: str = ""


# fmt: off
LINK_KINDS = (
    LinkKind("bank", 0.9, "money comes from one account", "a bank account", shared="payment"),
    LinkKind("card", 0.9, "money comes from one card", "a card", shared="payment"),
    LinkKind("tax_id", 0.9, "one taxpayer; slips of the pen happen", "a tax id"),
    LinkKind("email", 0.9, "one mailbox reads the orders", "an e-mail address"),
    LinkKind("device", 0.8, "one computer orders; sold and shared ones happen", "a device", shared="device"),
    LinkKind("pickup_person", 0.8, "one person fetches for both", "a pick-up person",
             by_chance=True, near=True, shared="pickup_person"),
    LinkKind("phone", 0.7, "one line; numbers are given out anew", "a telephone number",
             relet=True, shared="phone"),
    LinkKind("address", 0.6, "one door; malls, forwarders, families", "an address", relet=True, near=True),
    LinkKind("officer", 0.6, "one officer; honest people own two shops", "an officer",
             by_chance=True, near=True),
    LinkKind("website", 0.5, "one site or mail domain; agencies, market places", "a web site"),
    LinkKind("ip", 0.5, "one line; carriers share them among strangers", "an ip address",
             relet=True, shared="ip"),
    LinkKind("name", 0.3, "a name is free to choose", "a company name", by_chance=True, near=True),
    LinkKind("ship_to", 0.6, "told by address already; counted by itself", "a delivery address",
             counts=False, shared="ship_to"),
)
# fmt: on
KIND_CODES = {kind.name: code for code, kind in enumerate(LINK_KINDS)}


def worth_by_holders() -> np.ndarray:
    """What sharing a value is worth by its holders: 1 for two, halved at HALF_WORTH_HOLDERS, less for more.

    Examples
    --------
    >>> worth_by_holders()[[2, 6, 25]].round(3)
    array([1.   , 0.5  , 0.005])
    """
    crowd = np.maximum(np.arange(MOST_HOLDERS + 1) - 2, 0) / (HALF_WORTH_HOLDERS - 2)
    return 1 / (1 + crowd**3)


@dataclass(frozen=True)
class LinkFigure:
    """One number about an account's links as of a moment.

    Parameters
    ----------
    name : str
        The key in `Links.figures`.
    meaning : str
        One line for the catalogue.
    unit : {"count", "share", "days", "strength"}
        Strength is 0 to 1 for a pair and adds up over pairs.
    riskier : {"higher", "lower", "none"}
        Where more risk is believed to be.
    reason : str
        The sentence of the desk; ``{value}`` is filled in.
    reason_one : str
        The sentence where the value is exactly one, if it is another.
    """

    name: str
    meaning: str
    unit: str
    riskier: str
    reason: str
    reason_one: str = ""


def _figure(
    name: str, unit: str, riskier: str, meaning: str, reason: str, reason_one: str = ""
) -> LinkFigure:
    return LinkFigure(name, meaning, unit, riskier, reason, reason_one)


LINK_FIGURES = (
    _figure(
        "linked_accounts_count", "count", "none",
        "Other accounts that share an identifier held by few.",
        "{value} other accounts share identifiers with it.",
        "{value} other account shares identifiers with it.",
    ),
    _figure(
        "link_strength_total", "strength", "higher",
        "Strengths of all links added up, widely held identifiers counting little.",
        "Its shared identifiers add up to a strength of {value}.",
    ),
    _figure(
        "strongest_link", "strength", "higher",
        "Strength of the strongest link to another account.",
        "The strongest link to another account has strength {value} of 1.",
    ),
    _figure(
        "shared_kinds_count", "count", "higher",
        "Most kinds of identifiers shared with one other account.",
        "With one other account it shares {value} kinds of identifiers.",
        "With one other account it shares {value} kind of identifier.",
    ),
    _figure(
        "linked_fake_count", "count", "higher",
        "Linked accounts that had been found fake.",
        "Of the accounts it shares identifiers with {value} had been found fake.",
    ),
    _figure(
        "linked_fake_share", "share", "higher",
        "Share of its linked accounts that had been found fake; missing without links.",
        "{value} of the accounts it shares identifiers with had been found fake.",
    ),
    _figure(
        "link_strength_to_fakes", "strength", "higher",
        "Strengths of its links to accounts found fake, added up.",
        "Its links to accounts found fake add up to a strength of {value}.",
    ),
    _figure(
        "strongest_link_to_fake", "strength", "higher",
        "Strength of its strongest link to an account found fake.",
        "Its strongest link to an account found fake has strength {value} of 1.",
    ),
    _figure(
        "steps_to_known_fake", "count", "lower",
        "Links to the nearest account found fake: 1, 2, missing beyond.",
        "An account found fake is {value} links away.",
        "An account found fake is {value} link away.",
    ),
    _figure(
        "link_group_size", "count", "higher",
        "Accounts in its group: all that strong links join, itself included.",
        "Strong links join it with others to a group of {value} accounts.",
        "It is joined with no other account by strong links: a group of {value}.",
    ),
    _figure(
        "link_group_age_days", "days", "none",
        "Days since the first link of its group; missing alone.",
        "The group it belongs to has been linked for {value}.",
    ),
    _figure(
        "link_group_fake_count", "count", "higher",
        "Accounts of its group, itself left out, that had been found fake.",
        "{value} accounts of its group had been found fake.",
        "{value} account of its group had been found fake.",
    ),
    _figure(
        "shared_pickup_person_count", "count", "higher",
        "Other accounts whose discs the same persons fetched.",
        "Its pick-up persons also fetched for {value} other accounts.",
        "Its pick-up persons also fetched for {value} other account.",
    ),
    _figure(
        "shared_payment_count", "count", "higher",
        "Other accounts that paid from the same bank account or card.",
        "{value} other accounts paid from the same bank account or card.",
        "{value} other account paid from the same bank account or card.",
    ),
    _figure(
        "shared_device_count", "count", "higher",
        "Other accounts seen on the same device.",
        "{value} other accounts were seen on the same device.",
        "{value} other account was seen on the same device.",
    ),
    _figure(
        "shared_ip_count", "count", "higher",
        "Other accounts seen at the same ip address, widely shared ones left out.",
        "{value} other accounts were seen at the same ip address.",
        "{value} other account was seen at the same ip address.",
    ),
    _figure(
        "shared_phone_count", "count", "higher",
        "Other accounts with the same telephone number.",
        "{value} other accounts gave the same telephone number.",
        "{value} other account gave the same telephone number.",
    ),
    _figure(
        "shared_ship_to_count", "count", "higher",
        "Other accounts that ship to an address this one ships to, docks of many left out.",
        "{value} other accounts ship to an address it ships to.",
        "{value} other account ships to an address it ships to.",
    ),
    _figure(
        "identifiers_changed_hands_count", "count", "higher",
        "Identifiers it took up after every earlier holder had stopped.",
        "{value} of its identifiers belonged before to accounts that had stopped.",
        "{value} of its identifiers belonged before to an account that had stopped.",
    ),
    _figure(
        "newest_link_days", "days", "lower",
        "Days since the newest link; missing without links.",
        "Its newest link to another account is {value} old.",
    ),
)  # fmt: skip

STANDING_FIGURES = (
    _figure(
        "linked_standing_strongest", "strength", "higher",
        "The highest standing among its linked accounts, times the strength of the link.",
        "Of the accounts it is linked with, one explains leaks with a weight of {value}.",
    ),
    _figure(
        "linked_standing_total", "strength", "higher",
        "The standings of its linked accounts, each times the strength of the link, added up.",
        "The accounts it is linked with explain leaks with a weight of {value} together.",
    ),
)  # fmt: skip
