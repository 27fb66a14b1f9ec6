"""The desk while its PostgreSQL goes away and comes back: one page that says so, nothing lost, and it works again by itself."""

from __future__ import annotations

import pytest

from resellerrisk.desk import SYSTEM, Desk
from resellerrisk.desk.refusals import StoreAway
from tests.desk.conftest import make_scores
from tests.desk.web.conftest import clients, make_users
from tests.postgresql import start_postgres


@pytest.fixture
def server():
    """A server of this test's own: it is ended and started again."""
    with start_postgres() as server:
        if server is None:
            pytest.skip("PostgreSQL is not installed")
        yield server


def test_a_database_that_goes_away_is_one_page_and_the_desk_goes_on_when_it_is_back(server, tmp_path):
    server.ask("CREATE DATABASE desk")
    with Desk(server.url("desk"), home=tmp_path) as desk:
        make_users(desk)
        desk.nights.load(SYSTEM, "account", make_scores([("A1", 0.8, "review"), ("A2", 0.7, "review")]))
        ana = clients(desk)("ana")
        case = desk.cases.queue().cases[0]
        form = {"step": "decide", "version": case.version, "action": "block", "reason": "no_shop"}
        form |= {"csrf": ana.csrf}
        server.stop()
        page, step, told = (
            ana.get("/queue"),
            ana.post(f"/cases/{case.id}/decisions", data=form),
            ana.get("/api/cases"),
        )
        for answer in (page, step, told):
            assert answer.status_code == 503 and answer.headers["Retry-After"] == "10"
        assert "database does not answer" in page.text and "Traceback" not in page.text
        assert told.json()["title"] == "The desk's database does not answer"
        with pytest.raises(
            StoreAway, match=r"does not answer(.|\n)*Hint: try again when the database is back"
        ):
            desk.cases.get(case.id)
        server.start()
        assert desk.cases.get(case.id).state == case.state
        assert ana.get("/queue").status_code == 200
        assert ana.post(f"/cases/{case.id}/decisions", data=form).status_code == 303
        assert desk.cases.get(case.id).state != case.state
        assert desk.audit.verify().sound
