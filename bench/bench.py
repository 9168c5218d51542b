#!/usr/bin/env python3
"""Benchmarks: each a ratio against a named peer, measured in the same run and session.

    python3 bench/bench.py --psql /path/to/psql --host /socket/directory --port 5432

Creates the database rangerank_bench with its data when it is not there yet. Times are the least of
several rounds in which the peer and ours take turns; both must give the same answer. Ratios depend
on the machine much less than times do, and are no promise either.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Protocol

DATABASE = "rangerank_bench"


@dataclass(frozen=True)
class Setup:
    """SQL that prepares the database; `{rows}` is the number of rows of a large table."""

    name: str
    sql: str


@dataclass(frozen=True)
class Comparison:
    """The same question to a peer and to us; both answers are compared as text."""

    what: str
    peer: str
    peer_sql: str
    our_sql: str
    goal: Optional[float] = None
    peer_settings: str = ""
    our_settings: str = ""
    # What the plans must contain.
    plan: str = ""
    peer_plan: str = ""


@dataclass(frozen=True)
class Memory:
    """Peak memory of a backend above that of one that runs `floor_sql`, in MB."""

    what: str
    peer: str
    floor_sql: str
    peer_sql: str
    our_sql: str
    goal: Optional[float]


@dataclass(frozen=True)
class Measured:
    """One line of the result."""

    what: str
    peer: str
    peer_value: float
    our_value: float
    goal: Optional[float]
    unit: str = "ms"
    # Whether the goal is for our value, not for the ratio.
    absolute: bool = False

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        judged = self.our_value if self.absolute else self.our_value / self.peer_value
        return "yes" if judged <= self.goal else "NO"


class Wanted(Protocol):
    """What `--only` can choose."""

    @property
    def what(self) -> str: ...

    @property
    def peer(self) -> str: ...


# Rows of the large tables; the goals are for them.
ROWS = 1_000_000
# Rows of the tables for moving frames, if --rows gives as many.
MOVING_ROWS = 20_000
START = "'2024-01-01'::timestamptz"
MINUTE = "interval '1 min'"


def _ranges(name: str, low: str, length: str, order: str) -> str:
    return f"""
CREATE UNLOGGED TABLE {name} AS
SELECT tstzrange({START} + {low}, {START} + {low} + {length}) AS r,
    i, ((i - 1) * 1000::bigint / {{rows}})::int AS consecutive, i % 1000 AS robin
FROM generate_series(1, {{rows}}) AS i ORDER BY {order};
VACUUM ANALYZE {name};
"""


def _range_tables() -> str:
    shapes = {
        "one": (f"i * {MINUTE}", "interval '90 s'"),
        "thousand": (f"(i + i * 1000::bigint / {{rows}} * 60) * {MINUTE}", "interval '90 s'"),
        "none": (f"i * 2 * {MINUTE}", "interval '1 min'"),
    }
    orders = {"sorted": "i", "shuffled": "hashint4(i), i"}
    # Each range covers a hundred of its neighbours.
    long_ranges = (f"i * {MINUTE}", "interval '100 min'")
    tables = [_ranges("long_shuffled", *long_ranges, orders["shuffled"])]
    tables += [
        _ranges(f"{shape}_{order}", low, length, by)
        for shape, (low, length) in shapes.items()
        for order, by in orders.items()
    ]
    frames = [
        f"CREATE UNLOGGED TABLE moving_{shape} AS SELECT * FROM {shape}_sorted WHERE i <= {MOVING_ROWS};"
        f"VACUUM ANALYZE moving_{shape};"
        for shape in ("one", "none")
    ]
    # Subtypes whose comparison is a function: with abbreviated keys, and in most locales without.
    slow = [
        ("numeric", "numrange(i, i + 1.5)"),
        ("text", "textrange(lpad(i::text, 10, '0'), lpad((i + 2)::text, 10, '0'))"),
    ]
    tables += ["CREATE TYPE textrange AS RANGE (subtype = text);"]
    tables += [
        f"CREATE UNLOGGED TABLE {name}_shuffled AS SELECT {r} AS r FROM generate_series(1, {{rows}}) AS i "
        f"ORDER BY {orders['shuffled']}; VACUUM ANALYZE {name}_shuffled;"
        for name, r in slow
    ]
    return "\n".join(tables + frames)


SETUPS = [
    Setup("ranges", _range_tables()),
    Setup(
        "the aggregate of django-range-merge",
        """
CREATE SCHEMA django;
CREATE AGGREGATE django.range_merge(anyrange) (SFUNC = range_merge, STYPE = anyrange);
""",
    ),
    Setup("a range type whose steps are found in the catalog", "CREATE TYPE moneyrange AS RANGE (subtype = money);"),
]

# Compilation would blur short queries.
SESSION = "SET jit = off; SET work_mem = '256MB'; SET max_parallel_workers_per_gather = 0;"
# The planner would keep workers from small tables.
WORKERS = """
SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0.001;
SET min_parallel_table_scan_size = 0;
"""
FRAME = "OVER (ORDER BY i ROWS BETWEEN 199 PRECEDING AND CURRENT ROW)"


def whole(call: str, table: str) -> str:
    """One aggregate over a table; what is printed is short, however long the result."""
    return f"SELECT lower(m), upper(m) FROM (SELECT {call} AS m FROM {table}) AS q"


def grouped(call: str, table: str, key: str) -> str:
    return (
        f"SELECT count(m), min(lower(m)), max(upper(m)) "
        f"FROM (SELECT {call} AS m FROM {table} GROUP BY {key}) AS q"
    )


def moving(call: str, table: str) -> str:
    return f"SELECT count(m), min(lower(m)), max(upper(m)) FROM (SELECT {call} {FRAME} AS m FROM {table}) AS q"


def _unions() -> list[Comparison]:
    entries = []
    for shape, words, goal in [
        ("one", "one island", 0.12),
        ("thousand", "1000 islands", 0.12),
        ("none", "nothing merges", 0.25),
    ]:
        for order in ("sorted", "shuffled"):
            table = f"{shape}_{order}"
            core, ours = whole("range_agg(r)", table), whole("range_union_agg(r)", table)
            name = f"union, {words}, {order}"
            entries += [
                Comparison(name, "range_agg", core, ours, goal),
                Comparison(
                    f"{name}, 2 workers",
                    "ours, serial",
                    ours,
                    ours,
                    1.0,
                    our_settings=WORKERS,
                    plan="Partial Aggregate",
                ),
                Comparison(
                    f"{name}, 2 workers",
                    "range_agg, 2 workers",
                    core,
                    ours,
                    peer_settings=WORKERS,
                    our_settings=WORKERS,
                    plan="Partial Aggregate",
                ),
            ]
    for name in ("numeric", "text"):
        core, ours = (whole(f"{call}(r)", f"{name}_shuffled") for call in ("range_agg", "range_union_agg"))
        entries.append(Comparison(f"union, ranges of {name}, one island, shuffled", "range_agg", core, ours, 1.0))
    for order in ("sorted", "shuffled"):
        for key, words in [("consecutive", "neighbours"), ("robin", "round-robin")]:
            table = f"one_{order}"
            entries.append(
                Comparison(
                    f"union, 1000 groups of {words}, {order}",
                    "range_agg",
                    grouped("range_agg(r)", table, key),
                    grouped("range_union_agg(r)", table, key),
                    0.3,
                )
            )
    for shape, words in [("one", "merging into one"), ("none", "nothing merges")]:
        entries.append(
            Comparison(
                f"moving union, 200 rows of 20000, {words}",
                "range_agg",
                moving("range_agg(r)", f"moving_{shape}"),
                moving("range_union_agg(r)", f"moving_{shape}"),
                0.05,
            )
        )
    for shape, words in [("one", "one island"), ("none", "nothing merges")]:
        query = "SELECT count(*), min(lower(r)), max(upper(r)) FROM (SELECT unnest({}(r)) AS r FROM {}) AS q"
        entries.append(
            Comparison(
                f"union and unnest, {words}, shuffled",
                "range_agg",
                query.format("range_agg", f"{shape}_shuffled"),
                query.format("range_union_agg", f"{shape}_shuffled"),
            )
        )
    return entries


def _hulls() -> list[Comparison]:
    entries = []
    for order in ("sorted", "shuffled"):
        table = f"none_{order}"
        core, ours = whole("django.range_merge(r)", table), whole("range_merge_agg(r)", table)
        entries += [
            Comparison(f"hull, {order}", "django-range-merge", core, ours, 0.5),
            Comparison(
                f"hull, {order}, 2 workers",
                "ours, serial",
                ours,
                ours,
                1.0,
                our_settings=WORKERS,
                plan="Partial Aggregate",
            ),
        ]
    entries.append(
        Comparison(
            "hull, 1000 groups round-robin, shuffled",
            "django-range-merge",
            grouped("django.range_merge(r)", "none_shuffled", "robin"),
            grouped("range_merge_agg(r)", "none_shuffled", "robin"),
        )
    )
    entries.append(
        Comparison(
            "moving hull, 200 rows of 20000",
            "django-range-merge",
            moving("django.range_merge(r)", "moving_none"),
            moving("range_merge_agg(r)", "moving_none"),
        )
    )
    return entries


def _depth(rows: str) -> str:
    """The largest depth of half-open ranges by a running sum over starts and ends."""
    return (
        "SELECT max(depth) FROM (SELECT sum(step) OVER (ORDER BY at, step ROWS UNBOUNDED PRECEDING) AS depth FROM ("
        f"SELECT lower(r) AS at, 1 AS step FROM {rows} UNION ALL SELECT upper(r), -1 FROM {rows}) AS e) AS s"
    )


def _parallel(what: str, sql: str) -> Comparison:
    return Comparison(
        f"{what}, 2 workers",
        "ours, serial",
        sql,
        sql,
        1.0,
        our_settings=WORKERS,
        plan="Partial Aggregate",
    )


def _algebra() -> list[Comparison]:
    entries = []
    for table, words in [
        ("one_sorted", "one island, sorted"),
        ("one_shuffled", "one island, shuffled"),
        ("thousand_shuffled", "1000 islands, shuffled"),
        ("none_sorted", "nothing merges, sorted"),
    ]:
        length = f"SELECT range_length_agg(r) FROM {table}"
        core = (
            "SELECT justify_hours(sum(upper(u) - lower(u))) "
            f"FROM (SELECT unnest(range_agg(r)) AS u FROM {table}) AS q"
        )
        entries.append(Comparison(f"covered length, {words}", "sum over unnest(range_agg)", core, length, 0.12))
        entries.append(_parallel(f"covered length, {words}", length))
        domain = "tstzrange('2020-01-01', '2040-01-01')"
        core = whole(f"tstzmultirange({domain}) - range_agg(r)", table)
        gaps = whole(f"range_gaps_agg(r, {domain})", table)
        entries.append(Comparison(f"gaps, {words}", "domain - range_agg", core, gaps, 0.12))
        entries.append(_parallel(f"gaps, {words}", gaps))
    for table, words in [
        ("one_sorted", "two deep, sorted"),
        ("one_shuffled", "two deep, shuffled"),
        ("long_shuffled", "100 deep, shuffled"),
    ]:
        depth = f"SELECT range_max_depth(r) FROM {table}"
        entries.append(Comparison(f"max depth, {words}", "union all, window sum", _depth(table), depth, 0.15))
        entries.append(_parallel(f"max depth, {words}", depth))
    for name in ("numeric", "text"):
        depth = f"SELECT range_max_depth(r) FROM {name}_shuffled"
        core = _depth(f"{name}_shuffled")
        words = f"max depth, ranges of {name}, two deep, shuffled"
        entries.append(Comparison(words, "union all, window sum", core, depth, 1.0))
    for table, words in [
        ("one_sorted", "one island, sorted"),
        ("thousand_shuffled", "1000 islands, shuffled"),
        ("none_shuffled", "nothing merges, shuffled"),
    ]:
        # By its bounds core sorts faster than by the range; for half-open ranges the order is the same.
        for key, by in [("lower(r), upper(r)", "bounds"), ("r", "ranges")]:
            order = f"ORDER BY {key} ROWS BETWEEN UNBOUNDED PRECEDING AND"
            core = (
                f"SELECT count(*), max(island) FROM (SELECT sum(begins) OVER ({order} CURRENT ROW) AS island FROM ("
                f"SELECT r, ((lower(r) <= max(upper(r)) OVER ({order} 1 PRECEDING)) IS NOT TRUE)::int AS begins "
                f"FROM {table}) AS b) AS s"
            )
            ours = (
                "SELECT count(*), max(island) "
                f"FROM (SELECT range_island(r) OVER (ORDER BY {key}) AS island FROM {table}) AS s"
            )
            entries.append(
                Comparison(f"island numbers, {words}, by {by}", "max, sum over windows", core, ours, 0.35)
            )
    for shape, words in [("one", "two deep"), ("none", "nothing overlaps")]:
        # A tenth of the rows: the peer is slow.
        table = f"moving_{shape} WHERE i <= 2000"
        core = (
            f"SELECT count(m), sum(m) FROM (SELECT ({_depth('unnest(ranges) AS r')}) AS m "
            f"FROM (SELECT array_agg(r) {FRAME} AS ranges FROM {table}) AS f) AS q"
        )
        ours = f"SELECT count(m), sum(m) FROM (SELECT range_max_depth(r) {FRAME} AS m FROM {table}) AS q"
        entries.append(
            Comparison(f"moving depth, 200 rows of 2000, {words}", "recomputed for each frame", core, ours, 0.05)
        )
    return entries


def _series() -> list[Comparison]:
    def count(call: str, source: str = "SELECT {}") -> str:
        return f"SELECT count(x) FROM ({source.format(call + ' AS x')}) AS s"

    minutes = f"{START}, {START} + 999999 * {MINUTE}"
    days = "'0001-01-01', '0001-01-01'::{} + 999999"
    in_from = "SELECT * FROM {} (x)"
    plain_call = f"generate_series({minutes}, {MINUTE})"
    plain = count(plain_call)
    entries = [
        Comparison(f"series, 1M {words}", "generate_series", count(core), count(ours), goal)
        for words, core, ours, goal in [
            ("int8", "generate_series(1::int8, 1000000)", "generate_series(int8range(1, 1000001))", 1.1),
            ("int8, a step", "generate_series(1::int8, 7000000, 7)", "generate_series(int8range(1, 7000000), 7)", 1.1),
            (
                "date",
                f"generate_series('0001-01-01'::timestamp, {days.format('date').split(', ')[1]}, '1 day')",
                f"generate_series(daterange({days.format('date')}, '[]'), '1 day')",
                1.1,
            ),
            (
                "timestamptz, minutes",
                f"generate_series({minutes}, {MINUTE})",
                f"generate_series(tstzrange({minutes}, '[]'), {MINUTE})",
                1.1,
            ),
            (
                "timestamptz, days",
                "generate_series('0001-01-01+00'::timestamptz, '0001-01-01+00'::timestamptz + interval '999999 days', '1 day')",
                "generate_series(tstzrange('0001-01-01+00', '0001-01-01+00'::timestamptz + interval '999999 days', '[]'), '1 day')",
                None,
            ),
            (
                "numeric",
                "generate_series(1::numeric, 1000000)",
                "generate_series(numrange(1, 1000000, '[]'), 1)",
                1.1,
            ),
            (
                "numeric, a scale",
                "generate_series(0, 9999.99, 0.01)",
                "generate_series(numrange(0, 9999.99, '[]'), 0.01)",
                1.1,
            ),
        ]
    ]
    from_int8 = ("generate_series(1::int8, 1000000)", "generate_series(int8range(1, 1000001))")
    core, ours = (count(call, in_from) for call in from_int8)
    entries.append(Comparison("series, 1M int8 in FROM", "generate_series", core, ours))
    pieces_call = f"generate_range_series(tstzrange({START}, {START} + 1000000 * {MINUTE}), {MINUTE})"
    pieces = count(pieces_call)
    for window, goal in [("ORDER BY t", 1.0), ("", None)]:
        lag = (
            "SELECT count(x) FROM (SELECT CASE WHEN before IS NOT NULL THEN tstzrange(before, t) END AS x FROM ("
            f"SELECT t, lag(t) OVER ({window}) AS before "
            f"FROM generate_series({START}, {START} + 1000000 * {MINUTE}, {MINUTE}) AS t) AS l) AS s"
        )
        entries.append(Comparison("pieces, 1M tstzrange", f"lag OVER ({window})", lag, pieces, goal))
    entries.append(Comparison("pieces, 1M tstzrange", "plain generate_series", plain, pieces, 1.3))
    core, ours = (count(call, in_from) for call in (plain_call, pieces_call))
    entries.append(Comparison("pieces, 1M tstzrange in FROM", "plain generate_series", core, ours, 1.3))
    months = "tstzrange('0001-01-01+00', '0001-01-01+00'::timestamptz + interval '100000 months'), '1 month'"
    entries.append(
        Comparison(
            "pieces, 100K months",
            "series of their starts",
            count(f"generate_series({months})"),
            count(f"generate_range_series({months})"),
        )
    )
    entries.append(
        Comparison(
            "series, 1M money by the operator of its type",
            "ours, int8",
            count("generate_series(int8range(1, 1000001))"),
            count("generate_series(moneyrange('0', '9999.99', '[]'), '0.01'::money)"),
            3.0,
        )
    )
    return entries


COMPARISONS = [
    # What every ratio over a large table contains on both sides.
    Comparison(
        "floor: reading the rows",
        "count(*)",
        "SELECT count(*) FROM one_sorted",
        "SELECT count(r) FROM one_sorted",
    ),
    *_unions(),
    *_hulls(),
    *_algebra(),
    *_series(),
]

MEMORY = [
    Memory(
        f"peak memory, union, one island, {words}",
        "range_agg",
        f"SELECT count(r) FROM {table}",
        whole("range_agg(r)", table),
        whole("range_union_agg(r)", table),
        goal,
    )
    for table, words, goal in [
        ("one_sorted", "sorted", 4.0),
        ("long_shuffled", "shuffled, each over 100 others", 4.0),
        # Half way through, every fourth row is an island of its own.
        ("one_shuffled", "shuffled, each over its neighbours", None),
    ]
]


class Server:
    """Runs scripts through psql."""

    def __init__(self, arguments: argparse.Namespace, database: str) -> None:
        self.command = [arguments.psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        self.command += ["-h", arguments.host, "-p", arguments.port, "-U", arguments.user]
        self.database = database

    def run(self, script: str, database: str = "") -> str:
        done = subprocess.run(
            [*self.command, "-d", database or self.database, "-f", "-"],
            input=script,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
        if done.returncode != 0:
            raise SystemExit(f"psql failed: {done.stderr}")
        return done.stdout

    def prepare(self, setups: list[Setup], rows: int) -> None:
        """Makes the data, unless it is there."""
        fingerprint = f"{rows} rows, {abs(hash_of(setups))}"
        exists = self.run(f"SELECT 1 FROM pg_database WHERE datname = '{self.database}'", "postgres")
        if exists.strip():
            table = self.run("SELECT to_regclass('data_made')").strip()
            if table and self.run("SELECT * FROM data_made").strip() == fingerprint:
                # The library may be another one since.
                self.run("DROP EXTENSION IF EXISTS rangerank; CREATE EXTENSION rangerank;")
                return
        self.make(setups, rows)
        self.run(f"CREATE TABLE data_made AS SELECT '{fingerprint}'; CHECKPOINT;")

    def make(self, setups: list[Setup], rows: int) -> None:
        """A new database with the extension and the data."""
        print(f"making the data in database {self.database} …", flush=True)
        self.run(f"DROP DATABASE IF EXISTS {self.database}", "postgres")
        self.run(f"CREATE DATABASE {self.database} TEMPLATE template0", "postgres")
        self.run("CREATE EXTENSION rangerank;")
        for setup in setups:
            self.run(setup.sql.replace("{rows}", str(rows)))

    def compare(self, entry: Comparison, rounds: int) -> Measured:
        """Alternates the peer and ours in one session."""
        script = [SESSION]
        turns = [("peer", entry.peer_settings, entry.peer_sql), ("ours", entry.our_settings, entry.our_sql)]
        plans = {"peer": entry.peer_plan, "ours": entry.plan}
        for name, settings, sql in turns:
            if plans[name]:
                script += ["RESET ALL;", SESSION, settings, rf"\echo {name} plan", f"EXPLAIN (COSTS OFF) {sql};"]
        for _ in range(rounds + 1):
            for name, settings, sql in turns:
                script += ["RESET ALL;", SESSION, settings, rf"\echo {name}", r"\timing on", f"{sql};", r"\timing off"]
        output = self.run("\n".join(script))
        answers: dict[str, set[str]] = {"peer": set(), "ours": set()}
        times: dict[str, list[float]] = {"peer": [], "ours": []}
        for part in re.split(r"(?m)^(?=(?:peer|ours)(?: plan)?$)", output):
            name, _, body = part.partition("\n")
            answer, _, time = body.partition("Time: ")
            if time:
                answers[name].add(answer)
                times[name].append(float(time.split()[0]))
            elif name and plans[name.split()[0]] not in body:
                raise SystemExit(f"{entry.what}: no {plans[name.split()[0]]} in the plan: {body}")
        if not entry.what.startswith("floor") and (
            len(answers["peer"]) != 1 or answers["peer"] != answers["ours"]
        ):
            raise SystemExit(f"{entry.what}: the answers differ: {answers}")
        # The first turn of each warms up.
        peer, ours = min(times["peer"][1:]), min(times["ours"][1:])
        return Measured(entry.what, entry.peer, peer, ours, entry.goal)

    def peak(self, sql: str) -> float:
        """The least peak in MB over fresh connections, each running `sql` once."""
        status = "SELECT substring(pg_read_file('/proc/self/status', 0, 8192) FROM 'VmHWM:\\s+(\\d+)');"
        peaks = []
        for _ in range(3):
            before, *_, after = self.run("\n".join([SESSION, status, f"{sql};", status])).split()
            peaks.append(int(after))
            assert int(before) <= int(after)
        return min(peaks) / 1024

    def measure_memory(self, entry: Memory) -> Measured:
        floor, peer, ours = (self.peak(sql) for sql in (entry.floor_sql, entry.peer_sql, entry.our_sql))
        return Measured(entry.what, entry.peer, peer - floor, ours - floor, entry.goal, "MB", absolute=True)


def hash_of(value: object) -> int:
    """A hash that is the same in every process."""
    total = 0
    for byte in repr(value).encode():
        total = (total * 31 + byte) % (1 << 61)
    return total


def table(lines: list[Measured]) -> str:
    """The result as a table of fixed columns."""
    rows = [("what", "peer", "peer", "ours", "ratio", "goal", "reached")]
    for line in lines:
        goal = "" if line.goal is None else f"≤ {line.goal:g}" + (f" {line.unit}" if line.absolute else "")
        rows.append(
            (
                line.what,
                line.peer,
                f"{line.peer_value:.1f} {line.unit}",
                f"{line.our_value:.1f} {line.unit}",
                f"{line.our_value / line.peer_value:.3f}" if line.peer_value > 0 else "",
                goal,
                line.verdict,
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows)]
    numbers = {2, 3, 4, 5}
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "  ".join(
            cell.rjust(width) if at in numbers else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    )


def machine() -> str:
    model = "unknown processor"
    try:
        with open("/proc/cpuinfo") as file:
            found = re.search(r"(?m)^model name\s*: (.*)$", file.read())
            model = found.group(1) if found else model
    except OSError:
        pass
    return f"{model}, {os.cpu_count()} cores"


def options(description: Optional[str], rounds: int) -> argparse.Namespace:
    """The command line of a benchmark; `rounds` is the default."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--psql", default="psql", help="the psql to run")
    parser.add_argument("--host", default="/tmp", help="host or socket directory")
    parser.add_argument("--port", default="5432")
    parser.add_argument("--user", default="postgres", help="a superuser")
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of each large table")
    parser.add_argument("--rounds", type=int, default=rounds, help="rounds of each comparison")
    parser.add_argument("--only", default="", metavar="REGEX", help="only what matches")
    data = Path(__file__).resolve().parents[1] / "target" / "rangerank" / "corpus"
    parser.add_argument("--data", default=data, help="directory for the corpus of search.py")
    collections = os.environ.get("RANGERANK_COLLECTIONS", "")
    parser.add_argument("--collections", default=collections, metavar="DIR", help="relevance collections for search.py")
    arguments = parser.parse_args()
    if arguments.rows < 1000 or arguments.rounds < 1:
        parser.error("at least 1000 rows and one round")
    return arguments


def wanted(entry: Wanted, only: str) -> bool:
    """Whether `--only` asks for the entry."""
    return re.search(only, f"{entry.what} {entry.peer}") is not None


def report(server: Server, lines: list[Measured], about: str) -> None:
    """Prints the table and how many goals are reached."""
    version = server.run("SHOW server_version").strip()
    print(f"PostgreSQL {version} on {machine()}; {about}\n")
    print(table(lines))
    goals = [line for line in lines if line.goal is not None]
    missed = [line.what for line in goals if line.verdict != "yes"]
    print(f"\n{len(goals) - len(missed)} of {len(goals)} goals reached" + (": not " + "; ".join(missed) if missed else ""))


def main() -> None:
    arguments = options(__doc__, rounds=5)
    server = Server(arguments, DATABASE)
    chosen = [entry for entry in COMPARISONS if wanted(entry, arguments.only)]
    memory = [entry for entry in MEMORY if wanted(entry, arguments.only)]
    if not chosen and not memory:
        print(f"bench.py: nothing matches {arguments.only}")
        return
    server.prepare(SETUPS, arguments.rows)
    lines = []
    for entry in chosen:
        print(f"measuring {entry.what} against {entry.peer} …", file=sys.stderr, flush=True)
        lines.append(server.compare(entry, arguments.rounds))
    for entry in memory:
        print(f"measuring {entry.what} …", file=sys.stderr, flush=True)
        lines.append(server.measure_memory(entry))
    report(
        server,
        lines,
        f"tables of {arguments.rows} rows, all in memory.\n"
        + (f"The goals are for {ROWS} rows; entries that name more rows take all.\n" if arguments.rows < ROWS else "")
        +         f"Times are the least of {arguments.rounds} rounds in turns; every time over a table contains reading\n"
        "it (see the floor). Entries with workers have a Partial Aggregate in their plan. Memory is above\n"
        "that of a plain scan. A ratio holds for this run on this machine.",
    )


if __name__ == "__main__":
    main()
