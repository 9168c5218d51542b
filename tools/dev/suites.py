"""The test suites. Each prints what ran and returns its counts."""

from __future__ import annotations

import difflib
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .bootstrap import build_environment
from .build import ensure_built, install_for_tests
from .console import Failure, indent, say, step, tail
from .documentation import differs, examples_in, pages, rewritten, run_examples
from .paths import EXTENSION, LOGS, ROOT, WORK, cargo_target
from .postgres import Installation
from .robustness import SETTINGS, Case, cases_in, files
from .server import PORT, SUPERUSER, Cluster, client_environment

REGRESS = ROOT / "tests" / "pg_regress"
DIFFERENTIAL = ROOT / "tests" / "differential"
PICTURES = ROOT / "tools" / "pictures.py"
CLIENTS = ROOT / "tools" / "clients.py"
# A differential test that takes longer than this hangs.
DIFFERENTIAL_SECONDS = 900
ROUNDS_QUICK = 1
ROUNDS_FULL = 3


@dataclass(frozen=True)
class Counts:
    """How many tests passed and failed."""

    passed: int = 0
    failed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.passed + other.passed, self.failed + other.failed)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"


def run_suites(installation: Installation, quick: bool) -> Counts:
    """`make test` and `make test-quick`: prepares everything, runs the suites, sums up."""
    ensure_built(installation)
    install_for_tests(installation)
    counts = {}
    if not quick:
        counts["crates"] = crates()
    cluster = Cluster(installation, "test")
    step(f"starting a private server ({installation.version}) in {cluster.directory}")
    try:
        cluster.create_anew()
        counts["regress"] = regress(cluster)
        counts["differential"] = differential(cluster, ROUNDS_QUICK if quick else ROUNDS_FULL)
        counts["docs"] = docs(cluster)
    finally:
        cluster.stop()
    if any(result.failed for result in counts.values()):
        say(f"    the server's log is {cluster.log}")
    if not quick:
        counts["robustness"] = robustness(installation)
    say()
    for name, result in counts.items():
        if result == Counts():
            # A suite that lost its tests must not look like one that passed.
            result = counts[name] = Counts(failed=1)
            say(f"{name}: no test ran, which counts as a failure")
        say(f"{name:<14} {result}")
    total = sum(counts.values(), Counts())
    say(f"{total}")
    return total


def crates() -> Counts:
    """The pure Rust crates: cargo's own tests."""
    step("crates: cargo test")
    log = LOGS / "cargo-test.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = ["cargo", "test", "-q", "--locked", "--workspace", "--exclude", EXTENSION]
    command += ["--no-fail-fast", f"--target-dir={cargo_target()}"]
    with log.open("wb") as sink:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=build_environment(),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
        )
    counts = cargo_counts(log.read_text())
    if done.returncode != 0:
        say(indent(tail(log)))
        # A crate that does not compile has no result line.
        counts = Counts(counts.passed, max(counts.failed, 1))
    say(f"    crates: {counts}")
    return counts


def cargo_counts(text: str) -> Counts:
    """Counts the result lines of `cargo test`."""
    found = re.findall(r"test result: .*? (\d+) passed; (\d+) failed", text)
    return sum((Counts(int(passed), int(failed)) for passed, failed in found), Counts())


def regress(cluster: Cluster) -> Counts:
    """pg_regress: the SQL surface against expected output."""
    step("regress: pg_regress")
    output = cluster_output(cluster, "regress")
    connection = [f"--host={cluster.socket}", f"--port={PORT}", f"--user={SUPERUSER}"]
    counts = run_regress(cluster.installation, output, connection, client_environment())
    say(f"    regress: {counts}")
    return counts


def cluster_output(cluster: Cluster, name: str) -> Path:
    """A directory for the results of a suite; clients run as the caller, so it is the caller's."""
    directory = WORK / cluster.installation.key / name
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def run_regress(
    installation: Installation, output: Path, connection: list[str], env: dict[str, str]
) -> Counts:
    """Runs pg_regress and counts its result lines; on failure shows the differences."""
    schedule = REGRESS / "schedule"
    if schedule.exists():
        tests = [f"--schedule={schedule}"]
    else:
        tests = [path.stem for path in sorted((REGRESS / "sql").glob("*.sql"))]
    command = [
        str(installation.pg_regress),
        f"--inputdir={REGRESS}",
        f"--outputdir={output}",
        f"--bindir={installation.bindir}",
        "--dbname=contrib_regression",
        *connection,
        *tests,
    ]
    if installation.embedded:
        # Unlike the programs in bin/, its pg_regress does not look for libpq beside itself.
        env = {**env, "LD_LIBRARY_PATH": str(installation.libdir)}
    diffs = output / "regression.diffs"
    diffs.unlink(missing_ok=True)
    done = subprocess.run(
        command,
        env=env,
        cwd=output,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    counts = regress_counts(done.stdout)
    if done.returncode != 0:
        say(indent(done.stdout))
        if diffs.exists():
            say(indent(diffs.read_text(errors="replace")))
        # A run that ends before its first test has no result line.
        counts = Counts(counts.passed, max(counts.failed, 1))
    return counts


def regress_counts(text: str) -> Counts:
    """Counts result lines: TAP since PostgreSQL 16, words before."""
    passed = len(re.findall(r"(?m)^ok \d+", text))
    failed = len(re.findall(r"(?m)^not ok \d+", text))
    passed += len(re.findall(r"(?m)^(?:test|   ) .* \.\.\. ok\b", text))
    failed += len(re.findall(r"(?m)^(?:test|   ) .* \.\.\. FAILED", text))
    return Counts(passed, failed)


def differential(cluster: Cluster, rounds: int) -> Counts:
    """Scripts that compare our functions with core's on random data."""
    scripts = sorted(DIFFERENTIAL.glob("*.sql"))
    step(f"differential: {len(scripts)} scripts, {rounds} rounds")
    counts = Counts()
    for script in scripts:
        started = time.monotonic()
        error = _differential_error(cluster, script, rounds)
        seconds = time.monotonic() - started
        if error:
            say(f"    {script.name}: FAILED\n{indent(error)}")
            counts += Counts(failed=1)
        else:
            say(f"    {script.name}: ok ({seconds:.1f} s)")
            counts += Counts(passed=1)
    say(f"    differential: {counts}")
    return counts


def _differential_error(cluster: Cluster, script: Path, rounds: int) -> str:
    database = f"differential_{script.stem}"
    log = cluster_output(cluster, "differential") / f"{script.stem}.log"
    cluster.fresh_database(database)
    cluster.execute(database, f"CREATE EXTENSION {EXTENSION}")
    with log.open("wb") as sink:
        try:
            done = cluster.psql(
                database,
                "-v",
                f"rounds={rounds}",
                "-f",
                str(script),
                cwd=ROOT,
                stdout=sink,
                stderr=sink,
                timeout=DIFFERENTIAL_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return f"{tail(log, 20)}\nstill running after {DIFFERENTIAL_SECONDS} s"
    return "" if done.returncode == 0 else tail(log, 20) or f"psql ended with {done.returncode}"


def robustness(installation: Installation) -> Counts:
    """What an operator meets: memory, cancels, crashes, dumps, on a server that may go down."""
    step("robustness: a server of its own")
    cluster = Cluster(installation, "robustness", SETTINGS)
    counts = Counts()
    try:
        cluster.create_anew()
        for path in files():
            try:
                for case in cases_in(path, cluster):
                    counts += _case(case)
            except Failure as failure:
                say(f"    {path.name}, between its cases: FAILED\n{indent(str(failure))}")
                counts += Counts(failed=1)
    finally:
        cluster.stop()
    if counts.failed:
        say(f"    the server's log is {cluster.log}")
    say(f"    robustness: {counts}")
    return counts


def _case(case: Case) -> Counts:
    started = time.monotonic()
    try:
        case.check()
    except Failure as failure:
        say(f"    {case.name}: FAILED\n{indent(str(failure))}")
        return Counts(failed=1)
    say(f"    {case.name}: ok ({time.monotonic() - started:.1f} s)")
    return Counts(passed=1)


def docs(cluster: Cluster, write: bool = False) -> Counts:
    """Examples, pictures and clients' code of the documentation; with write, renews all of them."""
    step("docs: the examples of README.md and docs/, the pictures, the code of clients")
    counts = Counts()
    for page in pages():
        if page.exists():
            counts += _page(cluster, page, write)
    counts += _pictures(cluster, write)
    counts += _clients(write)
    say(f"    docs: {counts}")
    return counts


def _pictures(cluster: Cluster, write: bool) -> Counts:
    """All pictures are one test: they are drawn by one run."""
    command = [sys.executable, PICTURES, "--psql", cluster.installation.program("psql")]
    command += ["--database", "postgres"] + ([] if write else ["--check"])
    done = subprocess.run(
        command,
        env={
            **client_environment(),
            "PGHOST": str(cluster.socket),
            "PGPORT": str(PORT),
            "PGUSER": SUPERUSER,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    if done.returncode != 0:
        say(f"    pictures: FAILED\n{indent(done.stdout)}")
        return Counts(failed=1)
    say("    pictures: ok")
    return Counts(passed=1)


def _clients(write: bool) -> Counts:
    """Whether docs/orms.md shows the code of the clients' tests; all of it is one test."""
    done = subprocess.run(
        [sys.executable, CLIENTS, *([] if write else ["--check"])],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    if done.returncode != 0:
        say(f"    code of clients: FAILED\n{indent(done.stdout)}")
        return Counts(failed=1)
    say("    code of clients: ok")
    return Counts(passed=1)


def _page(cluster: Cluster, page: Path, write: bool) -> Counts:
    text = page.read_text()
    examples = examples_in(text)
    if not examples:
        return Counts()
    name = str(page.relative_to(ROOT))
    outcomes = run_examples(cluster, f"docs_{page.stem.lower()}", examples)
    counts = Counts()
    for example, outcome in zip(examples, outcomes):
        place = f"{name}:{example.line + 1}"
        if outcome.error:
            say(f"    {place}: FAILED\n{indent(outcome.error)}")
            counts += Counts(failed=1)
        elif not write and differs(example, outcome):
            difference = difflib.unified_diff(
                example.output.splitlines(),
                outcome.printed.splitlines(),
                "page",
                "psql",
                lineterm="",
            )
            say(f"    {place}: FAILED\n" + indent("\n".join(difference)))
            counts += Counts(failed=1)
        else:
            counts += Counts(passed=1)
    if write:
        page.write_text(rewritten(text, examples, outcomes))
    say(f"    {name}: {counts}")
    return counts
