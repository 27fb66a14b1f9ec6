"""The case page: whole, quiet, and deaf to what a text tries to do."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from resellerrisk.reasons import Link, Ruling, Trace, show_parts, show_style, write_case
from resellerrisk.reasons.case import Case, probability_of
from resellerrisk.reasons.graph import draw_graph
from resellerrisk.reasons.page import ACTION_WORDS, BAND_WORDS, EARLY_LINES_SHOWN, show_case
from resellerrisk.signals.evidence import Evidence
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
        "A00077 bank account 2019-02-03 found fake",
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
        for block in re.findall(r"\.casefile \{([^}]*--paper:[^}]*)\}", source)
    ]
    assert len(themes) == 4
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


def test_what_would_show_as_nothing_is_left_out_of_the_page_and_kept_in_its_twin(
    make_case, values, contributions, typical, columns
):
    from resellerrisk.reasons import find_reasons, group_by_family, make_steps

    little = contributions.copy()
    little["lines_count_90d"], little["own_mail"] = -0.004, 0.004
    parts = {
        "reasons": find_reasons(values, little, typical, columns),
        "steps": make_steps(values, little, columns),
        "families": group_by_family(little, columns),
        "probability": probability_of(-3.0 + little.sum()),
    }
    case = make_case(**parts)
    text = Page(show_parts(case)["reasons"]).text
    assert (
        "own domain" not in text and "1,204 lines" not in text and "0.00 " not in text.replace("as 0.00 ", "")
    )
    assert "own domain" in case.to_json() and "1,204 lines" in case.to_json()
    assert "own domain" in Page(show_parts(make_case())["reasons"]).text


def test_bank_card_and_tax_values_are_masked_in_page_and_twin(make_case):
    rows = pd.DataFrame(
        {
            "account_id": ["A2", "A3", "A4"],
            "kind": ["bank", "phone", "tax_id"],
            "value": ["de89370400440532013000", "+12125550100", "123"],
            "other_value": ["de89370400440532013000", "+12125550100", "124"],
            "counts": [1.0, 1.0, 1.0],
        }
    )
    found = Evidence(
        "own_mail", "A00012", pd.Timestamp("2020-06-30"), 3.0, "links", rows, lambda one: len(one.rows)
    )
    case = make_case(evidence={"own_mail": found})
    for told in (Page(show_case(case)).text, json.loads(case.to_json())["evidence"]["own_mail"]["rows"]):
        told = str(told)
        assert "de8937" not in told and "•••• 3000" in told and "+12125550100" in told
        assert "'123'" not in told and " 124" not in told
    assert found.recompute() == 3.0 and rows["value"][0] == "de89370400440532013000"


def test_the_links_are_drawn_with_what_they_share_and_what_was_decided(make_case):
    links = tuple(
        Link(f"A{number:02d}", kind, pd.NaT, "fake" if number == 13 else None, number / 20)
        for number in range(1, 16)
        for kind in ("bank", "phone")
    )
    text = Page(show_parts(make_case(links=links))["links"]).text
    assert "A13 · found fake" in text and "bank account, phone" in text
    assert "Not drawn, with weaker links: 3." in text
    drawn = draw_graph(links)
    assert [node.account_id for node in drawn.nodes][:2] == ["A15", "A14"]
    assert all(0 < node.y < drawn.height for node in drawn.nodes)
    assert draw_graph(()).nodes == ()


def test_what_people_decided_is_shown_where_it_is_given(make_case):
    assert "What people decided" not in Page(show_case(make_case())).text
    ruling = Ruling(
        pd.Timestamp("2020-07-01 09:00"), "mira", "proposed", "Block", "No shop was found.", "<b>note"
    )
    text = Page(show_case(make_case(decisions=(ruling,)))).text
    assert "2020-07-01 09:00:00 UTC mira proposed Block No shop was found. <b>note" in text
    assert json.loads(make_case(decisions=(ruling,)).to_json())["decisions"][0]["by"] == "mira"


def test_every_rule_of_the_style_stands_under_its_own_class():
    style = re.sub(r"@(media|page)[^{]*", "", show_style())
    selectors = [part.strip() for part in re.findall(r"([^{};]+)\{", style) if "--" not in part]
    assert len(selectors) > 60
    assert [
        one for whole in selectors for one in whole.split(",") if one.strip() and ".casefile" not in one
    ] == []


@pytest.mark.parametrize("tag", ["fr", "de", "nl"])
def test_a_page_in_another_language_has_no_english_left(
    make_case, values, contributions, typical, columns, tag
):
    from pipelines.translate import collect
    from resellerrisk.reasons import find_reasons, make_steps
    from resellerrisk.translations import read_language

    language = read_language(tag)
    case = make_case(
        language=tag,
        reasons=find_reasons(values, contributions, typical, columns, language=language),
        steps=make_steps(values, contributions, columns, language=language),
    )
    page = Page(show_case(case))
    assert dict(page.elements)["html"] == {"lang": tag}
    english = [
        text for text in collect() if len(text) > 12 and "{" not in text and language.text(text) != text
    ]
    assert [text for text in english if text in page.text] == []
    assert language.text("Why this score") in page.text and len(english) > 150
