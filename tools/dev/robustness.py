"""What the tests in tests/robustness are made of: sessions that survive errors, and probes.

A file there has a generator `cases(cluster)` of named checks, which come in order and may build on
each other. A check that finds something wrong raises Failure.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator, NamedTuple, Sequence

from .console import Failure
from .paths import EXTENSION, ROOT
from .server import Cluster, client_environment

FILES = ROOT / "tests" / "robustness"
# A session that takes longer than this hangs.
SESSION_SECONDS = 60
MARK = "--8<-- SQLSTATE "

SETTINGS = {
    # What a client was told to be committed has to survive a crash.
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Little, so that what a backend takes is its own memory.
    "shared_buffers": "16MB",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    # The tests say when.
    "autovacuum": "off",
}

# Whether answers are right: by core's functions where it has them, else as written here.
SOUND = """
WITH sample AS (
    SELECT int8range(a, a + 1 + i % 7) AS r, numrange(a, a + 1 + i % 7) AS n
    FROM (SELECT i, (hashint4(i) % 20000)::bigint AS a FROM generate_series(1, 3000) AS i) AS s
), step AS (
    SELECT lower(r) AS at, 1 AS up FROM sample UNION ALL SELECT upper(r), -1 FROM sample
), depth AS (
    SELECT sum(up) OVER (ORDER BY at, up ROWS UNBOUNDED PRECEDING) AS d FROM step
)
SELECT range_union_agg(r) = range_agg(r) AND range_union_agg(n) = range_agg(n)
    AND range_max_depth(r) = (SELECT max(d) FROM depth)
    AND range_max_depth(n) = (SELECT max(d) FROM depth)
    AND ARRAY(SELECT generate_series(int8range(5, 900), 7)) = ARRAY(SELECT generate_series(5::bigint, 899, 7))
    AND ARRAY(SELECT generate_range_series(int8range(0, 6), 2)) = '{"[0,2)","[2,4)","[4,6)"}'::int8range[]
    AND (SELECT cidr_merge_agg('10.0.0.0'::inet + i) FROM generate_series(0, 1023) AS i) = '{10.0.0.0/22}'
    AND ARRAY(SELECT inetrange_subnets(inetrange('10.0.0.0/23'::cidr), 24)) = '{10.0.0.0/24,10.0.1.0/24}'
FROM sample
"""


class Case(NamedTuple):
    """A named check; it counts as one test."""

    name: str
    check: Callable[[], None]


@dataclass(frozen=True)
class Answer:
    """What a statement gave: 00000 and unaligned rows, or an SQLSTATE and nothing."""

    sqlstate: str
    text: str


class Session:
    """A script in a connection of its own, in the background; it goes on after errors."""

    def __init__(
        self, cluster: Cluster, database: str, statements: Sequence[str], name: str = EXTENSION
    ) -> None:
        self._count = len(statements)
        # A file, because a pipe would have to be fed.
        self._script = tempfile.TemporaryFile("w+")
        for statement in statements:
            self._script.write(f"{statement};\n\\echo\n\\echo '{MARK}':SQLSTATE\n")
        self._script.seek(0)
        self._errors = tempfile.TemporaryFile("w+")
        self._output = tempfile.TemporaryFile("w+")
        command = [*cluster.psql_command(database), "-A", "-t"]
        command += ["-v", "ON_ERROR_STOP=0", "-v", "VERBOSITY=verbose", "-f", "-"]
        self._process = subprocess.Popen(
            command,
            stdin=self._script,
            stdout=self._output,
            stderr=self._errors,
            env={**client_environment(), "PGAPPNAME": name},
        )

    def end(self, lost: bool = False) -> list[Answer]:
        """Waits; the answers to all statements, or to those before the connection was lost."""
        try:
            status = self._process.wait(SESSION_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise Failure(f"a session still runs after {SESSION_SECONDS} s") from None
        self._output.seek(0)
        parts = re.split(rf"\n{MARK}(\w+)\n", self._output.read())
        answers = [
            Answer(sqlstate, text.rstrip("\n")) for text, sqlstate in zip(parts[::2], parts[1::2])
        ]
        # psql says 2 if the connection was lost.
        if status != (2 if lost else 0) or lost != (len(answers) < self._count):
            raise Failure(f"psql ended with {status}: {self.errors()}")
        return answers

    def errors(self) -> str:
        """What psql has printed to standard error, with details and contexts."""
        self._errors.seek(0)
        return self._errors.read()


def ask(cluster: Cluster, database: str, query: str) -> str:
    """The answer to a query that is expected to succeed."""
    session = Session(cluster, database, [query])
    (answer,) = session.end()
    if answer.sqlstate != "00000":
        raise Failure(session.errors())
    return answer.text


def expect(what: str, found: object, wanted: object) -> None:
    """Raises Failure unless both are equal."""
    if found != wanted:
        raise Failure(f"{what}: found {found}, expected {wanted}")


def expect_sound(answer: Answer) -> None:
    """Checks the answer to SOUND."""
    expect("the answers of the session afterwards", answer, Answer("00000", "t"))


def wait_for(cluster: Cluster, database: str, condition: str, then: str = "true") -> str:
    """Waits in the server for an SQL condition; then evaluates an expression for its effect."""
    return ask(
        cluster,
        database,
        f"""DO $wait$
DECLARE
    deadline timestamptz := clock_timestamp() + interval '30 s';
BEGIN
    WHILE ({condition}) IS NOT TRUE LOOP
        IF clock_timestamp() > deadline THEN
            RAISE EXCEPTION 'in vain waited for: %', $condition${condition}$condition$;
        END IF;
        PERFORM pg_sleep(0.005), pg_stat_clear_snapshot();
    END LOOP;
    PERFORM {then};
END
$wait$""",
    )


def fresh_database(cluster: Cluster, database: str) -> None:
    """A database with the extension."""
    cluster.fresh_database(database)
    cluster.execute(database, f"CREATE EXTENSION {EXTENSION}")


def files() -> list[Path]:
    """The files of cases."""
    return sorted(FILES.glob("*.py"))


def cases_in(path: Path, cluster: Cluster) -> Iterator[Case]:
    """The cases of a file."""
    # By its path: packages that are called tests lie in many places.
    spec = importlib.util.spec_from_file_location(f"{EXTENSION}_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise Failure(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.cases(cluster)
