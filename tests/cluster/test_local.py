"""On Spark the same comes out as on one machine, to the bit; two workers on this machine."""

from __future__ import annotations

import sys

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resellerrisk.cluster import open_session, score_spark, train_spark
from resellerrisk.cluster.rounds import Judge
from resellerrisk.errors import InputError
from resellerrisk.pipeline import train
from resellerrisk.tables import read_market

from .conftest import AS_OF, CLOCK, assert_same, in_one_piece, read_all


def write_as_others_do(market_folder, folder):
    """The same market with bad rows; orders in several files, their times in nanoseconds, as pandas writes them by default."""
    folder.mkdir()
    for path in market_folder.glob("*.parquet"):
        table = pq.read_table(path)
        if path.stem == "orders":
            orders = table.to_pandas()
            orders["account_id"] = orders["account_id"].astype(object)
            orders.loc[5:8, "account_id"] = "nobody"
            orders.loc[5000:5003, "quantity"] = 0
            orders = pd.concat([orders, orders.iloc[[3, 9000]]], ignore_index=True)
            orders["ordered_at"] = orders["ordered_at"].astype("datetime64[ns]")
            orders["memo (old)"] = "not of the contract"
            (folder / "orders").mkdir()
            third = len(orders) // 3 + 1
            for number in range(3):
                piece = orders.iloc[number * third : (number + 1) * third]
                pq.write_table(
                    pa.Table.from_pandas(piece, preserve_index=False), folder / "orders" / f"{number}.parquet"
                )
        else:
            pq.write_table(table, folder / path.name)
    return folder


def test_accounts_are_scored_on_spark_as_on_one_machine(market_folder, trained, session, tmp_path):
    data = write_as_others_do(market_folder, tmp_path / "data")
    market = read_market(data)
    expected = in_one_piece(market, trained, tmp_path / "one", as_of=AS_OF)
    told = score_spark(
        data, trained, tmp_path / "spark", as_of=AS_OF, parts=3, scored_at=CLOCK, session=session
    )
    assert told["scored"] == len(expected["scores"]) > 100
    assert told["fingerprint"] == market.fingerprint
    assert market.intake["quarantined"].sum() >= 10
    pd.testing.assert_frame_equal(told["intake"], market.intake)
    assert_same(read_all(tmp_path / "spark"), expected)
    assert sorted(path.name for path in (tmp_path / "spark").iterdir() if not path.name.endswith(".crc")) == [
        "contributions.parquet",
        "scores.parquet",
        "signals.parquet",
    ]


@pytest.mark.slow
def test_an_error_in_a_worker_ends_the_run_and_is_told(
    market_folder, trained, session, tmp_path, monkeypatch
):
    """The near miss of a result of zeros: a model that changes on its way to the workers is refused there."""
    whole = Judge.of.__func__

    def changed(cls, *told):
        judge = whole(cls, *told)
        judge.files["model.txt"] = judge.files["model.txt"].replace(b"leaf_value=", b"leaf_value=0", 1)
        return judge

    monkeypatch.setattr(Judge, "of", classmethod(changed))
    with pytest.raises(Exception, match="not as it was written"):
        score_spark(market_folder, trained, tmp_path / "out", as_of=AS_OF, parts=2, session=session)
    assert not (tmp_path / "out").exists()


def test_faults_of_all_parts_stop_the_run_in_one_report(market_folder, trained, session, tmp_path):
    (tmp_path / "data").mkdir()
    for path in market_folder.glob("*.parquet"):
        table = pq.read_table(path)
        if path.stem == "orders":
            words = pa.array(["camel"] * len(table))
            table = table.set_column(table.column_names.index("payment_method"), "payment_method", words)
        pq.write_table(table, tmp_path / "data" / path.name)
    with pytest.raises(InputError, match="payment_method · unknown value") as raised:
        score_spark(tmp_path / "data", trained, tmp_path / "out", as_of=AS_OF, parts=2, session=session)
    stopping = [fault for fault in raised.value.faults if fault.column == "payment_method"]
    assert sum(fault.count for fault in stopping) == len(read_market(market_folder).orders)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_not_there_and_csv_are_refused(market_folder, trained, session, tmp_path):
    with pytest.raises(InputError, match="is not a folder"):
        score_spark(tmp_path / "nowhere", trained, tmp_path / "out", as_of=AS_OF, session=session)
    (tmp_path / "accounts.csv").write_text("account_id\n1\n")
    with pytest.raises(InputError, match=r"(?s)accounts\.csv.*is CSV.*titles.*missing table"):
        score_spark(tmp_path, trained, tmp_path / "out", as_of=AS_OF, session=session)


def test_a_second_cluster_in_one_process_is_refused(session):
    assert open_session() is open_session("local[2]")
    with pytest.raises(InputError, match=r"works on the cluster local\[2,4\] already, not on local\[3\]"):
        open_session("local[3]")


def test_without_pyspark_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(InputError, match=r"resellerrisk\[spark\]"):
        open_session("local[2]")


@pytest.mark.slow
@pytest.mark.parametrize("subject", ["application", "order"])
def test_models_and_scores_of_other_subjects_are_the_same_on_spark(
    market, market_folder, session, tmp_path, subject
):
    trained = train(market, subject, "2019-08-31", max_trees=20)
    ours = train_spark(market_folder, subject, "2019-08-31", parts=3, session=session, max_trees=20)
    assert ours.facts == trained.facts
    assert ours.model.booster_.model_to_string() == trained.model.booster_.model_to_string()
    moments = {"since": "2019-07-20", "until": AS_OF}
    expected = in_one_piece(market, trained, tmp_path / "one", **moments)
    score_spark(market_folder, ours, tmp_path / "spark", parts=3, scored_at=CLOCK, session=session, **moments)
    assert len(expected["scores"]) > 3
    assert_same(read_all(tmp_path / "spark"), expected)


@pytest.mark.slow
def test_the_model_of_accounts_is_the_same_and_one_account_is_scored_as_in_all(
    market, market_folder, trained, session, tmp_path
):
    ours = train_spark(market_folder, "account", trained.facts["as_of"], parts=4, session=session)
    assert ours.facts == trained.facts
    assert ours.model.booster_.model_to_string() == trained.model.booster_.model_to_string()
    one = market.account_ids[7]
    expected = in_one_piece(market, trained, tmp_path / "one", as_of=AS_OF, accounts=[one])
    score_spark(
        market_folder, ours, tmp_path / "spark", as_of=AS_OF, accounts=[one], scored_at=CLOCK, session=session
    )
    assert_same(read_all(tmp_path / "spark"), expected)


@pytest.mark.slow
def test_an_account_with_a_tenth_of_all_lines_does_not_stop_it(market_folder, trained, session, tmp_path):
    frames = {path.stem: pd.read_parquet(path) for path in market_folder.glob("*.parquet")}
    orders = frames["orders"].astype({"order_id": object, "account_id": object})
    first = frames["accounts"].sort_values("applied_at")["account_id"].iloc[0]
    later = orders[orders["ordered_at"] >= "2018-06-01"]
    added = later.sample(len(orders) // 8, random_state=1).assign(account_id=first)
    added["order_id"] = [f"big-{number // 40:06d}" for number in range(len(added))]
    added["line"] = range(len(added))
    added["ordered_at"] = added.groupby("order_id")["ordered_at"].transform("first")
    frames["orders"] = pd.concat([orders, added], ignore_index=True)
    (tmp_path / "data").mkdir()
    for name, frame in frames.items():
        frame.to_parquet(tmp_path / "data" / f"{name}.parquet", index=False)
    market = read_market(tmp_path / "data")
    assert (market.orders["account_id"] == first).mean() >= 0.1
    expected = in_one_piece(market, trained, tmp_path / "one", as_of=AS_OF)
    told = score_spark(
        tmp_path / "data", trained, tmp_path / "spark", as_of=AS_OF, parts=8, scored_at=CLOCK, session=session
    )
    assert told["scored"] == len(expected["scores"])
    assert_same(read_all(tmp_path / "spark"), expected)
