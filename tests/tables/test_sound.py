"""The quick look says a table is sound only where pandera finds nothing either."""

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resellerrisk.tables.rules import build_schema, find_bad_cells, is_sound

counts = st.sampled_from([1.0, 5.0, 0.0, -2.0, np.nan, 1e12])
times = st.sampled_from(
    ["2019-12-31", "1899-12-31", "2101-01-01", "2100-12-31T23:59:59", "1900-01-01", "NaT"]
)


def frame_of(rows):
    who, when, quantity, year = zip(*rows, strict=True)
    return {
        "returns": pd.DataFrame(
            {
                "account_id": pd.Categorical(who),
                "title_id": pd.Categorical(["T"] * len(rows)),
                "returned_at": np.array(when, "datetime64[us]"),
                "quantity": np.array(quantity),
            }
        ),
        "titles": pd.DataFrame({"title_id": pd.Categorical(who), "year": np.array(year)}),
    }


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", None]),
            times,
            counts,
            st.sampled_from([1869.0, 1870.0, 2101.0, np.nan]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_what_is_said_to_be_sound_pandera_leaves_alone_and_the_other_way_round(rows):
    for name, frame in frame_of(rows).items():
        schema = build_schema(name, tuple(frame.columns), types=False)
        try:
            schema.validate(frame, lazy=True)
            objects = False
        except pa.errors.SchemaErrors:
            objects = True
        assert is_sound(name, frame) is not objects
        assert bool(list(find_bad_cells(name, frame))) is objects


@pytest.mark.parametrize(("country", "sound"), [("US", True), ("us", False), ("USA", False), (None, True)])
def test_a_pattern_is_looked_at_once_for_each_text(country, sound):
    assert is_sound("accounts", pd.DataFrame({"country": pd.Categorical([country, "GB"])})) is sound
