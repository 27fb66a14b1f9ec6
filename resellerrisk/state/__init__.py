"""State: what must be kept of a market so that one subject can be answered without reading its history. Names load when first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resellerrisk.state.by_parts import build_state_by_parts as build_state_by_parts
    from resellerrisk.state.by_parts import goes_by_parts as goes_by_parts
    from resellerrisk.state.check import check_nights as check_nights
    from resellerrisk.state.kept import KeptSignals as KeptSignals
    from resellerrisk.state.kind import follows_nights as follows_nights
    from resellerrisk.state.store import build_state as build_state
    from resellerrisk.state.store import open_state as open_state
    from resellerrisk.state.store import stale_files as stale_files

_HOME = {
    "KeptSignals": "kept",
    "build_state": "store",
    "build_state_by_parts": "by_parts",
    "check_nights": "check",
    "follows_nights": "kind",
    "goes_by_parts": "by_parts",
    "open_state": "store",
    "stale_files": "store",
}

__all__ = [*_HOME]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
