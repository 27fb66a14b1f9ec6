"""The small market in data/sample is what data/README.md says it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from resellerrisk.simulate import simulate_market
from resellerrisk.tables import read_market

DATA = Path(__file__).parents[2] / "data"
MOST_BYTES = 1_000_000


@pytest.fixture(scope="module")
def sample():
    return read_market(DATA / "sample")


def test_the_command_of_its_readme_makes_it_again(tmp_path: Path, sample) -> None:
    command = (
        re.search(r"resellerrisk simulate data/sample (.*)", (DATA / "README.md").read_text())
        .group(1)
        .split()
    )
    told = dict(zip([word.removeprefix("--") for word in command[::2]], command[1::2], strict=True))
    numbers = {name: int(told.pop(name)) for name in ("accounts", "seed")}
    simulate_market(tmp_path, **numbers, **told)
    assert read_market(tmp_path).fingerprint == sample.fingerprint


def test_it_is_small_and_every_row_of_it_is_used(sample) -> None:
    assert sum(path.stat().st_size for path in (DATA / "sample").rglob("*")) < MOST_BYTES
    assert not sample.faults


def test_it_has_outcomes_of_every_kind_before_and_after_the_moment_of_training(sample) -> None:
    assert set(sample.outcomes.outcome) == {"fake", "genuine", "violation", "unknown"}
    fakes = sample.outcomes[sample.outcomes.outcome == "fake"]
    assert (fakes.decided_at < "2019-12-31").sum() >= 5
    assert (fakes.decided_at >= "2019-12-31").sum() >= 5
