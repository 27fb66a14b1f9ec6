"""Who may come in: links, logins, throttling, sessions, the proxy's user."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from resellerrisk.desk import Desk, DeskError, NotAllowed, Throttled

PASSWORD = "a long pass phrase"


class Clock:
    now = datetime(2020, 1, 1)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def desk(tmp_path, monkeypatch, clock):
    monkeypatch.delenv("RESELLERRISK_DESK_URL", raising=False)
    with Desk(home=tmp_path, clock=clock) as opened:
        yield opened


@pytest.fixture
def admin(desk):
    return desk.people.use_link(desk.people.first_link(), "mira", PASSWORD)


def test_the_first_link_makes_one_admin_once(desk):
    old, token = desk.people.first_link(), desk.people.first_link()
    with pytest.raises(DeskError, match="unknown, used or expired"):
        desk.people.use_link(old, "mira", PASSWORD)
    assert desk.people.use_link(token, "mira", PASSWORD).role == "admin"
    with pytest.raises(DeskError, match="unknown, used or expired"):
        desk.people.use_link(token, "lea", PASSWORD)
    assert desk.people.first_link() is None


def test_a_session_ends_by_logout_and_by_silence(desk, admin, clock):
    kept, ended = (desk.people.login("mira", PASSWORD).token for _ in range(2))
    desk.people.logout(ended)
    assert desk.people.session(ended) is None
    assert desk.people.session(kept).user.name == "mira"
    clock.now += timedelta(hours=1, minutes=1)
    assert desk.people.session(kept) is None


def test_five_failures_hold_even_the_right_password_up(desk, admin, clock):
    for _ in range(5):
        with pytest.raises(NotAllowed, match="Name or password is wrong"):
            desk.people.login("mira", "not the password")
    with pytest.raises(Throttled):
        desk.people.login("mira", PASSWORD)
    clock.now += timedelta(minutes=16)
    assert desk.people.login("mira", PASSWORD).user == admin


def test_a_lesser_role_adds_nobody_and_the_proxy_only_whom_it_may(desk, admin):
    viewer = desk.people.add(admin, "lea", "viewer")
    with pytest.raises(NotAllowed, match="takes the role admin|may not do that"):
        desk.people.add(viewer, "tom", "admin")
    with pytest.raises(NotAllowed):
        desk.people.from_proxy("tom")
    assert desk.people.from_proxy("lea") == viewer
    assert desk.audit.verify().sound


def test_no_password_or_token_is_stored(desk, admin, tmp_path):
    token = desk.people.login("mira", PASSWORD).token
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("desk.db*"))
    assert PASSWORD.encode() not in stored and token.encode() not in stored
