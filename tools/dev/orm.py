"""Real drivers and ORMs against the extension on a private server: `make test-orm`.

Each client is installed under target/ at the versions that its files in tests/orm pin, and gets an empty
database of its own. How to reach it is in libpq's environment variables, which all of them read.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, Mapping, Optional

from .bootstrap import build_environment
from .build import ensure_built, install_for_tests
from .console import Argument, Failure, indent, output_of, run_logged, say, step, succeeds, tail
from .paths import LOGS, ROOT, WORK
from .postgres import Installation
from .server import PORT, SUPERUSER, Cluster, client_environment
from .suites import Counts, cargo_counts
from .system import install_packages

FILES = ROOT / "tests" / "orm"
INSTALLED = WORK / "orm"
# What the current release of Django asks for.
OLDEST_PYTHON = (3, 12)
OLDEST_NODE = 20
# A client that takes longer than this hangs.
CLIENT_SECONDS = 900


def run_orm(installation: Installation, names: list[str]) -> Counts:
    """Runs the named clients, or all of them; sums up."""
    unknown = [name for name in names if name not in CLIENTS]
    if unknown:
        raise Failure(f"no client is called {', '.join(unknown)}; there are {', '.join(CLIENTS)}")
    ensure_built(installation)
    install_for_tests(installation)
    cluster = Cluster(installation, "orm")
    step(f"starting a private server ({installation.version}) in {cluster.directory}")
    counts = {}
    try:
        cluster.create_anew()
        for name in names or list(CLIENTS):
            try:
                counts[name] = CLIENTS[name](cluster)
            except Failure as failure:
                say(f"    {name}: FAILED\n{indent(str(failure))}")
                counts[name] = Counts(failed=1)
    finally:
        cluster.stop()
    if any(result.failed for result in counts.values()):
        say(f"    the server's log is {cluster.log}")
    say()
    for name, result in counts.items():
        say(f"{name:<14} {result}")
    total = sum(counts.values(), Counts())
    say(f"{total}")
    return total


def _python(cluster: Cluster) -> Counts:
    """psycopg, asyncpg, SQLAlchemy with Alembic, and calls as PostgREST makes them."""
    interpreter = _environment("python", FILES / "python" / "requirements.txt")
    counts = Counts()
    for path in sorted((FILES / "python").glob("test_*.py")):
        command = [interpreter, "-m", "unittest", path.stem]
        counts += _run(cluster, path.stem[5:], command, path.parent, unittest_counts)
    return counts


def _django(cluster: Cluster) -> Counts:
    """The example project: current release and LTS, parameters bound by the client and by the server."""
    _provide_chromium()
    counts = Counts()
    for release, binding in (("current", "client"), ("current", "server"), ("lts", "client")):
        interpreter = _environment(
            f"django-{release}", FILES / "django" / f"requirements-{release}.txt"
        )
        # An absolute path, since the tests write pictures from wherever they run.
        pictures = INSTALLED / "pictures"
        settings = {"DJANGO_BINDING": binding, "DJANGO_PICTURES": str(pictures)}
        counts += _run(
            cluster,
            f"django_{release}_{binding}",
            [interpreter, "manage.py", "test", "--noinput"],
            FILES / "django",
            unittest_counts,
            settings,
        )
    say(f"    the pages that Chromium showed are in {pictures}")
    return counts


def _rust(cluster: Cluster) -> Counts:
    """sqlx and Diesel."""
    libraries = str(cluster.installation.libdir)
    env = {
        name: value
        for name, value in build_environment().items()
        if not name.startswith(("PG", "CARGO_TARGET"))
    }
    # Diesel links with the server's libpq, which need not lie where the system looks for it.
    env.update(PQ_LIB_DIR=libraries, LD_LIBRARY_PATH=libraries)
    command: list[Argument] = ["cargo", "test", "-q", "--locked", "--no-fail-fast"]
    command.append(f"--target-dir={INSTALLED / 'rust'}")
    run_logged(
        [*command, "--no-run"],
        LOGS / "orm-rust-build.log",
        "the Rust clients do not build",
        env,
        FILES / "rust",
    )
    counts = Counts()
    for path in sorted((FILES / "rust" / "tests").glob("*.rs")):
        test = [*command, f"--test={path.stem}"]
        counts += _run(cluster, path.stem, test, FILES / "rust", cargo_counts, env)
    return counts


def _ruby(cluster: Cluster) -> Counts:
    """ActiveRecord, as Debian packages it."""
    if not succeeds(["ruby", "-e", 'require "active_record"; require "pg"']):
        install_packages(["ruby", "ruby-activerecord", "ruby-pg"], "testing ActiveRecord")
    command: list[Argument] = ["ruby", "test_active_record.rb"]
    return _run(cluster, "active_record", command, FILES / "ruby", minitest_counts)


def _node(cluster: Cluster) -> Counts:
    """Drizzle and Sequelize."""
    _provide_node()
    # Packages are found beside the file that imports them, so the files go where those are.
    directory = INSTALLED / "node"
    shutil.copytree(FILES / "node", directory, dirs_exist_ok=True)
    lock = (directory / "package-lock.json").read_text()
    done = directory / "node_modules" / ".complete"
    if not done.exists() or done.read_text() != lock:
        step(f"installing the npm packages in {directory}")
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        run_logged(command, LOGS / "orm-npm.log", "npm cannot install the packages", cwd=directory)
        done.write_text(lock)
    counts = Counts()
    for path in sorted((FILES / "node").glob("*.test.mjs")):
        name = path.name.split(".")[0]
        command = ["node", "--test", "--test-reporter=tap", path.name]
        counts += _run(cluster, name, command, directory, node_counts)
    return counts


CLIENTS: dict[str, Callable[[Cluster], Counts]] = {
    "python": _python,
    "django": _django,
    "rust": _rust,
    "ruby": _ruby,
    "node": _node,
}


def _run(
    cluster: Cluster,
    name: str,
    command: list[Argument],
    cwd: Path,
    count: Callable[[str], Counts],
    settings: Optional[Mapping[str, str]] = None,
) -> Counts:
    """Runs a client's tests in a fresh database; on failure shows the end of what they print."""
    database = f"orm_{name}"
    cluster.fresh_database(database)
    env = client_environment()
    env.update(settings or {})
    env.update(
        PGHOST=str(cluster.socket), PGPORT=str(PORT), PGUSER=SUPERUSER, PGDATABASE=database
    )
    # Sources in the checkout stay as they are.
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    log = LOGS / f"orm-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with log.open("wb") as sink:
        try:
            status = subprocess.run(
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                timeout=CLIENT_SECONDS,
            ).returncode
        except subprocess.TimeoutExpired:
            say(f"    {name}: FAILED\n{indent(tail(log))}\nstill ran after {CLIENT_SECONDS} s")
            return Counts(failed=1)
    counts = count(log.read_text(errors="replace"))
    if status != 0 or counts.failed or not counts.passed:
        say(indent(tail(log, 60)))
        # What ends before its first test, or finds none, has not passed.
        counts = Counts(counts.passed, max(counts.failed, 1))
    say(f"    {name}: {counts} ({time.monotonic() - started:.1f} s)")
    return counts


def unittest_counts(text: str) -> Counts:
    """Counts of Python's unittest. What is skipped has not passed."""
    ran = sum(int(number) for number in re.findall(r"(?m)^Ran (\d+) tests? in", text))
    others = re.findall(r"(?:failures|errors|skipped|unexpected successes)=(\d+)", text)
    failed = sum(int(number) for number in others)
    return Counts(max(ran - failed, 0), failed)


def minitest_counts(text: str) -> Counts:
    """Counts of Ruby's minitest."""
    found = re.search(r"(\d+) runs, \d+ assertions, (\d+) failures, (\d+) errors, (\d+) skips", text)
    if found is None:
        return Counts()
    ran, *others = (int(number) for number in found.groups())
    return Counts(max(ran - sum(others), 0), sum(others))


def node_counts(text: str) -> Counts:
    """Counts of Node's test runner."""
    counted = dict(re.findall(r"(?m)^# (pass|fail|cancelled|skipped|todo) (\d+)$", text))
    passed = int(counted.pop("pass", 0))
    return Counts(passed, sum(int(number) for number in counted.values()))


def _environment(name: str, requirements: Path) -> Path:
    """The interpreter of a virtual environment with exactly what the file pins."""
    directory = INSTALLED / name
    interpreter = directory / "bin" / "python"
    done = directory / "complete"
    wanted = requirements.read_text()
    for other in re.findall(r"(?m)^-r (\S+)", wanted):
        wanted += requirements.with_name(other).read_text()
    if done.exists() and done.read_text() == wanted and succeeds([interpreter, "--version"]):
        return interpreter
    python = _find_python()
    step(f"installing {requirements.relative_to(ROOT)} in {directory}")
    if not succeeds([python, "-c", "import ensurepip"]):
        install_packages(["python3-venv"], "virtual environments")
    log = LOGS / f"orm-{name}-install.log"
    run_logged([python, "-m", "venv", "--clear", directory], log, "there is no virtual environment")
    command: list[Argument] = [interpreter, "-m", "pip", "install", "--no-input"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "-r", requirements]
    run_logged(command, log, f"pip cannot install {requirements.name}")
    done.write_text(wanted)
    return interpreter


def _find_python() -> str:
    """The first interpreter that is new enough: ours, one in the PATH, one of pyenv's."""
    names = [f"python3.{minor}" for minor in range(OLDEST_PYTHON[1], 20)]
    places = [sys.executable, *(shutil.which(name) or "" for name in names)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    places += [str(path) for path in sorted(pyenv.glob("versions/3.*/bin/python3"))]
    check = f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    for place in places:
        if place and succeeds([place, "-c", check]):
            return place
    raise Failure(
        "the current release of Django needs Python {}.{} or newer: install one, besides the one "
        "that runs this".format(*OLDEST_PYTHON)
    )


def _provide_chromium() -> None:
    if not shutil.which("chromium"):
        install_packages(["chromium"], "testing the pages of Django's admin")
    if not shutil.which("chromedriver"):
        install_packages(["chromium-driver"], "testing the pages of Django's admin")


def _provide_node() -> None:
    if not shutil.which("node") or not shutil.which("npm"):
        install_packages(["nodejs", "npm"], "testing npm packages")
    version = output_of(["node", "--version"])
    if int(version.lstrip("v").split(".")[0]) < OLDEST_NODE:
        raise Failure(f"this is Node.js {version}: install version {OLDEST_NODE} or newer")
