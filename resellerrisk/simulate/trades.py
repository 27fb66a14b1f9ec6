"""How each kind of honest shop trades, and how each kind of fake does: one row of figures for each.

Figures only; nothing is drawn here. All of them are assumptions, chosen so that the whole market shows the real figures
named in `assumptions`, and so that honest kinds exist beside every fake habit: online sellers take one or two copies of
many titles, library suppliers take every new title, exporters get it early through a forwarder, hobby shops are
young and sit at home.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trade:
    """One kind of honest shop. Medians over shops; each shop has its own figures around them.

    Parameters
    ----------
    name : str
        Our own word; the form says `business_types`.
    share : float
        Relative share of the book.
    business_types : tuple of (str, float)
        What such a shop calls itself on the form, and how often.
    orders_a_year, orders_spread : float
        Median and log spread over shops.
    basket : float
        Ordinary lines of an order, as a multiple of the market's.
    coverage : float
        Share of new films wanted, at median demand.
    sought : float
        How much more the sought-after films are wanted, log-odds per standard deviation.
    formats : tuple of float
        Chance to take a film as dvd, bluray, uhd.
    lead_days : float
        Days before street date at which new films are ordered, when an order falls then.
    reorders : float
        Share of new titles ordered again after street date.
    copies, copies_spread : float
        Copies of a line, median and log spread.
    days_early : float
        Mean days before street date at which its discs arrive.
    asks_early : float
        Share of its orders sent as soon as the discs are in the house.
    methods : tuple of float
        Shares of standard, express, courier, pickup.
    payments : tuple of float
        Shares of terms, card, wire, prepaid, cash, other.
    drops : float
        Share of orders that go to another address than its own.
    docked : bool
        Whether goods go to a forwarder's dock.
    returns : float
        Chance that such a shop ever returns anything, at median size.
    addresses : tuple of float
        Shares of commercial, residential, mailbox, unknown.
    free_mail, no_site, no_tax_id : float
        Shares of forms with a free mail address, without web site, without tax id.
    age_years : float
        Median age of the firm when it applies.
    stores : float
        Mean number of stores claimed.
    """

    name: str
    share: float
    business_types: tuple[tuple[str, float], ...]
    orders_a_year: float
    orders_spread: float
    basket: float
    coverage: float
    sought: float
    formats: tuple[float, float, float]
    lead_days: float
    reorders: float
    copies: float
    copies_spread: float
    days_early: float
    asks_early: float
    methods: tuple[float, float, float, float]
    payments: tuple[float, float, float, float, float, float]
    drops: float
    returns: float
    addresses: tuple[float, float, float, float]
    free_mail: float
    no_site: float
    no_tax_id: float
    age_years: float
    stores: float
    docked: bool = False


TRADES = (
    Trade(
        "store", 0.39, (("store", 1.0),),
        orders_a_year=1.15, orders_spread=1.15, basket=1.0,
        coverage=0.16, sought=0.9, formats=(0.75, 0.65, 0.25), lead_days=26, reorders=0.35,
        copies=4, copies_spread=0.8, days_early=1.6, asks_early=0.02,
        methods=(0.84, 0.08, 0.03, 0.05), payments=(0.72, 0.18, 0.04, 0.03, 0.02, 0.01), drops=0.04, returns=0.50,
        addresses=(0.88, 0.06, 0.02, 0.04), free_mail=0.20, no_site=0.24, no_tax_id=0.05, age_years=9, stores=1.4,
    ),
    Trade(
        "online", 0.25, (("online", 0.93), ("other", 0.07)),
        orders_a_year=1.25, orders_spread=1.2, basket=1.1,
        coverage=0.22, sought=0.7, formats=(0.5, 0.75, 0.45), lead_days=27, reorders=0.28,
        copies=2, copies_spread=0.55, days_early=2.6, asks_early=0.045,
        methods=(0.70, 0.17, 0.07, 0.06), payments=(0.42, 0.40, 0.06, 0.10, 0.0, 0.02), drops=0.10, returns=0.40,
        addresses=(0.56, 0.30, 0.10, 0.04), free_mail=0.26, no_site=0.06, no_tax_id=0.09, age_years=4, stores=0.1,
    ),
    Trade(
        "library", 0.07, (("library", 0.92), ("other", 0.08)),
        orders_a_year=4, orders_spread=0.8, basket=0.45,
        coverage=0.62, sought=0.3, formats=(0.85, 0.55, 0.08), lead_days=42, reorders=0.05,
        copies=2, copies_spread=0.5, days_early=4.5, asks_early=0.06,
        methods=(0.84, 0.10, 0.04, 0.02), payments=(0.90, 0.03, 0.05, 0.01, 0.0, 0.01), drops=0.20, returns=0.04,
        addresses=(0.92, 0.02, 0.03, 0.03), free_mail=0.05, no_site=0.10, no_tax_id=0.12, age_years=18, stores=0.6,
    ),
    Trade(
        "rental", 0.05, (("rental", 0.9), ("store", 0.1)),
        orders_a_year=3, orders_spread=0.9, basket=0.5,
        coverage=0.50, sought=1.1, formats=(0.85, 0.7, 0.15), lead_days=36, reorders=0.10,
        copies=7, copies_spread=0.9, days_early=4.0, asks_early=0.06,
        methods=(0.80, 0.11, 0.05, 0.04), payments=(0.76, 0.14, 0.06, 0.03, 0.01, 0.0), drops=0.08, returns=0.30,
        addresses=(0.92, 0.04, 0.01, 0.03), free_mail=0.15, no_site=0.28, no_tax_id=0.05, age_years=12, stores=2.0,
    ),
    Trade(
        "hobby", 0.17, (("market", 0.78), ("online", 0.14), ("store", 0.08)),
        orders_a_year=1.2, orders_spread=0.9, basket=0.7,
        coverage=0.08, sought=0.9, formats=(0.5, 0.7, 0.35), lead_days=17, reorders=0.12,
        copies=2, copies_spread=0.6, days_early=1.5, asks_early=0.04,
        methods=(0.66, 0.12, 0.06, 0.16), payments=(0.12, 0.50, 0.05, 0.24, 0.07, 0.02), drops=0.08, returns=0.26,
        addresses=(0.20, 0.66, 0.08, 0.06), free_mail=0.72, no_site=0.55, no_tax_id=0.22, age_years=1.2, stores=0.1,
    ),
    Trade(
        "chain", 0.02, (("chain", 1.0),),
        orders_a_year=14, orders_spread=0.9, basket=1.2,
        coverage=0.68, sought=1.0, formats=(0.9, 0.85, 0.5), lead_days=44, reorders=0.55,
        copies=50, copies_spread=0.9, days_early=7.0, asks_early=0.09,
        methods=(0.86, 0.06, 0.03, 0.05), payments=(0.93, 0.0, 0.06, 0.01, 0.0, 0.0), drops=0.45, returns=0.85,
        addresses=(0.98, 0.0, 0.0, 0.02), free_mail=0.01, no_site=0.03, no_tax_id=0.01, age_years=22, stores=24,
    ),
    Trade(
        "exporter", 0.05, (("other", 0.5), ("online", 0.3), ("store", 0.2)),
        orders_a_year=3.5, orders_spread=0.9, basket=0.7,
        coverage=0.45, sought=0.9, formats=(0.35, 0.8, 0.5), lead_days=36, reorders=0.15,
        copies=6, copies_spread=0.9, days_early=7.5, asks_early=0.33,
        methods=(0.42, 0.28, 0.20, 0.10), payments=(0.36, 0.12, 0.34, 0.16, 0.0, 0.02), drops=0.85, returns=0.05,
        addresses=(0.72, 0.12, 0.12, 0.04), free_mail=0.24, no_site=0.22, no_tax_id=0.14, age_years=6, stores=0.3,
        docked=True,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Strategy:
    """One way of being fake. Words as in `Trade`; what is not said here is as in the shop's claimed trade.

    Parameters
    ----------
    name : str
    share : float
        Relative share among fakes that were opened as such.
    cover : float
        Share of the claimed trade's ordinary lines and reorders that it keeps up.
    hurried : float
        Share of its orders sent by express, courier or pick-up that its claimed trade would send as standard.
    """

    name: str
    share: float
    orders_a_year: float
    coverage: float
    sought: float
    formats: tuple[float, float, float]
    lead_days: float
    copies: float
    asks_early: float
    cover: float
    hurried: float
    drops: float


STRATEGIES = (
    Strategy(
        "race", 0.36, orders_a_year=12, coverage=0.55, sought=0.5, formats=(0.15, 0.85, 0.45), lead_days=38,
        copies=1.4, asks_early=0.78, cover=0.15, hurried=0.30, drops=0.35,
    ),
    Strategy(
        "camouflage", 0.36, orders_a_year=8, coverage=0.34, sought=1.2, formats=(0.35, 0.75, 0.4), lead_days=31,
        copies=2.4, asks_early=0.58, cover=0.75, hurried=0.15, drops=0.20,
    ),
    Strategy(
        "rotated", 0.28, orders_a_year=8, coverage=0.75, sought=0.8, formats=(0.25, 0.8, 0.4), lead_days=34,
        copies=1.8, asks_early=0.66, cover=0.40, hurried=0.20, drops=0.30,
    ),
    Strategy(
        "taken_over", 0.0, orders_a_year=8, coverage=0.42, sought=1.0, formats=(0.4, 0.8, 0.4), lead_days=32,
        copies=2.0, asks_early=0.6, cover=0.65, hurried=0.20, drops=0.30,
    ),
)  # fmt: skip

#: What fakes say they are: each trade and its share. Chains are not claimed: they are looked up.
CLAIMED = (
    ("online", 0.40),
    ("store", 0.28),
    ("hobby", 0.12),
    ("library", 0.07),
    ("exporter", 0.08),
    ("rental", 0.05),
)
