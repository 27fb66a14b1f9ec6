"""The contract's tables: schemas, reading, checking, quarantine, and the `Market` that comes out.

Names are loaded when they are first used, so that importing this room costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resellerrisk.tables.dictionary import data_dictionary
    from resellerrisk.tables.faults import CheckReport, Fault, Severity
    from resellerrisk.tables.files import write_frame, write_market
    from resellerrisk.tables.market import Market
    from resellerrisk.tables.moments import as_utc
    from resellerrisk.tables.reading import check_market, read_market
    from resellerrisk.tables.rules import build_schema
    from resellerrisk.tables.schemas import TABLES

_HOME = {
    "CheckReport": "faults",
    "Fault": "faults",
    "Market": "market",
    "Severity": "faults",
    "TABLES": "schemas",
    "as_utc": "moments",
    "build_schema": "rules",
    "check_market": "reading",
    "data_dictionary": "dictionary",
    "read_market": "reading",
    "write_frame": "files",
    "write_market": "files",
}

__all__ = [
    "TABLES",
    "CheckReport",
    "Fault",
    "Market",
    "Severity",
    "as_utc",
    "build_schema",
    "check_market",
    "data_dictionary",
    "read_market",
    "write_frame",
    "write_market",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
