"""What a command loads: heavy libraries only where they are used, since loading is most of a small run's time."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {
    "pandas",
    "pyarrow",
    "numba",
    "scipy",
    "sklearn",
    "lightgbm",
    "shap",
    "mlflow",
    "matplotlib",
    "pandera",
    "sqlalchemy",
    "fastapi",
    "pyspark",
    "duckdb",
    "jinja2",
}


def loaded(code, *words):
    """The heavy libraries that stand in a fresh process after some code, with the command's words as arguments."""
    told = "import sys; print('LOADED', *sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{told}", *map(str, words)],
        capture_output=True,
        text=True,
        check=True,
    )
    return HEAVY & set(done.stdout.rsplit("LOADED", 1)[1].split())


COMMAND = """
from resellerrisk.cli import main
try:
    main()
except SystemExit as left:
    assert not left.code, left.code
"""


def test_importing_the_package_loads_no_library():
    assert loaded("import resellerrisk") == set()


def test_help_loads_no_library_of_data_or_models():
    assert loaded(COMMAND, "--help") == set()


def test_scoring_loads_neither_scikit_learn_nor_lightgbm_nor_mlflow_nor_plots_nor_schemas(
    market_folder, trained, tmp_path
):
    trained.save(tmp_path / "model")
    words = (
        "score",
        market_folder,
        "--subject",
        "account",
        "--as-of",
        "2019-12-15",
        "--out",
        tmp_path / "out",
    )
    found = loaded(COMMAND, *words, "--model", tmp_path / "model")
    assert {"pandas", "numba"} <= found
    assert not found & {
        "sklearn",
        "lightgbm",
        "mlflow",
        "shap",
        "matplotlib",
        "pandera",
        "sqlalchemy",
        "fastapi",
        "jinja2",
        "duckdb",
    }
