"""A model as MLflow serves it: no pickle, the same bits as the library, and not one byte of it changed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from resellerrisk.errors import ModelError
from resellerrisk.matrix import build_matrix, snapshot_accounts
from resellerrisk.tracking.packaging import package_model
from resellerrisk.tracking.serving import answer, answer_columns

SCORED = "2019-12-15"
#: No pickle is read, and nothing is written beside this project.
ENVIRONMENT = {
    **os.environ,
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_TRACKING_URI": "sqlite:///:memory:",
}


@pytest.fixture(scope="module")
def package(trained, tmp_path_factory):
    """The model packaged for MLflow."""
    folder = tmp_path_factory.mktemp("packaged")
    trained.save(folder / "model")
    package_model(folder / "model", folder / "package")
    return folder / "package"


@pytest.fixture(scope="module")
def values(signals, trained):
    """Rows of signals as they come: some cells are missing, and one row knows nothing."""
    snapshots = snapshot_accounts(signals.views, pd.Timestamp(SCORED))
    values = build_matrix(signals, snapshots, trained.columns).values.head(20)
    return pd.concat(
        [values, pd.DataFrame([[np.nan] * values.shape[1]], columns=values.columns)], ignore_index=True
    )


def test_a_package_holds_text_and_no_pickle(package):
    names = {path.name for path in package.rglob("*") if path.is_file()}
    assert {"MLmodel", "model.txt", "model.json", "served.py", "input_example.json"} <= names
    assert not {
        name for name in names if name.endswith((".pkl", ".pickle", ".joblib", ".cloudpickle", ".pyc"))
    }


def test_the_signature_is_all_doubles_and_the_example_fits_it(package, trained):
    from mlflow.models import Model

    model = Model.load(package)
    assert {column.type.name for column in model.signature.inputs} == {"double"}
    assert model.signature.inputs.input_names() == trained.model.columns_
    example = model.load_input_example(str(package))
    assert list(answer(trained, example)) == [name for name, _ in answer_columns(trained.model.columns_)]
    assert model.signature.outputs.input_names() == list(answer(trained, example))


def test_another_process_loads_it_without_pickle_and_gives_the_same_bits(package, trained, values, tmp_path):
    values.to_parquet(tmp_path / "values.parquet")
    code = (
        "import mlflow.pyfunc, pandas, sys; folder, rows, out = sys.argv[1:];"
        "mlflow.pyfunc.load_model(folder).predict(pandas.read_parquet(rows)).to_parquet(out)"
    )
    words = [
        sys.executable,
        "-c",
        code,
        str(package),
        str(tmp_path / "values.parquet"),
        str(tmp_path / "out.parquet"),
    ]
    subprocess.run(words, check=True, env=ENVIRONMENT, cwd=tmp_path)
    told = pd.read_parquet(tmp_path / "out.parquet")
    pd.testing.assert_frame_equal(told, answer(trained, values), check_exact=True)
    np.testing.assert_array_equal(told["probability"], trained.model.predict_proba(values)[:, 1])


def test_answers_are_those_of_the_nightly_scores(market, signals, trained, values):
    from resellerrisk.pipeline import score

    nightly = score(market, trained, as_of=SCORED, signals=signals).scores.head(20)
    told = answer(trained, values).head(20)
    for name in ("score", "probability", "band", "base_value", "reason_1_signal", "reason_5_contribution"):
        np.testing.assert_array_equal(told[name], nightly[name])


@pytest.mark.parametrize("name", ["model.txt", "model.json"])
def test_a_changed_byte_is_refused_when_it_is_loaded(package, name, tmp_path):
    import shutil

    import mlflow.pyfunc

    shutil.copytree(package, tmp_path / "package")
    [path] = (tmp_path / "package" / "artifacts").rglob(name)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match="not as it was written|no model that can be read"):
        mlflow.pyfunc.load_model(str(tmp_path / "package"))


def test_columns_are_taken_by_name_and_a_missing_one_is_refused(package, trained, values):
    import mlflow.pyfunc
    from mlflow.exceptions import MlflowException

    model = mlflow.pyfunc.load_model(str(package))
    turned = values[values.columns[::-1]]
    pd.testing.assert_frame_equal(model.predict(turned), answer(trained, values), check_exact=True)
    with pytest.raises(MlflowException, match=values.columns[3]):
        model.predict(values.drop(columns=values.columns[3]))


@pytest.fixture
def server(package, tmp_path):
    """`mlflow models serve` on a free port, over its own interpreter."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [
        "models",
        "serve",
        "-m",
        str(package),
        "-p",
        str(port),
        "-h",
        "127.0.0.1",
        "--env-manager",
        "local",
    ]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with open(tmp_path / "server.log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", *words],
            env=ENVIRONMENT | {"PATH": path},
            cwd=tmp_path,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield _wait(f"http://127.0.0.1:{port}", process, tmp_path / "server.log")
    finally:
        os.killpg(process.pid, 15)
        process.wait(30)


def _wait(address: str, process, log: Path) -> str:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{address}/ping", timeout=2):
                return address
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, log.read_text()
            time.sleep(0.2)
    raise AssertionError(log.read_text())


def _ask(address: str, rows: pd.DataFrame) -> pd.DataFrame:
    data = [[None if np.isnan(value) else value for value in row] for row in rows.to_numpy().tolist()]
    split = {"columns": list(rows.columns), "data": data}
    request = urllib.request.Request(
        f"{address}/invocations",
        json.dumps({"dataframe_split": split}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answered:
        return pd.DataFrame(json.load(answered)["predictions"])


@pytest.mark.slow
def test_the_server_answers_a_request_as_the_library_does(server, trained, values):
    told, ours = _ask(server, values), answer(trained, values)
    assert list(told) == list(ours)
    np.testing.assert_allclose(told["probability"], ours["probability"], rtol=0, atol=1e-12)
    assert told["score"].tolist() == ours["score"].tolist()
    assert told["band"].tolist() == ours["band"].tolist()
    assert told["reason_1"].tolist() == ours["reason_1"].tolist()
    parts = told.filter(like="contribution_").drop(
        columns=told.filter(regex="^reason_").columns, errors="ignore"
    )
    margin = parts.sum(axis=1) + told["base_value"]
    np.testing.assert_allclose(margin, trained.model.margin(values), rtol=0, atol=1e-9)
    alone = _ask(server, values.iloc[[-1]])
    np.testing.assert_allclose(alone["probability"], ours["probability"].iloc[[-1]], rtol=0, atol=1e-12)


@pytest.mark.slow
def test_a_spark_column_of_answers_is_what_the_library_gives(package, trained, values, monkeypatch):
    import mlflow.pyfunc
    from pyspark.sql import SparkSession
    from pyspark.sql.functions import struct

    for name in ("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "MLFLOW_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, ENVIRONMENT[name])
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .getOrCreate()
    )
    try:
        told = "score long, probability double, band string, reason_1 string"
        judge = mlflow.pyfunc.spark_udf(spark, str(package), result_type=told, env_manager="local")
        frame = spark.createDataFrame(values.reset_index(names="row"))
        answered = frame.select("row", judge(struct(*values.columns)).alias("told")).select("row", "told.*")
        got, ours = answered.toPandas().set_index("row").sort_index(), answer(trained, values)
        np.testing.assert_allclose(got["probability"], ours["probability"], rtol=0, atol=1e-12)
        for name in ("score", "band", "reason_1"):
            assert got[name].tolist() == ours[name].tolist()
    finally:
        spark.stop()
