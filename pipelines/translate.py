"""The texts people read, collected from code, templates and signals; their catalogues checked and compiled.

``python -m pipelines.translate`` adds new texts to ``resellerrisk/translations/LANGUAGE.po`` (empty: they are to be written), drops
what is no longer said, and compiles every catalogue to ``.mo``. Exit code 2 where something is untranslated.
"""

from __future__ import annotations

import ast
import re
import sys
from datetime import UTC, datetime

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from resellerrisk.translations import FOLDER, LANGUAGES

ROOT = FOLDER.parent
_IN_TEMPLATE = re.compile(r'\b_\(\s*"((?:[^"\\]|\\.)*)"')
#: Catalogues tell no time, so that the same texts give the same bytes.
_NO_CLOCK = datetime(2026, 1, 1, tzinfo=UTC)
_HEAD = {
    "header_comment": "# What people read; made by python -m pipelines.translate, the words are written by hand.",
    "version": "1",
    "msgid_bugs_address": "-",
    "last_translator": "-",
    "language_team": "-",
}
_SLOT = re.compile(r"\{(\w*)\}")


def collect() -> dict[str, str | None]:
    """Every text by its English, with its plural where it has one, in the order of the house."""
    found: dict[str, str | None] = {}
    for path in sorted(ROOT.rglob("*.py")):
        for texts in _in_code(ast.parse(path.read_text("utf-8"))):
            found.setdefault(texts[0], texts[1])
    for path in sorted(ROOT.rglob("*.j2")):
        for text in _IN_TEMPLATE.findall(path.read_text("utf-8")):
            found.setdefault(text.replace('\\"', '"'), None)
    for one, many in [*_words(), *_units(), *_sentences()]:
        if many is not None or one not in found:
            found[one] = many
    return found


def _in_code(tree: ast.AST):
    """Texts given as they are to a language: ``text("...")`` and ``count("...", "...")``."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        told = [_literals(argument) for argument in node.args[:2]]
        if node.func.attr == "text":
            yield from ((text, None) for text in told[0])
        elif node.func.attr == "count" and len(told) == 2:
            yield from zip(told[0], told[1], strict=False)


def _literals(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return _literals(node.body) + _literals(node.orelse)
    return []


def _words():
    """Texts that stand in tables of words."""
    from resellerrisk.reasons import page, sentences
    from resellerrisk.signals.declare import FAMILIES

    tables = [value for name, value in sorted(vars(page).items()) if name.endswith("_WORDS")]
    for table in tables:
        for told in table.values() if isinstance(table, dict) else table:
            for text in told if isinstance(told, tuple) else (told,):
                yield text, None
    told = (*FAMILIES, *(family.capitalize() for family in FAMILIES))
    for text in (
        *told[: len(FAMILIES)],
        sentences.RAISES,
        sentences.LOWERS,
        sentences.UNKNOWN,
        sentences.POSITION,
    ):
        yield text, None
    for wording in (sentences.WITHIN, sentences.ALONE):
        yield from ((text, None) for text in wording)


def _units():
    """Units of the catalogue's columns, and the words of codes."""
    from resellerrisk.signals.catalogue import catalogue

    yield from (("{n} point down", "{n} points down"), ("{n} point up", "{n} points up"))
    for unit in dict.fromkeys(column.unit for column in catalogue().columns):
        yield from ((word, None) for word in unit.words)
        if unit.name and unit.name not in {"share", "points", "yes/no"} and not unit.words:
            yield f"{{n}} {unit.one or unit.name}", f"{{n}} {unit.name}"


def _sentences():
    """Meaning and sentences of every signal."""
    from resellerrisk.reasons.sentences import is_counted
    from resellerrisk.signals.catalogue import catalogue

    for column in catalogue().columns:
        declared = column.declaration
        if column.base:
            continue
        yield declared.meaning, None
        if declared.otherwise:
            yield declared.otherwise, None
        counted = is_counted(column) and not declared.otherwise
        yield (
            (declared.reason_one or declared.reason, declared.reason) if counted else (declared.reason, None)
        )


def find_faults(tag: str, texts: dict[str, str | None]) -> list[str]:
    """What is wrong with a catalogue: texts untranslated, slots that differ, texts that nobody says any more."""
    catalog, faults = _read(tag), []
    for one, many in texts.items():
        message = catalog.get(one)
        told = message.string if message is not None else ""
        forms = told if isinstance(told, tuple) else (told,)
        if not all(forms) or len(forms) != (1 if many is None else 2):
            faults.append(f"{tag}: not translated: {one}")
            continue
        wanted = set(_SLOT.findall(many or one))
        if (
            any(set(_SLOT.findall(form)) != wanted for form in forms[-1:])
            or not set(_SLOT.findall(forms[0])) <= wanted
        ):
            faults.append(f"{tag}: other slots than the English: {one}")
    faults += [f"{tag}: nobody says any more: {message.id}" for message in catalog if _gone(message, texts)]
    return faults


def _gone(message, texts: dict[str, str | None]) -> bool:
    name = message.id[0] if isinstance(message.id, tuple) else message.id
    return bool(name) and name not in texts


def _read(tag: str) -> Catalog:
    path = FOLDER / f"{tag}.po"
    if not path.is_file():
        return Catalog(locale=tag, domain="resellerrisk")
    with path.open("rb") as file:
        return read_po(file, locale=tag, domain="resellerrisk")


def write(tag: str, catalog: Catalog) -> None:
    """Write a catalogue, and compiled beside it; the same texts give the same bytes."""
    with (FOLDER / f"{tag}.po").open("wb") as file:
        write_po(file, catalog, width=120, no_location=True, omit_header=False, sort_output=False)
    with (FOLDER / f"{tag}.mo").open("wb") as file:
        write_mo(file, catalog)


def bring_up_to_date(tag: str, texts: dict[str, str | None], told: dict | None = None) -> None:
    """Add new texts to a catalogue, drop those that are gone, keep or take over what is translated, and compile it."""
    old = _read(tag)
    new = Catalog(locale=tag, domain="resellerrisk", project="resellerrisk", fuzzy=False, **_HEAD)
    new.creation_date = new.revision_date = _NO_CLOCK
    for one, many in texts.items():
        there = old.get(one)
        string = (told or {}).get(one) or (there.string if there is not None else None)
        plain = "" if many is None else ("", "")
        fits = string and isinstance(string, tuple) == (many is not None)
        new.add(one if many is None else (one, many), string if fits else plain)
    write(tag, new)


def main() -> int:
    """Bring all catalogues up to date; what is missing is printed."""
    texts, faults = collect(), []
    for tag in LANGUAGES[1:]:
        bring_up_to_date(tag, texts)
        faults += find_faults(tag, texts)
    print("\n".join(faults) or f"{len(texts)} texts in {len(LANGUAGES)} languages.")
    return 2 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
