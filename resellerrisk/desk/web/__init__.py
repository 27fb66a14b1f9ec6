"""The review desk in the browser: its pages and its JSON API, over the store that `resellerrisk.desk` keeps.

No state of its own, no score and no right: whoever may do what is refused by the store. Names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resellerrisk.desk.web.app import make_app as make_app
    from resellerrisk.desk.web.guard import Door as Door

_WHERE = {"Door": "guard", "make_app": "app"}
__all__ = list(_WHERE)


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
