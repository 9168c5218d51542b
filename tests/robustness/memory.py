"""A backend that runs out of memory says so, 53200, and its session goes on.

The server's address space is limited to a little more than an idle backend needs, so that memory
really cannot be had: what fails is the allocator, not a check of ours.
"""

from __future__ import annotations

from typing import Iterator

from tools.dev.robustness import SOUND, Case, Session, expect, expect_sound, fresh_database
from tools.dev.server import Cluster

DATABASE = "memory"
HEADROOM_KB = 16 * 1024

ADDRESS_SPACE = r"SELECT substring(pg_read_file('/proc/self/status', 0, 8192) FROM 'VmPeak:\s+(\d+)')"
SERIES = "(SELECT generate_series(2::bigint, 20000000, 2) AS i) AS s"

STATEMENTS = [
    ("union", f"SELECT range_union_agg(int8range(i, i + 1)) FROM {SERIES}"),
    ("union of numeric", f"SELECT range_union_agg(numrange(i, i + 1)) FROM {SERIES}"),
    ("gaps", f"SELECT range_gaps_agg(int8range(i, i + 1)) FROM {SERIES}"),
    ("depth", f"SELECT range_max_depth(int8range(i, i + 1)) FROM {SERIES}"),
    ("depth of numeric", f"SELECT range_max_depth(numrange(i, i + 1)) FROM {SERIES}"),
    ("load", f"SELECT range_max_load(int8range(i, i + 1), 1.5) FROM {SERIES}"),
    (
        "union of a frame",
        f"SELECT count(u) FROM (SELECT range_union_agg(int8range(i, i + 1)) OVER"
        f" (ROWS BETWEEN 1 PRECEDING AND 5000000 FOLLOWING) AS u FROM {SERIES}) AS w",
    ),
    ("merge of networks", f"SELECT cidr_merge_agg('0.0.0.0'::inet + i) FROM {SERIES}"),
    (
        "groups",
        "SELECT count(u) FROM"
        f" (SELECT range_union_agg(int8range(i, i + 1)) AS u FROM {SERIES} GROUP BY i % 200003) AS g",
    ),
    ("series, kept", "SELECT count(*) FROM generate_series(int8range(0, 10000000), 1)"),
    ("pieces, kept", "SELECT count(*) FROM generate_range_series(int8range(0, 10000000), 1)"),
    (
        "pieces in an array",
        "SELECT array_agg(p) FROM (SELECT generate_range_series(numrange(0, 10000000), 1) AS p) AS s",
    ),
    (
        "subnets in an array",
        "SELECT array_agg(n) FROM (SELECT inetrange_subnets(inetrange('::/0'::cidr), 128) AS n) AS s",
    ),
]

# Memory ends at another place of the code for each size: while a row is taken, while a buffer
# grows, while the result is made. What does not fail has to be right.
SIZES = """DO $$
DECLARE
    rows bigint := 50000;
    islands bigint;
    outcomes text := '';
BEGIN
    WHILE rows < 1200000 LOOP
        BEGIN
            SELECT multirange_count(range_union_agg(int8range(i, i + 1))) INTO islands
            FROM (SELECT (hashint8(j) % 4 + 4) / 4 + 2 * j AS i FROM (SELECT generate_series(1, rows) AS j) AS g) AS s;
            IF islands IS NULL OR islands NOT BETWEEN 1 AND rows THEN
                RAISE EXCEPTION '% islands of % rows', islands, rows;
            END IF;
            outcomes := outcomes || 'o';
        EXCEPTION WHEN out_of_memory THEN
            outcomes := outcomes || 'x';
        END;
        rows := rows + rows / 4;
    END LOOP;
    IF outcomes !~ '^o+x+$' THEN
        RAISE EXCEPTION 'outcomes by size: %', outcomes;
    END IF;
END
$$"""


def cases(cluster: Cluster) -> Iterator[Case]:
    fresh_database(cluster, DATABASE)
    session = Session(cluster, DATABASE, [SOUND, ADDRESS_SPACE])
    needed = int(session.end()[1].text)
    cluster.stop()
    cluster.address_space = needed + HEADROOM_KB
    try:
        cluster.ensure_running()
        for name, statement in STATEMENTS:
            yield Case(f"out of memory: {name}", lambda: _exhausted(cluster, statement))
        yield Case("out of memory: union, of many sizes", lambda: _sizes(cluster))
    finally:
        cluster.stop()
        cluster.address_space = None
        cluster.ensure_running()


def _exhausted(cluster: Cluster, statement: str) -> None:
    session = Session(cluster, DATABASE, ["SET work_mem = '2000MB'", statement, SOUND])
    _, answer, sound = session.end()
    expect("the statement's SQLSTATE", answer.sqlstate, "53200")
    # The memory context and the size that it could not get: the server's own report.
    expect("whether an allocation failed", "DETAIL:  Failed on request of size" in session.errors(), True)
    expect_sound(sound)


def _sizes(cluster: Cluster) -> None:
    session = Session(cluster, DATABASE, [SIZES, SOUND])
    outcome, sound = session.end()
    expect(session.errors() or "the outcome", outcome.sqlstate, "00000")
    expect_sound(sound)
