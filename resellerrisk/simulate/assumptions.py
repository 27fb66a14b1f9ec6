"""Everything the simulator takes for granted, each in one place with its source, and the settings that go by name.

Nothing is drawn here. "Real" marks a figure from a public source; whatever else stands here is an assumption.
UCI is UCI Online Retail: 4,338 wholesale customers, one year.
How each kind of shop and each kind of fake trades is in `trades`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from resellerrisk.simulate.trades import STRATEGIES, TRADES, Strategy, Trade


@dataclass(frozen=True)
class Setting:
    """A kind of market. Shares are from 0 to 1; each line says where its figure comes from.

    Examples
    --------
    >>> Setting(fake_share=0.1).fake_share
    0.1
    >>> sorted(SETTINGS)
    ['few_leaks', 'look_alikes', 'patient', 'port', 'sample']
    """

    # -- the book of accounts: assumptions, all
    trades: tuple[Trade, ...] = TRADES
    strategies: tuple[Strategy, ...] = STRATEGIES
    #: Share of accounts opened before the first day, over so many days.
    opened_before_share: float = 0.45
    opened_before_days: int = 1_000
    #: Mean life of an honest account, years.
    account_years: float = 6.0
    #: A wholesaler of the north-east of the USA that exports.
    countries: tuple[tuple[str, float], ...] = (
        ("US", 0.58),
        ("GB", 0.15),
        ("DE", 0.10),
        ("FR", 0.09),
        ("NL", 0.08),
    )
    #: Honest accounts run in pairs by one family, which share phone, bank or officer; honest accounts sold
    #: to a new owner, whose officer, bank and device change.
    family_share: float = 0.05
    sold_share: float = 0.03
    #: Honest accounts whose form lacks a field, in each of the fields that may be missing.
    form_gaps: float = 0.04

    # -- ordering: Real (UCI) where a source stands, fitted so that the market as a whole shows it
    #: Lines of an order at these shares of all orders; between them straight lines. Real (UCI), less the lines that new
    #: films bring of themselves.
    lines_per_order: tuple[tuple[float, float], ...] = (
        (0.0, 1),
        (0.10, 2),
        (0.25, 6),
        (0.50, 13),
        (0.75, 22),
        (0.90, 38),
        (0.99, 86),
        (0.999, 200),
        (1.0, 260),
    )
    #: Share of orders that only fill up the shelf: small ones, without new films.
    top_ups: float = 0.22
    #: From so many standard deviations of size on, shops order more often than log-normal, so much more (log, per
    #: square).
    #: Real (UCI): the top 1 % of customers make 17 % of lines, the top 10 % make 49 %.
    big_from: float = 1.5
    big_more: float = 0.2
    #: Share of a year's lines by month: 27 % in November and December are Real (UCI), the rest is an assumption.
    months: tuple[float, ...] = (
        0.070, 0.066, 0.074, 0.070, 0.072, 0.070, 0.070, 0.070, 0.080, 0.088, 0.142, 0.128,
    )  # fmt: skip
    #: Monday first. Real (UCI): Monday to Friday and Sunday.
    weekdays: tuple[float, ...] = (1.0, 1.1, 1.05, 1.2, 0.9, 0.0, 0.6)
    #: Real (UCI): 8 to 18 h; the shape within is an assumption.
    hours: tuple[float, ...] = (0,) * 8 + (0.4, 1.1, 1.4, 1.4, 1.7, 1.4, 1.2, 1.1, 0.7, 0.4) + (0,) * 6
    #: Share of orders followed by another on the same day, within the week. Real (UCI): the 10 % and 25 % points of the
    #: days between orders are 0 and 6.
    second_order_same_day: float = 0.08
    second_order_same_week: float = 0.02

    # -- the slate
    films_a_week: float = 4.5
    #: Titles that were out before the first day.
    back_catalogue: int = 3_000
    #: Real: 82 % of 3,040 DVD street dates.
    tuesday_share: float = 0.82
    #: Days from announcement to street date, least and most.
    announced_days: tuple[int, int] = (56, 125)
    #: Share of titles whose date moves, of these later, and days moved at most.
    moved_share: float = 0.08
    moved_later_share: float = 0.75
    moved_days: int = 35
    #: Days before street date on which the distributor has a film: median and log spread. Fitted, with the figures of
    #: haste below, to the Real lead of first copies (427 UHD films): quartiles 7.3, 11.7, 16.5 days.
    stock_days: tuple[float, float] = (16.0, 0.36)
    #: Share of lines that are never delivered or whose delivery is not recorded.
    lost_share: float = 0.003

    # -- returns. Real (UCI): 5 % of units come back, 37 % of customers ever return something
    #: Share of lines sent back, at least in part, by those that return at all; fitted to these two.
    line_returned: float = 0.085

    # -- fakes: assumptions, all
    #: Share of accounts that are, or become, fake; of these, taken-over honest accounts.
    fake_share: float = 0.04
    taken_over_share: float = 0.17
    #: Mean accounts in a ring.
    ring_size: float = 4.0
    #: 1 = the strategy's own leads and hurry; 0 = order and receive just as an honest shop of that kind does.
    haste: float = 1.0
    #: Share of a ring's members that show the ring's own value of an identifier.
    shared_identifiers: tuple[tuple[str, float], ...] = (
        ("bank", 0.22),
        ("device", 0.30),
        ("ip", 0.22),
        ("phone", 0.16),
        ("officer", 0.16),
        ("pickup_person", 0.35),
        ("drop", 0.45),
    )
    #: Share of a fake's form fields that are as of a small, young shop, whatever it says it is.
    form_tilt: float = 0.22
    #: Share found of their own, after so many days (median, log spread, least); share of the others in a ring found
    #: in its wake. With what lies past the last day, about a third or more are never found.
    found_share: float = 0.66
    found_days: tuple[float, float, int] = (300.0, 0.55, 75)
    followed_share: float = 0.35
    #: What the others do once one of their ring is found: these figures times so much, and `cover` this far on to 1.
    adapted_asks_early: float = 0.6
    adapted_hurried: float = 0.3
    adapted_coverage: float = 0.75
    adapted_drops: float = 0.6
    adapted_cover: float = 0.5

    # -- leaks
    #: Share of the films a ring holds that it makes copies of, for a film as sought-after as most.
    leak_share: float = 0.42
    #: Days from delivery to the copy: median and log spread.
    copy_days: tuple[float, float] = (1.3, 0.7)
    #: A disc that came so late before street date (days) is copied this much more seldom: others will be first.
    late_copy: tuple[float, float] = (4.5, 0.3)
    #: Share of films with a copy from elsewhere: stolen at the plant, lent, bought on the day.
    elsewhere_share: float = 0.22
    #: Its days before street date: median, spread. Real: 10 % of first copies come after it.
    elsewhere_days: tuple[float, float] = (8.0, 13.0)
    #: Share of leaks for which the title is not known. By the contract "often missing".
    title_missing: float = 0.40
    #: Days until a leak is known: median and log spread.
    known_days: tuple[float, float] = (0.8, 0.9)

    # -- outcomes: assumptions, all
    #: Share of honest accounts that a review passes as genuine; of kinds that look odd more, of others fewer.
    genuine_share: float = 0.055
    #: Share of big accounts that break a street date. Real: "the biggest violators are the biggest customers".
    violation_share: float = 0.15
    #: Share of honest accounts first taken for fake; the outcome is taken back.
    reversed_share: float = 0.003
    #: Share of fakes that a review passes as genuine before they are found.
    cleared_share: float = 0.06


def _with_trades(**share: float) -> tuple[Trade, ...]:
    return tuple(replace(trade, share=trade.share * share.get(trade.name, 1.0)) for trade in TRADES)


@dataclass(frozen=True)
class _Named:
    """A setting and what it is for."""

    purpose: str
    setting: Setting = field(default_factory=Setting)


_NAMED = {
    "port": _Named("a port wholesaler as the public reports draw it; the default"),
    "few_leaks": _Named(
        "few copies come from our accounts, many from elsewhere, few are traced to a title",
        Setting(leak_share=0.07, elsewhere_share=0.35, title_missing=0.6),
    ),
    "look_alikes": _Named(
        "twice to three times as many honest shops that look like fakes",
        Setting(
            trades=_with_trades(library=2.0, exporter=3.0, hobby=1.8),
            family_share=0.12,
            sold_share=0.06,
            form_tilt=0.15,
        ),
    ),
    "patient": _Named(
        "fakes that order and receive no earlier than honest shops of their kind",
        Setting(haste=0.0),
    ),
    "sample": _Named(
        "a small book with many fakes and a short slate, so that some hundred accounts are enough to try everything",
        Setting(
            fake_share=0.12,
            films_a_week=2.0,
            back_catalogue=500,
            found_share=0.8,
            genuine_share=0.12,
            violation_share=0.4,
            reversed_share=0.025,
        ),
    ),
}

#: The settings that go by name.
SETTINGS: dict[str, Setting] = {name: named.setting for name, named in _NAMED.items()}
#: What each of them is for.
PURPOSES: dict[str, str] = {name: named.purpose for name, named in _NAMED.items()}
