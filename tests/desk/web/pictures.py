"""The pictures of the documentation: ``python -m tests.desk.web.pictures``, from the sample, in Debian's chromium.

Writes ``docs/pictures/desk-queue.png``, ``desk-case.png`` (1280 px, light) and ``desk-case-dark.png`` (820 px, dark).
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from resellerrisk.desk import SYSTEM, Desk
from resellerrisk.desk.web import make_app
from resellerrisk.desk.web.portfolio import Portfolio
from resellerrisk.pipeline import train
from resellerrisk.tables import read_market
from tests.desk.web.conftest import CHROMIUM, QUIET, Server, log_in, make_users

ROOT = Path(__file__).parents[3]
OUT = ROOT / "docs" / "pictures"


def main() -> None:
    """Make all of them."""
    market = read_market(ROOT / "data" / "sample")
    subjects = ("application", "account", "order")
    portfolio = Portfolio(market, {subject: train(market, subject, "2019-08-31") for subject in subjects})
    with tempfile.TemporaryDirectory() as folder, Desk(f"sqlite:///{folder}/desk.db", home=folder) as desk:
        make_users(desk)
        for subject in subjects:
            night = portfolio.score_all(subject, 30)
            accounts = market.accounts.astype(object)
            desk.nights.load(SYSTEM, subject, night.scores, night.signals, accounts)
        cases = desk.cases.queue(subjects=["account"]).cases
        ana, pia = (desk.people.get(name) for name in ("ana", "pia"))
        desk.cases.claim(ana, cases[1].id)
        desk.decisions.decide(pia, cases[2].id, 1, "block", "no_shop", "An empty lot at the address given.")
        server = Server(make_app(desk, portfolio=portfolio))
        try:
            take(server.address, cases[0].id)
        finally:
            server.close()


def take(address: str, case_id: int) -> None:
    """Open the pages and keep what a screen shows of them."""
    OUT.mkdir(parents=True, exist_ok=True)
    shots = (
        ("desk-queue", "/queue", "light", 1280, 760),
        ("desk-case", f"/cases/{case_id}", "light", 1280, 900),
        ("desk-case-dark", f"/cases/{case_id}", "dark", 820, 900),
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        for name, path, theme, width, height in shots:
            context = browser.new_context(
                base_url=address, color_scheme=theme, viewport={"width": width, "height": height}
            )
            page = context.new_page()
            log_in(page, "pia")
            page.goto(path)
            picture = Image.open(io.BytesIO(page.screenshot()))
            picture.convert("RGB").quantize(128).save(OUT / f"{name}.png", optimize=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
