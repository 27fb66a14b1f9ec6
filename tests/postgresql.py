"""A PostgreSQL server of the tests' own: started, stopped and started again by them, gone when they end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PostgreSQL:
    """A server of the tests' own: over its socket everybody is let in, over TCP only who knows the password."""

    socket: Path
    port: int
    programs: Path

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

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        told = f"-p {self.port} -k {self.socket} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        self.call("pg_ctl", "-w", "-l", self.socket / "log", "-o", told, "start")

    def stop(self) -> None:
        """End the server at once, whoever is connected."""
        self.call("pg_ctl", "-m", "immediate", "stop")

    def call(self, program: str, *words: object) -> None:
        """Call one of PostgreSQL's programs on this server; as root by the user postgres, for the server refuses root."""
        other = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        words = [self.programs / program, "-D", self.socket / "data", *words]
        subprocess.run([*map(str, words)], check=True, cwd=self.socket, stdout=subprocess.DEVNULL, **other)


@contextmanager
def start_postgres() -> Iterator[PostgreSQL | None]:
    """Start a server; None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [
        Path(path) for path in [shutil.which("initdb")] if path
    ]
    if not found:
        yield None
        return
    where = Path(tempfile.mkdtemp(prefix="pg"))
    if os.geteuid() == 0:
        shutil.chown(where, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = PostgreSQL(where, port, found[-1].parent)
    try:
        server.call(
            "initdb",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
        )
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(where, ignore_errors=True)
