"""Score a market on a cluster and let Spark write what comes back."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime

from resellerrisk.cluster.market import SparkMarket
from resellerrisk.cluster.rounds import Choice, Judge
from resellerrisk.cluster.session import open_session
from resellerrisk.decisions import Settings, read_settings
from resellerrisk.pipeline.scoring import find_accounts
from resellerrisk.pipeline.trained import Trained
from resellerrisk.signals.peers import compared_columns
from resellerrisk.tables import as_utc
from resellerrisk.tables.checking import LIMIT


def score_spark(
    data: str | os.PathLike,
    trained: Trained,
    out: str | os.PathLike,
    *,
    as_of=None,
    since=None,
    until=None,
    accounts: Sequence[str] | None = None,
    settings: Settings | None = None,
    master: str | None = None,
    session=None,
    parts: int | None = None,
    limit: float = LIMIT,
    scored_at=None,
) -> dict:
    """Score the subjects of a model on a Spark cluster: the same values as on one machine, to the bit.

    Parameters
    ----------
    data : path
        Folder of the contract's tables as parquet, one file or a folder of files each, where all workers reach it: any file system
        that the cluster has a connector for (``s3a://``, ``hdfs://``, ``abfss://``).
    trained : Trained
    out : path
        Folder in which Spark writes `scores.parquet`, `contributions.parquet` and `signals.parquet`, each a folder of files in the
        order of the accounts.
    as_of, since, until, accounts, settings, scored_at
        As for `score`.
    master : str, optional
        The cluster, as Spark names it (``local[2]``, ``spark://host:7077``, ``yarn``); see `open_session`.
    session : pyspark.sql.SparkSession, optional
        A session that is there already; it is neither changed nor stopped.
    parts : int, optional
        How many parts of accounts; by default as many as keep one near a million order lines, and one for each core.
    limit : float
        Largest share of a table's rows that may be bad.

    Returns
    -------
    dict
        ``scored`` (rows), ``fingerprint`` and ``intake``.

    Raises
    ------
    InputError
        As `read_market` and `score` do, with the faults of all parts; without pyspark or Java.
    """
    session = session or open_session(master)
    moments = {
        name: told if told is None else as_utc(told)
        for name, told in {"as_of": as_of, "since": since, "until": until}.items()
    }
    moment = scored_at or datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    judge = Judge.of(trained, settings or read_settings(None), moment)
    columns = trained.columns
    with SparkMarket(session, os.fspath(data), parts, limit) as market:
        if accounts is not None:
            find_accounts(market.market, accounts)
        chosen = None if accounts is None else frozenset(accounts)
        choice = Choice(trained.subject, **moments, accounts=chosen)
        checked, whole, subjects = market.first_round(choice)
        made = market.second_round(checked, whole, subjects, columns, compared_columns(columns))
        scored = market.write(market.third_round(*made, columns, judge), os.fspath(out))
        return {"scored": scored, "fingerprint": market.fingerprint, "intake": market.market.intake}
