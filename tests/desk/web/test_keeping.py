"""What approvers and admins keep: settings, rules, lists, users; and what the pages refuse."""

from __future__ import annotations

import re

import pytest

from tests.desk.web.conftest import PASSWORD, clients


@pytest.fixture
def client(full_desk):
    return clients(full_desk)("pia")


def post(client, path: str, **told):
    return client.post(path, data=told | {"csrf": client.csrf})


def told_error(answer) -> str:
    return re.search(r'role="alert">(.*?)</div>', answer.text, re.S)[1]


def test_settings_are_saved_with_who_and_why_and_only_over_those_that_were_seen(client, full_desk):
    assert post(client, "/thresholds", do="try", leaked_title="5000").status_code == 200
    assert full_desk.settings.in_force() == 0
    assert (
        post(client, "/thresholds", do="save", leaked_title="5000", why="books", seen="0").status_code == 303
    )
    edition = full_desk.settings.editions()[0]
    assert (edition.saved_by, edition.why, edition.content["leaked_title"]) == ("pia", "books", 5000.0)
    late = post(client, "/thresholds", do="save", leaked_title="1", why="mine", seen="0")
    assert late.status_code == 409 and "pia saved other settings" in told_error(late)
    assert 'value="1"' in late.text and full_desk.settings.in_force() == 1


def test_settings_that_cannot_be_used_are_told_and_not_saved(client, full_desk):
    for name, value in (("leaked_title", "many"), ("order.review", "nan"), ("block_above", "7")):
        answer = post(client, "/thresholds", do="save", why="w", seen="0", **{name: value})
        assert answer.status_code == 422 and name.rpartition(".")[2] in told_error(answer)
    assert full_desk.settings.in_force() == 0


def test_who_is_looked_at_by_chance_cannot_be_foretold_from_the_page(client, full_desk):
    before = full_desk.settings.content()["random_review_seed"]
    assert str(before) not in client.get("/thresholds").text
    post(client, "/thresholds", do="save", why="w", seen="0", random_review_seed="1")
    assert full_desk.settings.content()["random_review_seed"] == before
    log = client.get("/audit").text
    assert "saved settings" in log and f"{before:.0f}" not in log and "random_review_seed" not in log


def test_a_rule_is_tried_saved_and_retired(client, full_desk):
    rule = {"name": "early", "subject": "account", "condition": "score > 300", "action": "review"}
    tried = post(client, "/rules", do="try", **rule).text
    assert "On decided history" in tried and "It would have hit nothing" not in tried
    assert (
        "It would have hit nothing"
        in post(client, "/rules", do="try", **rule | {"condition": "score > 1000"}).text
    )
    assert full_desk.rules.list() == []
    assert post(client, "/rules", do="save", why="seen often", **rule).status_code == 303
    assert "score &gt; 300" in client.get("/rules").text
    saved = full_desk.rules.list()[0]
    assert post(client, f"/rules/{saved.id}/retire").status_code == 303
    assert full_desk.rules.list() == [] and "retired by" in client.get("/rules?past=true").text


def test_a_rule_that_cannot_be_read_says_where(client):
    rule = {"name": "early", "subject": "account", "condition": "scoore > 300", "action": "review"}
    answer = post(client, "/rules", do="try", **rule)
    assert answer.status_code == 422 and "scoore" in told_error(answer) and "scoore &gt; 300" in answer.text


def test_an_account_goes_on_a_list_until_a_day_and_off_again(client, full_desk):
    soon = "2099-01-01"
    assert post(client, "/lists", list="watch", account_id="A1", reason="told", until=soon).status_code == 422
    assert post(client, "/lists", list="watch", account_id="A1", reason="told", until="").status_code == 422
    from datetime import UTC, datetime, timedelta

    day = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    assert post(client, "/lists", list="watch", account_id="A1", reason="told", until=day).status_code == 303
    entry = full_desk.lists.entries()[0]
    assert (entry.account_id, entry.added_by, f"{entry.expires_at:%Y-%m-%d}") == ("A1", "pia", day)
    assert post(client, f"/lists/{entry.id}/remove").status_code == 303
    assert full_desk.lists.entries() == [] and "A1" in client.get("/lists/export.csv").text


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("ana", "/thresholds"),
        ("ana", "/rules"),
        ("ana", "/lists"),
        ("pia", "/users/change"),
        ("vera", "/queue/next"),
    ],
)
def test_a_role_without_the_right_is_refused(full_desk, name, path):
    client = clients(full_desk)(name)
    before = full_desk.audit.verify().entries
    answer = post(
        client,
        path,
        do="save",
        name="vera",
        role="admin",
        list="allow",
        account_id="A1",
        reason="x",
        until="2027-01-01",
    )
    assert answer.status_code == 403 and "Not with this role" in answer.text
    assert full_desk.audit.verify().entries == before


def test_an_admin_changes_a_role_keeps_somebody_out_and_gives_a_new_password(full_desk):
    admin, ana = clients(full_desk)("ada"), clients(full_desk)("ana")
    post(admin, "/users/change", name="bo", do="role", role="approver")
    assert full_desk.people.get("bo").role == "approver"
    post(admin, "/users/change", name="ana", do="keep_out")
    assert ana.get("/queue").status_code == 303
    post(admin, "/users/change", name="ana", do="let_in")
    link = re.search(
        r"http://localhost(/welcome\?token=[\w-]+)", post(admin, "/users/change", name="ana", do="reset").text
    )[1]
    token = link.partition("=")[2]
    new = "another long pass phrase"
    guest = clients(full_desk)()
    told = {"token": token, "name": "ana", "password": new, "again": new}
    assert guest.post("/welcome", data=told).status_code == 303
    assert full_desk.people.login("ana", new).user.name == "ana"


def test_one_changes_ones_own_password_with_the_old_one(full_desk):
    client, other, new = clients(full_desk)("vera"), clients(full_desk)("vera"), "another long pass phrase"
    assert post(client, "/me", old="wrong", password=new, again=new).status_code == 422
    assert post(client, "/me", old=PASSWORD, password=new, again=new).status_code == 303
    assert client.get("/me").status_code == 200 and other.get("/me").status_code == 303
    assert full_desk.people.login("vera", new)


def test_the_desk_tells_a_watcher_that_it_is_well_without_a_login(full_desk):
    answer = clients(full_desk)().get("/health")
    assert answer.status_code == 200 and answer.json() == {"status": "well"}


def test_reasons_speak_the_browsers_language_and_english_where_it_has_none_of_ours(full_desk, portfolio):
    client = clients(full_desk)("pia", portfolio=portfolio)
    case = full_desk.cases.queue(subjects=["account"]).cases[0]

    def told(accepted):
        return client.get(f"/cases/{case.id}", headers={"accept-language": accepted}).text

    danish, german = told("da"), told("de-AT, en;q=0.5")
    assert 'casefile" lang="en"' in danish and "Why this score" in danish
    assert 'casefile" lang="de"' in german and "Warum dieser Score" in german
    assert "Why this score" not in german
