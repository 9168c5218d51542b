"""`make bench`: a server of its own for the scripts in bench/."""

from __future__ import annotations

import os
import subprocess
import sys

from .build import ensure_built, install_for_tests
from .console import Argument, Failure, step
from .paths import EXTENSION, ROOT
from .postgres import Installation
from .server import PORT, SUPERUSER, Cluster, client_environment

SCRIPTS = [ROOT / "bench" / name for name in ("bench.py", "inetrange.py", "snippets.py", "search.py")]
DATABASE = "bench"


def run_bench(installation: Installation, arguments: list[str]) -> None:
    """Runs the benchmarks on a fresh cluster with settings fit for measuring."""
    ensure_built(installation)
    install_for_tests(installation)
    cluster = Cluster(installation, "bench", _settings())
    step(f"starting a private server ({installation.version}) in {cluster.directory}")
    try:
        cluster.create_anew()
        cluster.fresh_database(DATABASE)
        cluster.execute(DATABASE, f"CREATE EXTENSION {EXTENSION}")
        options: list[Argument] = ["--psql", installation.program("psql"), "--host", cluster.socket]
        options += ["--port", str(PORT), *arguments]
        env = {**client_environment(), "PGUSER": SUPERUSER, "PGDATABASE": DATABASE}
        for script in SCRIPTS:
            done = subprocess.run([sys.executable, script, *options], cwd=ROOT, env=env)
            if done.returncode != 0:
                raise Failure(f"{script.relative_to(ROOT)} ended with {done.returncode}")
    finally:
        cluster.stop()


def _settings() -> dict[str, str]:
    cores = os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {
        # A quarter of the memory is the manual's advice; more than 2 GB no benchmark needs.
        "shared_buffers": f"{min(2048, memory // 4)}MB",
        "work_mem": f"{min(256, memory // 32)}MB",
        "max_wal_size": "4GB",
        "max_worker_processes": str(cores + 8),
        "max_parallel_workers": str(cores),
        "max_parallel_workers_per_gather": str(min(2, cores)),
        # Compilation times would blur the comparison.
        "jit": "off",
    }
