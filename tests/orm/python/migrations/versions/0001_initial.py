"""The extension and the tables."""

# docs: migration
import sqlalchemy as sa
from alembic import op
from models import INETRANGE
from sqlalchemy.dialects.postgresql import INT4RANGE, TSTZRANGE, TSVECTOR, ExcludeConstraint

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
    op.create_table(
        "article",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column(
            "words",
            TSVECTOR,
            sa.Computed(
                "setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)",
                persisted=True,
            ),
            nullable=False,
        ),
    )
    op.create_index("article_words_idx", "article", ["words"], postgresql_using="gin")
    op.create_index("network_net_idx", "network", ["net"], postgresql_using="gist")


def downgrade() -> None:
    op.drop_table("article")
    op.drop_table("network")
    op.drop_table("booking")
    op.execute("DROP EXTENSION rangerank")


# docs: end
