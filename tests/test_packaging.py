"""Wheel and sdist install into an empty environment and run the demo there; nothing but the public names leaks out."""

from __future__ import annotations

import ast
import importlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import resellerrisk

ROOT = Path(__file__).parent.parent
VERSIONS = ("3.11", "3.12", "3.13")


def find_python(version: str) -> Path | None:
    """An interpreter of a version, on the path or where pyenv keeps them."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return Path(sys.executable)
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    found = [str(path) for path in kept] or [path for path in [shutil.which(f"python{version}")] if path]
    return next((Path(path) for path in reversed(found) if _is_of(path, version)), None)


def _is_of(path: str, version: str) -> bool:
    told = subprocess.run(
        [path, "-c", "import venv, ensurepip, sys; print(sys.version)"],
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.startswith(version)


def call(*words: object, cwd: Path) -> str:
    """Run a program; its words where it fails."""
    ended = subprocess.run(
        [*map(str, words)], cwd=cwd, capture_output=True, text=True, check=False, env=_plain_environment()
    )
    assert ended.returncode == 0, f"{words}\n{ended.stdout[-2000:]}\n{ended.stderr[-3000:]}"
    return ended.stdout


def _plain_environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "RESELLERRISK", "MLFLOW", "VIRTUAL"))
    }
    return kept | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The wheel and the sdist, built from a copy of what is kept."""
    pytest.importorskip("build")
    place = tmp_path_factory.mktemp("built")
    source = place / "source"
    named = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, named.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name)
    call(sys.executable, "-m", "build", "--outdir", place / "dist", source, cwd=place)
    return place / "dist"


@pytest.mark.slow
def test_the_wheel_holds_the_package_its_texts_and_its_types_and_nothing_else(built):
    names = zipfile.ZipFile(next(built.glob("*.whl"))).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"resellerrisk"}
    for name in (
        "py.typed",
        "decisions/settings.toml",
        "evaluation/evaluation.html.j2",
        "tracking/gate.toml",
        "reasons/case.css",
    ):
        assert f"resellerrisk/{name}" in names
    assert not [name for name in names if name.endswith((".pyc", ".nbi", ".pkl"))]


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_the_demo_runs_in_an_empty_environment(built, version, tmp_path):
    python = find_python(version)
    if python is None:
        pytest.skip(f"Python {version} is not here")
    call(python, "-m", "venv", tmp_path / "env", cwd=tmp_path)
    inside = tmp_path / "env" / "bin" / "python"
    constraint = ["-c", ROOT / "requirements.lock"] if version == "3.11" else []
    call(inside, "-m", "pip", "install", "-q", *constraint, next(built.glob("*.whl")), cwd=tmp_path)
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path / "sdist", filter="data")
    shutil.copytree(next((tmp_path / "sdist").iterdir()) / "pipelines", tmp_path / "pipelines")
    where = call(inside, "-c", "import resellerrisk; print(resellerrisk.__file__)", cwd=tmp_path)
    assert str(tmp_path / "env") in where
    assert "Done in" in call(inside, "-m", "pipelines.demo", cwd=tmp_path)
    assert "account" in call(
        tmp_path / "env" / "bin" / "resellerrisk", "signals", "--format", "csv", cwd=tmp_path
    )
    if version == "3.11":
        call(
            inside,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--force-reinstall",
            next(built.glob("*.tar.gz")),
            cwd=tmp_path,
        )
        assert "A00" in call(inside, "-c", _FIVE_LINES, cwd=tmp_path)


_FIVE_LINES = """
import resellerrisk as rr
market = rr.read_market("demo/market")
model = rr.train(market, subject="account", as_of="2019-06-30", max_trees=20)
print(rr.score(market, model, as_of="2019-12-31").scores.account_id[0])
"""


def test_the_public_names_are_the_declared_ones_and_nothing_else_leaks_out():
    code = "import resellerrisk; print(sorted(n for n in vars(resellerrisk) if not n.startswith('_')), dir(resellerrisk))"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    there, listed = told.split("] [")
    assert set(there.strip("[").replace("'", "").split(", ")) <= {
        "TYPE_CHECKING",
        "annotations",
        "import_module",
    }
    assert listed.strip().rstrip("]").replace("'", "").split(", ") == sorted(resellerrisk.__all__)


def test_a_name_that_is_not_public_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'estimator_of_everything'"):
        _ = resellerrisk.estimator_of_everything


def test_who_checks_types_sees_every_public_name_as_what_it_is():
    tree = ast.parse((ROOT / "resellerrisk" / "__init__.py").read_text("utf-8"))
    told = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 0]
    named = {
        one.asname: f"{node.module}.{one.name}"
        for node in told
        if str(node.module).startswith("resellerrisk.")
        for one in node.names
    }
    assert set(named) == set(resellerrisk.__all__)
    for name, path in named.items():
        module, _, attribute = path.rpartition(".")
        assert getattr(importlib.import_module(module), attribute) is getattr(resellerrisk, name)
