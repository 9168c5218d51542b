"""A dump of a database that uses the extension restores without a word, and to the same contents."""

from __future__ import annotations

import re
import subprocess
from typing import Iterator

from tools.dev.console import Argument, Failure
from tools.dev.paths import EXTENSION
from tools.dev.robustness import Case, Session, ask, expect
from tools.dev.server import Cluster, client_environment

OBJECTS = """
CREATE TABLE net (
    id int PRIMARY KEY, network cidr, r inetrange CHECK (NOT isempty(r)),
    several inetmultirange DEFAULT '{}',
    covered inetrange GENERATED ALWAYS AS (inetrange(network)) STORED, UNIQUE (r)
);
INSERT INTO net (id, network, r, several)
SELECT i, n, inetrange(host(n)::inet, host(n)::inet + 1 + i % 300),
    inetmultirange(inetrange(n), inetrange(host(n)::inet + 70000))
FROM (
    SELECT i, CASE WHEN i % 2 = 0 THEN set_masklen('10.0.0.0'::cidr + i * 256, 24)::cidr
        ELSE set_masklen('2001:db8::'::cidr + i * 65536, 112)::cidr END AS n
    FROM generate_series(1, 2000) AS i
) AS s;
INSERT INTO net (id, r) VALUES (0, NULL), (-1, '(,)'), (-2, '[::,)'), (-3, '(,10.0.0.0)');
CREATE INDEX net_r ON net USING gist (r);
CREATE INDEX net_network ON net USING gist (inetrange(network));
CREATE INDEX net_text ON net (inetrange_text(r)) WHERE inetrange_is_cidr(r);
CREATE TABLE allotment (owner text, r inetrange, EXCLUDE USING gist (r WITH &&));
INSERT INTO allotment SELECT 'owner ' || id, inetrange(network) FROM net WHERE network IS NOT NULL;
CREATE TABLE stay (during tstzrange, load numeric DEFAULT 1);
INSERT INTO stay SELECT tstzrange(t, t + i % 5 * interval '1 h')
FROM generate_series(1, 500) AS i, LATERAL (SELECT '2024-01-01Z'::timestamptz + i * interval '1 h' AS t) AS s;
CREATE VIEW holders AS
    SELECT n.id, a.owner FROM allotment AS a JOIN net AS n ON a.r >>= n.network::inet
    WHERE '10.0.1.7'::inet <<= a.r OR n.id < 9;
CREATE VIEW lanes AS
    SELECT during, range_island(during) OVER (ORDER BY during) AS island, range_max_depth(during) OVER w AS deep
    FROM stay WINDOW w AS (ORDER BY during ROWS 20 PRECEDING);
CREATE MATERIALIZED VIEW summary AS
    SELECT id % 7 AS lot, range_union_agg(r) AS taken, cidr_merge_agg(network) AS networks, count(*)
    FROM net WHERE id > 0 GROUP BY 1;
CREATE INDEX ON summary (lot);
CREATE MATERIALIZED VIEW hours AS
    SELECT h, (SELECT range_max_load(during, load) FROM stay WHERE during && h) AS load
    FROM generate_range_series('[2024-01-01Z,2024-01-03Z)'::tstzrange, interval '1 h', interval '1 h') AS h;
CREATE DOMAIN block AS inetrange CHECK (inetrange_is_cidr(VALUE));
CREATE TABLE typed (b block, a inetrange[]);
INSERT INTO typed VALUES (inetrange('10.0.0.0/8'::cidr), ARRAY[inetrange('10.0.0.1'::inet), NULL]);
CREATE FUNCTION free_block(lot int) RETURNS cidr LANGUAGE sql STABLE
    RETURN (
        SELECT inetrange_next_free(inetrange('10.0.0.0/8'::cidr), taken, 26)
        FROM summary WHERE summary.lot = free_block.lot
    );
"""
STATISTICS = """
CREATE TABLE doc (
    id int PRIMARY KEY, body text, tsv tsvector GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED);
INSERT INTO doc SELECT i, 'word' || i % 7 || ' number ' || i FROM generate_series(1, 300) AS i;
SELECT search_create_stats('doc', 'tsv', 'body');
SELECT search_track_stats('doc_tsv_stats', true);
SELECT search_refresh_stats('doc_tsv_stats');
INSERT INTO doc SELECT i, 'pending ' || i FROM generate_series(301, 310) AS i;
"""
# Statistics go on where they were: what is pending is added, what is new is tracked.
GOES_ON = [
    "INSERT INTO doc VALUES (400, 'word1 new') RETURNING id",
    "SELECT bm25_query('word1 | pending | new', 'doc_tsv_stats')",
    "SELECT search_query('simple', 'wrod1~ pendin*', 'any', 'doc_tsv_stats')",
    "SELECT search_refresh_stats('doc_tsv_stats') IS NOT NULL",
    "SELECT kind, word, documents, lengths, md5(data) FROM doc_tsv_stats ORDER BY kind, word",
    # Folded, not counted again.
    "SELECT count(*) FROM doc_tsv_stats WHERE kind = 'l' AND id < (SELECT max(id) FROM doc_tsv_stats)",
    "DELETE FROM doc WHERE id = 400 RETURNING id",
]
SINCE_18 = """
CREATE TABLE lease (owner inetrange, r inetrange, PRIMARY KEY (owner, r WITHOUT OVERLAPS));
INSERT INTO lease SELECT inetrange('10.0.0.0/8'::cidr), r FROM allotment;
"""

# Of each, the rows that an index scan finds.
QUERIES = [
    "SELECT id FROM net WHERE r && inetrange('10.0.9.0/24'::cidr) ORDER BY 1",
    "SELECT id FROM net WHERE r @> '2001:db8::5:7'::inet ORDER BY 1",
    "SELECT id FROM net WHERE inetrange(network) <@ inetrange('10.0.64.0/18'::cidr) ORDER BY 1",
    "SELECT id FROM net WHERE inetrange_is_cidr(r) AND inetrange_text(r) = '10.1.44.0' ORDER BY 1",
    "SELECT owner FROM allotment WHERE r >>= '10.0.4.9'::inet",
]
CONTENTS = [
    "TABLE holders",
    "TABLE lanes",
    "TABLE summary",
    "TABLE hours",
    "SELECT free_block(l) FROM generate_series(0, 6) AS l",
]


def cases(cluster: Cluster) -> Iterator[Case]:
    _create(cluster, "plain", "public")
    yield Case("pg_dump, psql", lambda: _plain(cluster, "plain"))
    # An extension may lie in any schema; a dump finds it without a search path.
    _create(cluster, "archive", '"Address space"')
    yield Case("pg_dump, pg_restore, in a schema of its own", lambda: _archive(cluster, "archive"))


def _create(cluster: Cluster, database: str, schema: str) -> None:
    cluster.fresh_database(database)
    cluster.execute(
        database,
        f"CREATE SCHEMA IF NOT EXISTS {schema}",
        f"CREATE EXTENSION {EXTENSION} SCHEMA {schema}",
        f"ALTER DATABASE {database} SET search_path = public, {schema}",
    )
    later = [SINCE_18] if cluster.installation.major >= 18 else []
    cluster.execute(database, OBJECTS, STATISTICS, *later)


def _run(cluster: Cluster, program: str, database: str, *arguments: Argument) -> str:
    """Standard output of a client program that ends well and has nothing to say."""
    done = subprocess.run(
        [cluster.installation.program(program), *cluster.connection(database), *arguments],
        env=client_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    if done.returncode != 0 or done.stderr:
        raise Failure(f"{program} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def _plain(cluster: Cluster, original: str) -> None:
    restored = f"{original}_restored"
    cluster.fresh_database(restored)
    script = cluster.directory / "dump.sql"
    _run(cluster, "pg_dump", original, "-f", script)
    _run(cluster, "psql", restored, "-X", "-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1", "-f", script)
    _same(cluster, original, restored)


def _archive(cluster: Cluster, original: str) -> None:
    restored = f"{original}_restored"
    cluster.fresh_database(restored)
    archive = cluster.directory / "dump.archive"
    _run(cluster, "pg_dump", original, "-Fc", "-f", archive)
    _run(cluster, "pg_restore", restored, "--exit-on-error", archive)
    _same(cluster, original, restored)


def _dump(cluster: Cluster, database: str) -> str:
    # A random key stands around what psql may not interpret.
    return re.sub(r"(?m)^\\(un)?restrict .*\n", "", _run(cluster, "pg_dump", database))


def _same(cluster: Cluster, original: str, restored: str) -> None:
    """The same definitions and rows, and the same answers of views, functions and indexes."""
    if _dump(cluster, original) != _dump(cluster, restored):
        raise Failure(f"the databases {original} and {restored} have other dumps")
    path = ask(cluster, original, "SHOW search_path")
    for settings in (["enable_seqscan = off"], ["enable_indexscan = off", "enable_bitmapscan = off"]):
        script = [f"SET {setting}" for setting in (f"search_path = {path}", *settings)]
        script += CONTENTS + QUERIES + GOES_ON
        sessions = [Session(cluster, database, script) for database in (original, restored)]
        for query, before, after in zip(script, *(session.end() for session in sessions)):
            expect(f"the SQLSTATE of: {query}", before.sqlstate, "00000")
            expect(f"whether rows answer: {query}", before.text != "", not query.startswith("SET "))
            expect(f"the answer restored to: {query}", after, before)
