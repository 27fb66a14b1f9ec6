"""Build the notebooks: each text source (percent format) beside it becomes an .ipynb, run from top to bottom.

python -m notebooks.build            all of them
python -m notebooks.build 04         those whose name begins so

The same source on the same program gives the same bytes: cells are numbered instead of named by chance, and no time is kept.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent
#: Seconds that one cell may take.
PATIENCE = 300


def main(words: list[str]) -> None:
    """Build and say which."""
    for source in list_sources(words):
        notebook = run_notebook(source)
        nbformat.write(notebook, source.with_suffix(".ipynb"))
        print(
            source.with_suffix(".ipynb").relative_to(FOLDER.parent),
            f"{len(notebook.cells)} cells",
            flush=True,
        )


def list_sources(words: list[str] = ()) -> list[Path]:
    """The sources in their order; with words only those whose name begins with one of them."""
    found = sorted(FOLDER.glob("[0-9]*.py"))
    return [path for path in found if not words or path.name.startswith(tuple(words))]


def read_source(source: Path) -> nbformat.NotebookNode:
    """A source as a notebook without outputs, its cells numbered."""
    notebook = jupytext.read(source, fmt="py:percent")
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell["metadata"] = {}
    notebook["metadata"] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    return notebook


def run_notebook(source: Path) -> nbformat.NotebookNode:
    """Run a source in its own folder, in a fresh kernel; an error in a cell is raised."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("PYTHONWARNINGS", "ignore:IProgress not found")
    notebook = read_source(source)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        startup_timeout=PATIENCE,
        timeout=PATIENCE,
        resources={"metadata": {"path": str(source.parent)}},
        record_timing=False,
    )
    client.execute()
    notebook["metadata"]["language_info"] = {"name": "python"}
    return notebook


if __name__ == "__main__":
    main(sys.argv[1:])
