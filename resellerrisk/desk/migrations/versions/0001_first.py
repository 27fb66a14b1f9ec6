"""The first version: every table, and the triggers that keep rows which never change as they are."""

from alembic import op

from resellerrisk.desk.schema import FIXED, metadata

revision, down_revision = "0001", None


def upgrade() -> None:
    """Make tables and triggers."""
    connection = op.get_bind()
    metadata.create_all(connection)
    connection.execute(
        metadata.tables["audit_head"].insert(), {"id": 1, "number": 0, "hash": "0" * 64, "at": _beginning()}
    )
    if connection.dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION desk_keep() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % never change', TG_TABLE_NAME; END $$"
        )
    for table in FIXED:
        for verb in ("UPDATE", "DELETE"):
            op.execute(_trigger(connection.dialect.name, table, verb))


def _trigger(dialect: str, table: str, verb: str) -> str:
    head = f"CREATE TRIGGER desk_keep_{table}_{verb.lower()} BEFORE {verb} ON {table} "
    if dialect == "postgresql":
        return head + "FOR EACH ROW EXECUTE FUNCTION desk_keep()"
    return head + f"BEGIN SELECT RAISE(ABORT, 'rows of {table} never change'); END"


def _beginning():
    from datetime import datetime

    return datetime(1970, 1, 1)
