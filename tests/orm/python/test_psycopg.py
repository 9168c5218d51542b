"""psycopg 3: ranges as Range, several as Multirange, bounds as what the subtype is in Python.

The environment (PGHOST, PGDATABASE, …) names the server. Every test runs twice: values in text and in
binary format.
"""

import unittest
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from ipaddress import ip_address, ip_network

# docs: setup
import psycopg
from psycopg.types.multirange import Multirange, MultirangeInfo, register_multirange
from psycopg.types.range import Int4Range, Range, RangeInfo, register_range


def connect() -> psycopg.Connection:
    connection = psycopg.connect(autocommit=True)
    connection.execute("CREATE EXTENSION IF NOT EXISTS rangerank")
    # Once for each connection; in a pool this is its `configure` argument.
    register_range(RangeInfo.fetch(connection, "inetrange"), connection)
    register_multirange(MultirangeInfo.fetch(connection, "inetmultirange"), connection)
    return connection


# docs: end


def at(day: int, hour: int = 0) -> datetime:
    """A moment in July 2025."""
    return datetime(2025, 7, day, hour, tzinfo=timezone.utc)


class Text(unittest.TestCase):
    """Each query below, its values sent and fetched as text."""

    binary = False

    def setUp(self) -> None:
        self.connection = connect()
        self.addCleanup(self.connection.close)
        self.connection.execute("SET timezone = 'UTC'")
        self.connection.execute("DROP TABLE IF EXISTS booking, network, article")

    def ask(self, query: str, *values: object) -> list:
        """The rows of a query."""
        placeholder = "%b" if self.binary else "%t"
        with self.connection.cursor(binary=self.binary) as cursor:
            return cursor.execute(query.replace("%s", placeholder), values).fetchall()

    def book(self) -> None:
        """Four bookings of two rooms."""
        # docs: insert
        self.connection.execute(
            "CREATE TABLE booking (room text, guest text, during tstzrange, seats int4range)"
        )
        bookings = [
            ("Birch", "Ana", Range(at(1, 9), at(1, 12)), Range(2, 4, "[]")),
            ("Birch", "Ben", Range(at(1, 12), at(1, 14)), Range(1, 3)),
            ("Birch", "Cem", Range(at(2, 9), at(2, 10)), Range(6, None)),
            ("Fir", "Dua", Range(at(1, 11), at(1, 15)), Range(empty=True)),
        ]
        with self.connection.cursor() as cursor:
            cursor.executemany("INSERT INTO booking VALUES (%s, %s, %s, %s)", bookings)
        # docs: end

    def test_insert(self) -> None:
        # docs: ranges are `Range`
        self.book()
        rows = self.ask("SELECT guest, seats FROM booking ORDER BY guest")
        self.assertEqual(
            rows,
            # The server's canonical form of a discrete range is [).
            [("Ana", Range(2, 5)), ("Ben", Range(1, 3)), ("Cem", Range(6, None)), ("Dua", Range(empty=True))],
        )

    def test_filter(self) -> None:
        self.book()
        # docs: filter
        noon = self.ask("SELECT guest FROM booking WHERE during @> %s ORDER BY guest", at(1, 12))
        first_day = self.ask(
            "SELECT guest FROM booking WHERE during && %s ORDER BY guest", Range(at(1), at(2))
        )
        # docs: end
        self.assertEqual(noon, [("Ben",), ("Dua",)])
        self.assertEqual(first_day, [("Ana",), ("Ben",), ("Dua",)])

    def test_aggregates(self) -> None:
        # docs: multiranges are `Multirange`
        self.book()
        # docs: aggregates
        july_1 = Range(at(1, 8), at(1, 18))
        rows = self.ask(
            """
            SELECT room, range_union_agg(during), range_gaps_agg(during, %s), range_length_agg(during),
                   range_max_depth(during)
            FROM booking WHERE during <@ %s GROUP BY room ORDER BY room
            """,
            july_1,
            july_1,
        )
        # docs: end
        self.assertEqual(
            rows,
            [
                (
                    "Birch",
                    Multirange([Range(at(1, 9), at(1, 14))]),
                    Multirange([Range(at(1, 8), at(1, 9)), Range(at(1, 14), at(1, 18))]),
                    timedelta(hours=5),
                    1,
                ),
                (
                    "Fir",
                    Multirange([Range(at(1, 11), at(1, 15))]),
                    Multirange([Range(at(1, 8), at(1, 11)), Range(at(1, 15), at(1, 18))]),
                    timedelta(hours=4),
                    1,
                ),
            ],
        )

    def test_windows(self) -> None:
        self.book()
        # docs: windows
        rows = self.ask(
            """
            SELECT guest, range_island(during, %s) OVER w, range_session(during, %s) OVER w
            FROM booking WINDOW w AS (PARTITION BY room ORDER BY during) ORDER BY guest
            """,
            timedelta(hours=1),
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

    def test_series(self) -> None:
        # docs: series
        july = Range(date(2025, 7, 1), date(2025, 7, 4))
        days = self.ask("SELECT generate_series(%s)", july)
        # A string is sent without a type, as a literal: months have no timedelta.
        months = self.ask(
            "SELECT generate_series(%s, '1 month')", Range(date(2025, 1, 31), date(2025, 4, 1))
        )
        slots = self.ask(
            "SELECT generate_range_series(%s, %s, %s, partial => 'drop')",
            Range(at(1, 9), at(1, 14)),
            timedelta(minutes=120),
            timedelta(minutes=90),
        )
        # docs: end
        self.assertEqual([day for day, in days], [date(2025, 7, day) for day in (1, 2, 3)])
        self.assertEqual([day for day, in months], [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)])
        hour, half = timedelta(hours=1), timedelta(minutes=30)
        starts = [at(1, 9), at(1, 11)]
        self.assertEqual([slot for slot, in slots], [Range(at, at + hour + half) for at in starts])

    def test_series_of_numbers(self) -> None:
        # Python's int is sent in the smallest integer type that holds it, Decimal as numeric.
        self.assertEqual(self.ask("SELECT generate_series(int8range(1, 10), %s)", 4), [(1,), (5,), (9,)])
        self.assertEqual(
            self.ask("SELECT generate_series(%s, %s)", Range(Decimal(0), Decimal(1)), Decimal("0.4")),
            [(Decimal("0"),), (Decimal("0.4"),), (Decimal("0.8"),)],
        )
        # A Range of int may be an int4range or an int8range: where only the value can tell, say which.
        parts = self.ask("SELECT range_split(%s, VARIADIC %s)", Int4Range(1, 9), [4, 6])
        self.assertEqual(parts, [(Range(1, 4),), (Range(4, 6),), (Range(6, 9),)])

    def test_addresses(self) -> None:
        # docs: inetranges are `Range` of `IPv4Address` or `IPv6Address`
        # docs: addresses
        self.connection.execute("CREATE TABLE network (name text, net inetrange)")
        self.connection.execute("CREATE INDEX ON network USING gist (net)")
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO network VALUES (%s, %s)",
                [
                    ("office", ip_network("10.0.0.0/24")),
                    ("guests", Range(ip_address("10.0.1.0"), ip_address("10.0.1.99"), "[]")),
                    ("lab", Range(ip_address("2001:db8::"), ip_address("2001:db8::ff"), "[]")),
                ],
            )
        whose = self.ask("SELECT name, net FROM network WHERE net @> %s", ip_address("10.0.1.7"))
        inside = self.ask("SELECT name FROM network WHERE net >>= %s", ip_network("10.0.0.64/26"))
        overlapping = self.ask("SELECT name FROM network WHERE net && inetrange(%s)", ip_network("2001:db8::/32"))
        free = self.ask(
            "SELECT range_gaps(range_union_agg(net), inetrange(%s)) FROM network WHERE family(lower(net)) = 4",
            ip_network("10.0.0.0/23"),
        )
        blocks = self.ask("SELECT inetrange_cidrs(net) FROM network WHERE name = 'guests'")
        # docs: end
        self.assertEqual(whose, [("guests", Range(ip_address("10.0.1.0"), ip_address("10.0.1.99"), "[]"))])
        self.assertEqual(inside, [("office",)])
        self.assertEqual(overlapping, [("lab",)])
        rest = Range(ip_address("10.0.1.100"), ip_address("10.0.1.255"), "[]")
        self.assertEqual(free, [(Multirange([rest]),)])
        self.assertEqual(
            [block for block, in blocks],
            [ip_network("10.0.1.0/26"), ip_network("10.0.1.64/27"), ip_network("10.0.1.96/30")],
        )

    def test_index(self) -> None:
        self.connection.execute("CREATE TABLE network (net inetrange, note text)")
        self.connection.execute(
            "INSERT INTO network SELECT inetrange(c), '' FROM inetrange_subnets(inetrange(%s::cidr), 24) AS c",
            ["10.0.0.0/12"],
        )
        self.connection.execute("CREATE INDEX ON network USING gist (net)")
        self.connection.execute("ANALYZE network")
        for condition in ("net @> %s", "net >>= %s"):
            plan = self.ask(f"EXPLAIN SELECT * FROM network WHERE {condition}", ip_address("10.1.2.3"))
            self.assertIn("Index Scan using network_net_idx", plan[0][0])


    def test_search(self) -> None:
        # docs: search
        self.connection.execute("""
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
        self.connection.execute("SELECT search_create_stats('article', 'words', 'title', 'body')")
        found = self.ask(
            """
            SELECT title, bm25_rank(words, query, 'article_words_stats') AS score,
                   search_snippet('english', body, query)
            FROM article, search_query('english', %s, 'all', 'article_words_stats') AS query
            WHERE words @@ query ORDER BY score DESC
            """,
            # As people type: a word with a typo, and one that is not wanted.
            "rangse~ -songs",
        )
        meant = self.ask("SELECT search_correct('article_words_stats', %s)", "ranegs of adresses")
        next_words = self.ask("SELECT word FROM search_complete('article_words_stats', %s)", "net")
        # docs: end
        self.assertEqual([title for title, _, _ in found], ["Ranges", "Addresses"])
        self.assertEqual(found[1][2], "Networks are <mark>ranges</mark> of addresses.")
        self.assertEqual((meant, next_words), ([("ranges of addresses",)], [("networks",)]))
        self.assertGreater(found[0][1], found[1][1])


class Binary(Text):
    """The same in binary format."""

    binary = True
