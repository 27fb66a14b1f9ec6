"""Which reasons are told: the strongest, one per signal, both ways."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resellerrisk.errors import MatrixError
from resellerrisk.reasons import find_reasons, group_by_family, write_reasons
from resellerrisk.reasons.strongest import choose_columns


def table(values, contributions, typical, columns, count=5):
    return write_reasons(values.to_frame().T, contributions.to_frame().T, typical, columns, count).iloc[0]


def test_the_strongest_come_first_whichever_way_they_move(values, contributions, typical, columns):
    row = table(values, contributions, typical, columns)
    assert list(row[[f"reason_{rank}_signal" for rank in range(1, 5)]]) == [
        "before_street_date_share_90d",
        "own_mail",
        "lead_mean_90d",
        "lines_count_90d",
    ]
    assert row["reason_1"].endswith("Raises the score.") and row["reason_2"].endswith("Lowers the score.")
    assert row["reason_2_contribution"] == -0.6


def test_windows_and_peers_of_one_signal_are_one_reason(values, contributions, typical, columns):
    contributions = contributions.copy()
    contributions["before_street_date_share_90d_vs_peers"] = -1.5
    row = table(values, contributions, typical, columns)
    told = [name for name in row.filter(like="_signal") if name]
    assert told[0] == "before_street_date_share_90d_vs_peers"
    assert sum(name.startswith("before_street_date") for name in told) == 1


def test_columns_that_add_nothing_are_no_reason(values, contributions, typical, columns):
    row = table(values, contributions * 0, typical, columns)
    assert row.filter(regex=r"^reason_\d$").isna().all()
    assert row.filter(like="_contribution").isna().all()
    assert find_reasons(values, contributions * 0, typical, columns) == ()


def test_the_smallest_contribution_is_still_a_reason(values, contributions, typical, columns):
    tiny = contributions * 0
    tiny["lines_count_90d"] = -5e-324
    assert (
        table(values, tiny, typical, columns)["reason_1"]
        == "1,204 lines in the last 90 days. Lowers the score."
    )


def test_of_equal_contributions_the_first_column_speaks():
    assert choose_columns(np.array([[0.5, -0.5, 0.5]]), np.array([0, 1, 2]), 2).tolist() == [[0, 1]]


def test_no_rows_give_no_reasons_but_all_columns(values, contributions, typical, columns):
    empty = write_reasons(values.to_frame().T[:0], contributions.to_frame().T[:0], typical, columns)
    assert empty.shape == (0, 15)
    assert list(empty)[4:6] == ["reason_5", "reason_1_signal"]


def test_what_is_typical_is_asked_once_per_told_column_and_only_for_its_rows(values, contributions, columns):
    asked = {}

    def typical(column, rows):
        assert column.name not in asked
        asked[column.name] = rows.tolist()
        return np.tile([0.0, 1.0], (rows.size, 1))

    many = pd.concat([contributions, contributions], axis=1, ignore_index=True).T
    many.loc[1, "own_mail"] = 0.0
    seen = pd.concat([values, values], axis=1, ignore_index=True).T
    write_reasons(seen, many, typical, columns, count=3)
    assert asked == {"before_street_date_share_90d": [0, 1], "lead_mean_90d": [0, 1], "own_mail": [0]}


def test_each_row_meets_its_own_quartiles(values, contributions, columns):
    seen, added = (pd.concat([part] * 3, axis=1, ignore_index=True).T for part in (values, contributions))
    added.loc[1] = 0.0
    quartiles = {"before_street_date_share_90d": [[0.03, 0.12], [0.5, 0.6], [0.2, 0.3]]}
    told = write_reasons(seen, added, quartiles, columns)["reason_1"]
    assert "3% to 12%" in told[0] and told[1] is None and "20% to 30%" in told[2]


def test_one_row_alone_tells_what_it_tells_in_bulk(columns, values):
    rng = np.random.default_rng(7)
    seen = pd.DataFrame(np.tile(values, (40, 1)), columns=values.index, index=np.arange(100, 140))
    added = pd.DataFrame(rng.normal(size=seen.shape), columns=seen.columns, index=seen.index)
    bulk = write_reasons(seen, added, {}, columns)
    alone = pd.concat([write_reasons(seen.loc[[key]], added.loc[[key]], {}, columns) for key in seen.index])
    pd.testing.assert_frame_equal(bulk, alone)


def test_contributions_of_other_columns_are_refused(values, contributions, typical, columns):
    shuffled = contributions.iloc[::-1].to_frame().T
    with pytest.raises(MatrixError, match="same columns and rows"):
        write_reasons(values.to_frame().T, shuffled, typical, columns)


def test_a_column_without_a_declaration_is_named(values, contributions, typical, columns):
    del columns["own_mail"]
    with pytest.raises(MatrixError, match="own_mail"):
        table(values, contributions, typical, columns)


def test_a_contribution_that_is_no_number_is_refused(values, contributions, typical, columns):
    contributions["lead_mean_90d"] = np.nan
    with pytest.raises(MatrixError, match="lead_mean_90d"):
        table(values, contributions, typical, columns)


def test_four_thousand_rows_are_told_quickly(columns, values):
    rng = np.random.default_rng(1)
    seen = pd.DataFrame(rng.random((4000, len(values))), columns=values.index)
    added = pd.DataFrame(rng.normal(size=seen.shape), columns=seen.columns)
    ranges = {name: np.sort(rng.random((4000, 2))) for name in seen}
    start = time.process_time()
    write_reasons(seen, added, ranges, columns)
    assert time.process_time() - start < 1.5


def test_found_reasons_stand_on_two_sides_with_their_share(values, contributions, typical, columns):
    found = find_reasons(values, contributions, typical, columns)
    assert [reason.family for reason in found] == ["street date", "identity", "ordering"]
    assert [finding.signal for finding in found[0].findings] == [
        "before_street_date_share_90d",
        "lead_mean_90d",
    ]
    assert found[0].raises and not found[1].raises and not found[2].raises
    assert found[0].share == pytest.approx(2.4 / 3.2)
    told = found[0].findings[0]
    assert told.contribution == pytest.approx(2.0) and len(told.columns) == 3
    assert (told.value, told.typical, told.window) == ("26%", "3% to 12%", "last 90 days")


def test_found_reasons_say_what_they_leave_untold(values, contributions, typical, columns):
    found = find_reasons(values, contributions, typical, columns, shown=1)[0]
    assert len(found.findings) == found.untold == 1
    assert found.untold_contribution == pytest.approx(0.4) and found.contribution == pytest.approx(2.4)


def test_families_add_up_to_everything(contributions, columns):
    families = group_by_family(contributions, columns)
    assert list(families.index) == ["street date", "identity", "ordering"]
    assert (families["raises"] + families["lowers"]).sum() == pytest.approx(contributions.sum())
    assert families["share"].sum() == pytest.approx(1.0)


def test_families_that_add_nothing_are_left_out(contributions, columns):
    contributions["own_mail"] = 0.0
    assert "identity" not in group_by_family(contributions, columns).index
    assert group_by_family(contributions * 0, columns).empty


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.floats(-5, 5), min_size=6, max_size=6), min_size=1, max_size=5), st.integers(0, 6)
)
def test_chosen_columns_are_the_strongest_of_their_signals(rows, count):
    added, signals = np.array(rows), np.array([0, 0, 1, 2, 2, 0])
    for row, chosen in zip(added, choose_columns(added, signals, count), strict=True):
        told = [place for place in chosen if place >= 0]
        best = sorted((abs(row[signals == signal]).max() for signal in range(3)), reverse=True)
        assert [abs(row[place]) for place in told] == [weight for weight in best if weight > 0][:count]
        assert len({signals[place] for place in told}) == len(told)
