"""The notebooks: each runs from top to bottom, and what stands beside its source was made from it."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest

from notebooks.build import FOLDER, list_sources, read_source, run_notebook

ROOT = Path(__file__).parent.parent.parent
SOURCES = list_sources()
NAMES = [source.stem for source in SOURCES]
#: Runs in the default tests; the others are slow.
QUICK = "05_trace_leaks"


def _built(source: Path) -> nbformat.NotebookNode:
    return nbformat.read(source.with_suffix(".ipynb"), as_version=4)


def test_the_seven_notebooks_are_there_and_nothing_else():
    assert [name[:2] for name in NAMES] == [f"{number:02}" for number in range(1, 8)]
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("source", SOURCES, ids=NAMES)
def test_a_notebook_agrees_with_its_source_and_was_run_whole(source):
    built, text = _built(source), read_source(source)
    assert [(cell.cell_type, cell.source) for cell in built.cells] == [
        (cell.cell_type, cell.source) for cell in text.cells
    ], f"make notebooks: {source.stem}.ipynb was made from another source"
    code = [cell for cell in built.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [out for cell in code for out in cell.outputs if out.output_type == "error"]
    nbformat.validate(built)


@pytest.mark.parametrize("source", SOURCES, ids=NAMES)
def test_a_notebook_names_no_place_of_the_machine_it_was_run_on(source):
    text = source.with_suffix(".ipynb").read_text("utf-8")
    assert not [word for word in (str(ROOT), "/home/", "/root/", "/tmp/") if word in text]


@pytest.mark.parametrize("source", SOURCES, ids=NAMES)
def test_a_notebook_defines_nothing_that_belongs_in_the_package(source):
    """A declared signal, written to show how, is the one exception."""
    defined = [
        node.name
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not any(isinstance(mark, ast.Call) and mark.func.id == "signal" for mark in node.decorator_list)
    ]
    assert not defined


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(source, id=source.stem, marks=[] if source.stem == QUICK else pytest.mark.slow)
        for source in SOURCES
    ],
)
def test_a_notebook_runs_from_top_to_bottom(source):
    run = run_notebook(source)
    assert [cell.source for cell in run.cells] == [cell.source for cell in _built(source).cells]
    last = [cell for cell in run.cells if cell.cell_type == "code"][-1]
    assert last.outputs


def test_a_cell_that_breaks_is_named(tmp_path):
    from nbclient.exceptions import CellExecutionError

    source = tmp_path / "99_broken.py"
    source.write_text("# %% [markdown]\n# # Broken\n\n# %%\nprint(nothing_of_that_name)\n", "utf-8")
    with pytest.raises(CellExecutionError, match="nothing_of_that_name"):
        run_notebook(source)
