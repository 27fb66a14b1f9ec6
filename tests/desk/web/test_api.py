"""The JSON API: the same rights and refusals as the pages, and a document that it keeps to."""

from __future__ import annotations

import pytest

from tests.desk.web.conftest import PASSWORD, clients


@pytest.fixture
def api(full_desk, portfolio):
    """A function that gives a client with somebody's token."""

    def make(name: str):
        client = clients(full_desk)("", portfolio=portfolio)
        told = client.post("/api/sessions", json={"name": name, "password": PASSWORD})
        assert told.status_code == 201
        client.headers["Authorization"] = f"Bearer {told.json()['token']}"
        return client

    return make


def test_a_case_is_decided_by_token_and_the_slower_one_is_told(api, full_desk):
    ana, bo = api("ana"), api("bo")
    case = ana.get("/api/cases", params={"subject": "account"}).json()["cases"][0]
    step = {"version": case["version"], "action": "release", "reason": "shop_seen", "note": "called"}
    assert ana.post(f"/api/cases/{case['id']}/decisions", json=step).json()["state"] == "decided"
    late = bo.post(f"/api/cases/{case['id']}/decisions", json=step)
    assert late.status_code == 409 and late.headers["content-type"] == "application/problem+json"
    assert late.json()["who"] == "ana" and "release" in late.json()["what"]
    assert ana.get("/api/outcomes").json()[0]["outcome"] == "genuine"


def test_a_block_by_api_takes_a_second_person_too(api):
    pia, paul = api("pia"), api("paul")
    case = pia.get("/api/cases").json()["cases"][0]
    path = f"/api/cases/{case['id']}/decisions"
    waiting = pia.post(path, json={"version": 1, "action": "block", "reason": "no_shop"}).json()
    assert waiting["state"] == "waiting"
    confirm = {"version": waiting["version"], "step": "approve", "reason": "evidence_holds"}
    assert pia.post(path, json=confirm).status_code == 403
    assert paul.post(path, json=confirm).json()["action"] == "block"


def test_applications_are_scored_all_or_none(api, full_desk):
    ana = api("ana")
    good, bad = {"form": {"legal_name": "One", "store_count": 2}}, {"form": {"founded_on": "no day"}}
    assert ana.post("/api/applications", json=[good, bad]).status_code == 422
    assert full_desk.applications.list() == []
    scored = ana.post("/api/applications", json=[good]).json()
    assert scored[0]["title"] == "One" and 0 <= scored[0]["score"] <= 1000
    told = ana.get(f"/api/cases/{scored[0]['id']}/explanation").json()
    assert told["score"] == scored[0]["score"] and told["reasons"]


def test_without_a_token_or_with_a_pages_cookie_alone_nothing_changes(api, full_desk):
    nobody = clients(full_desk)()
    assert nobody.get("/api/cases").status_code == 401
    page = clients(full_desk)("ana")
    assert page.get("/api/cases").status_code == 200
    assert page.post("/api/cases/next").status_code == 403
    csrf = page.get("/api/session").json()["csrf"]
    assert page.post("/api/cases/next", headers={"X-CSRF": csrf}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/cases/next", None),
        (
            "POST",
            "/api/rules",
            {"subject": "account", "condition": "score > 1", "action": "review", "name": "n", "why": "w"},
        ),
        ("PUT", "/api/settings", {"content": {}, "why": "w"}),
        ("GET", "/api/users", None),
        ("POST", "/api/applications", [{"form": {"legal_name": "One"}}]),
    ],
)
def test_a_viewers_token_changes_nothing(api, full_desk, method, path, body):
    viewer, before = api("vera"), None
    before = full_desk.audit.verify().entries
    assert viewer.request(method, path, json=body).status_code == 403
    assert full_desk.audit.verify().entries == before


def test_what_is_drawn_by_chance_cannot_be_foretold_by_api(api, full_desk):
    pia = api("pia")
    content = pia.get("/api/settings").json()["content"]
    assert "random_review_seed" not in content
    seed = full_desk.settings.content()["random_review_seed"]
    assert (
        pia.put("/api/settings", json={"content": content, "why": "the same", "seen": 0}).status_code == 200
    )
    assert full_desk.settings.content()["random_review_seed"] == seed


def test_settings_that_lack_figures_are_a_refusal_and_not_a_fault_of_the_desk(api):
    answer = api("pia").put("/api/settings", json={"content": {"a": 1}, "why": "w"})
    assert answer.status_code == 422 and "leaked_title: missing" in answer.json()["detail"]


@pytest.mark.slow
def test_no_request_that_fits_the_document_or_does_not_breaks_the_desk(api, full_desk):
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, seed, settings

    client = api("ada")
    document = client.get("/api/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    headers = dict(client.headers)
    seen = 0
    for operation in schema.get_all_operations():
        operation = operation.ok()
        if operation.path == "/api/session" and operation.method.upper() == "DELETE":
            continue

        @seed(1)
        @settings(
            max_examples=12,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case):
            told = case.as_transport_kwargs(base_url="http://localhost")
            told["headers"] = dict(told.get("headers") or {}) | headers
            told.pop("cookies", None)
            answer = client.request(**{name: value for name, value in told.items() if name in KNOWN})
            assert answer.status_code < 500, (case.method, case.path, answer.text)
            assert answer.headers["content-type"].startswith("application/") or answer.status_code in (
                204,
                413,
            )

        ask()
        seen += 1
    assert seen > 25 and full_desk.audit.verify().sound


KNOWN = ("method", "url", "params", "headers", "json", "data", "content")
