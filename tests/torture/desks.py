"""The desk: deciding processes killed, and its PostgreSQL going away and coming back while it is at work."""

from __future__ import annotations

import random
import threading
import time
from contextlib import ExitStack

from resellerrisk.desk import SYSTEM, Desk
from resellerrisk.desk.refusals import StoreAway
from tests.desk.conftest import make_scores
from tests.desk.test_killed import CASES, Nursery, check, kill
from tests.postgresql import start_postgres
from tests.torture.book import NotTried
from tests.torture.ground import Ground

_STAFF = {"ana": "analyst", "pia": "approver"}


def find_server(held: ExitStack):
    """A PostgreSQL of the tormentor's own, gone when what holds it ends."""
    server = held.enter_context(start_postgres())
    if server is None:
        raise NotTried("PostgreSQL is not installed (apt-get install postgresql)")
    return server


class KilledDesk:
    """A process that decides cases, killed; what it acknowledged is there, and the audit chain verifies.

    Parameters
    ----------
    ground : Ground
    held : ExitStack
        Closes what was opened.
    database : {"SQLite", "PostgreSQL"}
    """

    def __init__(self, ground: Ground, held: ExitStack, database: str) -> None:
        folder = ground.place(f"desk-{database}")
        url = None
        if database == "PostgreSQL":
            server = find_server(held)
            server.ask("CREATE DATABASE desk")
            url = server.url("desk")
        self.desk = held.enter_context(Desk(url, home=folder / "home"))
        for name, role in _STAFF.items():
            self.desk.people.from_proxy(name, role)
        self.desk.nights.load(SYSTEM, "account", make_scores(CASES))
        self.nursery = Nursery(folder, url)
        held.callback(self.nursery.end)

    def try_once(self, number: int) -> str:
        """Let a process decide, kill it, and look at every step that it acknowledged."""
        child = self.nursery.start()
        time.sleep(random.Random(f"desk {number}").uniform(0, 0.06))
        acknowledged = kill(*child)
        if not acknowledged:
            raise AssertionError("no step was acknowledged")
        check(self.desk, acknowledged)
        return "every acknowledged step is there, the audit chain is whole"


class DeskStoreAway:
    """The served desk while its PostgreSQL is ended, in the midst of decisions too, and started again."""

    def __init__(self, ground: Ground, held: ExitStack) -> None:
        from tests.desk.web.conftest import clients, make_users

        self.server = find_server(held)
        self.server.ask("CREATE DATABASE desk")
        self.desk = held.enter_context(Desk(self.server.url("desk"), home=ground.place("desk-away")))
        make_users(self.desk)
        self.desk.nights.load(SYSTEM, "account", make_scores(CASES))
        self.pia = clients(self.desk)("pia")

    def try_once(self, number: int) -> str:
        """Decide until the server is ended, ask while it is away, and decide again once it is back."""
        acknowledged, dice = [], random.Random(f"away {number}")
        ender = threading.Timer(dice.uniform(0.0, 0.5), self.server.stop)
        ender.start()
        refused = None
        until = time.monotonic() + 60
        while refused is None and time.monotonic() < until:
            refused = self._decide(acknowledged, dice)
        ender.join()
        pages = [self.pia.get("/queue"), self.pia.get("/api/cases"), refused]
        self.server.start()
        for answer in pages:
            if answer is None or answer.status_code != 503 or "does not answer" not in answer.text:
                raise AssertionError(f"{answer and answer.status_code} while it was away")
        if self.pia.get("/queue").status_code != 200 or self._decide(acknowledged, dice) is not None:
            raise AssertionError("it does not work again")
        for case_id, version in acknowledged:
            if len(self.desk.decisions.history(case_id)) < version - 1:
                raise AssertionError(f"version {version} of case {case_id} was acknowledged and is lost")
        verdict = self.desk.audit.verify()
        if not verdict.sound:
            raise AssertionError(f"the audit chain: {verdict.faults}")
        return "503 pages, nothing acknowledged lost, the chain whole, at work again"

    def _decide(self, acknowledged: list, dice: random.Random):
        """One decision through the page; gives the answer where the desk refuses since its store is away."""
        try:
            case = dice.choice(self.desk.cases.queue(states=["new", "open", "decided"]).cases)
        except StoreAway:
            return self.pia.post("/cases/1/decisions", data={"csrf": self.pia.csrf, "step": "decide"})
        step = {"step": "decide", "action": "release", "reason": "shop_seen"}
        if case.state == "decided":
            step = {"step": "reverse", "reason": "mistake"}
        answer = self.pia.post(
            f"/cases/{case.id}/decisions", data=step | {"version": case.version, "csrf": self.pia.csrf}
        )
        if answer.status_code == 503:
            return answer
        if answer.status_code != 303:
            raise AssertionError(f"{answer.status_code}: {answer.text[-300:]}")
        acknowledged.append((case.id, case.version + 1))
        return None
