"""Checking a market: every table read and held to its rules, in an order in which each finds its references.

Faults are gathered over all tables before anything is decided. No file is opened or written here.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.tables.faults import CheckReport, Fault, Severity
from resellerrisk.tables.files import RawTable
from resellerrisk.tables.inspection import Inspection
from resellerrisk.tables.references import apply_references
from resellerrisk.tables.schemas import TABLES

#: Largest share of a table's rows that may be set aside.
LIMIT = 0.05


@dataclass(frozen=True)
class CheckedTables:
    """Every table after its inspection, and the report on all."""

    inspections: dict[str, Inspection]
    report: CheckReport


def check_tables(raw: dict[str, RawTable], opening: list[Fault], source: str, limit: float) -> CheckedTables:
    """Hold all tables to the contract.

    Parameters
    ----------
    raw : dict of RawTable
        The tables that could be opened.
    opening : list of Fault
        What was found when they were opened.
    source : str
        The folder; empty for frames in memory.
    limit : float
        Largest share of a table's rows that may be set aside, 0 to 1.

    Returns
    -------
    CheckedTables

    Raises
    ------
    InputError
        The limit is no share.
    """
    if not 0 <= limit <= 1:
        raise InputError(
            f"The limit of bad rows is {limit}.", hint="give a share from 0 to 1, such as limit=0.05"
        )
    inspections: dict[str, Inspection] = {}
    faults = list(opening)
    for name, table in TABLES.items():
        if name in raw:
            inspections[name] = _inspect(raw[name], inspections, limit)
            faults += inspections[name].faults
        elif table.required and not any(fault.table == name for fault in opening):
            faults.append(_missing_table(name, source))
    return CheckedTables(inspections, CheckReport(source, tuple(faults), _count_rows(inspections)))


def _inspect(raw: RawTable, others: dict[str, Inspection], limit: float) -> Inspection:
    inspection = Inspection(raw)
    inspection.apply_rules()
    apply_references(inspection, others)
    inspection.apply_key()
    inspection.apply_limit(limit)
    return inspection


def _missing_table(name: str, source: str) -> Fault:
    hint = f"add {name}.parquet or {name}.csv to {source}" if source else "add a frame of this name"
    hint += "; without rows it needs its columns only"
    return Fault(name, name, "", "missing table", f"each row {TABLES[name].row_is}", hint, Severity.STOP)


def _count_rows(inspections: dict[str, Inspection]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (name, one.raw.read, one.raw.read - one.quarantined, one.quarantined)
            for name, one in inspections.items()
        ],
        columns=["table", "read", "used", "quarantined"],
    )
