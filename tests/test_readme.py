"""The README keeps its promises: every path it names is there, and its five lines run on the sample."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import resellerrisk

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)#:]+)\)", TEXT))))
def test_a_path_that_the_readme_names_is_there(path):
    assert (ROOT / path).exists()


def test_the_readme_names_the_commands_that_ci_runs():
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    for command in ("make demo", "make test"):
        assert command in TEXT and command in script


def test_every_library_that_the_page_of_libraries_names_is_required_and_the_other_way_round():
    wanted = (ROOT / "setup.cfg").read_text("utf-8").split("install_requires =")[1].split("\n[")[0]
    required = {re.split(r"[\[><=]", line.strip())[0] for line in wanted.splitlines() if line.strip()}
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    table = page.split("| library | what for |")[1].split("## Extras")[0]
    told = {
        name.strip() for row in re.findall(r"^\| ([a-z][^|]+) \|", table, re.M) for name in row.split(",")
    }
    assert required == told


def test_every_extra_is_told_with_its_reason():
    wanted = (ROOT / "setup.cfg").read_text("utf-8").split("[options.extras_require]")[1].split("\n[")[0]
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    told = re.findall(r"^\| ([a-z]+) \|", page.split("| extra | libraries")[1], re.M)
    assert sorted(re.findall(r"^([a-z]+) =", wanted, re.M)) == sorted(told)


def test_the_main_path_of_the_readme_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    code = next(
        block for block in re.findall(r"```python\n(.*?)```", TEXT, re.S) if "rr.read_market" in block
    )
    names: dict = {}
    exec(code, names)
    assert len(names["scores"].scores) and names["case"].score >= 0
    assert "average_precision" in names["report"].values()


def test_the_public_names_are_all_there():
    for name in resellerrisk.__all__:
        assert getattr(resellerrisk, name) is not None
