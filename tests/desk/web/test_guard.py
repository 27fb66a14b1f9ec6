"""What keeps others out: sessions, form tokens, origins, hosts, headers, throttling, roles, the proxy's header."""

from __future__ import annotations

import logging

import pytest

from resellerrisk.desk.web import Door
from resellerrisk.desk.web.guard import MOST_BYTES
from tests.desk.web.conftest import PASSWORD


def test_without_a_login_every_page_leads_to_the_login_and_back(client_of):
    answer = client_of().get("/audit?about=users")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Faudit%3Fabout%3Dusers"


def test_a_login_goes_on_to_the_desk_and_never_to_another_site(client_of):
    for next, location in (
        ("/audit?page=2", "/audit?page=2"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
    ):
        answer = client_of().post("/login", data={"name": "ana", "password": PASSWORD, "next": next})
        assert answer.headers["location"] == location


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(client_of):
    told = client_of().post("/login", data={"name": "ana", "password": PASSWORD}).headers["set-cookie"]
    assert "HttpOnly" in told and "SameSite=strict" in told and "Secure" not in told
    door = Door(https=True)
    told = (
        client_of(door=door).post("/login", data={"name": "ana", "password": PASSWORD}).headers["set-cookie"]
    )
    assert told.startswith("__Host-desk=") and "Secure" in told


def test_after_logout_the_session_is_none_any_more(client_of):
    client = client_of("ana")
    token = client.cookies["desk"]
    assert client.post("/logout", data={"csrf": client.csrf}).status_code == 303
    client.cookies.set("desk", token)
    assert client.get("/audit").status_code == 303


@pytest.mark.parametrize("csrf", ["", "0" * 64, "é"])
def test_a_form_without_the_sessions_token_changes_nothing(client_of, csrf):
    client = client_of("ada")
    answer = client.post("/users/invite", data={"role": "analyst", "csrf": csrf})
    assert answer.status_code == 403 and "from another login" in answer.text
    assert "welcome?token" in client.post("/users/invite", data={"role": "analyst", "csrf": client.csrf}).text


def test_the_token_of_another_login_is_not_ones_own(client_of):
    first, second = client_of("ada"), client_of("ada")
    assert first.post("/users/invite", data={"role": "viewer", "csrf": second.csrf}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_what_another_site_asks_for_is_refused_login_too(client_of, headers):
    client = client_of("ada")
    asked = {"role": "viewer", "csrf": client.csrf}
    assert client.post("/users/invite", data=asked, headers=headers).status_code == 403
    assert (
        client_of().post("/login", data={"name": "ada", "password": PASSWORD}, headers=headers).status_code
        == 403
    )
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/users/invite", data=asked, headers=own).status_code == 200


def test_a_foreign_name_does_not_lead_here(client_of):
    client = client_of()
    assert client.get("/login", headers={"Host": "rebound.example"}).status_code == 421
    assert client.get("/login", headers={"Host": "127.0.0.1:8600"}).status_code == 200
    assert client_of(door=Door(hosts=("desk.example",))).get("/login").status_code == 421


def test_every_answer_has_the_strict_headers_refusals_too(client_of, monkeypatch):
    client = client_of("ada")
    monkeypatch.setattr(client.app.state.desk.audit, "entries", lambda **_: 1 / 0)
    for path, status in (("/users", 200), ("/nowhere", 404), ("/static/desk.css", 200), ("/audit", 500)):
        answer = client.get(path)
        assert answer.status_code == status
        policy = answer.headers["content-security-policy"]
        assert (
            "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        kept = "immutable" if "static" in path else "no-store"
        assert kept in answer.headers["cache-control"]


def test_what_broke_is_told_to_the_log_and_not_to_the_reader(client_of, monkeypatch, caplog):
    client = client_of("ada")
    monkeypatch.setattr(client.app.state.desk.audit, "entries", lambda **_: [][0])
    with caplog.at_level(logging.ERROR):
        answer = client.get("/audit")
    assert (
        answer.status_code == 500
        and "IndexError" not in answer.text
        and "Something broke here" in answer.text
    )
    assert "IndexError" in caplog.text


def test_nothing_in_a_page_is_inline(client_of):
    client = client_of("ada")
    for path in ("/users", "/audit?verify=true", "/login"):
        text = client.get(path).text
        assert (
            "<script>" not in text
            and "<style" not in text
            and " style=" not in text
            and " onclick" not in text
        )
        assert "//" not in text.replace("http://www.w3.org", "")


def test_a_body_too_large_is_not_read(client_of):
    client = client_of("ada")
    answer = client.post("/users/invite", data={"role": "x" * (MOST_BYTES + 1), "csrf": client.csrf})
    assert answer.status_code == 413
    pieces = (b"role=viewer&" + b"x" * 1_000_000 for _ in range(MOST_BYTES // 1_000_000 + 2))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/users/invite", content=pieces, headers=headers).status_code == 413


def test_after_five_failures_the_right_password_waits_too(client_of):
    client = client_of()
    for _ in range(5):
        answer = client.post("/login", data={"name": "ana", "password": "not the password"})
        assert answer.status_code == 403 and "Name or password is wrong" in answer.text
    answer = client.post("/login", data={"name": "ana", "password": PASSWORD})
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 800


def test_who_may_not_keep_users_does_not_see_them(client_of):
    for name in ("vera", "ana", "pia"):
        client = client_of(name)
        assert client.get("/users").status_code == 403
        assert client.post("/users/invite", data={"role": "admin", "csrf": client.csrf}).status_code == 403
        assert 'href="/users"' not in client.get("/audit").text


def test_the_first_link_makes_the_admin_and_then_is_used_up(tmp_path, monkeypatch):
    from starlette.testclient import TestClient

    from resellerrisk.desk import Desk
    from resellerrisk.desk.web import make_app

    monkeypatch.delenv("RESELLERRISK_DESK_URL", raising=False)
    with Desk(home=tmp_path) as desk:
        client = TestClient(make_app(desk), base_url="http://localhost", follow_redirects=False)
        told = {"token": desk.people.first_link(), "name": "mira", "password": PASSWORD, "again": PASSWORD}
        assert client.get("/welcome", params={"token": told["token"]}).status_code == 200
        assert client.post("/welcome", data=told | {"again": "another one entirely"}).status_code == 422
        assert client.post("/welcome", data=told).status_code == 303
        assert client.get("/users").status_code == 200
        assert client.post("/welcome", data=told | {"name": "eve"}).status_code == 422


PROXY = Door(proxy_header="X-Remote-User", proxies=("10.1.1.1",))


def client_at(client_of, peer: str, door: Door = PROXY):
    client = client_of(door=door)
    client._transport.client = (peer, 50000)
    return client


def test_the_proxys_user_comes_in_and_only_from_the_proxy(client_of):
    headers = {"X-Remote-User": "ada"}
    assert client_at(client_of, "10.1.1.1").get("/users", headers=headers).status_code == 200
    assert client_at(client_of, "10.1.1.2").get("/users", headers=headers).status_code == 303
    assert client_at(client_of, "10.1.1.1", Door()).get("/users", headers=headers).status_code == 303


def test_a_user_the_proxy_names_first_stays_out_unless_a_role_is_given(client_of, desk):
    headers = {"X-Remote-User": "new"}
    assert client_at(client_of, "10.1.1.1").get("/audit", headers=headers).status_code == 403
    door = Door(proxy_header="X-Remote-User", proxies=("10.1.1.1",), proxy_role="viewer")
    assert client_at(client_of, "10.1.1.1", door).get("/audit", headers=headers).status_code == 200
    assert desk.people.get("new").role == "viewer"


def test_the_proxys_user_needs_the_form_token_too(client_of):
    import re

    client, headers = client_at(client_of, "10.1.1.1"), {"X-Remote-User": "ada"}
    assert client.post("/users/invite", data={"role": "viewer"}, headers=headers).status_code == 403
    token = re.search('name="csrf" value="([0-9a-f]+)"', client.get("/users", headers=headers).text)[1]
    assert (
        client.post("/users/invite", data={"role": "viewer", "csrf": token}, headers=headers).status_code
        == 200
    )
