"""`resellerrisk review` as a person starts it."""

from __future__ import annotations

import re
import subprocess
import sys

import httpx2
import pytest

from resellerrisk.desk.web.serving import serve
from resellerrisk.errors import InputError
from tests.desk.web.conftest import PASSWORD


def start(home, *options: str) -> subprocess.Popen:
    code = "from resellerrisk.cli import main; main()"
    command = [sys.executable, "-c", code, "--home", str(home), "review", "--port", "0", *options]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def test_the_first_start_prints_a_link_for_the_admin_and_a_later_one_none(tmp_path, monkeypatch):
    monkeypatch.delenv("RESELLERRISK_DESK_URL", raising=False)
    desk = start(tmp_path)
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+", desk.stderr.readline())[0]
        desk.stderr.readline()
        link = desk.stderr.readline().strip()
        assert link.startswith(f"{address}/welcome?token=")
        told = {"token": link.partition("=")[2], "name": "mira", "password": PASSWORD, "again": PASSWORD}
        assert httpx2.post(f"{address}/welcome", data=told).status_code == 303
    finally:
        desk.terminate()
        desk.communicate(timeout=20)
    desk = start(tmp_path)
    try:
        assert "Review desk: http://127.0.0.1:" in desk.stderr.readline()
    finally:
        desk.terminate()
        assert "welcome" not in desk.communicate(timeout=20)[1]


def test_all_addresses_want_a_name(tmp_path):
    desk = start(tmp_path, "--host", "0.0.0.0")
    told = desk.communicate(timeout=60)[1]
    assert desk.returncode == 2 and "--name desk.example" in told


def test_a_port_in_use_is_told():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match="cannot be listened on"):
            serve(None, "127.0.0.1", taken.getsockname()[1], print)
