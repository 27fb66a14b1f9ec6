"""Every line of the threat model names a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINES = [
    line
    for line in (ROOT / "docs" / "threat-model.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and "---" not in line and not line.startswith("| attempt")
]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split("|")[1].strip()[:40])
def test_a_line_of_the_threat_model_names_tests_that_are_there(line):
    named = re.findall(r"`(tests/[^`]+)`", line)
    assert named, "no test"
    for name in named:
        path, _, test = name.partition("::")
        assert (ROOT / path).is_file(), path
        assert f"def {test}(" in (ROOT / path).read_text("utf-8") or not test, name
