"""What every test shares: where the markets are, and hypothesis without deadlines (compiled code is slow the first time)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("plain", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("plain")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared real data; tests that want it are skipped where it is absent."""
    folder = Path(os.environ.get("RESELLERRISK_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        pytest.skip("the shared data is not here")
    return folder
