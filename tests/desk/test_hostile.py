"""A hostile account: nothing of it is lost, nothing of it runs."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pandas as pd
import pytest

from resellerrisk.desk import SYSTEM, restore, write_sheet
from tests.desk.conftest import make_scores, make_signals

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://x","y")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3",
    "\t=1",
    "x" * 10_000,
    "متجر الأقراص ‮gpj.exe",
    "💿🏪 Disc & Co 👩‍👩‍👧",
    "NUL\x00 bell\x07 esc\x1b[31m del\x7f",
    "half a pair \ud83d end",
    "private \ue000 \ue0000041",
    "'; DROP TABLE cases; --",
    'line\r\nend, "quoted"',
    "{{ 7*7 }} {% raw %} ${7*7} %s %n {0}",
    "İstanbul ſ ß ﬀ",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_account_passes_through_and_comes_back_as_it_was(desk, staff, clock, tmp_path, text):
    scores = make_scores([(text, 0.95, "block", text)], "order", reason_1=text, model_version=text)
    accounts = pd.DataFrame({"account_id": [text], "legal_name": [text], "trading_name": [text]})
    desk.nights.load(SYSTEM, "order", scores, make_signals(scores, tenure=1.0), accounts)
    (case,) = desk.cases.queue().cases
    assert {case.account_id, case.order_id, case.title, case.first_reason, case.model_version} == {text}
    assert desk.cases.find("order", text, text).id == case.id
    assert desk.cases.of_account(text) == [case]
    assert [found.id for found in desk.cases.queue(search=text.strip()).cases] == [case.id]
    desk.decisions.decide(staff.ana, case.id, 1, "block", "no_shop", note=text[:10_000])
    desk.decisions.approve(staff.pia, case.id, 2, note=text)
    assert [step.note for step in desk.decisions.history(case.id)] == [text, text]
    entry = desk.lists.add(staff.pia, "watch", text, text[:1000], clock.now + timedelta(days=1))
    assert desk.lists.entries(account_id=text) == [entry]
    account = desk.applications.add(staff.ana, {"legal_name": text})
    assert desk.applications.get(account)["legal_name"] == text
    assert desk.audit.verify().sound
    desk.audit.export(tmp_path / "log.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").split("\n")[:-1]]
    assert [line["details"]["decision"]["note"] for line in lines if "decision" in line["details"]] == [
        text,
        text,
    ]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_sheet_of_a_hostile_account_is_inert_and_whole(text):
    sheet = write_sheet(["name", "score"], [[text, 3], ["next", -1.5]])
    header, row, after = csv.reader(io.StringIO(sheet.removeprefix("\ufeff"), newline=""))
    assert (header, after) == (["name", "score"], ["next", "-1.5"])
    assert not row[0].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert restore(row[0]) == text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_outcomes_of_a_hostile_account_are_read_by_the_next_training(desk, staff, tmp_path, text):
    if "\x00" in text or "\ud83d" in text:
        pytest.skip("no table of the contract can hold such an id")
    from resellerrisk.tables.files import open_folder

    pd.DataFrame({"account_id": [text]}).to_csv(tmp_path / "accounts.csv", index=False)
    desk.nights.load(SYSTEM, "account", make_scores([(text, 0.95, "block")]))
    desk.decisions.decide(staff.ana, 1, 1, "release", "shop_seen", note=text)
    assert desk.outcomes.merge(tmp_path) == (1, 0)
    tables, faults = open_folder(tmp_path, ("outcomes",))
    (row,) = tables["outcomes"].cells.to_pylist()
    assert not faults and row["account_id"] == text and row["outcome"] == "genuine"
    assert row["note"].startswith("desk decision 1: shop_seen.")
