"""Ablation fits what it says: other columns, the same rows."""

from __future__ import annotations

import numpy as np
import pytest

from resellerrisk.pipeline import ablation, evaluate

TRAINED = "2019-08-31"


@pytest.fixture
def fitted(monkeypatch):
    """The columns and rows of every model that the ablation fits."""
    seen = []
    real = ablation.fit

    def fit(rows, *args, **kwargs):
        seen.append(rows)
        return real(rows, *args, max_trees=5, bags=1, **kwargs)

    monkeypatch.setattr(ablation, "fit", fit)
    return seen


def test_each_family_is_left_out_once_and_stands_alone_once(market, market_folder, signals, fitted):
    report = evaluate(
        market,
        "account",
        TRAINED,
        truth=market_folder / "truth" / "accounts.parquet",
        signals=signals,
        ablation=True,
    )
    table = report.tables["ablation"].set_index("family")
    whole = sum(table["signals"])
    assert len(fitted) == 2 * len(table)
    columns = [{column.family for column in rows.matrix.columns} for rows in fitted]
    for without, alone in zip(columns[::2], columns[1::2], strict=True):
        assert len(alone) == 1 and without | alone == set(table.index) and not without & alone
    assert {len(rows.matrix.columns) for rows in fitted} == {
        *table["signals"],
        *(whole - table["signals"]),
    }
    assert all(np.array_equal(rows.labels, fitted[0].labels) for rows in fitted)
    assert table["lost_without"].notna().all() and table["lost_without"].is_monotonic_decreasing
    assert "## Without a family of signals" in report.to_markdown()


def test_without_the_word_nothing_is_fitted_again(market, signals, fitted):
    report = evaluate(market, "account", TRAINED, signals=signals)
    assert not fitted and "ablation" not in report.tables
