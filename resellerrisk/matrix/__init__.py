"""Snapshots times signals, and labels with their delay. What needs scikit-learn is loaded when first used."""

from resellerrisk.matrix.build import (
    Matrix,
    build_matrix,
    name_snapshots,
    prepare_signals,
)
from resellerrisk.matrix.labels import (
    LEAD_DAYS,
    is_decided,
    known_fakes,
    label_snapshots,
    newest_outcomes,
)
from resellerrisk.matrix.snapshots import (
    snapshot_accounts,
    snapshot_applications,
    snapshot_months,
    snapshot_orders,
    take,
    thin_out,
)

__all__ = [
    "LEAD_DAYS",
    "Matrix",
    "SignalBuilder",
    "build_matrix",
    "is_decided",
    "known_fakes",
    "label_snapshots",
    "name_snapshots",
    "newest_outcomes",
    "prepare_signals",
    "snapshot_accounts",
    "snapshot_applications",
    "snapshot_months",
    "snapshot_orders",
    "take",
    "thin_out",
]


def __getattr__(name: str) -> object:
    if name != "SignalBuilder":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from resellerrisk.matrix.builder import SignalBuilder

    return SignalBuilder
