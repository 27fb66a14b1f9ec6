"""No pickle is read or written, by our code or through a model's files: a word of it in the code fails, and one is tried."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

from resellerrisk.errors import ModelError, ResellerRiskError
from resellerrisk.tables import read_market, write_market
from resellerrisk.tracking import load

ROOT = Path(__file__).parents[2]
CODE = sorted([*(ROOT / "resellerrisk").rglob("*.py"), *(ROOT / "pipelines").rglob("*.py")])
#: What reads objects back by running what a file says.
LOADERS = (
    r"^\s*(?:import|from)\s+(?:c?pickle|cloudpickle|dill|marshal|shelve|jsonpickle)\b",
    r"\b(?:pickle|cloudpickle|dill|joblib|marshal)\.(?:loads?|dumps?)\(",
    r"\b(?:read_pickle|to_pickle)\(",
    r"allow_pickle\s*=\s*True",
    r"\byaml\.(?:load|unsafe_load)\(",
    r"\b(?:eval|exec)\(",
)


class Trap:
    """Leaves a mark where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


def test_no_code_of_ours_loads_objects():
    assert len(CODE) > 100
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in CODE
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for pattern in LOADERS
        if re.search(pattern, line)
    ]
    assert found == []


def test_the_trap_springs_where_a_pickle_is_read(tmp_path):
    pickle.loads(pickle.dumps(Trap(tmp_path / "sprung")))
    assert (tmp_path / "sprung").exists()


@pytest.mark.parametrize("name", ["model.txt", "model.json"])
def test_a_pickle_in_a_models_place_is_refused_and_not_run(trained, tmp_path, name):
    from resellerrisk.tracking import Home

    trained.save(tmp_path / "models" / "account" / "1")
    home = Home(tmp_path)
    home.set_alias("account", "champion", 1)
    assert load(home, "account").subject == "account"
    (tmp_path / "models" / "account" / "1" / name).write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    with pytest.raises(ModelError):
        load(home, "account")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_pickle_in_a_tables_place_is_refused_and_not_run(market_folder, tmp_path, ending):
    import pandas as pd

    frames = {path.stem: pd.read_parquet(path) for path in market_folder.glob("*.parquet")}
    frames.pop("returns")
    write_market(frames, tmp_path / "data")
    (tmp_path / "data" / f"returns.{ending}").write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    with pytest.raises(ResellerRiskError):
        read_market(tmp_path / "data")
    assert not (tmp_path / "sprung").exists()
