"""The extension and the tables."""

# docs: migration
import sqlalchemy as sa
from alembic import op
from models import INETRANGE
from sqlalchemy.dialects.postgresql import INT4RANGE, TSTZRANGE, ExcludeConstraint

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS rangerank")
    op.create_table(
        "booking",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("guest", sa.String, nullable=False),
        sa.Column("during", TSTZRANGE, nullable=False),
        sa.Column("seats", INT4RANGE),
    )
    op.create_table(
        "network",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("net", INETRANGE, nullable=False),
        ExcludeConstraint(("net", "&&"), name="network_net_excl"),
    )
    op.create_index("network_net_idx", "network", ["net"], postgresql_using="gist")


def downgrade() -> None:
    op.drop_table("network")
    op.drop_table("booking")
    op.execute("DROP EXTENSION rangerank")


# docs: end
