"""Texts of a column: one code for each, whatever dictionaries the stretches of a file have."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from resellerrisk.tables.cells import read_cells
from resellerrisk.tables.declare import Column, Kind
from resellerrisk.tables.files import from_frame, open_file
from resellerrisk.tables.inspection import Inspection
from resellerrisk.tables.texts import as_category, find_longer, take_texts

CELLS = [["b", "", "a"], ["a", None, "c"], [], ["", None], ["c", "c", "ä"]]


def each_its_own(kind):
    """Chunks with a dictionary each, in which a text stands that no row has."""
    chunks = []
    for cells in CELLS:
        texts = ["never", *sorted({cell for cell in cells if cell is not None}, reverse=True)]
        codes = pa.array([None if cell is None else texts.index(cell) for cell in cells], pa.int32())
        chunks.append(pa.DictionaryArray.from_arrays(codes, pa.array(texts, kind)))
    return pa.chunked_array(chunks)


@pytest.mark.parametrize(
    "raw",
    [
        pa.chunked_array(CELLS, pa.string()),
        pa.chunked_array(CELLS, pa.large_string()),
        each_its_own(pa.string()),
        each_its_own(pa.large_string()),
        each_its_own(pa.string()).unify_dictionaries(),
        pa.chunked_array([each_its_own(pa.string()).unify_dictionaries().combine_chunks()]),
    ],
    ids=["plain", "large", "own", "own large", "shared", "one"],
)
def test_codes_are_those_of_the_sorted_texts_whatever_the_dictionaries(raw):
    read = as_category(take_texts(raw))
    assert read.categories.tolist() == ["a", "b", "c", "ä"]
    assert read.codes.tolist() == [1, -1, 0, 0, -1, 2, -1, -1, 2, 2, 3]
    assert read.codes.dtype == pd.Categorical(read.categories).codes.dtype


@pytest.mark.parametrize("raw", [[], [[]], [[None, None]], [["", None]]])
def test_a_column_without_a_text_has_no_category(raw):
    read = as_category(take_texts(pa.chunked_array(raw, pa.string())))
    assert len(read.categories) == 0
    assert read.codes.tolist() == [-1] * sum(map(len, raw))


def test_the_file_s_sorted_texts_are_taken_as_they_are_and_others_are_sorted():
    for texts in (["a", "b", "c"], ["c", "a", "b"], ["a", "c", "b"]):
        read = as_category(take_texts(pa.chunked_array([texts])))
        assert read.categories.tolist() == ["a", "b", "c"]
        assert read.categories[read.codes].tolist() == texts


@pytest.mark.parametrize(
    "groups",
    [
        [["a", "a", "b"], ["c", "d"]],
        [["a", "b"], ["b", "c"], ["c"]],
        [["a", "b"], ["b", "a"]],
        [["b", "c"], ["a", "b"]],
        [["a", "b"], [None, "b"]],
        [["", "a"], ["a", "b"]],
        [["a", "b"], ["", "c"]],
    ],
)
def test_ids_that_rise_through_a_file_are_told_apart_as_others_are(groups):
    cells = [cell or None for group in groups for cell in group]
    raw = pa.chunked_array([pa.array(group, pa.string()).dictionary_encode() for group in groups])
    read, expected = as_category(take_texts(raw)), pd.Categorical(cells)
    assert read.categories.tolist() == expected.categories.tolist()
    assert read.codes.tolist() == expected.codes.tolist()


def test_one_value_a_row_of_any_kind():
    texts = take_texts(each_its_own(pa.string()))
    place = {text: code for code, text in enumerate(texts.uniques.to_pylist())}
    cells = [cell for chunk in CELLS for cell in chunk]
    days = np.arange(len(place)).astype("datetime64[D]")
    for values, missing in ((np.arange(9.0)[: len(place)], -1.0), (days, np.datetime64("NaT", "D"))):
        expected = [values[place[cell]] if cell else missing for cell in cells]
        np.testing.assert_array_equal(texts.spread(values, missing), np.array(expected, values.dtype))
    assert texts.spread(np.array([str(code) for code in place], object), None).tolist() == [
        cell or None for cell in cells
    ]


def test_cells_that_are_longer_are_found_by_characters_and_those_as_long_are_not():
    texts = take_texts(pa.chunked_array([["äää", "aaaa"], [None, "a", "aaaa"]]))
    assert find_longer(texts, 3).tolist() == [1, 4]
    assert find_longer(texts, 4).tolist() == []


def test_stored_numbers_of_a_file_stay_where_they_were_read_and_a_frame_s_are_copied(tmp_path):
    frame = pd.DataFrame(
        {"price": [1.5, 2.5], "at": pd.to_datetime(["2020-01-01", "2020-01-02"]).as_unit("us")}
    )
    frame.to_parquet(tmp_path / "orders.parquet")
    for raw in (open_file("orders", tmp_path / "orders.parquet"), from_frame("orders", frame)):
        for column in (Column("price", Kind.NUMBER, ""), Column("at", Kind.TIME, "")):
            stored = raw.cells[column.name]
            values = read_cells(column, stored, raw.owned).values
            held = np.frombuffer(stored.chunk(0).buffers()[1], np.int64)
            assert values.flags.writeable
            assert np.shares_memory(values, held) is raw.owned is (raw.file == "orders.parquet")


@pytest.mark.parametrize("cells", [[1.5, None, 2.5], [1.5, 0.0, 2.5]])
def test_a_missing_cell_and_a_later_stretch_are_read_from_owned_memory_too(cells):
    whole = pa.chunked_array([pa.array([7.0, *cells]).slice(1)])
    for raw in (whole, pa.chunked_array([whole.chunk(0).slice(0, 1), whole.chunk(0).slice(1)])):
        values = read_cells(Column("price", Kind.NUMBER, ""), raw, owned=True).values
        np.testing.assert_array_equal(values, np.array(cells, float))


def test_what_is_written_into_a_frame_afterwards_does_not_reach_what_was_read():
    frame = pd.DataFrame(
        {"order_id": ["a", "b"], "line": [1, 1], "quantity": [1, 2], "unit_price": [1.5, 2.5]}
    )
    read = Inspection(from_frame("orders", frame)).frame
    frame.loc[:, "quantity"] = 9
    frame["unit_price"].to_numpy()[:] = 9.0
    assert read["quantity"].tolist() == [1, 2] and read["unit_price"].tolist() == [1.5, 2.5]
