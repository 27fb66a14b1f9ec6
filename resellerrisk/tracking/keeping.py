"""Training as an act that is written down: the model, what its held-out time gave, its report, a run, a ledger entry.

Promoting is another act (`tracking.promotion`): a training at most names a challenger.
"""

from __future__ import annotations

import errno
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from resellerrisk.decisions import Settings, read_settings
from resellerrisk.errors import InputError, ModelError, of_the_machine
from resellerrisk.evaluation import Evaluation
from resellerrisk.matrix import prepare_signals
from resellerrisk.pipeline import Trained
from resellerrisk.pipeline.held_out import hold_out
from resellerrisk.pipeline.training import fit, training_set
from resellerrisk.signals.compute import Signals
from resellerrisk.tables import Market, as_utc
from resellerrisk.tracking.home import Home
from resellerrisk.tracking.loading import load
from resellerrisk.tracking.promotion import ledger_of, name_challenger
from resellerrisk.vocabulary import SUBJECTS, UNLABELLED


@dataclass(frozen=True, eq=False)
class Kept:
    """A training that was kept.

    Attributes
    ----------
    trained : Trained
        Under its version ``SUBJECT/NUMBER``.
    version : int
    new : bool
        False where the very same model, to the byte, was there already; then nothing was written.
    serves, challenges : bool
        What it is now.
    report : Path
        The folder of its report: card.md, evaluation.html, pictures.
    evaluation : Evaluation or None
        Of its held-out time.
    note : str
        Why there is none.
    """

    trained: Trained = field(repr=False)
    version: int
    new: bool
    serves: bool
    challenges: bool
    report: Path
    evaluation: Evaluation | None = field(default=None, repr=False)
    note: str = ""


def keep(home: Home, trained: Trained) -> tuple[Trained, bool]:
    """Register a trained model as the next version; it becomes champion where none is.

    Returns
    -------
    Trained, bool
        The model under its version ``SUBJECT/NUMBER``, and whether it now serves.
    """
    version = _add(home, trained, None, None, {})
    named = Trained(trained.subject, trained.model, f"{trained.subject}/{version}")
    return named, home.champion(trained.subject) == version


def retrain(
    market: Market,
    home: Home,
    subject: str,
    as_of,
    *,
    seed: int = 0,
    unlabelled: str = UNLABELLED[0],
    settings: Settings | None = None,
    signals: Signals | None = None,
    challenge: bool = True,
    ablation: bool = False,
    who: str | None = None,
    why: str = "",
    **parameters,
) -> Kept:
    """Train on what was known before a moment, judge its held-out time, keep and record it, and name it challenger.

    Parameters
    ----------
    market : Market
        Checked tables.
    home : Home
    subject : {"application", "account", "order"}
    as_of : str or Timestamp
        The training moment, UTC.
    seed, unlabelled, **parameters
        As in `resellerrisk.train`.
    settings : Settings, optional
        Costs and capacity, for the report.
    signals : Signals, optional
        The market's signals, where they are already prepared.
    challenge : bool
        Score it beside the champion from now on. Where none serves it becomes champion.
    ablation : bool
        Tell in the report and the run what each family of signals gives: some twenty trainings more.
    who, why : str, optional
        For the ledger.

    Returns
    -------
    Kept
        Run again on the same data with the same seed it finds the very same model, and adds nothing.
    """
    if subject not in SUBJECTS:
        raise InputError(f"There is no subject {subject!r}.", f"There is: {', '.join(SUBJECTS)}.")
    moment, settings = as_utc(as_of), settings or read_settings(None)
    signals = signals or prepare_signals(market)
    rows = training_set(signals, subject, moment, seed, unlabelled)
    incumbent = load(home, subject).facts["serves"] if home.champion(subject) is not None else None
    fingerprint = market.before(moment).fingerprint
    trained = fit(rows, fingerprint, seed=seed, incumbent=incumbent, **parameters)
    chosen = {"seed": seed, "unlabelled": unlabelled, "ablation": ablation} | parameters
    held, note = hold_out(signals, subject, moment, settings, **chosen)
    if held is not None:
        trained.model.facts_["held_out"] = held.facts()
    with home.alone():
        version, new = _keep_once(home, trained, rows, (held, note), why, who)
    if challenge and home.champion(subject) != version and home.challenger(subject) != version:
        name_challenger(home, subject, version, why=why or _reason(trained), who=who)
    return Kept(
        Trained(subject, trained.model, f"{subject}/{version}"),
        version,
        new,
        home.champion(subject) == version,
        home.challenger(subject) == version,
        home.report_of(subject, version),
        held.evaluation if held else None,
        note,
    )


def _keep_once(home: Home, trained: Trained, rows, judged, why: str, who: str | None) -> tuple[int, bool]:
    """The version under which the model stands, and whether it is new; what a killed training left undone is done now."""
    from resellerrisk.tracking.report import tell_figures, write_report

    held, note = judged
    figures = tell_figures(held)
    version = _find_same(home, trained)
    if version is not None:
        _write_down(home, trained, version, home.report_of(trained.subject, version), why, figures, who)
        return version, False
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report"
        write_report(report, trained, rows, held, note)
        return _add(home, trained, report, why, figures, who), True


def _add(
    home: Home, trained: Trained, report: Path | None, why: str | None, figures: dict, who: str | None = None
) -> int:
    """Keep a model with its report as the next version, write it down and record the run."""
    version = home.add(trained.subject, trained.save, report)
    _write_down(home, trained, version, report, why, figures, who)
    return version


def _write_down(
    home: Home,
    trained: Trained,
    version: int,
    report: Path | None,
    why: str | None,
    figures: dict,
    who: str | None,
) -> None:
    """Ledger, alias and run of a version that stands; each only where it is not there yet."""
    from resellerrisk.tracking.registry import follow_aliases
    from resellerrisk.tracking.runs import is_recorded, record_training

    subject, facts, ledger = trained.subject, trained.facts, ledger_of(home)
    events = {entry["event"] for entry in ledger.read(subject) if entry["version"] == version}
    if "trained" not in events:
        told = {
            "data": facts["data_fingerprint"],
            "seed": facts["seed"],
            "held_out": facts.get("held_out", {}),
        }
        ledger.add("trained", subject, version, why=why or _reason(trained), who=who, figures=told)
    if home.champion(subject) is None:
        if "first" not in events:
            ledger.add("first", subject, version, why="No model served before.", who=who)
        home.set_alias(subject, "champion", version)
    try:
        if not is_recorded(home, subject, version):
            record_training(home, trained, version, report, figures)
        follow_aliases(home, subject)
    except Exception as error:
        raise ModelError(
            f"Model {subject}/{version} is kept, but MLflow did not take its run: {_name_cause(error)}.",
            f"From the home folder version {home.champion(subject)} serves.",
            hint="see whether the MLflow store is there, then train again on the same data: only the run is added",
        ) from error


def _name_cause(error: BaseException) -> str:
    """What an error of MLflow's goes back to: the machine's refusal where there is one, else its kind."""
    behind: BaseException | None = error
    while behind is not None:
        told = of_the_machine(behind) if isinstance(behind, OSError) else None
        if told is not None:
            return told.what.rstrip(".")
        if "disk is full" in str(behind):
            return os.strerror(errno.ENOSPC)
        behind = behind.__cause__ or behind.__context__
    return type(error).__name__


def _reason(trained: Trained) -> str:
    facts = trained.facts
    return f"Trained on what was known before {facts['as_of'][:10]}: {facts['fakes']} confirmed fakes."


def _find_same(home: Home, trained: Trained) -> int | None:
    """The newest version that is this very model, to the byte."""
    with tempfile.TemporaryDirectory() as scratch:
        trained.save(Path(scratch) / "model")
        ours = _bytes_of(Path(scratch) / "model")
    for version in reversed(home.versions(trained.subject)):
        if _bytes_of(home.path_of(trained.subject, version)) == ours:
            return version
    return None


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
