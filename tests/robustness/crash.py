"""After a crash the tables, the index on inetrange and the constraints are what was committed."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import Iterator

from tools.dev.console import Failure
from tools.dev.paths import ROOT
from tools.dev.robustness import (
    SOUND,
    Answer,
    Case,
    Session,
    ask,
    expect,
    expect_sound,
    fresh_database,
    wait_for,
)
from tools.dev.server import Cluster

DATABASE = "crash"
INDEX = ROOT / "tests" / "differential" / "include" / "inetrange_gist.psql"
# More than can be committed before the crash.
INSERTS = 50_000
COMMITTED = 300
# Disjoint blocks of both families.
BLOCK = (
    "inetrange(CASE WHEN {0} % 2 = 0 THEN set_masklen('10.0.0.0'::inet + {0} * 128, 25)"
    " ELSE set_masklen('2001:db8::'::inet + {0} * 65536, 112) END)"
)
SPARE = "inetrange('203.0.113.0/24'::cidr)"

# All goes through the log: there is no checkpoint behind it.
BEFORE = [
    "CHECKPOINT",
    "SELECT setseed(0.5)",
    "INSERT INTO net SELECT i, random_range() FROM generate_series(1, 3000) AS i",
    "CREATE INDEX net_r ON net USING gist (r)",
    "INSERT INTO net SELECT i, random_range() FROM generate_series(3001, 5000) AS i",
    "DELETE FROM net WHERE id % 3 = 0",
    "VACUUM ANALYZE net",
    "INSERT INTO net SELECT i, random_range() FROM generate_series(5001, 6000) AS i",
    "CREATE TABLE allotment (id int, r inetrange, EXCLUDE USING gist (r WITH &&))",
    f"INSERT INTO allotment SELECT i, {BLOCK.format('i')} FROM generate_series(1, 3000) AS i",
    "CREATE TABLE big AS SELECT inetrange(a, a + 3) AS r"
    " FROM (SELECT '128.0.0.0'::inet + (hashint4(i) / 2) AS a FROM generate_series(1, 200000) AS i) AS s",
]

# If any two ranges overlap, two neighbours in order do.
OVERLAPPING = "SELECT count(*) FROM (SELECT r && lag(r) OVER (ORDER BY r) AS o FROM allotment) AS s WHERE o"
# Parts of blocks, and ranges around them.
REFUSED = """DO $$
DECLARE
    taken allotment;
BEGIN
    FOR taken IN SELECT * FROM allotment ORDER BY hashint4(id) LIMIT 100 LOOP
        BEGIN
            INSERT INTO allotment VALUES (0, CASE taken.id % 3
                WHEN 0 THEN taken.r
                WHEN 1 THEN inetrange(lower(taken.r), lower(taken.r), '[]')
                ELSE inetrange(upper(taken.r), upper(taken.r) + 1, '[]') END);
            RAISE EXCEPTION 'the constraint lets through a range that overlaps %', taken;
        EXCEPTION WHEN exclusion_violation THEN
            NULL;
        END;
    END LOOP;
END
$$"""


def cases(cluster: Cluster) -> Iterator[Case]:
    fresh_database(cluster, DATABASE)
    if cluster.psql(DATABASE, "-f", str(INDEX), stdout=subprocess.DEVNULL).returncode != 0:
        raise Failure(f"{INDEX.name} failed: see above")
    cluster.execute(DATABASE, *BEFORE)
    inserting = Session(
        cluster,
        DATABASE,
        [
            f"INSERT INTO {table} SELECT {i}, {value} RETURNING id"
            for i in range(10_000, 10_000 + INSERTS // 2)
            for table, value in [("net", "random_range()"), ("allotment", BLOCK.format(str(i)))]
        ],
    )
    uncommitted = Session(
        cluster,
        DATABASE,
        [
            "BEGIN",
            "INSERT INTO net SELECT -i, random_range() FROM generate_series(1, 1000) AS i",
            f"INSERT INTO allotment VALUES (-1, {SPARE})",
            "SELECT pg_advisory_lock(1)",
            "SELECT pg_sleep(600)",
        ],
    )
    wait_for(
        cluster,
        DATABASE,
        f"(SELECT count(*) > {COMMITTED} FROM allotment WHERE id >= 10000)"
        " AND EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory')",
    )
    cluster.crash()
    answers = [inserting.end(lost=True), uncommitted.end(lost=True)]
    log_before = cluster.log.stat().st_size
    cluster.ensure_running()
    yield Case("crash: the server recovers by its log", lambda: _recovered(cluster, log_before))
    yield Case("crash: what was committed is there, nothing else", lambda: _committed(cluster, *answers))
    yield Case("crash: index against scan", lambda: _compare(cluster, "after the recovery", 6))
    yield Case("crash: the exclusion constraint holds", lambda: _constraint(cluster))
    yield Case("crash: index against scan, reindexed", lambda: _reindexed(cluster))
    yield Case("crash: index against scan, changed and vacuumed", lambda: _changed(cluster))
    for name, statement in [
        (
            "a union",
            "SELECT range_union_agg(int8range(i, i + 1))"
            " FROM (SELECT generate_series(2::bigint, 1000000000, 2) AS i) AS s",
        ),
        ("an index build", "CREATE INDEX ON big USING gist (r) WITH (buffering = on)"),
    ]:
        yield Case(f"a backend is killed during {name}", lambda: _killed(cluster, statement))


def _recovered(cluster: Cluster, log_before: int) -> None:
    log = cluster.log.read_bytes()[log_before:].decode()
    for message in ("was not properly shut down; automatic recovery in progress", "redo done at"):
        expect(f"whether the log has: {message}", message in log, True)


def _committed(cluster: Cluster, inserted: list[Answer], uncommitted: list[Answer]) -> None:
    expect("the session that did not commit", [answer.sqlstate for answer in uncommitted], ["00000"] * 4)
    # The last statement may be committed without its client knowing.
    expect("whether enough was committed", len(inserted) > COMMITTED, True)
    for table, turn in [("net", 0), ("allotment", 1)]:
        known = {int(answer.text) for answer in inserted[turn::2]}
        found = ask(cluster, DATABASE, f"SELECT id FROM {table} WHERE id < 0 OR id >= 10000").split()
        there = set(map(int, found))
        expect(f"committed rows lost from {table}", known - there, set())
        expect(f"whether {table} has at most the row on its way", len(there - known) <= 1, True)
    expect("older rows", ask(cluster, DATABASE, "SELECT count(*) FROM net WHERE id BETWEEN 1 AND 9999"), "4334")


def _compare(cluster: Cluster, what: str, queries: int = 2) -> None:
    ask(cluster, DATABASE, f"CALL compare('{what}', {queries})")


def _constraint(cluster: Cluster) -> None:
    session = Session(
        cluster,
        DATABASE,
        [REFUSED, "SET enable_indexscan = off", "SET enable_bitmapscan = off", OVERLAPPING]
        # Its index still has the entry of the transaction that has not committed.
        + ["RESET ALL", f"INSERT INTO allotment VALUES (1, {SPARE})", f"INSERT INTO allotment VALUES (2, {SPARE})"],
    )
    refused, _, _, overlapping, _, first, second = session.end()
    expect(session.errors(), refused.sqlstate, "00000")
    expect("overlapping pairs", overlapping, Answer("00000", "0"))
    expect("a range that nobody has committed", first.sqlstate, "00000")
    expect("the same range again", second.sqlstate, "23P01")


def _reindexed(cluster: Cluster) -> None:
    cluster.execute(DATABASE, "REINDEX TABLE net", "REINDEX TABLE allotment")
    _compare(cluster, "reindexed")
    ask(cluster, DATABASE, REFUSED)


def _changed(cluster: Cluster) -> None:
    cluster.execute(
        DATABASE,
        "DELETE FROM net WHERE id % 2 = 0",
        "VACUUM net",
        "INSERT INTO net SELECT i, random_range() FROM generate_series(70001, 72000) AS i",
        "VACUUM ANALYZE net",
    )
    _compare(cluster, "changed")


def _killed(cluster: Cluster, statement: str) -> None:
    victim = Session(cluster, DATABASE, [f"{statement} /* the victim */"], name="victim")
    running = (
        "application_name = 'victim' AND query LIKE '%the victim%'"
        " AND clock_timestamp() - query_start > interval '0.2 s'"
    )
    wait_for(cluster, DATABASE, f"EXISTS (SELECT FROM pg_stat_activity WHERE {running})")
    pid = int(ask(cluster, DATABASE, f"SELECT pid FROM pg_stat_activity WHERE {running}"))
    os.kill(pid, signal.SIGKILL)
    expect("answers of the killed session", victim.end(lost=True), [])
    cluster.wait_until_ready()
    (sound,) = Session(cluster, DATABASE, [SOUND]).end()
    expect_sound(sound)
    found = ask(cluster, DATABASE, "SELECT count(*) FROM big WHERE r && inetrange('128.0.0.0/2'::cidr)")
    expect("whether the table can be read", int(found) > 0, True)
    _compare(cluster, "after a backend was killed")
