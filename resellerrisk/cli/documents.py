"""Pages of the documentation that are written from the code: commands, catalogue, data dictionary, Python names.

`python -m resellerrisk.cli.documents` writes them into docs/; a test holds them to the code. It is also mkdocs' hook: links of a page that
lead out of docs/ become what the site has for them.
"""

from __future__ import annotations

import inspect
import re
import sys
from importlib import import_module
from pathlib import Path

_EDIT = "Written from the code by `python -m resellerrisk.cli.documents`; do not edit it here."


def write_documents(folder: Path) -> list[Path]:
    """Write every generated page.

    Parameters
    ----------
    folder : Path
        docs/ of the repository.

    Returns
    -------
    list of Path
    """
    from resellerrisk.jobs import write_whole

    written = []
    for name, write in PAGES.items():
        write_whole(folder / name, write())
        written.append(folder / name)
    return written


def list_commands() -> str:
    """Every command with its arguments and options, as markdown."""
    lines = ["# Commands", "", _EDIT, ""]
    for name, command in sorted(all_commands().items()):
        lines += [f"## {name}", "", (command.help or "").strip(), ""]
        rows = [
            _describe(parameter) for parameter in command.params if not getattr(parameter, "hidden", False)
        ]
        if rows:
            lines += ["| | what it does | otherwise |", "| --- | --- | --- |", *rows, ""]
    return "\n".join(lines)


def all_commands() -> dict[str, object]:
    """The commands by what a user types, groups gone through; `resellerrisk` itself holds the options of all."""
    import typer

    from resellerrisk.cli.app import COMMANDS, app

    for module in COMMANDS:
        import_module(f"resellerrisk.cli.{module}")
    return _walk("resellerrisk", typer.main.get_command(app))


def _walk(name: str, command) -> dict[str, object]:
    found = {name: command}
    for word, below in getattr(command, "commands", {}).items():
        found |= _walk(f"{name} {word}", below)
    return found


def _describe(parameter) -> str:
    if parameter.param_type_name == "argument":
        shown, told = f"`{parameter.metavar or parameter.name.upper()}`", parameter.help or ""
    else:
        shown = ", ".join(f"`{word}`" for word in [*parameter.opts, *parameter.secondary_opts])
        told = parameter.help or ""
    default = parameter.default
    otherwise = (
        "required"
        if parameter.required
        else ""
        if default in (None, False, (), []) or callable(default)
        else f"`{default}`"
    )
    return f"| {shown} | {told.replace('|', '·')} | {otherwise} |"


def list_signals() -> str:
    """The catalogue of signals, by family, as markdown."""
    from resellerrisk.signals.catalogue import catalogue

    frame = catalogue().to_frame()
    lines = [
        "# Catalogue of signals",
        "",
        _EDIT,
        "",
        f"{len(frame)} columns. `resellerrisk signals` prints the same.",
        "",
    ]
    for family, rows in frame.groupby("family", sort=True):
        names = [name for name in frame.columns if name != "family"]
        lines += [f"## {family}", "", "| " + " | ".join(names) + " |", "| --- " * len(names) + "|"]
        for row in rows[names].astype(str).to_numpy():
            lines.append(
                "| "
                + " | ".join(" ".join(cell.split()).replace("|", "·").replace("<", "&lt;") for cell in row)
                + " |"
            )
        lines.append("")
    return "\n".join(lines)


def list_names() -> str:
    """The public names of `import resellerrisk`, with signature and docstring, as markdown."""
    import resellerrisk

    lines = ["# Python", "", _EDIT, "", "`import resellerrisk as rr` gives these names and no others.", ""]
    for name in sorted(resellerrisk.__all__):
        thing = getattr(resellerrisk, name)
        lines += [f"## {name}", ""]
        if callable(thing):
            lines += ["```python", _sign(name, thing), "```", ""]
        lines += ["```text", inspect.cleandoc(thing.__doc__ or ""), "```", ""]
    return "\n".join(lines)


def _sign(name: str, thing) -> str:
    try:
        signature = inspect.signature(thing)
    except ValueError:
        return name
    bare = [
        parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()
    ]
    told = str(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty))
    return re.sub(r" at 0x[0-9a-f]+", "", f"rr.{name}{re.sub('<factory>', '...', told)}")


def dictionary() -> str:
    """The data dictionary as a page of the site."""
    from resellerrisk.tables import data_dictionary

    return data_dictionary()


PAGES = {
    "cli.md": list_commands,
    "catalogue.md": list_signals,
    "api.md": list_names,
    "dictionary.md": dictionary,
}


def on_page_markdown(markdown: str, **_: object) -> str:
    """Mkdocs' hook: a link that leads out of docs/ becomes the page the site has, or the path's name."""
    return re.sub(r"\[([^\]]*)\]\((\.\./[^)\s]+)\)", _lead_inside, markdown)


def on_post_page(output: str, **_: object) -> str:
    """Mkdocs' hook: nothing is fetched from elsewhere when a page is opened; search then wants a server, such as `mkdocs serve`."""
    return re.sub(r'<script src="https?://[^"]*"></script>', "", output)


def _lead_inside(link: re.Match) -> str:
    """One link.

    >>> on_page_markdown("[the dictionary](../data/dictionary.md), [code](../resellerrisk/errors.py), [here](scale.md)")
    '[the dictionary](dictionary.md), code (`resellerrisk/errors.py`), [here](scale.md)'
    """
    words, target = link.group(1), link.group(2).removeprefix("../")
    if target == "data/dictionary.md":
        return f"[{words}](dictionary.md)"
    return f"`{target}`" if words.strip("`") == target else f"{words} (`{target}`)"


if __name__ == "__main__":
    for path in write_documents(Path(sys.argv[1] if len(sys.argv) > 1 else "docs")):
        print(path)
