"""A Spark session: the caller's own, or one of ours for a master. Nothing of a market is known here."""

from __future__ import annotations

import os
import shutil
import sys

from resellerrisk.errors import InputError

#: What every query of this room is run with, whatever the session was made with: values must not hang on a cluster's settings.
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    # Partitions are parts of accounts: none may be joined with others or cut.
    "spark.sql.adaptive.enabled": "false",
    # Nanoseconds, which Spark does not read, come as numbers and are cut to microseconds as on one machine.
    "spark.sql.legacy.parquet.nanosAsLong": "true",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "50000",
}
#: Variables by which Spark is told of a cluster, before this process or by `spark-submit`.
CONFIGURED_BY = ("SPARK_CONF_DIR", "PYSPARK_SUBMIT_ARGS", "PYSPARK_GATEWAY_PORT")
#: A local session tries a task again whose worker was killed, as a cluster does.
LOCAL_FAILURES = 4


def open_session(master: str | None = None):
    """A Spark session for a master: the running one of this process, or a new one.

    Parameters
    ----------
    master : str, optional
        ``local[2]``, ``spark://host:7077``, ``yarn``, ``k8s://...``; by default what the running session or the
        configuration (``SPARK_CONF_DIR``, ``spark-submit``) says, else ``local[*]``.

    Returns
    -------
    pyspark.sql.SparkSession

    Raises
    ------
    InputError
        Without pyspark or Java, or where this process works on another cluster already.
    """
    try:
        from pyspark.sql import SparkSession
    except ModuleNotFoundError:
        raise InputError(
            "The engine spark needs pyspark, which is not installed.",
            hint="pip install 'resellerrisk[spark]'",
        ) from None
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise InputError(
            "The engine spark needs Java 17 or newer, and there is no java.",
            hint="install it, or set JAVA_HOME",
        )
    running = SparkSession.getActiveSession()
    if running is not None:
        return _refuse_other(running, master)
    builder = SparkSession.builder.appName("resellerrisk")
    if master or not _is_configured():
        builder = _with_master(builder, _with_failures(master or "local[*]"))
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _refuse_other(running, master: str | None):
    """The running session, where it is the one that is asked for: a process has one cluster at a time."""
    there = running.sparkContext.master
    if master is not None and there not in (master, _with_failures(master)):
        raise InputError(
            f"This process works on the cluster {there} already, not on {master}.",
            hint="stop that session, or leave the master out",
        )
    return running


def _with_failures(master: str) -> str:
    """A local master that tries a task again.

    >>> _with_failures("local[2]"), _with_failures("yarn")
    ('local[2,4]', 'yarn')
    """
    if master.startswith("local[") and "," not in master:
        return f"{master[:-1]},{LOCAL_FAILURES}]"
    return master


def _is_configured() -> bool:
    """Whether Spark is told by its own means which cluster to use."""
    defaults = os.path.join(os.environ.get("SPARK_HOME", ""), "conf", "spark-defaults.conf")
    return any(name in os.environ for name in CONFIGURED_BY) or os.path.isfile(defaults)


def _with_master(builder, master: str):
    builder = builder.config("spark.ui.showConsoleProgress", "false").config(
        "spark.driver.maxResultSize", "0"
    )
    if master.startswith("local"):
        # Workers are processes of this interpreter, and nothing listens on another address than this machine's own.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config(
            "spark.driver.host", "127.0.0.1"
        )
        builder = builder.config("spark.ui.enabled", "false")
    return builder.master(master)


def settled(session):
    """A session over the same cluster with `SETTINGS`; the caller's keeps its own."""
    own = session.newSession()
    for name, value in SETTINGS.items():
        own.conf.set(name, value)
    return own
