"""What all torments share: a tiny market, a home with models, the results of undisturbed runs, and how a result is held to be whole."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

from resellerrisk.jobs.folder import FACTS, hash_files
from resellerrisk.model.store import read_model
from resellerrisk.tracking import Home, Ledger
from resellerrisk.tracking.runs import is_recorded
from resellerrisk.vocabulary import SUBJECTS
from tests.torture.nursery import Ended, call_command, call_job, fork

TRAINED, NIGHT, EARLIER = "2019-08-31", "2019-11-15", "2019-10-15"


@dataclass
class Tally:
    """What was tried of one torment, and what came of it.

    Attributes
    ----------
    tried : int
    outcomes : dict of str to int
        How often what came.
    lost : list of str
        What must not have happened, in words; empty is the promise.
    """

    name: str
    tried: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    def note(self, outcome: str) -> None:
        """Count one trial."""
        self.tried += 1
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    def lose(self, words: str) -> None:
        """Write down what was lost."""
        self.lost.append(words)


class Ground:
    """A tiny market, a home trained on it, and a place to work.

    Parameters
    ----------
    work : Path
        Everything is made in it.
    accounts : int
        Of the market.
    """

    def __init__(self, work: Path, accounts: int = 80) -> None:
        from resellerrisk.simulate import simulate_market

        self.work, self.market, self.home = work, work / "market", work / "home"
        simulate_market(self.market, accounts=accounts, seed=3, start="2018-01-01", end="2019-12-31")
        shutil.rmtree(self.market / "truth")
        for subject in SUBJECTS:
            made = self.fork(
                call_command(
                    ["--home", self.home, "train", self.market, "--subject", subject, "--as-of", TRAINED]
                )
            )
            if made.code:
                raise RuntimeError(made.told)

    def warm(self) -> None:
        """Score once in this process, so that the compiled code is loaded before anything is forked."""
        with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
            for name in _NIGHTLY:
                self.night(name, self.work / "warm" / name)()

    def fork(self, call, **more) -> Ended:
        """A run whose words go to a file of the ground."""
        return fork(call, self.work / "log", **more)

    def has_run(self, home: Path) -> bool:
        """Whether the home's first model has its run in MLflow; asked in a fork, for a store opened here would be open in every later one."""
        return self.fork(lambda: int(not is_recorded(Home(home), "account", 1))).code == 0

    def night(self, name: str, out: Path, as_of: str = NIGHT, home: Path | None = None, data: object = None):
        """A nightly job on this market."""
        words = [data or self.market, "--as-of", as_of, "--out", out, "--home", home or self.home]
        return call_job(
            name, [*words, *(["--since", "2019-10-01"] if name in _NIGHTLY else ["--subject", "account"])]
        )

    def score(self, out: Path, as_of: str = NIGHT):
        """The command that scores accounts."""
        return call_command(
            [
                "--home",
                self.home,
                "score",
                self.market,
                "--subject",
                "account",
                "--as-of",
                as_of,
                "--out",
                out,
            ]
        )

    def train(self, home: Path):
        """The command that trains."""
        return call_command(
            ["--home", home, "train", self.market, "--subject", "account", "--as-of", TRAINED]
        )


_NIGHTLY = ("score_nightly_orders", "onboard_applications")


def look_at_result(out: Path) -> dict[str, str] | None:
    """The hashes of a result's files where it is whole, None where there is none.

    Raises
    ------
    AssertionError
        Half a result.
    """
    if not out.exists():
        return None
    if not (out / FACTS).is_file():
        raise AssertionError(f"{out.name} has no {FACTS}")
    found, told = hash_files(out), json.loads((out / FACTS).read_text("utf-8"))
    wanted = told.get("files")
    if wanted is not None and {name: found[name] for name in found if name != FACTS} != wanted:
        raise AssertionError(f"{out.name} is not what its {FACTS} says")
    return found


def look_at_home(home: Path) -> None:
    """Hold a home to what it promises at any moment.

    Raises
    ------
    ResellerRiskError
        A model or the ledger is not as it was written.
    """
    there = Home(home)
    Ledger(home / "ledger.jsonl").read()
    for subject in SUBJECTS:
        for version in there.versions(subject):
            read_model(there.path_of(subject, version))
        if there.champion(subject) is not None:
            there.path_of(subject, there.champion(subject))
