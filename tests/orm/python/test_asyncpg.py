"""asyncpg: everything in binary format, and the server infers the type of each parameter.

So an argument that may be of several types needs one in the query, `$1::tstzrange`; steps, gaps and deltas
beside it do not.
"""

import asyncio
import unittest
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from ipaddress import ip_address, ip_network

# docs: setup
import asyncpg
from asyncpg import Range


async def connect() -> asyncpg.Connection:
    connection = await asyncpg.connect()
    await connection.execute("CREATE EXTENSION IF NOT EXISTS rangerank")
    # Nothing is to be registered: asyncpg looks inetrange up when it meets it.
    return connection


# docs: end


def at(day: int, hour: int = 0) -> datetime:
    """A moment in July 2025."""
    return datetime(2025, 7, day, hour, tzinfo=timezone.utc)


class Asyncpg(unittest.IsolatedAsyncioTestCase):
    """Each test on a connection of its own."""

    async def asyncSetUp(self) -> None:
        self.connection = await connect()
        self.addAsyncCleanup(self.connection.close)
        await self.connection.execute("DROP TABLE IF EXISTS booking, network, article")

    async def ask(self, query: str, *values: object) -> list:
        """The rows of a query, as tuples."""
        return [tuple(row) for row in await self.connection.fetch(query, *values)]

    async def book(self) -> None:
        """Four bookings of two rooms."""
        # docs: insert
        await self.connection.execute(
            "CREATE TABLE booking (room text, guest text, during tstzrange, seats int4range)"
        )
        await self.connection.copy_records_to_table(
            "booking",
            records=[
                ("Birch", "Ana", Range(at(1, 9), at(1, 12)), Range(2, 4, upper_inc=True)),
                ("Birch", "Ben", Range(at(1, 12), at(1, 14)), Range(1, 3)),
                ("Birch", "Cem", Range(at(2, 9), at(2, 10)), Range(6, None)),
                ("Fir", "Dua", Range(at(1, 11), at(1, 15)), Range(empty=True)),
            ],
        )
        # docs: end

    async def test_insert(self) -> None:
        # docs: ranges are `Range`
        await self.book()
        self.assertEqual(
            await self.ask("SELECT guest, seats FROM booking ORDER BY guest"),
            # The server's canonical form of a discrete range is [).
            [("Ana", Range(2, 5)), ("Ben", Range(1, 3)), ("Cem", Range(6, None)), ("Dua", Range(empty=True))],
        )

    async def test_filter(self) -> None:
        await self.book()
        # docs: filter
        # Beside @> and <@ a parameter without a type is taken for a range.
        noon = await self.ask(
            "SELECT guest FROM booking WHERE during @> $1::timestamptz ORDER BY guest", at(1, 12)
        )
        first_day = await self.ask(
            "SELECT guest FROM booking WHERE during && $1 ORDER BY guest", Range(at(1), at(2))
        )
        # docs: end
        self.assertEqual(noon, [("Ben",), ("Dua",)])
        self.assertEqual(first_day, [("Ana",), ("Ben",), ("Dua",)])

    async def test_aggregates(self) -> None:
        # docs: multiranges are a list of `Range`
        await self.book()
        # docs: aggregates
        rows = await self.ask(
            """
            SELECT room, range_union_agg(during), range_gaps_agg(during, $1), range_length_agg(during),
                   range_max_depth(during)
            FROM booking WHERE during <@ $1 GROUP BY room ORDER BY room
            """,
            Range(at(1, 8), at(1, 18)),
        )
        # docs: end
        self.assertEqual(
            rows,
            [
                (
                    "Birch",
                    [Range(at(1, 9), at(1, 14))],
                    [Range(at(1, 8), at(1, 9)), Range(at(1, 14), at(1, 18))],
                    timedelta(hours=5),
                    1,
                ),
                (
                    "Fir",
                    [Range(at(1, 11), at(1, 15))],
                    [Range(at(1, 8), at(1, 11)), Range(at(1, 15), at(1, 18))],
                    timedelta(hours=4),
                    1,
                ),
            ],
        )

    async def test_windows(self) -> None:
        await self.book()
        # docs: windows
        rows = await self.ask(
            """
            SELECT guest, range_island(during, $1) OVER w, range_session(during, $1) OVER w
            FROM booking WINDOW w AS (PARTITION BY room ORDER BY during) ORDER BY guest
            """,
            timedelta(hours=1),
        )
        # docs: end
        self.assertEqual(
            rows,
            [
                ("Ana", 1, Range(at(1, 9), at(1, 14))),
                ("Ben", 1, Range(at(1, 9), at(1, 14))),
                ("Cem", 2, Range(at(2, 9), at(2, 10))),
                ("Dua", 1, Range(at(1, 11), at(1, 15))),
            ],
        )

    async def test_series(self) -> None:
        # docs: series
        days = await self.ask(
            "SELECT generate_series($1::daterange)", Range(date(2025, 7, 1), date(2025, 7, 4))
        )
        # As text the step may be what timedelta cannot say: a month.
        months = await self.ask(
            "SELECT generate_series($1::daterange, $2::text)", Range(date(2025, 1, 31), date(2025, 4, 1)), "1 month"
        )
        slots = await self.ask(
            "SELECT generate_range_series($1::tstzrange, $2, $3, partial => 'drop')",
            Range(at(1, 9), at(1, 14)),
            timedelta(minutes=120),
            timedelta(minutes=90),
        )
        # docs: end
        self.assertEqual([day for day, in days], [date(2025, 7, day) for day in (1, 2, 3)])
        self.assertEqual([day for day, in months], [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)])
        piece = timedelta(minutes=90)
        starts = [at(1, 9), at(1, 11)]
        self.assertEqual([slot for slot, in slots], [Range(at, at + piece) for at in starts])

    async def test_inference(self) -> None:
        # The natural type of each step, without a cast.
        self.assertEqual(
            await self.ask("SELECT generate_series($1::int8range, $2)", Range(1, 10), 4), [(1,), (5,), (9,)]
        )
        self.assertEqual(
            await self.ask(
                "SELECT generate_series($1::numrange, $2)", Range(Decimal(0), Decimal(1)), Decimal("0.4")
            ),
            [(Decimal("0"),), (Decimal("0.4"),), (Decimal("0.8"),)],
        )
        self.assertEqual(
            await self.ask("SELECT range_shift($1::int4range, $2)", Range(1, 4), 3), [(Range(4, 7),)]
        )
        self.assertEqual(
            await self.ask("SELECT generate_series($1::inetrange, $2)", Range(ip_address("::1"), ip_address("::3"), upper_inc=True), 2),
            [(ip_address("::1"),), (ip_address("::3"),)],
        )

    async def test_addresses(self) -> None:
        # docs: inetranges are `Range` of `IPv4Address` or `IPv6Address`
        # docs: addresses
        await self.connection.execute("CREATE TABLE network (name text, net inetrange)")
        await self.connection.execute("CREATE INDEX ON network USING gist (net)")
        # An inetrange wants a Range; a network goes in through the cast from cidr.
        await self.connection.execute(
            "INSERT INTO network VALUES ('office', $1::cidr)", ip_network("10.0.0.0/24")
        )
        await self.connection.executemany(
            "INSERT INTO network VALUES ($1, $2)",
            [
                ("guests", Range(ip_address("10.0.1.0"), ip_address("10.0.1.99"), upper_inc=True)),
                ("lab", Range(ip_address("2001:db8::"), ip_address("2001:db8::ff"), upper_inc=True)),
            ],
        )
        whose = await self.ask("SELECT name, net FROM network WHERE net >>= $1", ip_address("10.0.1.7"))
        inside = await self.ask("SELECT name FROM network WHERE net >>= $1::cidr", ip_network("10.0.0.64/26"))
        overlapping = await self.ask(
            "SELECT name FROM network WHERE net && inetrange($1::cidr)", ip_network("2001:db8::/32")
        )
        free = await self.ask(
            """
            SELECT range_gaps(range_union_agg(net), inetrange($1::cidr))
            FROM network WHERE family(lower(net)) = 4
            """,
            ip_network("10.0.0.0/23"),
        )
        blocks = await self.ask("SELECT inetrange_cidrs(net) FROM network WHERE name = 'guests'")
        # docs: end
        self.assertEqual(
            whose, [("guests", Range(ip_address("10.0.1.0"), ip_address("10.0.1.99"), upper_inc=True))]
        )
        self.assertEqual(inside, [("office",)])
        self.assertEqual(overlapping, [("lab",)])
        rest = Range(ip_address("10.0.1.100"), ip_address("10.0.1.255"), upper_inc=True)
        self.assertEqual(free, [([rest],)])
        self.assertEqual(
            [block for block, in blocks],
            [ip_network("10.0.1.0/26"), ip_network("10.0.1.64/27"), ip_network("10.0.1.96/30")],
        )

    async def test_index(self) -> None:
        await self.connection.execute("CREATE TABLE network (net inetrange, note text)")
        await self.connection.execute(
            "INSERT INTO network SELECT inetrange(c), '' FROM inetrange_subnets(inetrange($1::cidr), 24) AS c",
            ip_network("10.0.0.0/12"),
        )
        await self.connection.execute("CREATE INDEX ON network USING gist (net)")
        await self.connection.execute("ANALYZE network")
        for condition in ("net @> $1::inet", "net >>= $1"):
            query = f"EXPLAIN SELECT * FROM network WHERE {condition}"
            plan = await self.ask(query, ip_address("10.1.2.3"))
            self.assertIn("Index Scan using network_net_idx", plan[0][0])

    async def test_search(self) -> None:
        # docs: search
        await self.connection.execute("""
            CREATE TABLE article (
                title text, body text,
                words tsvector GENERATED ALWAYS AS
                    (setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)) STORED
            );
            CREATE INDEX ON article USING gin (words);
            INSERT INTO article VALUES
                ('Ranges', 'A range has two bounds. A multirange is a list of ranges.'),
                ('Folk songs', 'Home on the range, and other songs.'),
                ('Addresses', 'Networks are ranges of addresses.')
        """)
        await self.connection.execute("SELECT search_create_stats('article', 'words', 'title', 'body')")
        found = await self.ask(
            """
            SELECT title, bm25_rank(words, query, 'article_words_stats') AS score,
                   search_snippet('english', body, query)
            FROM article, search_query('english', $1, 'all', 'article_words_stats') AS query
            WHERE words @@ query ORDER BY score DESC
            """,
            # As people type: a word with a typo, and one that is not wanted.
            "rangse~ -songs",
        )
        meant = await self.ask("SELECT search_correct('article_words_stats', $1)", "ranegs of adresses")
        next_words = await self.ask("SELECT word FROM search_complete('article_words_stats', $1)", "net")
        # docs: end
        self.assertEqual([title for title, _, _ in found], ["Ranges", "Addresses"])
        self.assertEqual(found[1][2], "Networks are <mark>ranges</mark> of addresses.")
        self.assertEqual((meant, next_words), ([("ranges of addresses",)], [("networks",)]))
        self.assertGreater(found[0][1], found[1][1])

    async def test_concurrently(self) -> None:
        """Two connections of a pool at work at the same time."""
        async with asyncpg.create_pool(min_size=2, max_size=2) as pool:
            union, depth = await asyncio.gather(
                pool.fetchval("SELECT range_union_agg(r) FROM unnest($1::int4range[]) AS r", [Range(1, 3), Range(2, 5)]),
                pool.fetchval("SELECT range_max_depth(r) FROM unnest($1::int4range[]) AS r", [Range(1, 3), Range(2, 5)]),
            )
        self.assertEqual((union, depth), ([Range(1, 5)], 2))
