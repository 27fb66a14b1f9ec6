"""Watching: whether tonight's rows, signals and scores are like those of other nights, and whether the scores came true.

Nothing is trained or decided here, and no threshold is guessed: a figure is measured against its own past nights. Names are loaded
when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resellerrisk.watch.alarm import send_alarm as send_alarm
    from resellerrisk.watch.findings import Finding as Finding
    from resellerrisk.watch.settings import WatchSettings as WatchSettings
    from resellerrisk.watch.settings import read_watch_settings as read_watch_settings
    from resellerrisk.watch.watching import Watched as Watched
    from resellerrisk.watch.watching import watch_night as watch_night

_HOME = {
    "Finding": "findings",
    "WatchSettings": "settings",
    "Watched": "watching",
    "send_alarm": "alarm",
    "read_watch_settings": "settings",
    "watch_night": "watching",
}
__all__ = list(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
