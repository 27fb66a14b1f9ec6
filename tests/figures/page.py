"""docs/figures.md from what the parts measured. Every number on that page is written here; nothing is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

_RANKINGS = {"": "this model", "logistic/": "logistic regression, same signals", "rule/": "one-line rule"}
_TITLES = {
    "account": "Accounts",
    "order": "Orders",
    "application": "Applications",
    "first_day": "The first day",
}
_TRACE = """\
Calibration of `source_probability`, all dates together, accounts active and not yet known: ten bins of equal width, Wilson's 95 % interval with an account at
several dates counted once. *Fake*: fake by then; *source*: fake by then, and copies laid to it by the truth at any time."""
_MATCHING = """\
Release names against titles, 427 real pairs. Six of the eight pairs that hold a film of another year than the release are put right by hand (the other two are not in the list)."""


def write_page(kept: Mapping, page: Path, *, own: tuple, as_of: str, judged: Sequence[str]) -> None:
    """Write the page.

    Parameters
    ----------
    kept : mapping of str
        By part what it measured.
    page : Path
    own : (settings, accounts, seed)
        The markets of our own.
    as_of, judged : str, sequence of str
        Moments of training and of judging.
    """
    settings, accounts, seed = own
    lines = [
        "# Figures",
        "",
        'Made by `make figures`; a part alone by `make figures PART="account trace"`, missing ones by `PART=missing`, the folder of the shared data by `SHARED=...`.',
        "`docs/figures.json` keeps them; this page is written from it.",
        "",
        f"Trained on what was known before {as_of}, judged on the truth at {', '.join(judged)} (orders and applications: all of the time after the training). Accounts that ordered in",
        "the last 180 days and are not yet known as fake. In brackets the middle 95 % of 500 draws of whole rings and accounts.",
        "",
        "## Harbour",
        "",
    ]
    for part in ("account", "first_day", "order", "application"):
        if part in kept:
            lines += [f"### {_TITLES[part]}", "", *_subject(kept[part]), ""]
    if "trace" in kept:
        lines += ["### Tracing alone", "", *_traced(kept["trace"]), ""]
    if "fairness" in kept:
        lines += [
            "### Honest shops held, and the price of holding all alike",
            "",
            *_fairness(kept["fairness"]),
            "",
        ]
    if any(setting in kept for setting in settings):
        lines += [
            "## Markets of our own",
            "",
            f"`resellerrisk simulate OUT --accounts {accounts} --seed {seed} --setting NAME`; the same commands, nothing tuned between, and no choice was ever made on this seed.",
            "",
        ]
    for setting in settings:
        if setting in kept:
            lines += [f"### {setting}", ""]
            for part in ("account", "first_day", "order", "application"):
                lines += [f"{_TITLES[part]}:", "", *_subject(kept[setting][part]), ""]
            lines += ["Tracing alone:", "", *_traced(kept[setting]["trace"]), ""]
    if "matching" in kept:
        lines += ["## Matching", "", *_matching(kept["matching"]), ""]
    if "speed" in kept:
        lines += ["## Speed", "", *_speed(kept["speed"]), ""]
    page.write_text("\n".join(lines).rstrip("\n") + "\n", "utf-8")


def table(names: Sequence[str], rows: Sequence[Sequence]) -> list[str]:
    """A table in Markdown.

    >>> table(["bin", "seen"], [["0-0.1", 0.25]])
    ['| bin | seen |', '| --- | --- |', '| 0-0.1 | 0.25 |']
    """
    lines = [list(names), ["---"] * len(names), *rows]
    return ["| " + " | ".join(str(cell) for cell in line) + " |" for line in lines]


def tell(figure: Mapping | None) -> str:
    """A figure with its interval.

    >>> tell({"value": 0.5, "low": 0.25, "high": 0.75, "note": ""}), tell(None)
    ('0.500 (0.250 to 0.750)', '')
    """
    if figure is None:
        return ""
    if figure["value"] is None:
        return figure["note"]
    between = "" if figure["low"] is None else f" ({figure['low']:.3f} to {figure['high']:.3f})"
    return f"{figure['value']:.3f}{between}"


def _subject(told: Mapping) -> list[str]:
    rankings = [name for name in _RANKINGS if name in told["rows"][0]]
    rows = [
        [row["figure"], *(tell(row[name]) for name in rankings), row[""]["fakes"] if row[""] else ""]
        for row in told["rows"]
    ]
    lines = table(["figure", *(_RANKINGS[name] for name in rankings), "fakes"], rows)
    if told["by_date"]:
        dates = ", ".join(f"{date} {value:.3f}" for date, value in told["by_date"].items())
        lines += ["", f"Average precision by date: {dates}."]
    if told.get("above_logistic"):
        lines += [
            "",
            f"Average precision above the logistic regression's, in the same draws: {tell(told['above_logistic'])}.",
        ]
    return [*lines, "", f"Serves: {told['conditions']['serves']}"]


def _fairness(told: Mapping) -> list[str]:
    lines = [
        "At the packaged settings; the least risky rows of a kind are released until its honest shops are held as often as all others "
        "(`resellerrisk evaluate`, docs/privacy.md). Each kind alone.",
    ]
    for subject, found in ((name, told[name]) for name in _TITLES if name in told):
        lines += ["", f"{_TITLES[subject]}: of all honest rows {_percent(found['all_honest'])} are held.", ""]
        lines += table(found["names"], found["rows"])
    return lines


def _percent(figure: Mapping) -> str:
    """A share with its interval.

    >>> _percent({"value": 0.015, "low": 0.01, "high": 0.02})
    '1.50 % (1.00 to 2.00)'
    """
    return f"{figure['value']:.2%} ({figure['low'] * 100:.2f} to {figure['high'] * 100:.2f})".replace(
        "%", " %", 1
    )


def _traced(told: Mapping) -> list[str]:
    rows = [
        [
            row["bin"], row["rows"], row["accounts"], f"{row['foretold']:.3f}",
            *(f"{row[event]:.3f} ({row[event + '_low']:.3f} to {row[event + '_high']:.3f})" for event in ("fake", "source")),
            "yes" if row["fake_within"] else "no",
        ]
        for row in told["calibration"]
    ]  # fmt: skip
    ranks = [
        [row["moment"], row["counted"], row["leaks"], f"{row['first']:.3f}", f"{row['three']:.3f}"]
        for row in told["ranks"]
    ]
    return [
        *_TRACE.split("\n"),
        "",
        *table(
            ["probability", "rows", "accounts", "foretold", "fake", "source", "foretold within (fake)"], rows
        ),
        "",
        "Where the true source stands among the accounts listed for a leak of ours:",
        "",
        *table(["date", "counted", "leaks", "first", "among three"], ranks),
    ]


def _matching(told: Mapping) -> list[str]:
    rows = [
        [
            row["way"],
            row["pairs"],
            row["matched"],
            row["right"],
            f"{row['precision']:.3f}",
            f"{row['recall']:.3f}",
        ]
        for row in told["figures"]
    ]
    lists = {
        "Put right": "put_right",
        "Not in the list of titles": "not_in_list",
        "Matched wrongly": "wrong",
        "Missed though in the list": "missed",
    }
    lines = [_MATCHING, "", *table(["counted", "pairs", "matched", "right", "precision", "recall"], rows)]
    for title, name in lists.items():
        cells = [entry.replace(" | ", ": *", 1).replace(" -> ", "* -> ", 1) for entry in told[name]]
        cells = [cell if "* -> " in cell else cell + "*" for cell in cells]
        lines += (
            ["", f"{title} ({len(cells)}):", "", *(f"- {cell}" for cell in cells)]
            if cells
            else ["", f"{title}: none."]
        )
    return lines


def _speed(told: Mapping) -> list[str]:
    rows = [
        [
            "read the files and train, with its judgement on later time",
            told["train"]["cpu_seconds"],
            told["train"]["seconds"],
        ],
        [
            f"read the files, score {told['accounts']:,} accounts with reasons and contributions, write",
            told["score"]["cpu_seconds"],
            told["score"]["seconds"],
        ],
    ]
    return [
        f"Harbour, {told['lines']:,} order lines, each in a process of its own, {told['processors']} processors. Seconds hold for an idle machine only; CPU seconds are of all threads.",
        "",
        *table(["what", "CPU seconds", "seconds"], rows),
    ]
