"""Calls as PostgREST makes them: a function by its name, JSON in, JSON out.

PostgREST turns `POST /rpc/free_slots {"day": "…"}` into SQL that gives each argument by name, with the type
that the function declares. Here the same SQL is made without it. Ranges are strings in JSON.
"""

import json
import unittest
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier, Literal


class JsonCalls(unittest.TestCase):
    """Each call below is one SQL statement with one parameter, the body of a request."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.connection = psycopg.connect(autocommit=True)
        cls.addClassCleanup(cls.connection.close)
        # docs: setup
        # Which type an "anyrange" is, JSON cannot say: a function of one's own does. So that is what one
        # exposes, in the schema that PostgREST serves.
        cls.connection.execute("""
            CREATE EXTENSION rangerank;
            CREATE SCHEMA api;

            CREATE TABLE api.booking (room text, during tstzrange);
            CREATE TABLE api.network (name text, net inetrange);
            CREATE INDEX ON api.network USING gist (net);

            CREATE FUNCTION api.free_slots(day tstzrange)
                RETURNS TABLE (room text, starts timestamptz, ends timestamptz)
                LANGUAGE sql STABLE AS $$
                    SELECT room, lower(slot), upper(slot)
                    FROM (SELECT room, unnest(range_gaps_agg(during, day)) AS slot
                          FROM api.booking WHERE during && day GROUP BY room) AS free
                    ORDER BY 1, 2
                $$;

            CREATE FUNCTION api.slots(day tstzrange, step interval, span interval DEFAULT '1 hour')
                RETURNS SETOF tstzrange
                LANGUAGE sql STABLE AS $$ SELECT generate_range_series(day, step, span, partial => 'drop') $$;

            CREATE FUNCTION api.whose(address inet)
                RETURNS TABLE (name text, net text)
                LANGUAGE sql STABLE AS $$
                    SELECT name, inetrange_text(net) FROM api.network WHERE net >>= address
                $$;
        """)
        # docs: end
        cls.connection.execute("SET timezone = 'UTC'")

    def rpc(self, schema: str, name: str, arguments: dict[str, Any]) -> Any:
        """The answer to POST /rpc/NAME with this body."""
        declared = dict(
            self.connection.execute(
                """
                SELECT a.name, format_type(a.type, NULL)
                FROM pg_proc AS p, unnest(p.proargnames, p.proargtypes::oid[]) AS a (name, type)
                WHERE p.pronamespace = %s::regnamespace AND p.proname = %s AND a.type IS NOT NULL
                """,
                [schema, name],
            ).fetchall()
        )
        columns = SQL(", ").join(
            SQL("{} {}").format(Identifier(argument), SQL(declared[argument])) for argument in arguments
        )
        named = SQL(", ").join(
            SQL("{0} := body.{0}").format(Identifier(argument)) for argument in arguments
        )
        query = SQL(
            """
            WITH source AS (
                SELECT called.*
                FROM json_to_record({body}) AS body ({columns}), LATERAL {schema}.{function}({named}) AS called
            )
            SELECT coalesce(json_agg(source), '[]') FROM source
            """
        ).format(
            body=Literal(json.dumps(arguments)),
            columns=columns,
            schema=Identifier(schema),
            function=Identifier(name),
            named=named,
        )
        return self.connection.execute(query).fetchone()[0]

    def insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        """POST /TABLE with this body."""
        self.connection.execute(
            SQL("TRUNCATE api.{0}; INSERT INTO api.{0} SELECT * FROM json_populate_recordset(NULL::api.{0}, {1})").format(
                Identifier(table), Literal(json.dumps(rows))
            )
        )

    def book(self) -> None:
        """Three bookings of two rooms."""
        # docs: insert
        self.insert(
            "booking",
            [
                {"room": "Birch", "during": "[2025-07-01 09:00,2025-07-01 12:00)"},
                {"room": "Birch", "during": "[2025-07-01 12:00,2025-07-01 14:00)"},
                {"room": "Fir", "during": "[2025-07-01 11:00,2025-07-01 15:00)"},
            ],
        )
        # docs: end

    def test_aggregates(self) -> None:
        # docs: ranges are strings, or two columns
        # docs: multiranges are rows
        self.book()
        # docs: aggregates
        free = self.rpc("api", "free_slots", {"day": "[2025-07-01 08:00,2025-07-01 18:00)"})
        # docs: end
        self.assertEqual(
            [(row["room"], row["starts"][11:16], row["ends"][11:16]) for row in free],
            [
                ("Birch", "08:00", "09:00"),
                ("Birch", "14:00", "18:00"),
                ("Fir", "08:00", "11:00"),
                ("Fir", "15:00", "18:00"),
            ],
        )

    def test_filter(self) -> None:
        self.book()
        # GET /booking?during=ov.[…): the value is a literal.
        found = self.connection.execute(
            "SELECT json_agg(b.room) FROM api.booking AS b WHERE during && '[2025-07-01 12:30,2025-07-01 13:00)'"
        ).fetchone()[0]
        self.assertEqual(sorted(found), ["Birch", "Fir"])

    def test_series(self) -> None:
        # docs: series
        day = "[2025-07-01 08:00,2025-07-01 10:30)"
        slots = self.rpc("api", "slots", {"day": day, "step": "30 minutes", "span": "45 minutes"})
        hours = self.rpc("api", "slots", {"day": day, "step": "1 hour"})
        # docs: end
        self.assertEqual([slot["called"][13:18] for slot in slots], ["08:00", "08:30", "09:00", "09:30"])
        self.assertEqual([slot["called"][13:18] for slot in hours], ["08:00", "09:00"])

    def test_addresses(self) -> None:
        # docs: inetranges are strings
        # docs: addresses
        self.insert(
            "network",
            [
                {"name": "guests", "net": "[10.0.1.0,10.0.1.99]"},
                {"name": "office", "net": "[10.0.0.0,10.0.0.255]"},
            ],
        )
        whose = self.rpc("api", "whose", {"address": "10.0.1.7"})
        # Functions over inetrange declare it, so they need no wrapper.
        free = self.rpc(
            "public",
            "inetrange_next_free",
            {"within": "[10.0.0.0,10.0.1.255]", "taken": "{[10.0.0.0,10.0.1.99]}", "prefixlen": 28},
        )
        # docs: end
        self.assertEqual(whose, [{"name": "guests", "net": "10.0.1.0-10.0.1.99"}])
        self.assertEqual(free, [{"called": "10.0.1.112/28"}])
        blocks = self.rpc("public", "inetrange_subnets", {"value": "[10.0.0.0,10.0.0.255]", "prefixlen": 25})
        self.assertEqual([block["called"] for block in blocks], ["10.0.0.0/25", "10.0.0.128/25"])

    def test_search(self) -> None:
        # docs: search
        self.connection.execute("""
            CREATE TABLE api.article (
                title text, body text,
                words tsvector GENERATED ALWAYS AS
                    (setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)) STORED
            );
            INSERT INTO api.article VALUES
                ('Ranges', 'A range has two bounds. A multirange is a list of ranges.'),
                ('Folk songs', 'Home on the range, and other songs.'),
                ('Addresses', 'Networks are ranges of addresses.');
            SELECT search_create_stats('api.article', 'words', 'title', 'body');

            CREATE FUNCTION api.search(typed text)
                RETURNS TABLE (title text, score float8, passage text)
                LANGUAGE sql STABLE AS $$
                    SELECT title, bm25_rank(words, query, 'api.article_words_stats') AS score,
                           search_snippet('english', body, query)
                    FROM api.article, search_query('english', typed, 'all', 'api.article_words_stats') AS query
                    WHERE words @@ query ORDER BY score DESC
                $$;
        """)
        # As people type: a word with a typo, and one that is not wanted.
        found = self.rpc("api", "search", {"typed": "rangse~ -songs"})
        # What helps with typing needs no wrapper.
        words = self.rpc("public", "search_complete", {"stats": "api.article_words_stats", "prefix": "net"})
        # docs: end
        self.assertEqual(found[1]["passage"], "Networks are <mark>ranges</mark> of addresses.")
        self.assertEqual(words, [{"word": "networks", "documents": 1}])
        self.assertEqual([row["title"] for row in found], ["Ranges", "Addresses"])
        self.assertGreater(found[0]["score"], found[1]["score"])

    def test_index(self) -> None:
        self.connection.execute("""
            INSERT INTO api.network
            SELECT 'x', inetrange(c) FROM inetrange_subnets(inetrange('10.16.0.0/12'::cidr), 24) AS c;
            ANALYZE api.network;
        """)
        # The server puts the function's query in place of the call.
        plan = self.connection.execute("EXPLAIN SELECT * FROM api.whose('10.17.2.3')").fetchall()
        self.assertIn("Index Scan using network_net_idx", plan[0][0])
