"""A link can be an existing user's, for a new password."""

from alembic import op
from sqlalchemy import inspect

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Add the column where the first version did not make it already."""
    if "user_id" in {column["name"] for column in inspect(op.get_bind()).get_columns("links")}:
        return
    op.execute("ALTER TABLE links ADD COLUMN user_id INTEGER REFERENCES users (id)")
    op.execute("CREATE INDEX ix_links_user_id ON links (user_id)")
