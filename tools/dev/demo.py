"""`make demo`: the project's main job on the data it ships, on a private server."""

from __future__ import annotations

import shlex

from .build import ensure_built, install_for_tests
from .console import Failure, say, step
from .paths import EXTENSION, ROOT
from .postgres import Installation
from .server import PORT, SUPERUSER, Cluster

DATABASE = "demo"


def run_demo(installation: Installation) -> None:
    """Runs demo/demo.sql in a fresh database and leaves the server running."""
    ensure_built(installation)
    install_for_tests(installation)
    cluster = Cluster(installation, "demo")
    step(f"starting a private server ({installation.version}) in {cluster.directory}")
    cluster.ensure_running()
    step(f"creating database {DATABASE} and extension {EXTENSION}")
    cluster.fresh_database(DATABASE)
    cluster.execute(DATABASE, f"CREATE EXTENSION {EXTENSION}")
    step("running demo/demo.sql")
    say()
    if cluster.psql(DATABASE, "-f", "demo/demo.sql", cwd=ROOT).returncode != 0:
        raise Failure("demo/demo.sql failed: see the error above")
    psql = [str(installation.program("psql")), "-h", str(cluster.socket), "-p", str(PORT)]
    say()
    say("The server is still running, and the demo's tables are in it.")
    say(f"  connect:  {shlex.join([*psql, '-U', SUPERUSER, DATABASE])}")
    say("  stop:     make stop")
