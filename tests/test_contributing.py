"""CONTRIBUTING's signal in four steps is declared, tested on literal rows beside a near miss, and held to the laws, as it says."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

TEXT = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text("utf-8")


@pytest.fixture(scope="module")
def declared():
    """The function of step 1, run among what its file offers."""
    import resellerrisk.signals.ordering as family

    code = re.search(r"```python\n(.*?)```", TEXT, re.S).group(1)
    names = vars(family).copy()
    lines = code.splitlines()
    indent = len(lines[0]) - len(lines[0].lstrip())
    exec("\n".join(line[indent:] for line in lines), names)
    return names["on_sunday"]


def test_step_1_declares_the_columns_that_the_page_names(declared):
    from resellerrisk.signals.declare import columns_of

    names = [column.name for column in columns_of(declared.declared)]
    assert names == re.findall(r"`(on_sunday_share_\d+d)`", TEXT)


def test_step_2_the_function_is_tested_on_literal_rows_beside_a_near_miss(declared):
    days = pd.to_datetime(["2019-06-30", "2019-06-29", "2019-07-01"])
    rows = pd.DataFrame({"weekday": days.weekday.to_numpy()})
    assert np.asarray(declared(rows)).tolist() == [True, False, False]


def test_the_pages_other_steps_name_what_is_there():
    root = Path(__file__).parent.parent
    for path in re.findall(r"`((?:resellerrisk|tests)/[a-z_/.]+)`", TEXT):
        assert (root / path).exists(), path
