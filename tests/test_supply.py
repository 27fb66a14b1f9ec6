"""What demo and container install: every file by its hash, the versions of the lock; the container's user is not root and holds no secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONTAINER = ROOT / "Containerfile"


def pinned(name: str) -> dict[str, str]:
    """The versions that a file of requirements names."""
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*?\])?==(\S+)", (ROOT / name).read_text("utf-8"), re.M)
    return {re.sub(r"[-_.]+", "-", library).lower(): version for library, version in found}


def instructions() -> list[tuple[str, str]]:
    """The Containerfile's instructions and their words, its comments left out."""
    lines = [line for line in CONTAINER.read_text("utf-8").splitlines() if not line.startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in whole.splitlines() if line.strip()]


def test_the_hashed_versions_are_those_of_the_lock():
    lock, hashed = pinned("requirements.lock"), pinned("requirements.hashed")
    assert len(hashed) > 100 and "setuptools" in hashed
    assert {name: lock.get(name) for name in hashed} == hashed


def test_every_library_that_is_needed_is_hashed():
    import configparser

    read = configparser.ConfigParser()
    read.read(ROOT / "setup.cfg")
    extras = read["options.extras_require"]
    wanted = [read["options"]["install_requires"], extras["review"], extras["postgres"], extras["duckdb"]]
    names = {
        re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", line)[0]).lower()
        for line in "\n".join(wanted).split()
        if re.match(r"[A-Za-z]", line)
    }
    assert names <= set(pinned("requirements.hashed"))


def test_each_hashed_version_has_a_hash():
    blocks = re.split(r"^(?=[A-Za-z0-9])", (ROOT / "requirements.hashed").read_text("utf-8"), flags=re.M)
    assert [block for block in blocks if "==" in block and "--hash=sha256:" not in block] == []


def test_the_container_runs_as_a_user_without_rights():
    last = [words for word, words in instructions() if word in ("FROM", "USER")]
    assert last[-1].isdigit() and int(last[-1]) > 0
    words = [word for word, _ in instructions()]
    after = words[len(words) - words[::-1].index("USER") :]
    assert set(after) <= {"ENV", "WORKDIR", "ENTRYPOINT"}


def test_the_container_installs_by_hash_and_nothing_else():
    for word, words in instructions():
        for step in words.split("&&") if word == "RUN" else ():
            if "pip install" in step:
                by_hash = "--require-hashes -r requirements.hashed" in step
                assert by_hash or ("--no-deps" in step and "--no-build-isolation" in step), step


@pytest.mark.parametrize("secret", ["password", "secret", "token", "PGPASS", ".env", "id_rsa", ".pgpass"])
def test_the_container_copies_what_it_needs_by_name_and_nothing_secret(secret):
    copied = [words for word, words in instructions() if word in ("COPY", "ADD")]
    assert copied and not any(words.split()[0] in (".", "./", "*") for words in copied)
    assert not any(secret.lower() in f"{word} {words}".lower() for word, words in instructions())
