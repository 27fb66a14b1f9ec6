"""The declarations against the contract's words, and the data dictionary against the declarations."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from resellerrisk import vocabulary
from resellerrisk.tables import TABLES, data_dictionary
from resellerrisk.tables.declare import Kind

ROOT = Path(__file__).resolve().parents[2]


def test_the_tables_are_those_of_the_vocabulary():
    assert tuple(TABLES) == ("accounts", "titles", *(name for name in vocabulary.TABLES[2:]))
    assert tuple(name for name, table in TABLES.items() if table.required) == vocabulary.REQUIRED_TABLES


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_a_declaration_names_only_columns_it_has(table):
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))
    named = {*table.key, *(name for pair in table.in_order for name in pair), table.known_at} - {""}
    assert named <= set(names)
    for column in table.columns:
        assert column.meaning.endswith(".")
        assert bool(column.allowed) == (column.kind is Kind.WORD)
        assert not column.refers_to or list(TABLES).index(column.refers_to) < list(TABLES).index(table.name)
        if column.name in {*table.key, table.known_at}:
            assert column.required


def test_the_data_dictionary_in_the_repository_is_the_one_of_the_declarations():
    written = (ROOT / "data" / "dictionary.md").read_text(encoding="utf-8")
    assert written == data_dictionary(), "python -m resellerrisk.tables.dictionary > data/dictionary.md"


def test_every_table_and_column_stands_in_the_data_dictionary():
    text = data_dictionary()
    for table in TABLES.values():
        section = text.split(f"\n## {table.name} (")[1].split("\n## ")[0]
        for column in table.columns:
            assert f"| `{column.name}` |" in section
            assert all(f"`{word}`" in section for word in column.allowed)


def test_naming_the_room_loads_no_heavy_library():
    asked = "import resellerrisk.tables, resellerrisk.tables.schemas, sys; print({'pandas', 'pandera'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, cwd=ROOT, check=True)
    assert run.stdout.strip() == "set()"
