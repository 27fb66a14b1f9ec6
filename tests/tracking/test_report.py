"""What a training writes down: a card, curves, shap's plots, the signals and their hashes, with the run."""

from __future__ import annotations

import pandas as pd
import pytest

from .conftest import CHALLENGER


@pytest.fixture
def report(lived_in):
    return lived_in.report_of("account", 2)


def test_a_training_leaves_its_report(report):
    names = {str(path.relative_to(report)) for path in report.rglob("*") if path.is_file()}
    plots = {"shap_beeswarm.png", "precision_recall.svg", "calibration.svg", "cost.svg"}
    assert {"card.md", "signals.csv", "evaluation.html", "evaluation.json", "evaluation.md"} <= names
    assert {f"plots/{name}" for name in plots} <= names
    assert len([name for name in names if "shap_dependence" in name]) == 6


def test_the_card_says_what_the_training_knows(report, lived_in):
    from resellerrisk.tracking import load

    facts = load(lived_in, "account", "account/2").facts
    card = (report / "card.md").read_text("utf-8")
    for told in (
        f"trained on what was known before {CHALLENGER}",
        facts["data_fingerprint"][:16],
        f"| Confirmed fakes | {facts['fakes']}, positive from 365 days",
        "| Average precision |",
        "| young shops |",
        "Declared directions that the data contradict",
        "A score is no finding of guilt",
    ):
        assert told in card
    assert "var(--" not in (report / "plots" / "calibration.svg").read_text("utf-8")


def test_the_held_out_time_ends_before_the_training_moment(lived_in):
    from resellerrisk.tracking import load

    held = load(lived_in, "account", "account/2").facts["held_out"]
    assert held["trained_before"] == "2018-07-31T00:00:00"
    assert pd.Timestamp(held["judged_until"]) == pd.Timestamp(CHALLENGER) - pd.Timedelta(days=90)


def test_the_report_and_its_figures_stand_with_the_run(lived_in, report):
    from mlflow import MlflowClient

    from resellerrisk.tracking import load

    client = MlflowClient(tracking_uri=lived_in.store, registry_uri=lived_in.store)
    version = client.get_model_version_by_alias("resellerrisk-account", "challenger")
    run = client.get_run(version.run_id)
    facts = load(lived_in, "account", "account/2").facts
    figures = run.data.metrics
    held = facts["held_out"]
    assert figures["held_out/average_precision"] == held["average_precision"]
    assert figures["held_out/average_precision/low"] <= held["average_precision"]
    assert run.data.params["signals_hash"] == facts["signals_hash"]
    assert {"seed", "parameter_max_trees", "unlabelled", "split", "data_fingerprint"} <= set(
        run.data.params
    ) | set(figures)
    assert {each.path for each in client.list_artifacts(version.run_id)} >= {
        "card.md",
        "signals.csv",
        "plots",
    }
    assert version.description == (report / "card.md").read_text("utf-8")


def test_the_list_of_signals_names_every_column_with_its_hashes(report, lived_in):
    from resellerrisk.tracking import load

    told = pd.read_csv(report / "signals.csv", dtype=str)
    trained = load(lived_in, "account", "account/2")
    assert list(told["signal"]) == trained.model.columns_
    assert dict(zip(told["signal"], told["declared"], strict=True)) == trained.facts["signal_hashes"]
    assert told["code"].str.fullmatch("[0-9a-f]{16}").all()


def test_a_market_too_young_to_hold_time_out_says_so(market, signals, tmp_path):
    from resellerrisk.tracking import Home, retrain

    kept = retrain(market, Home(tmp_path), "account", "2018-12-31", signals=signals, max_trees=20, bags=1)
    assert kept.evaluation is None
    assert "No time could be held out: There is nothing to learn from" in kept.note
    assert kept.note in (kept.report / "card.md").read_text("utf-8")
