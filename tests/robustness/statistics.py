"""Corpus statistics with several sessions: nobody waits who need not, and nothing is counted twice or lost.

Who writes documents never waits for another writer, nor for a refresh; a refresh waits for another one
only; readers wait for nobody. In the end the numbers are those of core's ts_stat over the documents.
"""

from __future__ import annotations

from typing import Iterator

from tools.dev.console import Failure
from tools.dev.robustness import Case, Session, ask, expect, fresh_database, wait_for
from tools.dev.server import Cluster

DATABASE = "statistics"
STATS = "doc_tsv_stats"
# Whoever has to wait for a lock gives up with 55P03.
IMPATIENT = "SET lock_timeout = '500ms'"

OBJECTS = f"""
CREATE TABLE flag (name text);
CREATE TABLE doc (id int PRIMARY KEY, body text,
    tsv tsvector GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED);
CREATE FUNCTION words(n int) RETURNS text LANGUAGE sql VOLATILE
    RETURN (SELECT string_agg('w' || floor(random() * 60)::int, ' ') FROM generate_series(1, n));
INSERT INTO doc SELECT i, words(5) FROM generate_series(1, 200) AS i;
"""
TRACK = f"""
SELECT search_create_stats('doc', 'tsv', 'body');
SELECT search_track_stats('{STATS}', true);
"""

# What differs from the documents, where one row is one lexeme or word, and the totals.
DIFFERENCES = f"""
WITH live AS (
    SELECT * FROM {STATS} WHERE id >= coalesce((SELECT max(id) FROM {STATS} WHERE kind = 'r'), 0)
), ours AS (
    SELECT kind, word, sum(documents) AS documents, sum(lengths[1]) AS length
    FROM live WHERE kind IN ('t', 'l') GROUP BY 1, 2 HAVING sum(documents) <> 0
), documents AS (
    SELECT 'l'::"char" AS kind, word, ndoc::numeric, NULL::numeric AS length FROM ts_stat('SELECT tsv FROM doc')
    UNION ALL
    SELECT 't', '', count(*), (SELECT sum(nentry) FROM ts_stat('SELECT tsv FROM doc')) FROM doc HAVING count(*) > 0
)
SELECT coalesce(string_agg(d::text, ' '), 'none')
FROM ((TABLE ours EXCEPT TABLE documents) UNION ALL (TABLE documents EXCEPT TABLE ours)) AS d
"""
# The same of the vocabulary, once nothing is pending: its words are those of a new one.
VOCABULARY = f"""
SELECT (SELECT md5(data) FROM {STATS} WHERE kind = 'f') = (SELECT md5(data) FROM fresh_tsv_stats WHERE kind = 'f')
"""


def cases(cluster: Cluster) -> Iterator[Case]:
    fresh_database(cluster, DATABASE)
    cluster.execute(DATABASE, OBJECTS)
    cluster.execute(DATABASE, TRACK)
    ask(cluster, DATABASE, f"SELECT search_refresh_stats('{STATS}')")
    yield Case("a writer that stays open stops nobody", lambda: _open_writer(cluster))
    yield Case("a refresh that stays open stops another refresh only", lambda: _open_refresh(cluster))
    yield Case("what was counted since an old snapshot is not counted over", lambda: _old_snapshot(cluster))
    yield Case("TRUNCATE waits for writers, and voids what they wrote", lambda: _truncate(cluster))
    yield Case("serializable writers do not fail for the statistics", lambda: _serializable(cluster))
    yield Case("writers, truncates and refreshes at once", lambda: _all_at_once(cluster))


def _until(flag: str) -> str:
    """A statement that waits for a row of another session."""
    return (
        f"DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM flag WHERE name = '{flag}')"
        f" LOOP PERFORM pg_sleep(0.01); END LOOP; END $$ /* waits for {flag} */"
    )


def _waits(flag: str, sessions: int = 1) -> str:
    # Not this query itself.
    return (
        f"SELECT count(*) = {sessions} FROM pg_stat_activity"
        f" WHERE query LIKE '%/* waits for ' || '{flag}%' AND state = 'active'"
    )


def _raise_flag(cluster: Cluster, flag: str) -> None:
    cluster.execute(DATABASE, f"INSERT INTO flag VALUES ('{flag}')")


def _succeed(cluster: Cluster, *statements: str) -> None:
    """Runs statements that have to succeed without waiting for a lock."""
    session = Session(cluster, DATABASE, [IMPATIENT, *statements])
    for statement, answer in zip([IMPATIENT, *statements], session.end()):
        if answer.sqlstate != "00000":
            raise Failure(f"{statement}: {session.errors()}")


def _expect_right(cluster: Cluster) -> None:
    expect("differences", ask(cluster, DATABASE, DIFFERENCES), "none")
    ask(cluster, DATABASE, f"SELECT search_refresh_stats('{STATS}')")
    expect("differences after a fold", ask(cluster, DATABASE, DIFFERENCES), "none")
    cluster.execute(
        DATABASE,
        "DROP TABLE IF EXISTS fresh, fresh_tsv_stats",
        "CREATE TABLE fresh AS TABLE doc",
        "SELECT search_create_stats('fresh', 'tsv', 'body')",
    )
    expect("the vocabulary is that of the documents", ask(cluster, DATABASE, VOCABULARY), "t")


def _open_writer(cluster: Cluster) -> None:
    writer = Session(
        cluster,
        DATABASE,
        [
            "BEGIN",
            "INSERT INTO doc SELECT 1000 + i, 'open ' || words(5) FROM generate_series(1, 20) AS i",
            "UPDATE doc SET body = 'open ' || body WHERE id <= 20",
            _until("writer"),
            "COMMIT",
        ],
    )
    wait_for(cluster, DATABASE, _waits("writer"))
    _succeed(
        cluster,
        "INSERT INTO doc SELECT 2000 + i, words(5) FROM generate_series(1, 20) AS i",
        "UPDATE doc SET body = words(3) WHERE id BETWEEN 100 AND 120",
        "DELETE FROM doc WHERE id BETWEEN 150 AND 160",
        f"SELECT search_refresh_stats('{STATS}')",
        "INSERT INTO doc VALUES (3000, words(5))",
        f"SELECT search_refresh_stats('{STATS}', recompute => true)",
        "SELECT search_create_stats('doc', 'tsv', 'body')",
        f"SELECT bm25_query('open', '{STATS}')",
        "INSERT INTO doc VALUES (3001, words(5))",
    )
    expect("differences while the writer is open", ask(cluster, DATABASE, DIFFERENCES), "none")
    _raise_flag(cluster, "writer")
    writer.end()
    expect("documents of the writer", ask(cluster, DATABASE, "SELECT count(*) FROM doc WHERE id > 1000 AND id < 1100"), "20")
    _expect_right(cluster)


def _open_refresh(cluster: Cluster) -> None:
    for number, recompute in enumerate(("false", "true")):
        cluster.execute(DATABASE, "UPDATE doc SET body = words(4) WHERE id % 3 = 0")
        flag = f"refresh {number}"
        refresh = Session(
            cluster,
            DATABASE,
            ["BEGIN", f"SELECT search_refresh_stats('{STATS}', {recompute})", _until(flag), "COMMIT"],
        )
        wait_for(cluster, DATABASE, _waits(flag))
        _succeed(
            cluster,
            f"SELECT bm25_query('w1', '{STATS}')",
            f"INSERT INTO doc VALUES ({4000 + number}, words(5))",
            f"UPDATE doc SET body = words(6) WHERE id = {4000 + number}",
            "DELETE FROM doc WHERE id = 2001",
        )
        other = Session(cluster, DATABASE, [IMPATIENT, f"SELECT search_refresh_stats('{STATS}')"])
        expect("the other refresh", other.end()[1].sqlstate, "55P03")
        expect("differences meanwhile", ask(cluster, DATABASE, DIFFERENCES), "none")
        _raise_flag(cluster, flag)
        expect("the refresh", [answer.sqlstate for answer in refresh.end()], ["00000"] * 4)
        _expect_right(cluster)


def _old_snapshot(cluster: Cluster) -> None:
    recompute = f"SELECT search_refresh_stats('{STATS}', recompute => true)"
    # It sees no flag of others; it waits for a lock.
    keeper = Session(cluster, DATABASE, ["SELECT pg_advisory_lock(8)", _until("counted")])
    wait_for(cluster, DATABASE, _waits("counted"))
    old = Session(
        cluster,
        DATABASE,
        [
            "BEGIN ISOLATION LEVEL REPEATABLE READ",
            "SELECT count(*) FROM doc",
            "SELECT pg_advisory_xact_lock_shared(8) /* waits for the other */",
            recompute,
            "COMMIT",
        ],
    )
    wait_for(cluster, DATABASE, _waits("the other"))
    # In either snapshot most rows are right, and what one finds wrong the other need not touch.
    _succeed(
        cluster,
        # Behind the triggers' back.
        "SET session_replication_role = replica",
        "UPDATE doc SET body = 'new ' || body WHERE id % 5 = 0",
        "RESET session_replication_role",
        recompute,
    )
    _raise_flag(cluster, "counted")
    keeper.end()
    expect("counting in the old snapshot", old.end()[3].sqlstate, "40001")
    expect("differences", ask(cluster, DATABASE, DIFFERENCES), "none")
    _expect_right(cluster)


def _truncate(cluster: Cluster) -> None:
    writer = Session(
        cluster,
        DATABASE,
        ["BEGIN", "INSERT INTO doc VALUES (5000, 'short lived')", _until("truncate"), "COMMIT"],
    )
    wait_for(cluster, DATABASE, _waits("truncate"))
    impatient = Session(cluster, DATABASE, [IMPATIENT, "TRUNCATE doc"])
    expect("an impatient TRUNCATE", impatient.end()[1].sqlstate, "55P03")
    truncate = Session(
        cluster, DATABASE, ["BEGIN", "TRUNCATE doc", "INSERT INTO doc VALUES (1, 'after all')", "COMMIT"]
    )
    wait_for(cluster, DATABASE, "SELECT count(*) = 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted")
    # Behind the TRUNCATE in the queue.
    late = Session(cluster, DATABASE, ["INSERT INTO doc VALUES (2, 'later still')"])
    _raise_flag(cluster, "truncate")
    for session in (writer, truncate, late):
        for answer in session.end():
            expect("the statement's SQLSTATE", answer.sqlstate, "00000")
    expect("documents", ask(cluster, DATABASE, "SELECT string_agg(id::text, ',' ORDER BY id) FROM doc"), "1,2")
    _expect_right(cluster)


def _serializable(cluster: Cluster) -> None:
    # They see no flag of others; they wait for a lock that one session keeps until all have written.
    keeper = Session(cluster, DATABASE, ["SELECT pg_advisory_lock(7)", _until("serializable")])
    wait_for(cluster, DATABASE, _waits("serializable"))
    sessions = [
        Session(
            cluster,
            DATABASE,
            [
                "BEGIN ISOLATION LEVEL SERIALIZABLE",
                f"INSERT INTO doc SELECT {6000 + 100 * n} + i, words(5) FROM generate_series(1, 20) AS i",
                "SELECT pg_advisory_xact_lock_shared(7) /* waits for all */",
                f"INSERT INTO doc VALUES ({6090 + 100 * n}, 'last words')",
                "COMMIT",
            ],
        )
        for n in range(4)
    ]
    wait_for(cluster, DATABASE, _waits("all", len(sessions)))
    _raise_flag(cluster, "serializable")
    for session in (keeper, *sessions):
        for answer in session.end():
            expect("the statement's SQLSTATE", answer.sqlstate, "00000")
    _expect_right(cluster)


def _all_at_once(cluster: Cluster) -> None:
    cluster.execute(DATABASE, "INSERT INTO doc SELECT i, words(5) FROM generate_series(10000, 10400) AS i")
    sessions = []
    for n in range(3):
        own = f"id % 3 = {n}"
        statements = []
        for step in range(40):
            statements += [
                f"INSERT INTO doc SELECT {20000 + n * 3000 + step * 20} + i, words(6) FROM generate_series(1, 9) AS i",
                f"UPDATE doc SET body = words(4) WHERE {own} AND id % 7 = {step % 7}",
                f"DELETE FROM doc WHERE {own} AND id % 11 = {step % 11}",
            ]
        sessions.append(Session(cluster, DATABASE, statements))
    refreshes = [
        f"SELECT search_refresh_stats('{STATS}', {'true' if step % 5 == 4 else 'false'})" for step in range(40)
    ]
    sessions.append(Session(cluster, DATABASE, refreshes))
    repeatable = []
    for step in range(15):
        repeatable += [
            "BEGIN ISOLATION LEVEL REPEATABLE READ",
            "SELECT count(*) FROM doc",
            f"INSERT INTO doc VALUES ({50000 + step}, words(9))",
            # What is counted in an old snapshot is counted with the rows of that snapshot.
            "COMMIT",
            "SELECT pg_sleep(0.01)",
        ]
    sessions.append(Session(cluster, DATABASE, repeatable))
    truncates = ["SELECT pg_sleep(0.1)", "TRUNCATE doc"] * 4
    sessions.append(Session(cluster, DATABASE, truncates))
    # Each looks at numbers and documents of one snapshot.
    readers = [Session(cluster, DATABASE, [DIFFERENCES] * 15) for _ in range(2)]
    for session in sessions:
        for answer in session.end():
            if answer.sqlstate != "00000":
                raise Failure(session.errors())
    for session in readers:
        for answer in session.end():
            expect("differences meanwhile", (answer.sqlstate, answer.text), ("00000", "none"))
    _expect_right(cluster)
