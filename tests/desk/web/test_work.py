"""A day's work in a real browser: the queue, a case with its evidence, deciding, a second person, taking back, two at once."""

from __future__ import annotations

import pytest

from tests.desk.web.conftest import check_access, log_in

pytestmark = pytest.mark.slow


def first_case(desk, subject: str = "account", **told):
    return desk.cases.queue(subjects=[subject], **told).cases[0]


def decide(page, action: str, reason: str, note: str = "", button: str = "Decide") -> None:
    page.get_by_role("radio", name=action).check()
    page.get_by_label("Reason").select_option(label=reason)
    page.get_by_label("Note").fill(note)
    page.get_by_role("button", name=button, exact=True).click()


def test_an_analyst_works_the_queue_by_keys_and_sees_the_evidence(full_server, full_desk, page_of):
    page = page_of(full_server.address)
    log_in(page, "ana")
    cases = full_desk.cases.queue().cases
    rows = page.locator(".queue tbody tr")
    assert rows.count() == min(50, len(cases))
    assert [row.split("\n")[0] for row in rows.all_inner_texts()][:3] == [case.title for case in cases][:3]
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    assert rows.nth(1).get_attribute("class") == "here"
    page.keyboard.press("o")
    page.wait_for_url(f"**/cases/{cases[1].id}")
    assert page.get_by_role("heading", level=1).inner_text() == cases[1].title
    found = page.locator(".side.raises details.behind").first
    assert not found.locator("table, p").first.is_visible()
    found.locator("summary").click()
    assert "Recomputed from these rows" in found.inner_text()
    page.keyboard.press("u")
    page.wait_for_url("**/queue")


def test_the_queue_is_searched_and_filtered_and_tells_what_nobody_looked_at(full_server, full_desk, page_of):
    page = page_of(full_server.address)
    log_in(page, "vera")
    case = first_case(full_desk)
    assert page.locator(".tabs .urgent").inner_text() == str(full_desk.cases.queue(states=["new"]).total)
    page.get_by_label("Search").fill(case.account_id)
    page.get_by_role("button", name="Show").click()
    assert set(page.locator(".queue tbody .who").all_inner_texts()) and all(
        case.account_id in text for text in page.locator(".queue tbody .who").all_inner_texts()
    )
    page.goto("/queue")
    page.get_by_label("What").select_option("order")
    page.wait_for_url("**subject=order**")
    assert page.locator(".queue tbody tr").count() == full_desk.cases.queue(subjects=["order"]).total
    assert page.get_by_role("button", name="Take the next").count() == 0


def test_a_release_is_decided_and_the_next_case_taken_up(full_server, full_desk, page_of):
    page = page_of(full_server.address)
    log_in(page, "ana")
    page.get_by_role("button", name="Take the next").click()
    first = first_case(full_desk, claimed_by="ana")
    page.wait_for_url(f"**/cases/{first.id}")
    assert "Taken up by you" in page.locator(".decide").inner_text()
    decide(
        page,
        "Release",
        "The shop was found to trade as it says. (says: genuine)",
        "called them",
        "Decide and take the next",
    )
    page.wait_for_url(lambda url: f"/cases/{first.id}" not in url)
    assert f"Case {first.id}: Decided." in page.get_by_role("status").inner_text()
    assert full_desk.cases.get(first.id).action == "release"
    assert full_desk.decisions.history(first.id)[0].note == "called them"
    assert full_desk.outcomes.frame()["outcome"].tolist() == ["genuine"]


def test_only_reasons_that_go_with_the_action_are_offered(full_server, full_desk, page_of):
    page = page_of(full_server.address)
    log_in(page, "ana")
    page.goto(f"/cases/{first_case(full_desk).id}")
    page.get_by_role("radio", name="Review").check()
    offered = page.locator("#reason option:not([disabled])").all_inner_texts()
    assert (
        "Needs a look at the whole history." in offered
        and "The shop was found to trade as it says. (says: genuine)" not in offered
    )
    assert not page.locator("[data-second-person]").is_visible()
    page.get_by_role("radio", name="Block").check()
    assert page.locator("[data-second-person]").is_visible()


def test_a_block_takes_a_second_person_and_can_be_taken_back(full_server, full_desk, page_of):
    case = first_case(full_desk)
    ana, pia, paul = (page_of(full_server.address) for _ in range(3))
    for page, name in ((ana, "pia"), (pia, "pia"), (paul, "paul")):
        log_in(page, name)
        page.goto(f"/cases/{case.id}")
    decide(ana, "Block", "No shop was found under what was given. (says: fake)", "empty lot")
    assert "A second person must confirm it" in ana.get_by_role("status").inner_text()
    assert full_desk.decisions.actions_of(case.id) is None
    pia.reload()
    assert pia.get_by_role("button", name="Confirm").count() == 0
    assert pia.get_by_role("button", name="Withdraw").count() == 1
    paul.reload()
    assert "empty lot" in paul.locator(".decide").inner_text()
    paul.get_by_role("button", name="Confirm").click()
    assert "Confirmed." in paul.get_by_role("status").inner_text()
    assert full_desk.decisions.actions_of(case.id) == ("block", {})
    paul.get_by_text("Take it back").click()
    paul.get_by_label("Reason").select_option("appeal")
    paul.get_by_role("button", name="Take back").click()
    assert "The case is open again" in paul.get_by_role("status").inner_text()
    steps = paul.locator(".steps li b").all_inner_texts()
    assert steps == ["reverse", "approve", "propose"]
    assert full_desk.outcomes.frame()["outcome"].tolist() == ["fake", "unknown"]


def test_of_two_at_once_one_wins_and_the_other_is_told_and_keeps_the_note(full_server, full_desk, page_of):
    case = first_case(full_desk)
    ana, bo = page_of(full_server.address), page_of(full_server.address)
    for page, name in ((ana, "ana"), (bo, "bo")):
        log_in(page, name)
        page.goto(f"/cases/{case.id}")
    decide(ana, "Release", "The shop was found to trade as it says. (says: genuine)")
    ana.get_by_role("status").wait_for()
    decide(
        bo,
        "Ship on street date",
        "Unclear; shipping on the street date costs an honest shop little.",
        "my long note",
    )
    told = bo.get_by_role("alert").inner_text()
    assert "ana was quicker" in told and "release" in told
    assert "my long note" in bo.locator("main").inner_text()
    assert full_desk.cases.get(case.id).action == "release"
    assert len(full_desk.decisions.history(case.id)) == 1


def test_an_orders_lines_are_decided_one_by_one(full_server, full_desk, page_of):
    case = next(one for one in full_desk.cases.queue(subjects=["order"]).cases if one.early_lines)
    page = page_of(full_server.address)
    log_in(page, "ana")
    page.goto(f"/cases/{case.id}")
    select = page.get_by_label("Action of line").first
    line = int(select.get_attribute("name").removeprefix("line_"))
    select.select_option("ship_on_street_date")
    decide(page, "Release", "Unclear; shipping on the street date costs an honest shop little.")
    page.get_by_role("status").wait_for()
    assert full_desk.decisions.actions_of(case.id) == ("release", {line: "ship_on_street_date"})


def test_a_viewer_is_offered_nothing_and_refused_what_they_post(full_server, full_desk, page_of):
    page = page_of(full_server.address)
    log_in(page, "vera")
    case = first_case(full_desk)
    page.goto(f"/cases/{case.id}")
    assert page.get_by_role("button", name="Decide").count() == 0
    status = page.evaluate(
        """async (id) => {
            const csrf = document.querySelector("input[name=csrf]").value;
            const body = new URLSearchParams({csrf, step: "decide", version: "1", action: "release", reason: "explained"});
            return (await fetch(`/cases/${id}/decisions`, {method: "POST", body})).status;
        }""",
        case.id,
    )
    assert status == 403 and full_desk.decisions.history(case.id) == []
    page.goto("/applications/new")
    assert "Not with this role" in page.get_by_role("heading", level=1).inner_text()


def test_an_application_is_scored_while_one_waits(full_server, full_desk, page_of):
    page = page_of(full_server.address)
    log_in(page, "ana")
    page.keyboard.press("n")
    page.wait_for_url("**/applications/new")
    page.get_by_label("Legal name").fill("Harbour Discs Ltd")
    page.get_by_label("Trades as").select_option("store")
    page.get_by_label("Mail address").fill("someone@gmail.com")
    page.get_by_label("Founded on").fill("2019-11-01")
    page.get_by_label("Stores").fill("2")
    page.get_by_role("button", name="Score", exact=True).click()
    page.wait_for_url("**/cases/*")
    case = full_desk.cases.find("application", "APP-1")
    assert page.get_by_role("heading", level=1).inner_text() == "Harbour Discs Ltd"
    assert page.locator(".verdict b").first.inner_text() == str(case.score)
    assert (
        page.locator(".side li").count() > 0
        and "Recomputed from these rows" in page.locator(".sides").first.text_content()
    )
    assert full_desk.applications.get("APP-1")["legal_name"] == "Harbour Discs Ltd"


def test_a_sheet_of_applications_is_scored_row_by_row_and_a_faulty_one_not_at_all(
    full_server, full_desk, page_of
):
    page = page_of(full_server.address)
    log_in(page, "ana")
    page.goto("/applications/new")
    good = "account_id;legal_name;business_type\n00123;Disc One;store\n;Disc Two;online\n"
    page.get_by_label("File").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": good.encode()}
    )
    page.get_by_role("button", name="Score the sheet").click()
    assert page.locator(".queue tbody .who a").all_inner_texts() == ["Disc One", "Disc Two"]
    assert full_desk.cases.find("application", "00123").title == "Disc One"
    bad = "legal_name,business_type,founded_on\nDisc Three,store,2019-01-01\nDisc Four,store,not a day\n"
    page.get_by_label("File").set_input_files(
        {"name": "b.csv", "mimeType": "text/csv", "buffer": bad.encode()}
    )
    page.get_by_role("button", name="Score the sheet").click()
    assert "founded_on" in page.get_by_role("alert").inner_text()
    assert len(full_desk.applications.list()) == 2


def test_thresholds_are_tried_before_they_are_saved(full_server, full_desk, page_of):
    page = page_of(full_server.address)
    log_in(page, "pia")
    page.get_by_role("link", name="Thresholds").click()
    page.get_by_label("Loss from one more leaked title").fill("6000")
    assert page.get_by_role("button", name="Save").count() == 0
    page.get_by_role("button", name="Try on history").click()
    assert page.get_by_role("heading", name="On decided history").is_visible()
    assert page.locator(".trial").count() == 3 and full_desk.settings.in_force() == 0
    page.get_by_label("Why").fill("the books of last year")
    page.get_by_role("button", name="Save").click()
    assert "Saved as edition 1" in page.get_by_role("status").inner_text()
    assert full_desk.settings.current().leaked_title == 6000.0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_work_are_accessible(full_server, full_desk, page_of, theme):
    page = page_of(full_server.address, theme, *((820, 1100) if theme == "dark" else ()))
    log_in(page, "pia")
    order = next(one for one in full_desk.cases.queue(subjects=["order"]).cases if one.early_lines)
    found = {}
    for path in (
        "/queue",
        f"/cases/{first_case(full_desk).id}",
        f"/cases/{order.id}",
        "/applications/new",
        "/thresholds",
        "/rules",
        "/lists",
        "/webhooks",
        "/me",
    ):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((one, i) => { one.open = i < 1; })")
        found[path] = check_access(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert not any(found.values()), found
