"""Alembic's environment: the connection comes from whoever runs the migrations."""

from alembic import context
from models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
