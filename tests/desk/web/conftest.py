"""The desk served to a real browser (Debian's chromium) and to a client without one."""

from __future__ import annotations

import shutil
import socket
import threading
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient

from resellerrisk.desk import SYSTEM, Desk
from resellerrisk.desk.web import Door, make_app
from tests.conftest import TRAINED

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PASSWORD = "a long pass phrase"
ROLES = {
    "vera": "viewer",
    "ana": "analyst",
    "bo": "analyst",
    "pia": "approver",
    "paul": "approver",
    "ada": "admin",
}


def make_users(desk: Desk) -> None:
    """A user of each role, by the ways the desk has: the first link, then the admin."""
    admin = desk.people.use_link(desk.people.first_link(), "ada", PASSWORD)
    for name, role in ROLES.items():
        if name != "ada":
            desk.people.add(admin, name, role, PASSWORD)


@pytest.fixture(scope="session")
def peopled(tmp_path_factory):
    """The home folder of a desk with users and nothing else; hashing passwords is slow on purpose."""
    folder = tmp_path_factory.mktemp("peopled")
    with Desk(f"sqlite:///{folder}/desk.db", home=folder) as opened:
        make_users(opened)
    return folder


@pytest.fixture
def desk(tmp_path, peopled, monkeypatch):
    monkeypatch.delenv("RESELLERRISK_DESK_URL", raising=False)
    shutil.copytree(peopled, tmp_path, dirs_exist_ok=True)
    with Desk(home=tmp_path) as opened:
        yield opened


@pytest.fixture
def client_of(desk):
    """A function that gives a client of the application, logged in as somebody."""
    return clients(desk)


def clients(desk):
    """Clients of a desk's application without a browser."""

    def make(name: str = "", door: Door | None = None, **told) -> TestClient:
        client = TestClient(
            make_app(desk, door=door or Door(), **told), base_url="http://localhost", follow_redirects=False
        )
        if name:
            answer = client.post("/login", data={"name": name, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            client.csrf = desk.people.session(client.cookies["desk"]).csrf
        return client

    return make


class Server:
    """An application on a free port of loopback, until it is closed."""

    def __init__(self, app) -> None:
        bound = socket.socket()
        bound.bind(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        config = uvicorn.Config(app, log_level="warning", access_log=False, proxy_headers=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [bound]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the desk did not start")
            self._thread.join(0.02)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


@pytest.fixture(scope="session")
def browser():
    """Chromium without a window."""
    if not CHROMIUM.exists():
        pytest.skip("there is no /usr/bin/chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def page_of(browser):
    """A function that opens a page in a browser session of its own; whatever it complains of fails the test."""
    opened, complaints = [], []

    def make(address: str, theme: str = "light", width: int = 1280, height: int = 800):
        context = browser.new_context(
            base_url=address, color_scheme=theme, viewport={"width": width, "height": height}
        )
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text)
                if said.type == "error" and "status of 4" not in said.text
                else None
            ),
        )
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((address, "data:"))
                else complaints.append(f"asked for {request.url}")
            ),
        )
        opened.append(context)
        return page

    yield make
    for context in opened:
        context.close()
    assert not complaints


def log_in(page, name: str) -> None:
    """Log in by the page."""
    page.goto("/login")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/login" not in url)


#: What WCAG 2.2 AA asks and a machine can see.
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def check_access(page) -> list[str]:
    """The serious and critical findings of axe-core on a page as it stands."""
    from importlib import resources

    source = resources.files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    # By the debugger, not by a script element: the desk's policy would refuse that one, and rightly.
    page.evaluate(source)
    found = page.evaluate("standards => axe.run(document, {runOnly: standards})", STANDARDS)
    return [
        f"{one['id']} ({one['impact']}): {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


@pytest.fixture(scope="session")
def models(market, signals, trained):
    """A model of each subject of the small market, quickly trained."""
    from resellerrisk.pipeline import train

    others = ("application", "order")
    return {"account": trained} | {
        subject: train(market, subject, TRAINED, signals=signals) for subject in others
    }


@pytest.fixture(scope="session")
def portfolio(market, models):
    """The small market behind the desk."""
    from resellerrisk.desk.web.portfolio import Portfolio

    return Portfolio(market, models)


@pytest.fixture(scope="session")
def nights(portfolio):
    """The newest scores of every subject."""
    return {subject: portfolio.score_all(subject, 60) for subject in ("application", "account", "order")}


@pytest.fixture(scope="session")
def scored(peopled, nights, portfolio, tmp_path_factory):
    """The home folder of a desk with users and scores."""
    folder = tmp_path_factory.mktemp("scored")
    shutil.copytree(peopled, folder, dirs_exist_ok=True)
    with Desk(f"sqlite:///{folder}/desk.db", home=folder) as opened:
        for subject, night in nights.items():
            accounts = portfolio.market.accounts.astype(object)
            opened.nights.load(SYSTEM, subject, night.scores, night.signals, accounts)
    return folder


@pytest.fixture
def full_desk(tmp_path, scored, monkeypatch):
    """A desk with users and scores, of one's own."""
    monkeypatch.delenv("RESELLERRISK_DESK_URL", raising=False)
    home = tmp_path / "full"
    shutil.copytree(scored, home)
    with Desk(home=home) as opened:
        yield opened


@pytest.fixture
def full_server(full_desk, portfolio):
    opened = Server(make_app(full_desk, portfolio=portfolio))
    yield opened
    opened.close()
