"""The case page: whole, quiet, and deaf to what a text tries to do."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from resellerrisk.reasons import Link, Trace, write_case
from resellerrisk.reasons.case import Case
from resellerrisk.reasons.page import ACTION_WORDS, BAND_WORDS, EARLY_LINES_SHOWN, show_case
from resellerrisk.vocabulary import ACTIONS, BANDS, FORMATS, OUTCOMES

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></svg><iframe src='//evil.example'></iframe>",
    "{{ 7 * 7 }} {% include '/etc/passwd' %}",
    '=HYPERLINK("//evil.example")',
    "\u202ereversed\u202c \U0001f600 \u0645\u062a\u062c\u0631",
    "long " * 2000,
)
MAY_STAND = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "header",
    "section",
    "footer",
    "div",
    "p",
    "h1",
    "h2",
    "h3",
    "b",
    "strong",
    "bdi",
    "span",
    "code",
    "dl",
    "dt",
    "dd",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "figure",
    "figcaption",
    "details",
    "summary",
    "svg",
    "rect",
    "circle",
    "line",
    "path",
    "polygon",
    "text",
}


class Page(HTMLParser):
    """What a browser would find: elements with their attributes, and the text between them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements, self.words, self.open = [], [], []
        self.feed(source)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in {"meta"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.words.append(data)


def test_the_page_is_whole(make_case):
    page = Page(show_case(make_case()))
    assert page.open == []
    for words in (
        "A00012",
        "412 of 1000",
        "Ship on street date Lines for discs not yet on sale wait for their street date",
        "26% of the lines in the last 90 days were for discs not yet on sale (shops like this: 3% to 12%). +2.00",
        "Not known for the last 90 days: days from the order to the street date",
        "Mail address at the web site's own domain: yes",
        "Order lines known: 4. For discs not yet on sale: 1 of the 3 whose street date was known when ordering.",
        "2020-05-03 , 10.0 days before",
        "A00077 bank 2019-02-03 found fake",
        "Some.Film.2019.1080p-GRP Some Film 2020-05-09 61%",
        "account/3",
        "41,230",
        "A score is no finding of guilt.",
    ):
        assert words in page.text


def test_both_directions_stand_apart(make_case):
    source = show_case(make_case())
    raises, lowers = source.split("Raises the score</h3>")[1].split("Lowers the score</h3>")
    assert "discs not yet on sale" in raises and "own domain" not in raises
    assert "own domain" in lowers.split("</section>")[0]


def test_a_side_without_reasons_says_so(make_case):
    case = make_case()
    assert Page(show_case(make_case(reasons=case.raising))).text.count("Nothing does.") == 1


def test_the_page_asks_nothing_of_any_network(make_case):
    source = show_case(make_case())
    page = Page(source)
    for tag, attributes in page.elements:
        assert tag in MAY_STAND
        assert not {"src", "href", "srcset", "action", "style"} & set(attributes)
    assert (
        "url(" not in source
        and "@import" not in source
        and "http://" not in source
        and "https://" not in source
    )


def test_the_page_allows_only_its_own_style(make_case):
    source = show_case(make_case())
    [policy] = [
        a["content"] for tag, a in Page(source).elements if a.get("http-equiv") == "Content-Security-Policy"
    ]
    style = re.search("<style>(.*)</style>", source, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_is_shown_and_never_runs(make_case, orders, text):
    case = make_case(
        account_id=text,
        order_id=text,
        orders=orders.assign(title=text, order_id=text, format=text, ship_method=text),
        links=(Link(text, text, pd.Timestamp("2019-01-01"), "fake"),),
        traces=(Trace(text, text, pd.NaT, 0.2),),
        form={text: text},
        model_version=text,
        data_fingerprint=text,
        training={text: text},
    )
    page = Page(show_case(case))
    assert {tag for tag, _ in page.elements} <= MAY_STAND
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert page.text.count(" ".join(text.split())) >= 10
    assert "49" not in page.text.split("How this page")[1]


def test_half_a_character_does_not_stop_the_page(make_case, tmp_path):
    written = write_case(make_case(form={"Name": "\ud800 and \x00"}), tmp_path / "new" / "case.html")
    assert "and" in written.read_text(encoding="utf-8")


def test_a_case_of_which_nothing_is_known_has_a_page():
    page = Page(show_case(Case("A1", "2020-06-30", 0, 0.5, "low", "release", 0.0)))
    assert "No order was known." in page.text and "No signal moves it." in page.text
    assert page.text.count("Nothing does.") == 2


def test_a_market_without_formats_and_methods_is_drawn(make_case, orders):
    page = Page(show_case(make_case(orders=orders.assign(format=None, ship_method=None))))
    assert "Order lines known: 4." in page.text


def test_every_word_of_the_vocabulary_is_said_in_plain_words():
    from resellerrisk.reasons.page import FORMAT_WORDS, OUTCOME_WORDS

    assert set(ACTION_WORDS) == set(ACTIONS) and set(BAND_WORDS) == set(BANDS)
    assert set(OUTCOME_WORDS) == {*OUTCOMES, None} and set(FORMAT_WORDS) == set(FORMATS)


def test_thousands_of_lines_make_a_small_page(make_case, orders):
    many = pd.concat([orders] * 5000, ignore_index=True)
    spread = pd.to_timedelta(range(len(many)), unit="h")
    many["ordered_at"] = pd.Timestamp("2018-01-01") + spread
    many["lead_days"] = [(number * 37) % 90 - 45.0 for number in range(len(many))]
    source = show_case(make_case(orders=many))
    assert len(source) < 600_000
    page = Page(source)
    assert f"{EARLY_LINES_SHOWN} of " in page.text and "Drawn together" in page.text


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_and_marks_have_the_contrast_of_wcag_aa_in_every_theme(make_case):
    source = show_case(make_case())
    themes = [
        dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{([^}]*)\}", source)
    ]
    assert len(themes) == 3
    for theme in themes:
        for name, least in {
            "ink": 4.5,
            "quiet": 4.5,
            "raises": 4.5,
            "lowers": 4.5,
            "dvd": 3,
            "bluray": 3,
            "uhd": 3,
        }.items():
            for ground in ("paper", "shade", "early"):
                pair = sorted([_luminance(theme[name]), _luminance(theme[ground])])
                assert (pair[1] + 0.05) / (pair[0] + 0.05) >= least, (name, ground)
