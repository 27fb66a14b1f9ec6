"""A real cluster, a master and two workers on loopback: the same bits, also when an executor is killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pandas as pd
import pytest

from .conftest import AS_OF, in_one_piece, read_all

pytestmark = pytest.mark.slow


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Cluster:
    """A master and two workers of one core each, from the pip package."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        self.folder, self.page = folder, free_port()
        port = free_port()
        self.master = f"spark://127.0.0.1:{port}"
        self.environment = os.environ | {
            "SPARK_HOME": str(Path(pyspark.__file__).parent),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_DIRS": str(folder / "local"),
            "PYSPARK_PYTHON": sys.executable,
            # Java compiles less: what runs for seconds is not worth its second compiler.
            "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1",
        }
        self.processes: list[subprocess.Popen] = []
        words = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", str(self.page)]
        self._start("master", "org.apache.spark.deploy.master.Master", *words)
        self._wait(0)
        for number in (1, 2):
            words = [
                "--host",
                "127.0.0.1",
                "--cores",
                "1",
                "--memory",
                "2g",
                "--webui-port",
                str(free_port()),
            ]
            words += ["--work-dir", str(folder / f"work-{number}"), self.master]
            self._start(f"worker-{number}", "org.apache.spark.deploy.worker.Worker", *words)
        self._wait(2)

    def _start(self, name: str, *words: str) -> None:
        command = [f"{self.environment['SPARK_HOME']}/bin/spark-class", *words]
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes.append(
                subprocess.Popen(
                    command, env=self.environment, stdout=log, stderr=log, start_new_session=True
                )
            )

    def state(self) -> dict:
        """What the master says of itself."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.page}/json/", timeout=10) as answer:
            return json.load(answer)

    def _wait(self, workers: int) -> None:
        for _ in range(600):
            assert all(process.poll() is None for process in self.processes), self.logs()
            try:
                if self.state()["aliveworkers"] >= workers:
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise AssertionError(self.logs())

    def logs(self) -> str:
        """The ends of all logs."""
        return "\n".join(path.read_text()[-2000:] for path in self.folder.glob("*.log"))

    def executors(self) -> list[int]:
        """Ids of the executors that these workers started."""
        parents = {process.pid for process in self.processes}
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((path / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if parent in parents and b"CoarseGrainedExecutorBackend" in (path / "cmdline").read_bytes():
                    found.append(int(path.name))
            except OSError:
                continue
        return sorted(found)

    def stop(self) -> None:
        """End what was started."""
        for process in reversed(self.processes):
            os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            process.wait(60)


@pytest.fixture
def cluster(tmp_path):
    """A cluster, stopped at the end."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    started = Cluster(folder)
    try:
        yield started
    finally:
        started.stop()


def kill_one_that_keeps_rows(cluster: Cluster, process: subprocess.Popen) -> None:
    """Kill an executor once checked rows lie on an executor's disk: its tasks and what it kept are lost."""
    for _ in range(3000):
        assert process.poll() is None, process.communicate()
        running = cluster.executors()
        if len(running) == 2 and any((cluster.folder / "local").rglob("rdd_*")):
            os.kill(running[0], signal.SIGKILL)
            return
        time.sleep(0.1)
    raise AssertionError(cluster.logs())


def test_a_killed_executor_changes_no_bit(cluster, market, market_folder, trained, tmp_path):
    trained.save(tmp_path / "model")
    words = ["score", market_folder, "--subject", "account", "--as-of", AS_OF, "--model", tmp_path / "model"]
    words += ["--engine", "spark", "--master", cluster.master, "--out", tmp_path / "spark"]
    command = [sys.executable, "-c", "from resellerrisk.cli import main; main()", *map(str, words)]
    process = subprocess.Popen(
        command, env=cluster.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        kill_one_that_keeps_rows(cluster, process)
        told, _ = process.communicate(timeout=1200)
    finally:
        process.kill()
    assert process.returncode == 0, told
    expected = in_one_piece(market, trained, tmp_path / "one", as_of=AS_OF)
    found = read_all(tmp_path / "spark")
    for name, frame in expected.items():
        ours, theirs = (one.drop(columns="scored_at", errors="ignore") for one in (found[name], frame))
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
    facts = json.loads((tmp_path / "spark" / "run.json").read_text())
    assert facts["scored"] == len(expected["scores"]) and facts["data_fingerprint"] == market.fingerprint
    executors = [folder.name for folder in cluster.folder.glob("work-*/app-*/*") if folder.is_dir()]
    assert len(executors) >= 3, "a new executor was started in place of the killed one"
