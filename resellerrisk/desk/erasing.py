"""What the desk holds about an account, and its removal: the form and the name go, what was decided stays with its id.

The audit log and the decisions are the record of what was done; they hold ids, fixed words and the notes that people wrote, and are
neither changed nor deleted. So the chain stays valid, and the removal is itself an entry of it.
"""

from __future__ import annotations

from sqlalchemy import delete, select, text, update

from resellerrisk.desk import schema
from resellerrisk.desk.database import Change, Database
from resellerrisk.desk.records import SYSTEM


class Erasing:
    """Personal data in the desk's store, account by account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def held(self, account_id: str) -> dict[str, list[dict]]:
        """Every row about an account by table: forms, cases, scores, decisions, lists, messages."""
        cases = select(schema.cases.c.id).where(schema.cases.c.account_id == account_id)
        asked = {
            "forms": schema.forms.c.account_id == account_id,
            "cases": schema.cases.c.account_id == account_id,
            "scores": schema.scores.c.case_id.in_(cases),
            "decisions": schema.decisions.c.case_id.in_(cases),
            "lists": schema.lists.c.account_id == account_id,
        }
        found = {}
        with self._database.read() as connection:
            for name, which in asked.items():
                table = schema.metadata.tables[name]
                columns = [column for column in table.c if column.name != "values"]
                rows = connection.execute(select(*columns).where(which).order_by(table.c.id))
                found[name] = [dict(row._mapping) for row in rows]
            every = connection.execute(select(schema.messages).order_by(schema.messages.c.id))
            found["messages"] = [dict(row._mapping) for row in every if _is_about(row.body, account_id)]
        return {name: rows for name, rows in found.items() if rows}

    def erase(self, account_id: str) -> dict[str, int]:
        """Remove the form, the name on the cases and the messages; one transaction, one entry in the log.

        Returns
        -------
        dict of str to int
            Rows removed or emptied, by table. Done again it finds nothing and writes nothing.
        """
        held = self.held(account_id)
        names = [row["id"] for row in held.get("cases", []) if row["title"] != account_id]
        gone = {
            "forms": len(held.get("forms", [])),
            "names on cases": len(names),
            "messages": len(held.get("messages", [])),
        }
        if not any(gone.values()):
            return gone
        with self._database.change() as change:
            without_keeping(
                change, "forms", delete(schema.forms).where(schema.forms.c.account_id == account_id)
            )
            change.execute(update(schema.cases).where(schema.cases.c.id.in_(names)).values(title=account_id))
            ids = [row["id"] for row in held.get("messages", [])]
            change.execute(delete(schema.messages).where(schema.messages.c.id.in_(ids)))
            change.note(SYSTEM.name, "erased personal data", f"account/{account_id}", rows=gone)
        overwrite(self._database)
        return gone


def overwrite(database: Database) -> None:
    """Let SQLite write its file anew, for what is deleted there stays in free pages; PostgreSQL's vacuum does the like by itself."""
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.connection.driver_connection.execute("VACUUM")
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def without_keeping(change: Change, table: str, statement) -> None:
    """Run a deletion on a table whose rows are kept by a trigger; the trigger is back before the transaction ends."""
    trigger = f"desk_keep_{table}_delete"
    if change.connection.dialect.name == "postgresql":
        change.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"))
        change.execute(statement)
        change.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}"))
        return
    asked = text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name")
    again = change.execute(asked, {"name": trigger}).scalar_one()
    change.execute(text(f"DROP TRIGGER {trigger}"))
    change.execute(statement)
    change.connection.exec_driver_sql(again)


def _is_about(body: object, account_id: str) -> bool:
    if isinstance(body, dict):
        return any(_is_about(value, account_id) for value in body.values())
    if isinstance(body, list):
        return any(_is_about(value, account_id) for value in body)
    return body == account_id
