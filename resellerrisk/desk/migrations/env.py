"""What Alembic runs: the steps, on the connection that the desk gives it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table="desk_version")
context.run_migrations()
