"""A statement that is cancelled ends soon with 57014, and its session goes on.

The moment is known: either the statement has run for a while, or its last input row has taken an
advisory lock, so that what runs is our own loop over the rows that it has collected.
"""

from __future__ import annotations

import time
from typing import Iterator

from tools.dev.console import Failure
from tools.dev.robustness import (
    SOUND,
    Case,
    Session,
    ask,
    expect,
    expect_sound,
    fresh_database,
    wait_for,
)
from tools.dev.server import Cluster

DATABASE = "cancel"
# The promise is about a second; a machine under load gets some more.
SECONDS = 2.0

RUNNING = "clock_timestamp() - query_start > interval '0.2 s'"
COLLECTED = (
    "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pg_locks.pid = pg_stat_activity.pid)"
)
# Disjoint, in order, none of them stored.
MANY = "(SELECT int8range(i, i + 1) AS r FROM (SELECT generate_series(2::bigint, 200000000, 2) AS i) AS s) AS t"


def collected(count: int) -> str:
    """Ranges of numeric in no order; the last row takes the lock."""
    return (
        f"(SELECT numrange(i, i + 1) AS r FROM (SELECT hashint4(generate_series(1, {count}))::bigint AS i) AS s"
        " UNION ALL SELECT numrange(0, 1) FROM pg_advisory_xact_lock(1)) AS t"
    )


STATEMENTS = [
    ("union of 100M ranges", f"SELECT range_union_agg(r) FROM {MANY}", RUNNING),
    ("depth of 100M ranges", f"SELECT range_max_depth(r) FROM {MANY}", RUNNING),
    ("depth, the sweep", f"SELECT range_max_depth(r) FROM {collected(150_000)}", COLLECTED),
    ("gaps, the merge", f"SELECT range_gaps_agg(r) FROM {collected(150_000)}", COLLECTED),
    (
        "profile, the sweep",
        "SELECT count(*) FROM"
        f" (SELECT range_profile(a) FROM (SELECT array_agg(r) AS a FROM {collected(150_000)}) AS a) AS p",
        COLLECTED,
    ),
    (
        "series of 10^12",
        "SELECT count(generate_series) FROM (SELECT generate_series(int8range(0, 1000000000000))) AS s",
        RUNNING,
    ),
    ("series of 10^12 in FROM", "SELECT count(*) FROM generate_series(int8range(0, 1000000000000), 1)", RUNNING),
    ("pieces, 10^12", "SELECT count(*) FROM generate_range_series(int8range(0, 1000000000000), 1)", RUNNING),
    (
        "addresses of ::/0",
        "SELECT count(*) FROM (SELECT inetrange_subnets(inetrange('::/0'::cidr), 128)) AS s",
        RUNNING,
    ),
    (
        "merge of 2^32 addresses",
        "SELECT cidr_merge_agg(a) FROM (SELECT '0.0.0.0'::inet + generate_series(0::bigint, 4294967295, 2) AS a) AS s",
        RUNNING,
    ),
    ("index, sorted", "CREATE INDEX net_r ON net USING gist (r)", RUNNING),
    ("index, by insertion", "CREATE INDEX net_r ON net USING gist (r) WITH (buffering = on)", RUNNING),
]


def cases(cluster: Cluster) -> Iterator[Case]:
    fresh_database(cluster, DATABASE)
    cluster.execute(
        DATABASE,
        "CREATE TABLE net AS SELECT inetrange(a, a + 3) AS r"
        " FROM (SELECT '128.0.0.0'::inet + (hashint4(i) / 2) AS a FROM generate_series(1, 400000) AS i) AS s",
    )
    for name, statement, moment in STATEMENTS:
        yield Case(f"cancel: {name}", lambda: _cancelled(cluster, statement, moment))
    yield Case("cancel: no index is left", lambda: _no_index(cluster))
    for name, statement, _ in STATEMENTS[:2]:
        yield Case(f"statement_timeout: {name}", lambda: _timed_out(cluster, statement))


def _cancelled(cluster: Cluster, statement: str, moment: str) -> None:
    victim = "application_name = 'victim' AND state = 'active' AND query LIKE '%the victim%'"
    session = Session(cluster, DATABASE, [f"{statement} /* the victim */", SOUND], name="victim")
    wait_for(
        cluster,
        DATABASE,
        f"SELECT true FROM pg_stat_activity WHERE {victim} AND {moment}",
        then=f"pg_cancel_backend(pid) FROM pg_stat_activity WHERE {victim}",
    )
    cancelled = time.monotonic()
    answer, sound = session.end()
    seconds = time.monotonic() - cancelled
    expect("the cancelled statement's SQLSTATE", answer.sqlstate, "57014")
    expect_sound(sound)
    if seconds > SECONDS:
        raise Failure(f"the cancel took {seconds:.1f} s")


def _timed_out(cluster: Cluster, statement: str) -> None:
    session = Session(cluster, DATABASE, ["SET statement_timeout = '300ms'", statement, "RESET ALL", SOUND])
    started = time.monotonic()
    _, answer, _, sound = session.end()
    seconds = time.monotonic() - started
    expect("the statement's SQLSTATE", answer.sqlstate, "57014")
    expect_sound(sound)
    if seconds > SECONDS:
        raise Failure(f"a timeout of 0.3 s took {seconds:.1f} s")


def _no_index(cluster: Cluster) -> None:
    found = ask(cluster, DATABASE, "SELECT count(*) FROM pg_index WHERE indrelid = 'net'::regclass")
    expect("indexes on net", found, "0")
    found = ask(cluster, DATABASE, "SELECT count(*) FROM net WHERE r && inetrange('128.0.0.0/2'::cidr)")
    expect("whether net can be read", found != "0", True)
