"""The model card: what a model is for, what it was made from, how it did, for whom it does worse, and what it does not know.

It is written by the training from what it knows; nobody fills it in. Nothing is measured here.
"""

from __future__ import annotations

import pandas as pd

from resellerrisk import __version__
from resellerrisk.evaluation.evaluation import Evaluation, print_table
from resellerrisk.pipeline import Trained
from resellerrisk.pipeline.training import SERVES

USES = {
    "application": "to order the queue of new applications. On the day of applying the form says little: do no more with it.",
    "account": "to choose which accounts a person looks at, and which get their discs on the street date only.",
    "order": "to choose which lines before their street date are held back, and which orders a person looks at.",
}
NOT_FOR = (
    "Closing an account or telling others about it without a person who looked. A score is no finding of guilt.",
    "Accounts of another distributor, before its own outcomes were learnt from.",
    "Judging people: it knows accounts and orders only.",
)
LIMITS = (
    "Fakes that nobody found stand among the unlabelled. Counted as honest they make every figure here a lower bound of "
    "precision, and recall speaks of the found ones only.",
    "The outcomes are those that reviews and investigations happened to find; kinds of fakes that were never looked for are not in them.",
    "A leak proves nothing about one reseller, and a broken street date is not piracy; both are signals, no more.",
)
_UNLABELLED = {
    "doubtful_left_out": "counted as honest, without the few that look most like confirmed fakes",
    "negative": "counted as honest",
    "left_out": "left out",
}


def write_card(trained: Trained, evaluation: Evaluation | None, note: str, strongest: list[str]) -> str:
    """The card as Markdown.

    Parameters
    ----------
    trained : Trained
    evaluation : Evaluation or None
        Of the time that its training held out.
    note : str
        Why there is none.
    strongest : list of str
        Signals with the largest mean contribution, strongest first.

    Returns
    -------
    str
    """
    facts, subject = trained.facts, trained.subject
    parts = [
        f"# The {subject} model trained on what was known before {facts['as_of'][:10]}",
        "## What it is for",
        f"It ranks {subject}s by the probability that the account is a fake retailer, {USES[subject]}",
        "Not for:",
        _list(NOT_FOR),
        "## What it was made from",
        _table(_made_from(trained)),
        "## What moves it most",
        _list(f"`{name}`: {_meaning(trained, name)}" for name in strongest) or "Nothing moves it.",
        "## How it did on time held out",
        *(_figures(evaluation) if evaluation else [note]),
        "## What it does not know",
        _list([*LIMITS, *filter(None, [trained.model.training_["note"]])]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _made_from(trained: Trained) -> pd.DataFrame:
    facts, training = trained.facts, trained.model.training_
    line = trained.model.calibration_
    told = {
        "Data": f"fingerprint {facts['data_fingerprint'][:16]}, rows known before {facts['as_of']} UTC",
        "Snapshots": f"{facts['snapshots']:,} of {facts['accounts']:,} accounts, {facts['positive_snapshots']:,} of them positive",
        "Confirmed fakes": f"{facts['fakes']}, positive from {facts['lead_days']} days before the decision",
        "Accounts nobody decided about": _UNLABELLED[facts["unlabelled"]],
        "Signals": f"{facts['signals']}, hash {facts['signals_hash'][:16]} (signals.csv)",
        "Serves": f"{SERVES[facts['serves']]}. {facts['why']}",
        **_grown(training),
        "Calibration": f"{line.slope:.3f} x margin {line.intercept:+.3f}",
        "Seed": str(facts["seed"]),
        "Program": __version__,
    }
    return pd.DataFrame({"What": told.keys(), "Which": told.values()})


def _grown(training: dict) -> dict[str, str]:
    """How boosted trees were grown; nothing where none serve."""
    if training["kind"] != "boosted":
        return {}
    return {
        "Trees": f"{' and '.join(map(str, training['trees']))}, stopped and calibrated on {training['validation_rows']:,} rows "
        f"({training['split']} split)",
        "Beside them": f"an additive model of {training.get('additive_columns', 0)} signals",
    }


def _figures(evaluation: Evaluation) -> list[str]:
    told = [
        (title, text, figure["accounts"], figure["fakes"])
        for title, _, text, figure in evaluation.headlines()
    ]
    names = ["Figure", "Value (95 % interval)", "Accounts", "Fakes"]
    conditions = [f"{name}: {value}" for name, value in evaluation.conditions.items()]
    parts = [
        "The same training, done earlier, judged on what came after it and was known before this training:",
        _list(conditions),
        _table(pd.DataFrame(told, columns=names)),
        "### By group: honest shops held at the packaged settings",
        _table(print_table(evaluation.tables["honest"])),
        "### What it would cost to hold all honest shops alike",
        _gaps(evaluation),
        "### Declared directions that the data contradict",
    ]
    contradicted = evaluation.tables.get("directions", pd.DataFrame())
    parts.append(
        _table(print_table(contradicted)) if len(contradicted) else "None that the data suffice to judge."
    )
    return [*parts, _list(evaluation.notes)]


def _gaps(evaluation: Evaluation) -> str:
    gaps = evaluation.tables["gaps"]
    return _table(print_table(gaps)) if len(gaps) else "No kind of shop is told."


def _meaning(trained: Trained, name: str) -> str:
    return next(column.declaration.meaning for column in trained.columns if column.name == name)


def _list(items) -> str:
    return "\n".join(f"- {item}" for item in items)


def _table(frame: pd.DataFrame) -> str:
    """A table in Markdown.

    >>> print(_table(pd.DataFrame({"a": ["x|y"], "b": [1]})))
    | a | b |
    | --- | --- |
    | x\\|y | 1 |
    """
    rows = [frame.columns, ["---"] * frame.shape[1], *frame.itertuples(index=False)]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows)


def _cell(cell: object) -> str:
    return " ".join(str(cell).replace("|", "\\|").replace("<", "&lt;").split())
