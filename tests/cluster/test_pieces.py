"""What travels comes out as it went in."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resellerrisk.cli.engines import check_engine
from resellerrisk.cluster import pieces
from resellerrisk.cluster.rounds import Deal, Judge
from resellerrisk.cluster.session import CONFIGURED_BY, _is_configured
from resellerrisk.errors import InputError, ModelError
from resellerrisk.parts.checks import PartFound
from resellerrisk.parts.chunks import ROW
from resellerrisk.signals.whole import take_extract
from resellerrisk.tables.faults import Fault, Severity


def assert_same_arrays(found, expected):
    assert list(found) == list(expected)
    for name, array in expected.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


@given(
    st.lists(st.floats(), max_size=5),
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5),
    st.lists(st.text(max_size=5), max_size=4),
)
def test_arrays_of_any_content_and_length_come_back(floats, whole, texts):
    arrays = {
        "f": np.array(floats, np.float64),
        "i": np.array(whole, np.int64),
        "t": np.array(texts, object),
    }
    found = pieces.unpack_arrays(pieces.pack_arrays(arrays))
    assert_same_arrays(found, arrays)
    assert np.array_equal(np.signbit(found["f"]), np.signbit(arrays["f"]))


def test_an_extract_and_snapshots_come_back(signals):
    extract = take_extract(signals)
    found = pieces.unpack_extract(pieces.pack_extract(extract))
    assert extract.slates and extract.held_at.size
    for one in fields(extract):
        if one.name != "slates":
            np.testing.assert_array_equal(getattr(found, one.name), getattr(extract, one.name))
    for name, runs in extract.slates.items():
        for ours, theirs in zip(found.slates[name], runs, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_what_checking_found_comes_back_with_its_faults():
    fault = Fault(
        "orders", "orders/", "line", "odd", "even", "mend", Severity.QUARANTINE, (3, 5), ("a", "b"), 2
    )
    sums = {"orders": (9, 2**64 - 1, 5)}
    found = pieces.unpack_found(
        pieces.pack_found(PartFound({"orders": (9, 2)}, (fault,), np.empty(0, np.uint64), sums))
    )
    assert found.counts == {"orders": (9, 2)} and found.faults == (fault,) and found.sums == sums


def test_a_frame_is_cut_into_pieces_and_comes_back(monkeypatch):
    monkeypatch.setattr(pieces, "PIECE_ROWS", 3)
    frame = pd.DataFrame({"a": np.arange(7.0), "w": pd.Categorical(list("xyxyxyz"), list("zyx"))})
    cut = list(pieces.frame_pieces(2, "table orders", frame))
    assert [(piece.part, piece.place) for piece in cut] == [(2, 0), (2, 1), (2, 2)]
    found = pieces.unpack_frame([piece.content for piece in cut])
    pd.testing.assert_frame_equal(found, frame, check_exact=True)
    assert len(list(pieces.frame_pieces(0, "values", frame.iloc[:0]))) == 1


def dealt(deal, batches):
    found = {}
    for piece in pieces.read_pieces(deal(iter(batches))):
        found.setdefault(piece.part, []).append(pieces.unpack_table(piece.content))
    return {part: pa.concat_tables(tables, promote_options="permissive") for part, tables in found.items()}


def test_rows_go_to_the_part_of_their_account_and_keep_their_numbers():
    rows = pa.RecordBatch.from_pydict(
        {"account_id": ["b", "a", None, "c", "bb", "zz"], "line": [1, 2, 3, 4, 5, 6], ROW: [1, 2, 3, 4, 5, 6]}
    )
    found = dealt(Deal("orders", np.array(["b", "c"], object)), [rows.slice(0, 2), rows.slice(2)])
    numbers = {part: table[ROW].to_pylist() for part, table in found.items()}
    # Nobody's row goes to the first part; an unknown account's anywhere: both are set aside where they come to.
    assert numbers == {0: [2, 3], 1: [1, 5], 2: [4, 6]}
    assert found[1]["account_id"].to_pylist() == ["b", "bb"]


def test_ids_stored_as_numbers_are_dealt_out_as_the_texts_they_are_read_as():
    rows = pa.RecordBatch.from_pydict({"account_id": [9, 10], ROW: [1, 2]})
    found = dealt(Deal("orders", np.array(["9"], object)), [rows])
    assert {part: table["account_id"].to_pylist() for part, table in found.items()} == {0: [10], 1: [9]}


def test_a_model_travels_as_its_files_and_a_changed_byte_is_refused(trained):
    judge = Judge.of(trained, None, None)
    again = judge.trained()
    assert again.version == trained.version
    assert again.model.booster_.model_to_string() == trained.model.booster_.model_to_string()
    broken = bytearray(judge.files["model.txt"])
    broken[len(broken) // 2] ^= 1
    judge.files["model.txt"] = bytes(broken)
    with pytest.raises(ModelError, match="not as it was written"):
        judge.trained()


def test_sparks_own_configuration_names_the_cluster_where_there_is_one(monkeypatch, tmp_path):
    for name in (*CONFIGURED_BY, "SPARK_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert not _is_configured()
    (tmp_path / "conf").mkdir()
    monkeypatch.setenv("SPARK_HOME", str(tmp_path))
    assert not _is_configured()
    (tmp_path / "conf" / "spark-defaults.conf").write_text("spark.master yarn\n")
    assert _is_configured()
    monkeypatch.delenv("SPARK_HOME")
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    assert _is_configured()


@pytest.mark.parametrize(
    ("engine", "master", "message"),
    [("spak", None, "There is no engine 'spak'"), ("parts", "local[2]", "--master names a cluster")],
)
def test_an_engine_that_is_not_there_and_a_cluster_for_another_engine_are_refused(engine, master, message):
    with pytest.raises(InputError, match=message):
        check_engine(engine, master)
    assert check_engine("spark", "local[2]") == "spark"
