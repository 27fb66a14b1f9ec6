"""The whole judgment: what it says, what it says it cannot say, and that row order is nothing."""

import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from resellerrisk.decisions import read_settings
from resellerrisk.errors import InputError
from resellerrisk.evaluation import judge
from resellerrisk.evaluation.figures import why_not
from resellerrisk.evaluation.page import render_page
from resellerrisk.evaluation.words import HEADLINES, SECTIONS, name_figure

DRAWS = 30


def make_market(subject, accounts=120, seed=4):
    """Rows as a pipeline hands them over: a model that is good, a rival that is worse, a rule with ties."""
    random = np.random.default_rng(seed)
    parts = []
    for moment in pd.to_datetime(
        ["2020-03-31", "2020-06-30"] if subject != "application" else ["2020-03-31"]
    ):
        fake = np.arange(accounts) < 24
        logit = random.normal(-3, 1, accounts) + 4 * fake
        parts.append(
            pd.DataFrame(
                {
                    "account_id": [f"A{code:03d}" for code in range(accounts)],
                    "as_of": moment,
                    "probability": 1 / (1 + np.exp(-logit)),
                    "logistic": logit + random.normal(0, 3, accounts),
                    "rule": random.integers(0, 4, accounts) + fake,
                    "fake": fake,
                    "known": False,
                    "ring": [f"R{code // 4}" if code < 16 else None for code in range(accounts)],
                    "ring_known": np.arange(accounts) < 8,
                    "business_type": "store",
                    "small": np.arange(accounts) % 2 == 0,
                }
            )
        )
    rows = pd.concat(parts, ignore_index=True)
    if subject == "order":
        rows["order_id"] = [f"O{place}" for place in range(len(rows))]
        rows = rows.assign(lines=9, early_lines=random.integers(0, 5, len(rows)))
        rows["early_units"] = 2 * rows["early_lines"]
    return rows


@pytest.fixture
def run(settings):
    def run(rows, subject="account", **options):
        given = {"conditions": {"Model": "account/1"}, "labels": "truth", "resamples": DRAWS} | options
        return judge(rows, subject=subject, settings=settings, **given)

    return run


@pytest.fixture(scope="module")
def pages():
    """The pages of two subjects, drawn once."""
    return {subject: draw_page(subject) for subject in ("account", "order")}


def draw_page(subject):
    rows, settings = make_market(subject), read_settings()
    return render_page(judge(rows, subject=subject, settings=settings, conditions={}, resamples=DRAWS))


@pytest.mark.parametrize("subject", ["account", "application", "order"])
def test_every_headline_is_measured_with_its_counts(run, subject):
    report = run(make_market(subject), subject)
    for name in HEADLINES[subject]:
        figure = report.figures[name]
        assert figure["value"] is not None, name
        assert figure["rows"] and figure["accounts"], name


@pytest.mark.parametrize("subject", ["account", "application", "order"])
@pytest.mark.parametrize("kept", ["nothing", "no fakes", "fakes only", "one row"])
def test_what_cannot_be_measured_is_said_and_nothing_breaks(run, subject, kept):
    rows = make_market(subject, accounts=40)
    few = {
        "nothing": rows[:0],
        "no fakes": rows[~rows["fake"]],
        "fakes only": rows[rows["fake"]],
        "one row": rows[:1],
    }
    report = run(few[kept], subject)
    figure = report.figures["average_precision"]
    assert figure["value"] is None
    assert figure["note"] == why_not(few[kept]) != "not measurable"
    assert figure["note"] in report.to_markdown()
    json.dumps(report.figures, allow_nan=False)


@pytest.mark.parametrize("kept", [0, 1])
def test_a_page_is_written_where_nothing_can_be_measured(run, kept, tmp_path):
    report = run(make_market("order")[:kept], "order")
    page = report.write_html(tmp_path / "deep" / "report.html").read_text("utf-8")
    assert report.figures["average_precision"]["note"] in page


def test_row_order_changes_nothing(run):
    rows = make_market("order")
    one, other = run(rows, "order"), run(rows.sample(frac=1, random_state=1), "order")
    assert one.figures == other.figures


def test_rows_already_known_change_nothing(run):
    rows = make_market("account")
    known = rows.assign(account_id="K" + rows["account_id"], known=True, probability=1.0, ring=None)
    assert run(rows).figures == run(pd.concat([known, rows])).figures


def test_the_same_seed_gives_the_same_page(pages):
    assert draw_page("account") == pages["account"]


def test_values_lie_within_their_intervals(run):
    for subject in ("account", "order"):
        for name, figure in run(make_market(subject), subject, resamples=200).figures.items():
            if figure["low"] is not None and not name.startswith(("precision_top", "logistic/precision_top")):
                assert figure["low"] - 0.02 <= figure["value"] <= figure["high"] + 0.02, name


def test_outcomes_as_labels_are_said_to_give_lower_bounds(run):
    assert "lower bounds" in run(make_market("account"), labels="outcomes").to_markdown()
    assert "lower bounds" not in run(make_market("account"), labels="truth").to_markdown()


def test_conditions_stand_on_top(run):
    report = run(
        make_market("account"), conditions={"Data fingerprint": "3f1c", "Trained as of": "2019-12-31"}
    )
    assert list(report.conditions)[:3] == ["Data fingerprint", "Trained as of", "Scored at"]
    assert report.conditions["Scored at"] == "2020-03-31, 2020-06-30"
    assert "- Data fingerprint: 3f1c" in report.to_markdown()


def test_json_holds_every_figure_and_no_nan(run, tmp_path):
    report = run(make_market("order"), "order")
    told = json.loads(report.to_json(tmp_path / "report.json").read_text("utf-8"))
    assert told["figures"] == report.figures
    assert set(told["tables"]) == set(report.tables)
    assert report.values()["average_precision"] == told["figures"]["average_precision"]["value"]


def test_the_page_asks_nothing_of_any_network_and_runs_nothing(pages):
    for page in pages.values():
        without_names = re.sub(r'xmlns(:\w+)?="[^"]+"', "", page)
        assert not re.search(r"https?://|//\w|<script|<link|<img|@import|url\((?!#)", without_names)


def test_every_plot_is_drawn_whole_with_ids_of_its_own(pages):
    drawn = set()
    for page in pages.values():
        for plot in re.findall(r"<svg .*?</svg>", page, flags=re.DOTALL):
            assert ElementTree.fromstring(plot).attrib["aria-label"]
            assert "var(--ours)" in plot and not re.search("#0[1-6]0[1-6]0[1-6]", plot)
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'(?:url\(#|href="#)([^")]+)', page)) <= set(ids)
        drawn |= {name.split("-")[0] for name in ids}
    assert drawn >= {name for section in SECTIONS for name in section.plots}


def test_hostile_text_stays_text(run, tmp_path):
    rows = make_market("account").assign(business_type="<script>alert(1)</script>|x")
    table = pd.DataFrame({"family": ["<img src=x>"], "average_precision": [0.5]})
    report = run(rows, conditions={"<b>": "<i>"}, ablation=table)
    page = report.write_html(tmp_path / "report.html").read_text("utf-8")
    assert "&lt;script&gt;" in page
    assert not re.search("<script|<img|<i>|<b>(?=<)", page)
    assert not re.search(r"<script|<img|<i>|[^\\]\|x", report.to_markdown())


def test_an_ablation_is_shown_as_it_is(run):
    table = pd.DataFrame({"family": ["links", "leaks"], "average_precision": [0.51, 0.62]})
    text = run(make_market("account"), ablation=table).to_markdown()
    assert "## Without a family of signals" in text
    assert "| links | 0.510 |" in text


def test_signals_follow_their_rows_whatever_was_left_out(run):
    rows = make_market("account", accounts=300).sample(frac=1, random_state=2)
    rows["known"] = np.arange(len(rows)) % 7 == 0
    signals = pd.DataFrame(
        {"lead_days": -1.0 * rows["fake"] + np.arange(len(rows)) % 5 / 10}, index=rows.index
    )
    report = run(rows, signals=signals, directions={"lead_days": 1})
    assert report.tables["directions"]["auc"].tolist() == [0.0]


def test_directions_need_signals(run):
    with pytest.raises(InputError, match="one was given without the other"):
        run(make_market("account"), directions={"lead_days": 1})
    with pytest.raises(InputError, match="3 rows of signals for 240"):
        run(
            make_market("account"),
            signals=pd.DataFrame({"lead_days": [1.0] * 3}),
            directions={"lead_days": 1},
        )


@pytest.mark.parametrize("options", [{"labels": "guesses"}, {"reviews": 0}])
def test_options_that_mean_nothing_are_refused(run, options):
    with pytest.raises(InputError):
        run(make_market("account"), **options)


def test_reviews_move_the_capacity(run):
    rows = make_market("account")
    few, many = (run(rows, reviews=count).figures["recall_at_capacity"]["value"] for count in (2, 60))
    assert few <= 2 / 24 < many


def test_every_figure_has_a_name_in_words(run):
    for subject in ("account", "application", "order"):
        for name in run(make_market(subject), subject).figures:
            assert name_figure(name).title


def test_the_room_draws_nothing_until_a_page_is_written():
    code = "import sys, resellerrisk.evaluation.judging; print('matplotlib' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
