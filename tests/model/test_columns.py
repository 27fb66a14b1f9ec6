"""Columns: what LightGBM passes over in silence is refused in words."""

import numpy as np
import pandas as pd
import pytest

from resellerrisk.errors import DeclarationError, MatrixError
from resellerrisk.model.columns import (
    check_declarations,
    check_names,
    check_numbers,
    compare_columns,
    drop_unknown_codes,
)


@pytest.mark.parametrize("name", ["a b", "a,b", "a:b", "a[b", "a]", "{", "}", 'a"', "a\\b", "", "tab\t"])
def test_a_name_that_a_model_text_cannot_hold_is_refused(name):
    with pytest.raises(DeclarationError, match="cannot hold these column names"):
        check_names(["fine", name])


def test_names_of_letters_of_any_alphabet_are_fine():
    check_names(["share_30d", "größe", "a-b", "a.b", "a/b", "a'b"])


def test_all_faults_of_a_declaration_stand_in_one_report():
    with pytest.raises(DeclarationError) as caught:
        check_declarations(["a", "b", "c"], {"a": 2, "b": 1, "x": 1}, {"b": 3, "y": 2, "c": 0})
    for fault in ["['a']: 2", "['b']: categories", "monotone['x']", "categories['y']", "['c']: 0"]:
        assert fault in str(caught.value)


def test_no_direction_may_be_declared_for_a_category():
    check_declarations(["a"], {"a": 0}, {"a": 3})


@pytest.mark.parametrize(
    "column",
    [["x", "y"], pd.Categorical(["x", "y"]), pd.to_datetime(["2019-01-01", "2020-01-01"]), [1j, 2j]],
)
def test_a_column_that_holds_no_numbers_is_named(column):
    with pytest.raises(MatrixError, match=r"Other columns: odd \("):
        check_numbers(pd.DataFrame({"fine": [1, 2], "odd": column}))


def test_whole_numbers_truth_values_and_pandas_own_missing_are_numbers():
    check_numbers(
        pd.DataFrame(
            {"a": pd.array([1, None], "Int64"), "b": [True, False], "c": pd.array([True, None], "boolean")}
        )
    )


def test_infinite_values_are_refused_with_their_column():
    with pytest.raises(MatrixError, match=r"1 infinite \(inf\) values in b\."):
        check_numbers(pd.DataFrame({"a": [1.0, np.nan], "b": [np.inf, 0.0]}))


def test_a_difference_of_columns_says_what_is_missing_and_what_is_new():
    said = compare_columns(["a", "d", "b"], ["a", "b", "c"])
    assert "unseen at fit time:\n- d\n" in said
    assert said.endswith("now missing:\n- c")


def test_codes_out_of_range_are_missing_and_the_matrix_given_is_left_alone():
    X = np.array([[0.0, 9.0], [3.0, 9.0], [2.0, 9.0], [np.nan, 9.0]])
    cleaned = drop_unknown_codes(X, ["kind", "other"], {"kind": 3})
    np.testing.assert_array_equal(cleaned[:, 0], [0, np.nan, 2, np.nan])
    np.testing.assert_array_equal(cleaned[:, 1], 9)
    assert X[1, 0] == 3.0
    assert drop_unknown_codes(cleaned, ["kind", "other"], {"kind": 3}) is cleaned
