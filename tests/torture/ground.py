"""What all torments share: a tiny market, a home with models, and how a home and a result are held to be whole."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import redirect_stdout
from functools import cached_property
from pathlib import Path

from resellerrisk.jobs.folder import FACTS, hash_files
from resellerrisk.model.store import read_model
from resellerrisk.tracking import Home, Ledger
from resellerrisk.tracking.mlflow_store import open_client, registered_name
from resellerrisk.vocabulary import SUBJECTS
from tests.torture.nursery import Ended, call_command, call_job, fork, load_modules, tell_modules

TRAINED, NIGHT, EARLIER = "2019-08-31", "2019-11-15", "2019-10-15"
NIGHTLY = ("score_nightly_orders", "onboard_applications")


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

        self.work, self.market = work, work / "market"
        simulate_market(self.market, accounts=accounts, seed=3, start="2018-01-01", end="2019-12-31")
        shutil.rmtree(self.market / "truth")

    def load_what_a_training_loads(self) -> None:
        """Import here all that a training and a night import, so that no fork does it again."""
        home, out, told = self.work / "loading" / "home", self.work / "loading" / "out", self.work / "modules"
        runs = [self.train(home), self.night("score_nightly_orders", out, home=home)]
        for run in (*runs, lambda: int(not open_client(Home(home)).search_runs(["1"]))):
            self.fork(lambda: tell_modules(run, told))  # noqa: B023 (called before the loop goes on)
            load_modules(told.read_text("utf-8").split())
        shutil.rmtree(self.work / "loading")

    @cached_property
    def home(self) -> Path:
        """A home in which a model of every subject serves; what scores is compiled and loaded by then."""
        home = self.work / "home"
        for subject in SUBJECTS:
            self.whole(self.train(home, subject=subject))
        with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
            for name in NIGHTLY:
                self.night(name, self.work / "warm" / name, home=home)()
        return home

    def fork(self, call, **more) -> Ended:
        """A run whose words go to a file of the ground."""
        return fork(call, self.work / "log", **more)

    def whole(self, call, **more) -> Ended:
        """An undisturbed run, which must end well."""
        ended = self.fork(call, **more)
        if ended.code not in (0, 4):
            raise AssertionError(f"undisturbed it ended with exit {ended.code}: {ended.told[-600:]}")
        return ended

    def place(self, name: str) -> Path:
        """An empty folder."""
        place = self.work / name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        return place

    def night(self, name: str, out: Path, as_of: str = NIGHT, home: Path | None = None, data: object = None):
        """A nightly job on this market."""
        words = [data or self.market, "--as-of", as_of, "--out", out, "--home", home or self.home]
        return call_job(
            name, [*words, *(["--since", "2019-10-01"] if name in NIGHTLY else ["--subject", "account"])]
        )

    def score(self, out: Path, as_of: str = NIGHT, *more: str):
        """The command that scores accounts."""
        words = ["--home", self.home, "score", self.market, "--subject", "account"]
        return call_command([*words, "--as-of", as_of, "--out", out, *more])

    def train(self, home: Path, subject: str = "account", as_of: str = TRAINED):
        """The command that trains."""
        return call_command(["--home", home, "train", self.market, "--subject", subject, "--as-of", as_of])

    def look_at_store(self, home: Path) -> dict:
        """What the home's MLflow store holds of the account models; asked in a fork, for a store opened here would be open in every later one."""
        told = self.work / "store.json"

        def look() -> int:
            client, name = open_client(Home(home)), registered_name("account")
            runs = {}
            for each in client.search_model_versions(f"name='{name}'"):
                if client.get_run(each.run_id).info.status == "FINISHED":
                    runs.setdefault(each.tags["version"], []).append(each.version)
            aliases = client.get_registered_model(name).aliases if runs else {}
            told.write_text(json.dumps({"runs": runs, "aliases": aliases}), "utf-8")
            return 0

        self.whole(look)
        return json.loads(told.read_text("utf-8"))


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


def look_at_whole_home(ground: Ground, home: Path, events: list[str], versions: int) -> dict[str, str]:
    """Hold a home to be complete: models, ledger, aliases, and one finished run of each version; gives the models' hashes.

    Parameters
    ----------
    events : list of str
        What the ledger must hold, in this order.
    versions : int
        Of the account model; the last waits as challenger where there are two.

    Raises
    ------
    AssertionError
        Something is missing, or there twice.
    """
    look_at_home(home)
    there, store = Home(home), ground.look_at_store(home)
    written = [entry["event"] for entry in Ledger(home / "ledger.jsonl").read("account")]
    if written != events:
        raise AssertionError(f"the ledger holds {written}, not {events}")
    if there.versions("account") != list(range(1, versions + 1)):
        raise AssertionError(f"versions {there.versions('account')}")
    names = {"champion": there.champion("account"), "challenger": there.challenger("account")}
    if set(store["runs"]) != {str(version) for version in range(1, versions + 1)}:
        raise AssertionError(f"runs in MLflow: {store['runs']}")
    for alias, version in names.items():
        named = store["aliases"].get(alias)
        if (version is None) != (named is None) or (version and named not in store["runs"][str(version)]):
            raise AssertionError(f"{alias} is {version}, in MLflow {named} of {store['runs']}")
    return {
        f"{version}/{name}": sha
        for version in there.versions("account")
        for name, sha in hash_files(there.path_of("account", version)).items()
    }
