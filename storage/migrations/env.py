"""What alembic runs: the steps, on the connection that `storage.migrate` hands over, in its transaction."""

from alembic import context

# All steps are in the caller's transaction: a start that is killed half-way has changed nothing.
context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
