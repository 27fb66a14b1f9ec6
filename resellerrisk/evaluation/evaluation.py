"""An evaluation: figures, tables and curves with the conditions they hold under, as JSON and as Markdown.

The page is the business of `page`, drawing of `plots`. Nothing is measured here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from resellerrisk.evaluation.figures import Figure
from resellerrisk.evaluation.words import (
    HEADLINES,
    SECTIONS,
    Section,
    name_column,
    name_figure,
    show,
    show_figure,
    show_range,
)

#: Version of the JSON layout; goes up when a name in it changes.
JSON_LAYOUT = 1


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How good scores were, on what turned out.

    Attributes
    ----------
    subject : {"application", "account", "order"}
        What was scored.
    conditions : dict of str to str
        What the figures hold under: data, training moment, scored moments, model version, labels.
    figures : dict of str to Figure
        ``[ranking/ or group/]measure[/moment]`` -> value, low, high (95 %), rows, accounts, fakes, note.
        Plain values; a value is None where it could not be measured, and the note says why.
    tables : dict of DataFrame
        Raw numbers; an interval stands in ``x_low`` and ``x_high`` beside ``x``.
    curves : dict of DataFrame
        What the plots draw.
    notes : list of str
        What a reader must know before reading a figure.
    """

    subject: str
    conditions: dict[str, str]
    figures: dict[str, Figure]
    tables: dict[str, pd.DataFrame]
    curves: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def values(self) -> dict[str, float]:
        """Every figure that was measured, as one flat dict of plain numbers; what a tracking store takes."""
        return {name: figure["value"] for name, figure in self.figures.items() if figure["value"] is not None}

    def headlines(self) -> Iterator[tuple[str, str, str, Figure]]:
        """The main figures: title, meaning, what is told, and the figure."""
        for name in HEADLINES[self.subject]:
            if name in self.figures:
                word, figure = name_figure(name), self.figures[name]
                yield word.title, word.meaning, show_figure(name, figure), figure

    def sections(self) -> Iterator[tuple[Section, list[pd.DataFrame]]]:
        """The sections that hold a table, with the tables as texts."""
        for section in SECTIONS:
            tables = [
                print_table(self.tables[name]) for name in section.tables if len(self.tables.get(name, ()))
            ]
            if tables:
                yield section, tables

    def to_markdown(self) -> str:
        """The report as Markdown, without plots."""
        lines = [f"# How good the {self.subject} scores were", ""]
        lines += [f"- {_escape(name)}: {_escape(value)}" for name, value in self.conditions.items()] + [""]
        lines += [line for note in self.notes for line in (f"> {_escape(note)}", "")]
        told = [
            (title, text, f"{figure['accounts']:,}", f"{figure['fakes']:,}")
            for title, _, text, figure in self.headlines()
        ]
        lines += _write_table(("Figure", "Value (95 % interval)", "Accounts", "Fake accounts"), told)
        for section, tables in self.sections():
            lines += [f"## {section.title}", "", section.text, ""]
            for table in tables:
                lines += _write_table(tuple(table.columns), table.itertuples(index=False))
        return "\n".join(lines)

    def to_json(self, path: str | Path) -> Path:
        """Write conditions, notes, figures, tables and curves as JSON; missing numbers become null."""
        path = Path(path)
        content = {
            "layout": JSON_LAYOUT,
            "subject": self.subject,
            "conditions": self.conditions,
            "notes": self.notes,
            "figures": self.figures,
            "tables": {name: _to_records(frame) for name, frame in self.tables.items()},
            "curves": {name: _to_records(frame) for name, frame in self.curves.items()},
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )
        return path

    def write_html(self, path: str | Path) -> Path:
        """Write the report as one self-contained page with plots."""
        from resellerrisk.evaluation.page import write_page  # late: loads matplotlib

        return write_page(self, path)


def print_table(frame: pd.DataFrame) -> pd.DataFrame:
    """A table as a person reads it: titles for names, texts for numbers, an interval in its value's cell.

    >>> print_table(pd.DataFrame({"ranking": ["this model"], "cost_share": [0.5], "cost_share_low": [0.4],
    ...                           "cost_share_high": [0.6]})).iloc[0].to_dict()
    {'Ranking': 'this model', 'Of releasing everything': '50.0%\\n(40.0% to 60.0%)'}
    """
    ends = {name + end for name in frame for end in ("_low", "_high") if name + end in frame}
    columns = {}
    for name in [name for name in frame if name not in ends]:
        word = name_column(name)
        if f"{name}_low" in frame and f"{name}_high" in frame:
            cells = zip(frame[name], frame[f"{name}_low"], frame[f"{name}_high"], strict=True)
            columns[word.title] = [show_range(*cell, word.kind) for cell in cells]
        else:
            columns[word.title] = [show(value, word.kind) for value in frame[name]]
    return pd.DataFrame(columns)


def _to_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    def plain(value: Any) -> Any:
        value = value.item() if hasattr(value, "item") else value
        return None if value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)) else value

    return [{str(name): plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _write_table(titles: tuple[str, ...], rows: Iterable[Iterable[object]]) -> list[str]:
    lines = [
        "| " + " | ".join(map(_escape, titles)) + " |",
        "|" + " --- |" * len(titles),
    ]
    return [*lines, *("| " + " | ".join(map(_escape, row)) + " |" for row in rows), ""]


def _escape(text: object) -> str:
    """Text that starts no table cell, no HTML and no new line in Markdown."""
    return " ".join(str(text).replace("|", "\\|").replace("<", "&lt;").split())
