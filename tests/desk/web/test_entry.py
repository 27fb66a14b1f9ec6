"""Coming in and looking around in a real browser."""

from __future__ import annotations

import pytest

from resellerrisk.desk import Desk
from resellerrisk.desk.web import make_app
from tests.desk.web.conftest import PASSWORD, Server, check_access, log_in


@pytest.fixture
def server(desk):
    opened = Server(make_app(desk))
    yield opened
    opened.close()


def test_the_first_admin_comes_in_by_the_link_and_invites_an_analyst(tmp_path, monkeypatch, page_of):
    monkeypatch.delenv("RESELLERRISK_DESK_URL", raising=False)
    with Desk(home=tmp_path) as desk:
        server = Server(make_app(desk))
        try:
            page = page_of(server.address)
            _choose(page, f"/welcome?token={desk.people.first_link()}", "mira")
            page.get_by_role("link", name="Users", exact=True).click()
            page.get_by_label("analyst").check()
            page.get_by_role("button", name="Make a link").click()
            guest = page_of(server.address)
            _choose(guest, page.locator(".secret").inner_text(), "ana")
            assert guest.get_by_role("link", name="Users", exact=True).count() == 0
            assert [(user.name, user.role) for user in desk.people.list()] == [
                ("ana", "analyst"),
                ("mira", "admin"),
            ]
        finally:
            server.close()


def _choose(page, link: str, name: str) -> None:
    page.goto(link)
    page.get_by_label("User name").fill(name)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Save and log in").click()
    page.wait_for_url(lambda url: "/welcome" not in url)


def test_a_wrong_password_is_told_and_the_right_one_leads_to_the_page_asked_for(server, page_of):
    page = page_of(server.address)
    page.goto("/audit?about=user/ana")
    page.get_by_label("User name").fill("ana")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Log in").click()
    assert "Name or password is wrong" in page.get_by_role("alert").inner_text()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/audit?about=user/ana")
    assert page.get_by_role("cell", name="login failed").count() == 1


def test_the_log_verifies_in_the_browser_and_tells_of_a_change(server, desk, page_of):
    page = page_of(server.address)
    log_in(page, "vera")
    page.goto("/audit")
    page.get_by_role("button", name="Verify").click()
    assert "The log is as it was written." in page.get_by_role("status").inner_text()
    with desk._database.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_no_update")
        for (name,) in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE audit SET who = 'eve' WHERE number = 2")
    page.get_by_role("button", name="Verify").click()
    assert "The log is not as it was written." in page.get_by_role("status").inner_text()
    assert "Entry 2" in page.get_by_role("status").inner_text()


def test_a_key_opens_the_list_of_keys_and_typing_does_not(server, page_of):
    page = page_of(server.address)
    log_in(page, "vera")
    page.goto("/audit")
    page.get_by_label("About").press("?")
    assert not page.get_by_role("dialog").is_visible()
    page.get_by_label("About").press("Escape")
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keys").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_entry_and_record_are_accessible(server, page_of, theme):
    page = page_of(server.address, theme)
    found = {}
    for path in ("/login", "/welcome?token=x"):
        page.goto(path)
        found[path] = check_access(page)
    log_in(page, "ada")
    for path in ("/users", "/audit?verify=true", "/nowhere"):
        page.goto(path)
        found[path] = check_access(page)
    assert not any(found.values()), found


def test_a_chosen_theme_stays(server, page_of):
    page = page_of(server.address)
    log_in(page, "vera")
    page.get_by_role("button", name="Dark", exact=True).click()
    page.goto("/audit")
    assert page.locator("html").get_attribute("data-theme") == "dark"
