"""Who may come in: links, logins, throttling, sessions, the proxy's user."""

from __future__ import annotations

from datetime import timedelta

import pytest

from resellerrisk.desk import DeskError, NotAllowed, Throttled
from tests.desk.conftest import PASSWORD


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
    if not desk._database.is_sqlite:
        pytest.skip("PostgreSQL keeps its files elsewhere")
    stored = b"".join(path.read_bytes() for path in (tmp_path / "home").glob("desk.db*"))
    assert len(stored) and PASSWORD.encode() not in stored and token.encode() not in stored


def test_a_closed_user_is_out_at_once_even_with_a_page_open(desk, admin):
    desk.people.use_link(desk.people.invite(admin, "admin"), "lea", PASSWORD)
    lea, token = desk.people.get("lea"), desk.people.login("lea", PASSWORD).token
    desk.people.set_active(admin, "lea", False)
    assert desk.people.session(token) is None
    with pytest.raises(NotAllowed):
        desk.people.add(lea, "tom", "viewer")
    with pytest.raises(NotAllowed, match="Name or password is wrong"):
        desk.people.login("lea", PASSWORD)
    desk.people.set_active(admin, "lea", True)
    assert desk.people.session(token) is None
    assert desk.people.login("lea", PASSWORD).user.active


def test_the_last_admin_stays_one(desk, admin):
    with pytest.raises(DeskError, match="last admin"):
        desk.people.set_role(admin, "mira", "viewer")
    with pytest.raises(DeskError, match="last admin"):
        desk.people.set_active(admin, "mira", False)
    desk.people.add(admin, "lea", "admin")
    assert desk.people.set_role(admin, "mira", "viewer").role == "viewer"
    with pytest.raises(NotAllowed):
        desk.people.set_role(admin, "mira", "admin")


def test_a_password_is_changed_by_its_owner_with_the_old_one_or_by_an_admin(desk, admin):
    lea = desk.people.use_link(desk.people.invite(admin, "viewer"), "lea", PASSWORD)
    other, mine = (desk.people.login("lea", PASSWORD).token for _ in range(2))
    new = "another long pass phrase"
    with pytest.raises(NotAllowed, match="old password"):
        desk.people.set_password(lea, "lea", new, old="not the old one")
    with pytest.raises(NotAllowed):
        desk.people.set_password(lea, "mira", new, old=PASSWORD)
    desk.people.set_password(lea, "lea", new, old=PASSWORD, keep=mine)
    assert desk.people.session(other) is None and desk.people.session(mine) is not None
    desk.people.set_password(admin, "lea", PASSWORD)
    assert desk.people.login("lea", PASSWORD).user == lea


def test_a_reset_link_sets_the_password_of_its_user_alone(desk, admin):
    lea = desk.people.use_link(desk.people.invite(admin, "viewer"), "lea", PASSWORD)
    held, token = desk.people.login("lea", PASSWORD).token, desk.people.reset_link(admin, "lea")
    with pytest.raises(NotAllowed):
        desk.people.reset_link(lea, "mira")
    with pytest.raises(DeskError, match="another user's"):
        desk.people.use_link(token, "mira", "another long pass phrase")
    assert desk.people.use_link(token, "lea", "another long pass phrase") == lea
    assert desk.people.session(held) is None
    assert desk.people.login("lea", "another long pass phrase").user == lea
    with pytest.raises(DeskError, match="unknown, used or expired"):
        desk.people.use_link(token, "lea", PASSWORD)
