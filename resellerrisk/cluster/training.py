"""Train on a market on a cluster: the workers make the matrix of a sample, one machine fits the trees."""

from __future__ import annotations

import os

from resellerrisk.cluster.market import SparkMarket
from resellerrisk.cluster.rounds import VALUES, Choice
from resellerrisk.cluster.session import open_session
from resellerrisk.pipeline.picking import pick_training_rows
from resellerrisk.pipeline.training import Trained, assemble, fit
from resellerrisk.signals.catalogue import catalogue
from resellerrisk.tables import as_utc
from resellerrisk.tables.checking import LIMIT
from resellerrisk.vocabulary import UNLABELLED


def train_spark(
    data: str | os.PathLike,
    subject: str,
    as_of,
    *,
    seed: int = 0,
    unlabelled: str = UNLABELLED[0],
    master: str | None = None,
    session=None,
    parts: int | None = None,
    limit: float = LIMIT,
    **parameters,
) -> Trained:
    """Train a model on a Spark cluster: the very model that `train` makes, to the byte.

    Snapshots of accounts not found fake are thinned out as `train` does it, the kept ones weighing for the others; the workers
    compute the signals of what is left, and the driver fits the trees (why: docs/scale.md).

    Parameters
    ----------
    data, master, session, parts, limit
        As for `score_spark`.
    subject, as_of, seed, unlabelled, **parameters
        As for `train`.
    """
    session, moment = session or open_session(master), as_utc(as_of)
    columns = catalogue().for_subject(subject)
    with SparkMarket(session, os.fspath(data), parts, limit, before=moment) as market:
        choice = Choice(subject, as_of=moment, training=True)
        checked, whole, found = market.first_round(choice)
        rows = pick_training_rows(market.market, market.places(), found, subject, moment, seed, unlabelled)
        bases = [column.base for column in columns if column.base is not None]
        made = market.second_round(checked, whole, rows.chosen, columns, bases, picked=True)
        values = market.gather_values(market.third_round(*made, columns), VALUES)
        matrix = rows.to_matrix(market.market, values, columns)
        rows = assemble(matrix, rows.labels, rows.weight, market.market, subject, moment, seed, unlabelled)
        return fit(rows, market.fingerprint, seed=seed, **parameters)
