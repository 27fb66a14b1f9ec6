"""What the desk does by itself while it serves: sends the webhook's messages that are due."""

from __future__ import annotations

import logging
import threading

from resellerrisk.desk.desk import Desk
from resellerrisk.desk.refusals import StoreAway

logger = logging.getLogger(__name__)
#: Seconds between two looks.
EVERY = 5.0


class Chores:
    """A thread that drains the outbox until it is stopped; what fails is told to the log and tried again.

    Parameters
    ----------
    desk : Desk
    every : float
        Seconds between two looks.
    """

    def __init__(self, desk: Desk, every: float = EVERY) -> None:
        self._desk, self._every = desk, every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk chores", daemon=True)

    def __enter__(self) -> Chores:
        self._thread.start()
        return self

    def __exit__(self, *told: object) -> None:
        self._stop.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        away = False
        while not self._stop.wait(self._every):
            try:
                self._desk.outbox.deliver()
                away = False
            except StoreAway as error:
                if not away:
                    logger.warning("%s The outbox waits for it.", error.what)
                away = True
            except Exception:
                logger.exception("the outbox could not be drained")
