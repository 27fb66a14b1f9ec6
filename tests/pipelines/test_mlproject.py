"""The MLproject's entry points, as `mlflow run` calls them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent


def test_every_entry_point_calls_a_pipeline_with_options_that_it_has():
    project = yaml.safe_load((ROOT / "MLproject").read_text("utf-8"))
    for name, entry in project["entry_points"].items():
        told = subprocess.run(
            [sys.executable, "-m", f"pipelines.{name}", "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        words = entry["command"].split()
        assert words[:3] == ["python", "-m", f"pipelines.{name}"]
        assert all(word in told for word in words if word.startswith("--"))


@pytest.mark.slow
def test_mlflow_runs_the_watch(market_folder, tmp_path):
    words = ["run", str(ROOT), "-e", "watch", "--env-manager", "local"]
    for name, value in {"data": market_folder, "as_of": "2019-12-12", "out": tmp_path / "night"}.items():
        words += ["-P", f"{name}={value}"]
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path}/runs.db",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "RESELLERRISK_HOME": str(tmp_path / "home"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "mlflow", *words],
        check=False,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads((tmp_path / "night" / "watch.json").read_text("utf-8"))
    assert told["as_of"].startswith("2019-12-12")
