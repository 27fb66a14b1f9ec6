"""The ten tables of the contract, each column declared once with its words.

Only declarations: cells are read in `cells`, rules are applied in `rules` and `references`, and the data dictionary
is written from here by `dictionary`. No library is loaded.
"""

from __future__ import annotations

from resellerrisk import vocabulary as words
from resellerrisk.tables.declare import Column, Kind, Table

ID, TEXT, WORD, TIME, DATE = Kind.ID, Kind.TEXT, Kind.WORD, Kind.TIME, Kind.DATE
WHOLE, NUMBER, FLAG = Kind.WHOLE, Kind.NUMBER, Kind.FLAG

#: Order lines are numbered below this, so that order and line pack into one 64-bit number.
MOST_LINES = 999_999_999

ACCOUNT = Column("account_id", ID, "The account.", required=True, refers_to="accounts")
TITLE = Column("title_id", ID, "The title.", required=True, refers_to="titles")
QUANTITY = Column("quantity", WHOLE, "How many discs.", required=True, minimum=1, unit="discs")

ACCOUNTS = Table(
    "accounts",
    "one reseller account, as on its application",
    (
        Column("account_id", ID, "Names the account.", required=True),
        Column("applied_at", TIME, "When the account was applied for.", required=True),
        Column("legal_name", TEXT, "Name in the company register."),
        Column("trading_name", TEXT, "Name over the shop's door."),
        Column("business_type", WORD, "Kind of shop it says it is.", allowed=words.BUSINESS_TYPES),
        Column("country", TEXT, "Country, ISO 3166 alpha-2.", pattern="[A-Z]{2}", example="US", repeats=True),
        Column("region", TEXT, "State, province or region.", repeats=True),
        Column("city", TEXT, "City of the business address.", repeats=True),
        Column("postcode", TEXT, "Postcode of the business address."),
        Column("street", TEXT, "Street and number of the business address."),
        Column("address_kind", WORD, "What stands at the business address.", allowed=words.ADDRESS_KINDS),
        Column("email", TEXT, "Mail address given."),
        Column("phone", TEXT, "Telephone number given."),
        Column("website", TEXT, "Web site given."),
        Column("tax_id", TEXT, "Tax number given, as written."),
        Column("founded_on", DATE, "When the company was founded."),
        Column("website_registered_on", DATE, "When the web site's domain was registered."),
        Column("store_count", WHOLE, "Stores it says it has.", minimum=0, unit="stores"),
        Column(
            "declared_monthly_units",
            WHOLE,
            "Discs a month it says it will buy.",
            minimum=0,
            unit="discs a month",
        ),
        Column("street_date_agreement", FLAG, "Whether it signed to respect street dates."),
    ),
    known_at="applied_at",
    key=("account_id",),
    required=True,
)

TITLES = Table(
    "titles",
    "one disc product",
    (
        Column("title_id", ID, "Names the title.", required=True),
        Column("ean", TEXT, "UPC or EAN on the box, all digits kept."),
        Column("name", TEXT, "Name of the film or series."),
        Column("year", WHOLE, "Year of the film.", minimum=1870, maximum=2100, unit="year"),
        Column("studio", TEXT, "Studio or label.", repeats=True),
        Column("format", WORD, "Kind of disc.", allowed=words.FORMATS),
        Column("list_price", NUMBER, "List price of one disc.", minimum=0, unit="own currency"),
    ),
    key=("title_id",),
    required=True,
)

STREET_DATES = Table(
    "street_dates",
    "one announcement of a title's street date; dates move, the newest known one counts",
    (
        TITLE,
        Column("street_date", DATE, "First day the title may be sold.", required=True),
        Column("known_at", TIME, "When the distributor learned of this date.", required=True),
    ),
    known_at="known_at",
    required=True,
)

ORDERS = Table(
    "orders",
    "one order line",
    (
        Column("order_id", ID, "Names the order.", required=True),
        Column(
            "line",
            WHOLE,
            "Number of the line within its order.",
            required=True,
            minimum=0,
            maximum=MOST_LINES,
        ),
        Column(
            "account_id",
            ID,
            "The account that ordered, the same for all lines of an order.",
            required=True,
            refers_to="accounts",
        ),
        Column(
            "ordered_at",
            TIME,
            "When the line was ordered, not before the account was applied for.",
            required=True,
        ),
        TITLE,
        QUANTITY,
        Column("unit_price", NUMBER, "Price of one disc.", minimum=0, unit="own currency"),
        Column("ship_method", WORD, "How the discs are to travel.", allowed=words.SHIP_METHODS),
        Column("ship_to", TEXT, "Address the discs go to.", repeats=True),
        Column("payment_method", WORD, "How the order is paid.", allowed=words.PAYMENT_METHODS),
    ),
    known_at="ordered_at",
    key=("order_id", "line"),
    required=True,
)

SHIPMENTS = Table(
    "shipments",
    "one order line leaving the house; a line may leave in parts",
    (
        Column("order_id", ID, "The order.", required=True, refers_to="orders"),
        Column("line", WHOLE, "Number of the order line.", required=True, minimum=0, maximum=MOST_LINES),
        Column(
            "account_id",
            ID,
            "The account, the same as on the order line.",
            required=True,
            refers_to="accounts",
        ),
        Column(
            "title_id", ID, "The title, the same as on the order line.", required=True, refers_to="titles"
        ),
        Column("shipped_at", TIME, "When it left, not before it was ordered.", required=True),
        Column("delivered_at", TIME, "When it arrived, not before it left.", known_at="delivered_at"),
        QUANTITY,
    ),
    known_at="shipped_at",
    in_order=(("shipped_at", "delivered_at"),),
)

RETURNS = Table(
    "returns",
    "units sent back",
    (
        ACCOUNT,
        TITLE,
        Column("returned_at", TIME, "When they came back.", required=True),
        QUANTITY,
    ),
    known_at="returned_at",
)

PAYMENTS = Table(
    "payments",
    "one payment event",
    (
        ACCOUNT,
        Column(
            "order_id",
            ID,
            "The order paid for. One that is not in orders (paid for before they begin, say) is set to missing.",
            refers_to="orders",
            loose=True,
        ),
        Column("recorded_at", TIME, "When the event was recorded.", required=True),
        Column("method", TEXT, "How it was paid; the contract lists no words for it.", repeats=True),
        Column("amount", NUMBER, "Amount; below zero where money went back.", unit="own currency"),
        Column("status", WORD, "What became of it.", required=True, allowed=words.PAYMENT_STATUSES),
    ),
    known_at="recorded_at",
)

IDENTIFIERS = Table(
    "identifiers",
    "one identifier seen on an account",
    (
        ACCOUNT,
        Column("kind", WORD, "Kind of identifier.", required=True, allowed=words.IDENTIFIER_KINDS),
        Column("value", TEXT, "The identifier, as seen.", required=True, repeats=True),
        Column("seen_at", TIME, "When it was seen.", required=True),
    ),
    known_at="seen_at",
)

LEAKS = Table(
    "leaks",
    "one disc-sourced copy seen on the network",
    (
        Column("leak_id", ID, "Names the leak.", required=True),
        Column("release_name", TEXT, "Name of the release, as seen.", required=True),
        Column(
            "title_id",
            ID,
            "The title, where known; else it is matched by name, year and format.",
            refers_to="titles",
        ),
        Column("leaked_at", TIME, "When the copy appeared.", required=True),
        Column("known_at", TIME, "When it became known here, not before it appeared.", required=True),
        Column("format", WORD, "Kind of disc it was taken from.", allowed=words.LEAK_FORMATS),
    ),
    known_at="known_at",
    key=("leak_id",),
    in_order=(("leaked_at", "known_at"),),
)

OUTCOMES = Table(
    "outcomes",
    "one decision about an account; the newest one known counts, and no decision is not the same as genuine",
    (
        ACCOUNT,
        Column(
            "outcome",
            WORD,
            "What it turned out to be. A violation broke a street date in honest trade; unknown takes an earlier "
            "outcome back.",
            required=True,
            allowed=words.OUTCOMES,
        ),
        Column("decided_at", TIME, "When it was decided.", required=True),
        Column("source", WORD, "Who decided.", allowed=words.OUTCOME_SOURCES),
        Column("note", TEXT, "Remarks, for people only.", may_be_absent=True),
    ),
    known_at="decided_at",
)

#: Every table by name, in an order in which each comes after those it refers to.
TABLES = {
    table.name: table
    for table in (
        ACCOUNTS,
        TITLES,
        STREET_DATES,
        ORDERS,
        SHIPMENTS,
        RETURNS,
        PAYMENTS,
        IDENTIFIERS,
        LEAKS,
        OUTCOMES,
    )
}
