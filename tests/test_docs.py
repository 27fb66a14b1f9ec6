"""The documentation keeps its promises: it builds without a warning, every option has its words, and its examples run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from resellerrisk.cli.documents import PAGES, all_commands, list_commands, write_documents

ROOT = Path(__file__).parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
COMMANDS = all_commands()


def test_the_site_builds_without_a_warning_and_opens_without_a_network(tmp_path):
    pytest.importorskip("mkdocs")
    source = tmp_path / "docs"
    shutil.copytree(ROOT / "docs", source)
    write_documents(source)
    config = (ROOT / "mkdocs.yml").read_text("utf-8").replace("docs_dir: docs", f"docs_dir: {source}")
    config = config.replace("  - resellerrisk/", f"  - {ROOT}/resellerrisk/")
    (tmp_path / "mkdocs.yml").write_text(config, "utf-8")
    words = [
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--quiet",
        "-f",
        tmp_path / "mkdocs.yml",
        "-d",
        tmp_path / "site",
    ]
    built = subprocess.run(
        [sys.executable, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )
    assert (built.returncode, built.stderr) == (0, "")
    for page in (*PAGES, "index.md", "tutorial.md"):
        text = (tmp_path / "site" / page).with_suffix(".html").read_text("utf-8")
        fetched = re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="(https?:)?//', text)
        assert not fetched, page


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_has_words_and_stands_on_the_page_of_commands(name):
    page, command = list_commands(), COMMANDS[name]
    assert f"\n## {name}\n" in page and (command.help or "").strip()
    for parameter in command.params:
        assert (getattr(parameter, "help", "") or "").strip(), parameter.name
        for word in parameter.opts if parameter.param_type_name == "option" else ():
            assert f"`{word}`" in page


def _told_commands():
    for path in [*DOCS, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        if path.name in PAGES:
            continue
        for line in re.findall(r"(?:^|`)(resellerrisk [a-z][^`\n#|]*)", path.read_text("utf-8"), re.M):
            yield path.name, line.strip()


@pytest.mark.parametrize(("page", "line"), sorted(set(_told_commands())))
def test_a_command_that_a_page_names_is_there_with_its_options(page, line):
    words = [word for word in re.split(r"\s+", line.rstrip(".,;:)")) if word]
    name = next((" ".join(words[:n]) for n in (3, 2) if " ".join(words[:n]) in COMMANDS), None)
    assert name, f"{page}: {line}"
    known = {
        word for parameter in COMMANDS[name].params for word in [*parameter.opts, *parameter.secondary_opts]
    }
    known |= {word for parameter in COMMANDS["resellerrisk"].params for word in parameter.opts} | {"--help"}
    for option in re.findall(r"(?:^|\s)(--[a-z][a-z-]*)", line):
        assert option in known, f"{page}: {line}"


@pytest.fixture(scope="module")
def lived_in(market_folder, tmp_path_factory):
    """A folder with a market as a reader of the pages would have it."""
    place = tmp_path_factory.mktemp("reader")
    for name in ("my-market", "export"):
        shutil.copytree(market_folder, place / name)
    return place


@pytest.mark.parametrize("page", ["quick-start.md", "how-to-science.md"])
def test_the_python_of_a_page_runs(page, lived_in, monkeypatch):
    monkeypatch.chdir(lived_in)
    names: dict = {}
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / page).read_text("utf-8"), re.S)
    assert blocks
    for block in blocks:
        exec(block, names)


@pytest.mark.slow
@pytest.mark.parametrize("page", ["quick-start.md", "tutorial.md"])
def test_the_commands_of_a_page_run_one_after_the_other(page, lived_in, monkeypatch, capsys):
    from resellerrisk.cli import main

    monkeypatch.chdir(lived_in)
    monkeypatch.delenv("RESELLERRISK_HOME", raising=False)
    shutil.rmtree(lived_in / "my-market")
    lines = "".join(
        re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / page).read_text("utf-8"), re.S)
    ).splitlines()
    assert len(lines) >= 4
    for line in lines:
        monkeypatch.setattr(sys, "argv", shlex.split(line))
        with pytest.raises(SystemExit) as left:
            main()
        assert not left.value.code, (line, capsys.readouterr().err)
    if not (lived_in / "my-market").exists():
        (lived_in / "my-market").mkdir()
