"""The command that makes the figures: parts alone, data that are not here, and a page that is what was kept."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.figures.__main__ import AS_OF, JUDGED, OWN, OWN_ACCOUNTS, OWN_SEED, main
from tests.figures.fairness import measure_fairness
from tests.figures.page import write_page
from tests.figures.traced import cut

DOCS = Path(__file__).parents[2] / "docs"


def run(monkeypatch, folder, *parts):
    words = [
        "--shared",
        str(folder / "nowhere"),
        "--kept",
        str(folder / "kept.json"),
        "--page",
        str(folder / "page.md"),
    ]
    monkeypatch.setattr("sys.argv", ["figures", *parts, *words])
    main()


def test_a_part_whose_data_are_not_here_is_passed_over_and_what_was_kept_stays(monkeypatch, tmp_path, capsys):
    kept = {"matching": json.loads((DOCS / "figures.json").read_text("utf-8"))["matching"]}
    (tmp_path / "kept.json").write_text(json.dumps(kept))
    run(monkeypatch, tmp_path, "matching", "account")
    told = capsys.readouterr().out
    assert "matching: passed over." in told and "account: passed over." in told and "SHARED=" in told
    assert json.loads((tmp_path / "kept.json").read_text()) == kept
    assert "408 | 1.000 | 0.956" in (tmp_path / "page.md").read_text()


def test_only_missing_parts_are_made_where_that_is_asked(monkeypatch, tmp_path, capsys):
    everything = {
        part: {}
        for part in ("account", "order", "application", "first_day", "trace", "fairness", *OWN, "speed")
    }
    (tmp_path / "kept.json").write_text(json.dumps(everything))
    monkeypatch.setattr("tests.figures.__main__.write_page", lambda *_, **__: None)
    run(monkeypatch, tmp_path, "missing")
    told = [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert told[:-1] == ["matching"]


def test_an_unknown_part_is_refused_with_those_there_are(monkeypatch, tmp_path, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, tmp_path, "matchin")
    assert "no part matchin; there is account, order" in capsys.readouterr().err


def test_the_page_in_docs_is_what_was_kept(tmp_path):
    kept = json.loads((DOCS / "figures.json").read_text("utf-8"))
    write_page(kept, tmp_path / "page.md", own=(OWN, OWN_ACCOUNTS, OWN_SEED), as_of=AS_OF, judged=JUDGED)
    assert (tmp_path / "page.md").read_text("utf-8") == (DOCS / "figures.md").read_text("utf-8")


def test_the_figures_of_the_readme_are_those_that_were_kept():
    kept = json.loads((DOCS / "figures.json").read_text("utf-8"))
    readme = (DOCS.parent / "README.md").read_text("utf-8")
    told = {
        part: {row["figure"]: row for row in kept[part]["rows"]}
        for part in ("account", "first_day", "order", "application")
    }
    for part, subject, figure, digits in (
        ("account", "account", "average precision, mean of the dates", ".3f"),
        ("account", "account", "found in the top 2 %", ".0%"),
        ("account", "account", "the same, rings new since the training", ".0%"),
        ("first_day", "account", "average precision with no outcome known: the first day", ".3f"),
        (
            "order",
            "order",
            "fakes' discs before street date held back, at 1 % of honest such lines delayed",
            ".0%",
        ),
        ("application", "application", "average precision on the day of applying", ".2f"),
    ):
        row = told[part][figure]
        value, low, high = (
            format(row[""][name], digits).replace("%", " %") for name in ("value", "low", "high")
        )
        rivals = (row.get(name) for name in ("logistic/", "rule/"))
        others = [format(rival["value"], digits).replace("%", " %") if rival else "" for rival in rivals]
        cells = [
            subject,
            figure.replace("of the dates", "of three dates"),
            f"{value} ({low} to {high})",
            *others,
            row[""]["fakes"],
        ]
        assert (
            "| " + " | ".join(map(str, cells)).replace("|  |", "| |").replace("|  |", "| |") + " |" in readme
        )


def test_an_account_at_several_moments_is_one_observation_and_a_wrong_probability_is_seen():
    rows = pd.DataFrame(
        {"account": [1] * 40 + [*range(2, 42)], "probability": 0.95, "fake": True, "source": True}
    )
    (one,) = cut(rows.head(40))
    (many,) = cut(rows.tail(40))
    assert one["accounts"] == 1 and one["fake_low"] < 0.3 < many["fake_low"]
    assert many["fake_within"]
    (wrong,) = cut(rows.tail(40).assign(fake=False))
    assert not wrong["fake_within"]


def test_the_prices_of_gaps_are_told_by_subject(signals, market_folder):
    told = measure_fairness(signals, market_folder / "truth", "2019-06-30", ("account",))["account"]
    kinds = [row[0] for row in told["rows"]]
    assert kinds == ["small shops", "young shops", "home-based shops", "foreign shops"]
    assert told["names"][-1] == "In words" and all(row[-1].endswith(".") for row in told["rows"])
