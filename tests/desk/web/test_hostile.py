"""A hostile account passes through queue, case, export and sheet without running, breaking out or being lost."""

from __future__ import annotations

import csv
import html
import io
import json

import pytest

from resellerrisk.desk import SYSTEM, restore
from resellerrisk.desk.web import make_app
from tests.desk.conftest import make_scores
from tests.desk.web.conftest import Server, clients, log_in

SCRIPT = '</title></script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">'
HOSTILE = {
    "script": SCRIPT,
    "attribute": "\" autofocus onfocus='window.hacked=1' x=\"{{ 7 * 7 }}{% raw %}",
    "formula": '=HYPERLINK("http://evil.example";"click")',
    "formula_spaced": "  @SUM(1+1)*cmd|' /C calc'!A0",
    "long": "W" * 10_000,
    "right_to_left": "\u202eنص من اليمين\u202e gnp.exe",
    "emoji": "🏴‍☠️👩‍👩‍👧‍👦 Discs",
    "surrogate": "half a \ud83d character",
    "newline": 'one\r\ntwo,"three";\tfour',
}


@pytest.fixture
def hostile_desk(desk):
    """Every text as id, order id and name."""
    import pandas as pd

    names = list(HOSTILE)
    rows = [(HOSTILE[name] + name, 0.9, "block", "PO" + HOSTILE[name]) for name in names]
    accounts = pd.DataFrame(
        {
            "account_id": [row[0] for row in rows],
            "legal_name": [HOSTILE[name] for name in names],
            "trading_name": None,
        }
    )
    told = {"reason_1": SCRIPT, "reason_1_signal": SCRIPT, "model_version": SCRIPT}
    desk.nights.load(SYSTEM, "account", make_scores([row[:3] for row in rows], **told), accounts=accounts)
    desk.nights.load(SYSTEM, "order", make_scores(rows, "order", **told), accounts=accounts)
    return desk


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_shown_as_text_and_comes_back_whole(hostile_desk, name):
    client, text = clients(hostile_desk)("pia"), HOSTILE[name]
    case = next(
        one for one in hostile_desk.cases.queue().cases if one.title == text and one.subject == "order"
    )
    shown = html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    shown = shown.encode("utf-8", "xmlcharrefreplace").decode().replace("\r\n", "\n")
    note = {
        "step": "decide",
        "version": "1",
        "action": "review",
        "reason": "look_deeper",
        "note": text.encode("utf-8", "replace").decode(),
        "csrf": client.csrf,
    }
    assert client.post(f"/cases/{case.id}/decisions", data=note).status_code == 303
    for path in ("/queue", f"/cases/{case.id}", f"/audit?about=case/{case.id}"):
        page = client.get(path)
        assert page.status_code == 200
        assert "<script>window" not in page.text and "<img src=x" not in page.text
        if "audit" not in path:
            assert shown in page.text.replace("\r\n", "\n"), path


def test_the_sheet_of_hostile_cases_runs_no_formula_and_loses_nothing(hostile_desk):
    client = clients(hostile_desk)("vera")
    sheet = client.get("/queue/export.csv")
    assert sheet.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"), newline="")))
    for row in rows:
        assert not any(cell.lstrip(" ").startswith(("=", "+", "@", "\t")) for cell in row.values())
    names = {restore(row["name"]) for row in rows}
    assert names >= {text for name, text in HOSTILE.items() if name != "surrogate"}


def test_the_api_gives_hostile_texts_back_whole(hostile_desk):
    client = clients(hostile_desk)("vera")
    told = json.loads(client.get("/api/cases?limit=500").content)
    assert {case["title"] for case in told["cases"]} == set(HOSTILE.values())


@pytest.mark.slow
def test_nothing_hostile_runs_or_breaks_a_page_in_a_browser(hostile_desk, page_of):
    server = Server(make_app(hostile_desk))
    try:
        page = page_of(server.address)
        log_in(page, "pia")
        cases = hostile_desk.cases.queue().cases
        for path in ("/queue", *(f"/cases/{case.id}" for case in cases)):
            page.goto(path)
            assert page.evaluate("window.hacked") is None
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            assert page.locator("main").is_visible() and page.locator("header.side-bar").is_visible()
    finally:
        server.close()


@pytest.mark.slow
def test_a_hostile_application_is_entered_scored_and_explained(full_server, full_desk, page_of):
    page = page_of(full_server.address)
    log_in(page, "ana")
    for text in (SCRIPT, HOSTILE["formula"], HOSTILE["right_to_left"], HOSTILE["emoji"], HOSTILE["long"]):
        page.goto("/applications/new")
        for label in (
            "Legal name",
            "Trading name",
            "Tax id",
            "Street",
            "Postcode",
            "City",
            "Region",
            "Mail address",
            "Telephone",
            "Web site",
        ):
            page.get_by_label(label, exact=True).fill(text)
        page.get_by_role("button", name="Score", exact=True).click()
        page.wait_for_url("**/cases/*")
        assert page.evaluate("window.hacked") is None
        assert page.get_by_role("heading", level=1).inner_text() == text
    assert full_desk.applications.list()[0]["city"] == SCRIPT
