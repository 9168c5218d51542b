"""SQLAlchemy 2 with psycopg and with asyncpg, and Alembic.

SQLAlchemy sends parameters with the type that it thinks they have: a str as VARCHAR, a timedelta as
INTERVAL, a Range as the type of the column or of its literal().
"""

import asyncio
import unittest
from datetime import date, datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from models import INETMULTIRANGE, Article, Base, Booking, Network, register
from sqlalchemy import Connection, Engine, cast, create_engine, func, insert, literal, select, text
from sqlalchemy.dialects.postgresql import DATERANGE, INET, TSTZMULTIRANGE, TSTZRANGE, MultiRange, Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session


def at(day: int, hour: int = 0) -> datetime:
    """A moment in July 2025."""
    return datetime(2025, 7, day, hour, tzinfo=timezone.utc)


def alembic(connection: Connection) -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config


def bookings() -> list[Booking]:
    """Four bookings of two rooms."""
    # docs: insert
    return [
        Booking(room="Birch", guest="Ana", during=Range(at(1, 9), at(1, 12)), seats=Range(2, 4, bounds="[]")),
        Booking(room="Birch", guest="Ben", during=Range(at(1, 12), at(1, 14)), seats=Range(1, 3)),
        Booking(room="Birch", guest="Cem", during=Range(at(2, 9), at(2, 10)), seats=Range(6, None)),
        Booking(room="Fir", guest="Dua", during=Range(at(1, 11), at(1, 15)), seats=Range(empty=True)),
    ]
    # docs: end


# docs: aggregates
def usage(day: Range) -> Any:
    """What is taken and what is free on a day, by room."""
    during = Booking.during
    return (
        select(
            Booking.room,
            func.range_union_agg(during, type_=TSTZMULTIRANGE()),
            func.range_gaps_agg(during, literal(day, TSTZRANGE), type_=TSTZMULTIRANGE()),
            func.range_length_agg(during),
            func.range_max_depth(during),
        )
        .where(during.contained_by(day))
        .group_by(Booking.room)
        .order_by(Booking.room)
    )
    # docs: end


USAGE = [
    (
        "Birch",
        MultiRange([Range(at(1, 9), at(1, 14))]),
        MultiRange([Range(at(1, 8), at(1, 9)), Range(at(1, 14), at(1, 18))]),
        timedelta(hours=5),
        1,
    ),
    (
        "Fir",
        MultiRange([Range(at(1, 11), at(1, 15))]),
        MultiRange([Range(at(1, 8), at(1, 11)), Range(at(1, 15), at(1, 18))]),
        timedelta(hours=4),
        1,
    ),
]


# docs: windows
def runs() -> Any:
    """Which bookings follow each other with at most an hour between them."""
    window = {"partition_by": Booking.room, "order_by": Booking.during}
    gap = timedelta(hours=1)
    return select(
        Booking.guest,
        func.range_island(Booking.during, gap).over(**window),
        func.range_session(Booking.during, gap, type_=TSTZRANGE()).over(**window),
    ).order_by(Booking.guest)
    # docs: end


RUNS = [
    ("Ana", 1, Range(at(1, 9), at(1, 14))),
    ("Ben", 1, Range(at(1, 9), at(1, 14))),
    ("Cem", 2, Range(at(2, 9), at(2, 10))),
    ("Dua", 1, Range(at(1, 11), at(1, 15))),
]


# docs: series
def months(span: Range) -> Any:
    """The days on which something monthly is due. A step may be a str: months have no timedelta."""
    return select(func.generate_series(literal(span, DATERANGE), "1 month").column_valued("day"))


def slots(span: Range) -> Any:
    """Slots of 90 minutes, one every two hours, and how many bookings each has."""
    slot = func.generate_range_series(
        literal(span, TSTZRANGE), timedelta(hours=2), timedelta(minutes=90), "drop", type_=TSTZRANGE()
    ).column_valued("slot")
    taken = select(func.count()).where(Booking.during.overlaps(slot)).scalar_subquery()
    return select(slot, taken).order_by(slot)
    # docs: end


MONTHS = [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)]
SLOTS = [(Range(at(1, hour), at(1, hour) + timedelta(minutes=90)), 3 if hour == 11 else 1) for hour in (9, 11)]


def networks() -> list[Network]:
    """Three networks."""
    # docs: addresses
    return [
        Network(name="guests", net=Range(ip_address("10.0.1.0"), ip_address("10.0.1.99"), bounds="[]")),
        Network(name="lab", net=Range(ip_address("2001:db8::"), ip_address("2001:db8::ff"), bounds="[]")),
        # A network, or what else inetrange() reads, as a str.
        Network(name="office", net=func.inetrange("10.0.0.0/24")),
    ]


def whose(address: str) -> Any:
    """The network that an address is in."""
    return select(Network.name, Network.net).where(Network.net.contains(cast(address, INET)))


def beyond(network: str) -> Any:
    """The networks that share an address with this one."""
    return select(Network.name).where(Network.net.overlaps(func.inetrange(network)))


def free(network: str) -> Any:
    """What is left of a network."""
    within = func.inetrange(network)
    gaps = func.range_gaps(func.range_union_agg(Network.net), within, type_=INETMULTIRANGE())
    return select(gaps).where(Network.net.overlaps(within))
    # docs: end


GUESTS = Range(ip_address("10.0.1.0"), ip_address("10.0.1.99"), bounds="[]")
FREE = MultiRange([Range(ip_address("10.0.1.100"), ip_address("10.0.1.255"), bounds="[]")])


def articles() -> list[Article]:
    """Three short texts."""
    return [
        Article(title="Ranges", body="A range has two bounds. A multirange is a list of ranges."),
        Article(title="Folk songs", body="Home on the range, and other songs."),
        Article(title="Addresses", body="Networks are ranges of addresses."),
    ]


# docs: search
# Once, or whenever the texts have changed a lot.
STATISTICS = select(func.search_create_stats("article", "words", "title", "body"))


def search(typed: str) -> Any:
    """The articles that meet what somebody typed, best first."""
    query = func.search_query("english", typed, "all", "article_words_stats")
    score = func.bm25_rank(Article.words, query, "article_words_stats")
    passage = func.search_snippet("english", Article.body, query)
    return select(Article.title, score, passage).where(Article.words.op("@@")(query)).order_by(score.desc())


def completions(prefix: str) -> Any:
    """Words that begin so, the most frequent first."""
    found = func.search_complete("article_words_stats", prefix).table_valued("word", "documents")
    return select(found.c.word)
    # docs: end


class Psycopg(unittest.TestCase):
    """The driver psycopg 3, tables by Alembic."""

    engine: Engine

    @classmethod
    def setUpClass(cls) -> None:
        cls.engine = create_engine("postgresql+psycopg://", connect_args={"options": "-c timezone=UTC"})
        register(cls.engine)
        cls.addClassCleanup(cls.engine.dispose)
        # docs: alembic
        with cls.engine.connect() as connection:
            command.upgrade(alembic(connection), "head")
            connection.commit()
        # docs: end
        # The type is there since the migration only: connections from now on know it.
        cls.engine.dispose()

    def setUp(self) -> None:
        self.session = Session(self.engine)
        self.addCleanup(self.session.close)

    def test_migration(self) -> None:
        with self.engine.connect() as connection:
            # What the models say is what the migration made: else this raises.
            command.check(alembic(connection))
            command.downgrade(alembic(connection), "base")
            command.upgrade(alembic(connection), "head")
            connection.commit()
        self.engine.dispose()

    def test_insert(self) -> None:
        # docs: ranges are `Range`
        self.session.add_all(bookings())
        rows = self.session.execute(select(Booking.guest, Booking.seats).order_by(Booking.guest)).all()
        self.assertEqual(
            rows, [("Ana", Range(2, 5)), ("Ben", Range(1, 3)), ("Cem", Range(6, None)), ("Dua", Range(empty=True))]
        )

    def test_filter(self) -> None:
        self.session.add_all(bookings())
        # docs: filter
        noon = select(Booking.guest).where(Booking.during.contains(literal(at(1, 12))))
        first_day = select(Booking.guest).where(Booking.during.overlaps(Range(at(1), at(2))))
        # docs: end
        self.assertEqual(self.session.scalars(noon.order_by(Booking.guest)).all(), ["Ben", "Dua"])
        self.assertEqual(self.session.scalars(first_day.order_by(Booking.guest)).all(), ["Ana", "Ben", "Dua"])

    def test_aggregates(self) -> None:
        # docs: multiranges are `MultiRange`
        self.session.add_all(bookings())
        self.assertEqual(self.session.execute(usage(Range(at(1, 8), at(1, 18)))).all(), USAGE)

    def test_windows(self) -> None:
        self.session.add_all(bookings())
        self.assertEqual(self.session.execute(runs()).all(), RUNS)

    def test_series(self) -> None:
        self.session.add_all(bookings())
        span = Range(date(2025, 1, 31), date(2025, 4, 1))
        self.assertEqual(self.session.scalars(months(span)).all(), MONTHS)
        self.assertEqual(self.session.execute(slots(Range(at(1, 9), at(1, 14)))).all(), SLOTS)

    def test_addresses(self) -> None:
        # docs: inetranges are `Range` of `IPv4Address` or `IPv6Address`
        self.session.add_all(networks())
        self.assertEqual(self.session.execute(whose("10.0.1.7")).all(), [("guests", GUESTS)])
        self.assertEqual(self.session.scalars(beyond("2001:db8::/32")).all(), ["lab"])
        self.assertEqual(self.session.scalar(free("10.0.0.0/23")), FREE)
        office = self.session.scalars(select(Network).where(Network.name == "office")).one()
        self.assertEqual(office.net, Range(ip_address("10.0.0.0"), ip_address("10.0.0.255"), bounds="[]"))

    def test_search(self) -> None:
        self.session.add_all(articles())
        self.session.execute(STATISTICS)
        found = self.session.execute(search("rangse~ -songs")).all()
        self.assertEqual([title for title, _, _ in found], ["Ranges", "Addresses"])
        self.assertGreater(found[0][1], found[1][1])
        self.assertEqual(found[1][2], "Networks are <mark>ranges</mark> of addresses.")
        self.assertEqual(self.session.scalars(completions("net")).all(), ["networks"])

    def test_constraint(self) -> None:
        self.session.add_all([*networks(), Network(name="again", net=GUESTS)])
        with self.assertRaisesRegex(IntegrityError, "network_net_excl"):
            self.session.flush()

    def test_index(self) -> None:
        blocks = func.inetrange_subnets(func.inetrange("10.0.0.0/12"), 24).column_valued("block")
        self.session.execute(
            insert(Network).from_select(["name", "net"], select(literal("n"), func.inetrange(blocks)))
        )
        self.session.execute(text("ANALYZE network"))
        query = whose("10.1.2.3").compile(self.engine)
        plan = self.session.connection().exec_driver_sql(f"EXPLAIN {query}", query.params).scalars().all()
        self.assertRegex(plan[0], "Index Scan using network_net_(idx|excl)")


class Asyncpg(unittest.TestCase):
    """The same statements through the driver asyncpg."""

    def test_all(self) -> None:
        asyncio.run(self.statements())

    async def statements(self) -> None:
        """All in one transaction, which is rolled back."""
        engine = create_async_engine("postgresql+asyncpg://")
        async with engine.connect() as connection:
            await connection.execute(text("CREATE EXTENSION IF NOT EXISTS rangerank"))
            await connection.run_sync(Base.metadata.drop_all)
            await connection.run_sync(Base.metadata.create_all)
            async with async_sessionmaker(connection)() as session:
                session.add_all([*bookings(), *networks(), *articles()])
                await session.execute(STATISTICS)
                found = (await session.execute(search("rangse~ -songs"))).all()
                self.assertEqual([title for title, _, _ in found], ["Ranges", "Addresses"])
                span = Range(date(2025, 1, 31), date(2025, 4, 1))
                seats = select(Booking.seats).where(Booking.guest == "Ana")
                for query, rows in (
                    (seats, [(Range(2, 5),)]),
                    (usage(Range(at(1, 8), at(1, 18))), USAGE),
                    (runs(), RUNS),
                    (months(span), [(day,) for day in MONTHS]),
                    (slots(Range(at(1, 9), at(1, 14))), SLOTS),
                    (whose("10.0.1.7"), [("guests", GUESTS)]),
                    (free("10.0.0.0/23"), [(FREE,)]),
                ):
                    with self.subTest(str(query)):
                        self.assertEqual((await session.execute(query)).all(), rows)
        await engine.dispose()
