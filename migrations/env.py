"""Alembic's environment: runs the versions on the connection that `event_server.migrate` hands over.

That connection is already inside a transaction that holds the store's write lock, so a version happens whole or not
at all. Without one (`alembic -c ...` of a developer) there is nothing to run on, and it says so.
"""

from alembic import context

from autosys_py.event_server.tables import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Open the store with any command of autosys-py: it migrates by itself.")
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
