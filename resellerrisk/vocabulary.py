"""The words of this project: one per idea, used everywhere the same.

Nothing is computed here. A name that stands in a file, on a command line or in a table that leaves the
program is spelled once, in this module.
"""

from __future__ import annotations

TABLES = (
    "accounts",
    "titles",
    "street_dates",
    "orders",
    "shipments",
    "returns",
    "payments",
    "identifiers",
    "leaks",
    "outcomes",
)
REQUIRED_TABLES = ("accounts", "titles", "street_dates", "orders")

SUBJECTS = ("application", "account", "order")

BUSINESS_TYPES = ("store", "online", "chain", "library", "rental", "market", "other")
ADDRESS_KINDS = ("commercial", "residential", "mailbox", "unknown")
FORMATS = ("dvd", "bluray", "uhd")
LEAK_FORMATS = (*FORMATS, "unknown")
SHIP_METHODS = ("standard", "express", "courier", "pickup")
PAYMENT_METHODS = ("terms", "card", "wire", "prepaid", "cash", "other")
PAYMENT_STATUSES = ("settled", "late", "failed", "chargeback")
IDENTIFIER_KINDS = (
    "email",
    "phone",
    "address",
    "website",
    "tax_id",
    "officer",
    "bank",
    "card",
    "ip",
    "device",
    "pickup_person",
)
OUTCOMES = ("fake", "genuine", "violation", "unknown")
OUTCOME_SOURCES = ("investigation", "law_enforcement", "review")

#: What may be done with unlabelled snapshots in training. Undetected fakes stand among them: ``doubtful_left_out`` counts
#: them as negative but for those that score highest without labels (`resellerrisk.pipeline.training.find_doubtful`); ``negative`` counts them all;
#: ``left_out`` learns from decided accounts alone.
UNLABELLED = ("doubtful_left_out", "negative", "left_out")

#: What may be done about a subject, mildest first.
ACTIONS = ("release", "ship_on_street_date", "review", "block")
#: How much risk a probability means under the settings, lowest first.
BANDS = ("low", "guarded", "high", "severe")

#: Reasons that accompany a score.
REASONS_SHOWN = 5
