"""The database's versions, from one to the next (Alembic). A version that was released is never edited."""
