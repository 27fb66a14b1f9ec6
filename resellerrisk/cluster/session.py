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
        Without pyspark or Java.
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
        return running
    builder = SparkSession.builder.appName("resellerrisk")
    if master or not _is_configured():
        builder = _with_master(builder, master or "local[*]")
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _is_configured() -> bool:
    from pyspark import SparkConf

    return SparkConf().contains("spark.master")


def _with_master(builder, master: str):
    builder = builder.config("spark.ui.showConsoleProgress", "false").config(
        "spark.driver.maxResultSize", "0"
    )
    if master.startswith("local"):
        # Workers are processes of this interpreter, and nothing listens on another address than this machine's own.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        if master.endswith("]") and "," not in master:
            master = f"{master[:-1]},{LOCAL_FAILURES}]"
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
