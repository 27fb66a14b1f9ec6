"""Part by part the same comes out as in one piece, to the bit, and the same rows are set aside."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from resellerrisk import workers
from resellerrisk.errors import InputError
from resellerrisk.links.links import Links
from resellerrisk.parts import deal_out
from resellerrisk.parts.parted_market import TOGETHER
from resellerrisk.pipeline import score, score_parts, train, train_parts
from resellerrisk.tables import read_market, write_market

AS_OF = "2019-10-31"
CLOCK = pd.Timestamp("2020-01-01")


def read_all(folder):
    return {
        name: pd.read_parquet(folder / f"{name}.parquet") for name in ("scores", "contributions", "signals")
    }


def assert_same(found, expected):
    for name in expected:
        pd.testing.assert_frame_equal(found[name], expected[name], check_exact=True)


def in_one_piece(market, trained, folder, **moments):
    score(market, trained, scored_at=CLOCK, **moments).write(folder)
    return read_all(folder)


@pytest.mark.parametrize("parts", [1, 4])
def test_accounts_are_scored_in_parts_as_in_one_piece(market, market_folder, trained, tmp_path, parts):
    expected = in_one_piece(market, trained, tmp_path / "one", as_of=AS_OF)
    told = score_parts(market_folder, trained, tmp_path / "parts", as_of=AS_OF, parts=parts, scored_at=CLOCK)
    assert told["scored"] == len(expected["scores"]) > 100
    assert told["fingerprint"] == market.fingerprint
    assert_same(read_all(tmp_path / "parts"), expected)


def test_nothing_but_the_result_is_left_behind(market_folder, trained, tmp_path):
    score_parts(market_folder, trained, tmp_path, as_of=AS_OF, parts=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "contributions.parquet",
        "scores.parquet",
        "signals.parquet",
    ]


@pytest.mark.parametrize("subject", ["application", "order"])
def test_models_and_scores_of_other_subjects_are_the_same_in_parts(market, market_folder, tmp_path, subject):
    trained = train(market, subject, "2019-08-31", max_trees=20)
    parted = train_parts(market_folder, subject, "2019-08-31", parts=3, max_trees=20)
    assert parted.facts == trained.facts
    assert parted.model.booster_.model_to_string() == trained.model.booster_.model_to_string()
    moments = {"since": "2019-07-20", "until": AS_OF}
    expected = in_one_piece(market, trained, tmp_path / "one", **moments)
    score_parts(market_folder, parted, tmp_path / "parts", parts=3, scored_at=CLOCK, **moments)
    assert len(expected["scores"]) > 3
    assert_same(read_all(tmp_path / "parts"), expected)


def test_the_model_of_accounts_is_the_same_in_parts(market_folder, trained):
    parted = train_parts(market_folder, "account", trained.facts["as_of"], parts=5)
    assert parted.facts == trained.facts
    assert parted.model.booster_.model_to_string() == trained.model.booster_.model_to_string()


def test_what_all_parts_ask_of_the_links_is_made_once_however_many_parts_there_are(
    market_folder, tmp_path, monkeypatch
):
    monkeypatch.setattr(workers, "WORKERS", 1)
    joined = []
    once = Links._join
    monkeypatch.setattr(Links, "_join", lambda self, *asked: joined.append(asked[-1]) or once(self, *asked))
    train_parts(market_folder, "account", AS_OF, parts=5, work=tmp_path, max_trees=20)
    assert len(joined) > 12
    assert len(joined) == len(set(joined))


def test_one_account_is_scored_in_parts_as_in_all(market, market_folder, trained, tmp_path):
    one = market.account_ids[7]
    expected = in_one_piece(market, trained, tmp_path / "one", as_of=AS_OF, accounts=[one])
    score_parts(market_folder, trained, tmp_path, as_of=AS_OF, parts=3, accounts=[one], scored_at=CLOCK)
    assert_same(read_all(tmp_path), expected)


def test_a_table_may_be_a_folder_of_files(market, market_folder, trained, tmp_path):
    data = split_into_files(market_folder, tmp_path / "data")
    assert read_market(data).fingerprint == market.fingerprint
    expected = in_one_piece(market, trained, tmp_path / "one", as_of=AS_OF)
    score_parts(data, trained, tmp_path, as_of=AS_OF, parts=2, scored_at=CLOCK)
    assert_same(read_all(tmp_path), expected)


def split_into_files(market_folder, data):
    """The same market, the large tables in several files each."""
    data.mkdir()
    for path in market_folder.glob("*.parquet"):
        table = pq.read_table(path)
        if path.stem not in ("orders", "shipments"):
            pq.write_table(table, data / path.name)
            continue
        (data / path.stem).mkdir()
        third = len(table) // 3 + 1
        for number in range(3):
            pq.write_table(table.slice(number * third, third), data / path.stem / f"{number}.parquet")
    return data


def with_bad_rows(market_folder, folder, count):
    """A copy in which some order lines name no account and others have no units."""
    frames = {path.stem: pd.read_parquet(path) for path in market_folder.glob("*.parquet")}
    orders = frames["orders"].astype({"account_id": object})
    orders.loc[orders.index[5 : 5 + count], "account_id"] = "nobody"
    orders.loc[orders.index[5000 : 5000 + count], "quantity"] = 0
    frames["orders"] = orders
    write_market(frames, folder)
    return folder


def test_the_same_rows_are_set_aside_in_parts(market_folder, trained, tmp_path):
    data = with_bad_rows(market_folder, tmp_path / "data", 4)
    market = read_market(data)
    expected = in_one_piece(market, trained, tmp_path / "one", as_of=AS_OF)
    told = score_parts(data, trained, tmp_path, as_of=AS_OF, parts=3, scored_at=CLOCK)
    assert market.intake["quarantined"].sum() > 8
    pd.testing.assert_frame_equal(told["intake"], market.intake)
    assert_same(read_all(tmp_path), expected)


def test_too_many_bad_rows_stop_the_run_before_anything_is_written(market_folder, trained, tmp_path):
    data = with_bad_rows(market_folder, tmp_path / "data", 1200)
    with pytest.raises(InputError, match=r"rows of orders are bad"):
        score_parts(data, trained, tmp_path / "out", as_of=AS_OF, parts=3)
    assert not list((tmp_path / "out").iterdir())


def test_an_order_under_accounts_of_two_parts_is_refused(market_folder, trained, tmp_path):
    frames = {path.stem: pd.read_parquet(path) for path in market_folder.glob("*.parquet")}
    orders = frames["orders"].astype({"order_id": object})
    ids = sorted(orders["account_id"].unique())
    orders.loc[orders["account_id"] == ids[-1], "order_id"] = orders.loc[
        orders["account_id"] == ids[0], "order_id"
    ].iloc[0]
    orders["line"] = range(len(orders))
    write_market({**frames, "orders": orders}, tmp_path / "data")
    with pytest.raises(InputError, match="under accounts of several parts"):
        score_parts(tmp_path / "data", trained, tmp_path / "out", as_of=AS_OF, parts=4)


def test_a_part_holds_the_rows_of_its_accounts_and_no_others(market, market_folder, tmp_path):
    parted = deal_out(market_folder, tmp_path, parts=4)
    seen = []
    for number in range(parted.parts_count):
        for _ in range(2):
            part = parted.part(number)
            ids = market.account_ids[parted.places(number)]
            assert part.account_ids.equals(ids)
            expected = market.orders[market.orders["account_id"].isin(ids)].reset_index(drop=True)
            pd.testing.assert_frame_equal(part.orders.astype(str), expected.astype(str))
        seen.append(len(part.orders))
    assert sum(seen) == len(market.orders)
    assert min(seen) > 0


def test_the_command_line_scores_in_parts(market, market_folder, trained, tmp_path, monkeypatch, capsys):
    from resellerrisk.cli import main

    trained.save(tmp_path / "model")
    told = ["score", market_folder, "--subject", "account", "--as-of", AS_OF]
    told += ["--model", tmp_path / "model", "--engine", "parts", "--out", tmp_path / "out"]
    monkeypatch.setattr("sys.argv", ["resellerrisk", *map(str, told)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in (0, None)
    assert "rows in" in capsys.readouterr().out
    expected = in_one_piece(market, trained, tmp_path / "one", as_of=AS_OF)["contributions"]
    pd.testing.assert_frame_equal(read_all(tmp_path / "out")["contributions"], expected, check_exact=True)


def test_a_database_is_scored_in_parts_as_its_files_are(
    market, market_folder, trained, postgres, postgres_database, tmp_path
):
    frames = {path.stem: pd.read_parquet(path) for path in market_folder.glob("*.parquet")}
    address = postgres.fill(postgres_database, frames)
    expected = in_one_piece(market, trained, tmp_path / "one", as_of=AS_OF)
    told = score_parts(address, trained, tmp_path / "parts", as_of=AS_OF, parts=3, scored_at=CLOCK)
    assert told["fingerprint"] == market.fingerprint
    assert_same(read_all(tmp_path / "parts"), expected)


def test_a_parts_accounts_are_the_same_wherever_they_are_taken_from(market, market_folder, tmp_path):
    parted = deal_out(market_folder, tmp_path, parts=2 * TOGETHER + 3)
    for number in (0, TOGETHER - 1, TOGETHER, parted.parts_count - 1):
        places = parted.places(number)
        own = np.isin(np.arange(len(market.account_ids)), places)
        assert parted.accounts_before(number) == places[0]
        expected = parted.market.part(own)
        for name, frame in parted.accounts(number).tables().items():
            pd.testing.assert_frame_equal(frame, expected.tables()[name])
        assert parted.accounts(number).account_ids.tolist() == market.account_ids[places].tolist()


def test_scores_do_not_hang_on_how_parts_are_put_together(
    market, market_folder, trained, tmp_path, monkeypatch
):
    expected = in_one_piece(market, trained, tmp_path / "one", as_of=AS_OF)
    monkeypatch.setattr("resellerrisk.pipeline.parted.RUN_ROWS", 25)
    score_parts(market_folder, trained, tmp_path / "parts", as_of=AS_OF, parts=TOGETHER + 4, scored_at=CLOCK)
    assert pq.ParquetFile(tmp_path / "parts" / "scores.parquet").num_row_groups > 3
    assert_same(read_all(tmp_path / "parts"), expected)
