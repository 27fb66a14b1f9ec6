"""Who serves: named, compared, promoted or refused, rolled back, and all of it written down."""

from __future__ import annotations

import pandas as pd
import pytest

from resellerrisk.errors import ModelError
from resellerrisk.tracking import ledger_of, name_challenger, promote, retrain, rollback, shadow_score

from .conftest import CHALLENGER, JUDGED, NIGHTS, QUICK


def _aliases(home):
    return home.champion("account"), home.challenger("account")


def _events(home):
    return [(entry["event"], entry["version"]) for entry in ledger_of(home).read("account")]


def test_a_challenger_is_promoted_and_rolled_back_and_the_ledger_tells_it(lived_in, busy_market, lenient):
    assert _aliases(lived_in) == (1, 2)
    verdict = promote(busy_market, lived_in, "account", JUDGED, why="a month more", who="mira", rules=lenient)
    assert verdict.passed, verdict.reasons
    assert _aliases(lived_in) == (2, None)
    rollback(lived_in, "account", why="the desk asked for it", who="ben")
    assert _aliases(lived_in) == (1, None)
    assert _events(lived_in) == [
        ("trained", 1),
        ("first", 1),
        ("trained", 2),
        ("challenger", 2),
        ("promoted", 2),
        ("rolled_back", 1),
    ]
    promoted = ledger_of(lived_in).read()[4]
    assert (promoted["who"], promoted["why"]) == ("mira", "a month more")
    ours = next(row for row in promoted["figures"]["comparison"] if row["measure"] == "average_precision")
    assert ours["champion"] == pytest.approx(
        verdict.comparison.row("everyone", "average_precision")["champion"]
    )
    with pytest.raises(ModelError, match="nothing to roll the account model back to: version 1 serves"):
        rollback(lived_in, "account", why="again")


def test_the_registrys_aliases_follow(lived_in, busy_market, lenient):
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=lived_in.store, registry_uri=lived_in.store)

    def named():
        return client.get_registered_model("resellerrisk-account").aliases

    name_challenger(lived_in, "account", 2, why="again")
    assert named() == {"champion": 1, "challenger": 2}
    promote(busy_market, lived_in, "account", JUDGED, why="a month more", rules=lenient)
    assert named() == {"champion": 2}


def test_a_night_again_gives_the_same_bytes(lived_in, busy_market, busy_signals):
    paths = sorted((lived_in.folder / "shadow" / "account" / "1-2").glob("*.parquet"))
    assert len(paths) == len(NIGHTS)
    before = paths[0].read_bytes()
    again = shadow_score(busy_market, lived_in, "account", as_of=NIGHTS[0], signals=busy_signals)
    assert again == paths[0]
    assert again.read_bytes() == before


def test_a_night_before_the_challengers_training_is_not_scored(lived_in, busy_market, busy_signals):
    before = pd.Timestamp(CHALLENGER) - pd.Timedelta(days=1)
    assert shadow_score(busy_market, lived_in, "account", as_of=before, signals=busy_signals) is None
    assert shadow_score(busy_market, lived_in, "account", as_of=CHALLENGER, signals=busy_signals) is not None


def test_without_a_challenger_no_night_is_scored(lived_in, busy_market, busy_signals):
    lived_in.set_alias("account", "challenger", None)
    assert shadow_score(busy_market, lived_in, "account", as_of=NIGHTS[0], signals=busy_signals) is None


def test_training_again_on_the_same_data_adds_nothing(lived_in, busy_market, busy_signals):
    before = ledger_of(lived_in).path.read_bytes()
    kept = retrain(busy_market, lived_in, "account", CHALLENGER, signals=busy_signals, **QUICK)
    assert (kept.version, kept.new, kept.challenges) == (2, False, True)
    assert ledger_of(lived_in).path.read_bytes() == before
    assert lived_in.versions("account") == [1, 2]
    other = retrain(busy_market, lived_in, "account", CHALLENGER, signals=busy_signals, seed=1, **QUICK)
    assert (other.version, other.new) == (3, True)


@pytest.mark.parametrize(("version", "told"), [(1, "serves already"), (9, "no version 9")])
def test_what_cannot_be_a_challenger_is_refused(lived_in, version, told):
    with pytest.raises(ModelError, match=told):
        name_challenger(lived_in, "account", version, why="x")
    assert _aliases(lived_in) == (1, 2)
