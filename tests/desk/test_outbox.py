"""Messages on their way out: written with what they tell of, sent signed, tried again, given up."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from resellerrisk import webhooks
from resellerrisk.desk import SYSTEM, DeskError, NotAllowed
from tests.desk.conftest import make_scores

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def receiver(monkeypatch):
    """A receiver on loopback: what it got, and the status it answers with."""
    got, answers = [], [200]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            got.append((headers, body))
            self.send_response(answers[-1])
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv(webhooks.URL_VARIABLE, f"http://127.0.0.1:{server.server_port}/hook")
    monkeypatch.setenv(webhooks.SECRET_VARIABLE, SECRET)
    monkeypatch.setenv(webhooks.ALLOW_VARIABLE, "127.0.0.1")
    yield got, answers
    server.shutdown()
    server.server_close()


def test_scores_and_decisions_are_told_signed_and_without_names(desk, staff, receiver):
    got, _ = receiver
    desk.nights.load(SYSTEM, "account", make_scores([("A1", 0.5, "review"), ("A2", 0.001, "release")]))
    desk.decisions.decide(staff.ana, 1, 1, "release", "shop_seen", note="Jane Doe was there")
    assert desk.outbox.deliver() == (2, 0) and desk.outbox.deliver() == (0, 0)
    assert all(webhooks.verify(SECRET, headers, body, time.time()) for headers, body in got)
    loaded, decided = (json.loads(body) for _, body in got)
    assert (loaded["event"], loaded["rows"], loaded["queued"]) == ("scores.loaded", 2, [1])
    assert (decided["event"], decided["step"], decided["action"]) == ("case.decided", "decide", "release")
    assert (decided["subject"], decided["account_id"], decided["decision"]) == ("account", "A1", 1)
    assert "Jane" not in str(got) and "ana" not in decided
    assert [message.state for message in desk.outbox.messages()] == ["sent", "sent"]


def test_what_failed_is_tried_again_and_given_up_in_the_end(desk, staff, receiver, clock):
    got, answers = receiver
    answers.append(500)
    desk.nights.load(SYSTEM, "account", make_scores([("A1", 0.5, "review")]))
    assert desk.outbox.deliver() == (0, 1)
    assert desk.outbox.deliver() == (0, 0)
    for _ in range(7):
        clock.now += timedelta(days=2)
        assert desk.outbox.deliver() == (0, 1)
    (message,) = desk.outbox.messages("given_up")
    assert message.attempts == 8 and "answered 500" in message.last_error
    clock.now += timedelta(days=2)
    assert desk.outbox.deliver() == (0, 0)
    with pytest.raises(NotAllowed):
        desk.outbox.again(staff.ana, message.id)
    answers.append(204)
    desk.outbox.again(staff.pia, message.id)
    with pytest.raises(DeskError, match="is waiting"):
        desk.outbox.again(staff.pia, message.id)
    assert desk.outbox.deliver() == (1, 0)
    assert len({headers["webhook-id"] for headers, _ in got}) == 1


def test_a_killed_sender_leaves_the_message_for_another(desk, receiver, clock):
    desk.nights.load(SYSTEM, "account", make_scores([("A1", 0.5, "review")]))
    assert len(desk.outbox._take_due(10)) == 1
    assert desk.outbox.deliver() == (0, 0)
    clock.now += timedelta(minutes=3)
    assert desk.outbox.deliver() == (1, 0)


def test_without_a_receiver_nothing_is_written(desk, staff):
    desk.nights.load(SYSTEM, "account", make_scores([("A1", 0.5, "review")]))
    desk.decisions.decide(staff.ana, 1, 1, "release", "shop_seen")
    assert desk.outbox.messages() == [] and desk.outbox.deliver() == (0, 0)


def test_what_is_refused_is_not_told(desk, staff, receiver):
    desk.nights.load(SYSTEM, "account", make_scores([("A1", 0.5, "review")]))
    desk.decisions.decide(staff.ana, 1, 1, "release", "shop_seen")
    with pytest.raises(DeskError):
        desk.decisions.decide(staff.ben, 1, 1, "release", "shop_seen")
    assert len(desk.outbox.messages()) == 2
