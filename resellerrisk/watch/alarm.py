"""Telling an outside address that a night raised something: which figures, without values of any cell."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from resellerrisk.watch.watching import Watched
from resellerrisk.webhooks import Receiver, WebhookError, send

#: Seconds to wait before each further try.
PAUSES = (2.0, 8.0)


def send_alarm(watched: Watched, receiver: Receiver, wait: Callable[[float], None] = time.sleep) -> int:
    """Send a night's findings; an unanswered message is tried again, under the same id.

    Parameters
    ----------
    watched : Watched
        A night that raised something.
    receiver : Receiver
    wait : function, optional
        How to wait some seconds.

    Returns
    -------
    int
        The receiver's status.

    Raises
    ------
    WebhookError
        After the last try.
    """
    content = describe(watched)
    id = "watch_" + hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
    for pause in PAUSES:
        try:
            return send(receiver, id, content)
        except WebhookError:
            wait(pause)
    return send(receiver, id, content)


def describe(watched: Watched) -> dict[str, Any]:
    """What is sent. A finding's own sentence may name a cell's value and stays in the report."""
    figures = [
        {"figure": finding.figure, "group": finding.group, "window": finding.window}
        for finding in watched.findings
    ]
    return {
        "type": "watch.raised",
        "as_of": watched.as_of.isoformat(),
        "data": watched.conditions["data"],
        "findings": figures,
    }
