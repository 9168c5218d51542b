"""What SQLAlchemy and Alembic have to know: inetrange as a type, and the tables."""

# docs: setup
from typing import Any, Optional

from sqlalchemy import Computed, Engine, Index, event
from sqlalchemy.dialects.postgresql import INT4RANGE, TSTZRANGE, TSVECTOR, ExcludeConstraint, Range
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.postgresql.ranges import AbstractMultiRange, AbstractSingleRange
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class INETRANGE(AbstractSingleRange):
    """Ranges of addresses, with all range operators: overlaps(), contains(), …"""

    __visit_name__ = "user_defined"

    def get_col_spec(self, **_: Any) -> str:
        return "inetrange"


class INETMULTIRANGE(AbstractMultiRange):
    """Several of them."""

    __visit_name__ = "user_defined"

    def get_col_spec(self, **_: Any) -> str:
        return "inetmultirange"


# For reflection, and so for Alembic's comparison of models and tables.
PGDialect.ischema_names["inetrange"] = INETRANGE
PGDialect.ischema_names["inetmultirange"] = INETMULTIRANGE


def register(engine: Engine) -> None:
    """Tells psycopg about the types on each new connection. asyncpg needs no such thing."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        from psycopg.types import multirange, range

        if info := range.RangeInfo.fetch(connection, "inetrange"):
            range.register_range(info, connection)
        if info := multirange.MultirangeInfo.fetch(connection, "inetmultirange"):
            multirange.register_multirange(info, connection)


class Base(DeclarativeBase):
    pass


class Booking(Base):
    __tablename__ = "booking"
    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[str]
    guest: Mapped[str]
    during: Mapped[Range] = mapped_column(TSTZRANGE)
    seats: Mapped[Optional[Range]] = mapped_column(INT4RANGE)


class Network(Base):
    __tablename__ = "network"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    net: Mapped[Range] = mapped_column(INETRANGE)
    __table_args__ = (
        Index("network_net_idx", "net", postgresql_using="gist"),
        ExcludeConstraint(("net", "&&"), name="network_net_excl"),
    )


class Article(Base):
    __tablename__ = "article"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    body: Mapped[str]
    words: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)",
            persisted=True,
        ),
        deferred=True,
    )
    __table_args__ = (Index("article_words_idx", "words", postgresql_using="gin"),)


# docs: end
