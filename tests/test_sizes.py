"""Files over 400 lines and functions over 40 stand in CONTRIBUTING.md with a reason."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
CODE = sorted([*(ROOT / "resellerrisk").rglob("*.py"), *(ROOT / "pipelines").rglob("*.py")])
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
LONGEST_FILE, LONGEST_FUNCTION = 400, 40


def count_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body without its docstring."""
    body = function.body
    if (
        isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        body = body[1:]
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def find_long() -> tuple[dict[str, int], dict[str, int]]:
    """Files and functions that are longer than they should be, with their lines."""
    files, functions = {}, {}
    for path in CODE:
        text, name = path.read_text("utf-8"), path.relative_to(ROOT).as_posix()
        if text.count("\n") > LONGEST_FILE:
            files[name] = text.count("\n")
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and count_lines(node) > LONGEST_FUNCTION
            ):
                functions[f"{name}: {node.name}"] = count_lines(node)
    return files, functions


def told(heading: str) -> dict[str, str]:
    """The list below a heading of CONTRIBUTING.md: what is named, and the reason."""
    part = TEXT.split(f"{heading}\n", 1)[1].split("\n\n", 1)[0]
    return dict(re.findall(r"^- `([^`]+)`: (.+)$", part, re.M))


def test_every_long_file_and_function_is_named_with_a_reason():
    files, functions = find_long()
    assert set(files) <= set(told("Files over 400 lines:")), files
    assert set(functions) <= set(told("Functions over 40 lines (without their docstring):")), functions


def test_what_is_named_is_there():
    for name in told("Files over 400 lines:"):
        assert (ROOT / name).is_file(), name
    for name in told("Functions over 40 lines (without their docstring):"):
        path, function = name.split(": ")
        assert f"def {function}(" in (ROOT / path).read_text("utf-8"), name
