"""What every test shares: where the markets are, and hypothesis without deadlines (compiled code is slow the first time)."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("plain", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("plain")

ROOT = Path(__file__).parent.parent
#: When the small market's models are trained.
TRAINED = "2019-08-31"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared real data; tests that want it are skipped where it is absent."""
    folder = Path(os.environ.get("RESELLERRISK_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        pytest.skip("the shared data is not here")
    return folder


@pytest.fixture(scope="session")
def harbour(shared):
    """The harbour market, read once for all that look at it."""
    from resellerrisk.tables import read_market

    return read_market(shared / "data" / "harbour")


@pytest.fixture(scope="session")
def harbour_signals(harbour):
    """Its signals, prepared once."""
    from resellerrisk.matrix import prepare_signals

    return prepare_signals(harbour)


@pytest.fixture(scope="session")
def market_folder(tmp_path_factory) -> Path:
    """A small market of our own making, with everything in it; its truth beside it."""
    from resellerrisk.simulate import simulate_market

    folder = tmp_path_factory.mktemp("market")
    simulate_market(folder, accounts=160, seed=3, start="2018-01-01", end="2019-12-31")
    return folder


@pytest.fixture(scope="session")
def market(market_folder):
    """The small market, read."""
    from resellerrisk.tables import read_market

    return read_market(market_folder)


@pytest.fixture(scope="session")
def signals(market):
    """The small market's signals, prepared once."""
    from resellerrisk.matrix import prepare_signals

    return prepare_signals(market)


@pytest.fixture(scope="session")
def trained(market, signals):
    """A model of the small market's accounts."""
    from resellerrisk.pipeline import train

    return train(market, "account", TRAINED, signals=signals)


@dataclass(frozen=True)
class PostgreSQL:
    """A server of the tests' own: over its socket everybody is let in, over TCP only who knows the password."""

    socket: Path
    port: int

    def url(self, name: str = "postgres", user: str = "postgres", tcp: bool = False) -> str:
        """The address of a database, without a password."""
        if tcp:
            return f"postgresql://{user}@127.0.0.1:{self.port}/{name}"
        return f"postgresql://{user}@/{name}?host={self.socket}&port={self.port}"

    def ask(self, *statements: str, name: str = "postgres") -> None:
        """Say something to a database as its owner, each statement by itself."""
        import psycopg

        with psycopg.connect(self.url(name), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def fill(self, name: str, frames: dict) -> str:
        """Tables of the contract in a database as an ERP would hold them: typed, the rows in no order; gives the address."""
        import psycopg

        from resellerrisk.tables import TABLES
        from resellerrisk.tables.declare import Kind

        types = {Kind.WHOLE: "bigint", Kind.NUMBER: "double precision", Kind.FLAG: "boolean"}
        types |= {Kind.DATE: "date", Kind.TIME: "timestamptz"}
        with psycopg.connect(self.url(name)) as connection:
            for table, frame in frames.items():
                kinds = {column: TABLES[table][column].kind for column in frame}
                columns = ", ".join(f'"{column}" {types.get(kind, "text")}' for column, kind in kinds.items())
                connection.execute(f'CREATE TABLE "{table}" ({columns})')
                whole = {column: "Int64" for column, kind in kinds.items() if kind is Kind.WHOLE}
                shuffled = frame.sample(frac=1, random_state=5).astype(whole)
                with connection.cursor().copy(f'COPY "{table}" FROM STDIN (FORMAT csv)') as copy:
                    copy.write(shuffled.to_csv(index=False, header=False))
        return self.url(name)


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server that this test run starts and ends; skipped where its programs are absent."""
    pytest.importorskip("psycopg")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [
        Path(found) for found in [shutil.which("initdb")] if found
    ]
    if not programs:
        pytest.skip("PostgreSQL is not installed")
    where = Path(tempfile.mkdtemp(prefix="pg"))
    other = {}
    if os.geteuid() == 0:
        shutil.chown(where, "postgres")
        other = {"user": "postgres", "group": "postgres", "extra_groups": []}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"-p {port} -k {where} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"

    def call(program, *words):
        subprocess.run(
            [programs[-1].with_name(program), "-D", where / "data", *words],
            check=True,
            cwd=where,
            stdout=subprocess.DEVNULL,
            **other,
        )

    try:
        call(
            "initdb",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
        )
        call("pg_ctl", "-w", "-l", where / "log", "-o", options, "start")
        yield PostgreSQL(where, port)
        call("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(where, ignore_errors=True)


_NUMBERS = itertools.count()


@pytest.fixture
def postgres_database(postgres):
    """The name of an empty database of the tests' own server; it is gone after the test."""
    name = f"test_{next(_NUMBERS)}"
    postgres.ask(f"CREATE DATABASE {name}")
    yield name
    with contextlib.suppress(Exception):
        postgres.ask(f"DROP DATABASE {name} WITH (FORCE)")
