"""Private clusters: reachable through a Unix socket in a private directory, and by nothing else."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Mapping, Optional

from .console import Argument, Failure, complain, indent, step, succeeds, tail
from .paths import EXTENSION, short_hash
from .postgres import Installation
from .system import Account, server_account, server_home

# There is no TCP port; the default number spares users an option.
PORT = 5432
SUPERUSER = "postgres"
# sun_path has 108 bytes, of which one is the final zero.
LONGEST_SOCKET_PATH = 107
STARTUP_SECONDS = 60
SHUTDOWN_SECONDS = 60

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "default_text_search_config": "pg_catalog.english",
    # The data can be made again at any time.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def client_environment() -> dict[str, str]:
    """The caller's environment without what would lead a client to another server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    kept["PGCLIENTENCODING"] = "UTF8"
    return kept


class Cluster:
    """One cluster of an installation, for one purpose: demo, test or bench."""

    def __init__(
        self,
        installation: Installation,
        purpose: str,
        settings: Optional[Mapping[str, str]] = None,
    ) -> None:
        self.installation = installation
        self.account = server_account()
        if not self.account.can_enter(installation.bindir):
            raise Failure(f"the account {self.account.name} cannot enter {installation.bindir}")
        self.directory = server_home(self.account) / installation.key / purpose
        self.data = self.directory / "data"
        self.log = self.data / "server.log"
        self.configuration = self.directory / "postgresql.conf"
        self.settings = {**SETTINGS, **(settings or {})}
        # The address space of each of the server's processes in kB; None is the caller's limit.
        self.address_space: Optional[int] = None
        self.socket = _socket_directory(self.directory, self.account)

    def connection(self, database: str) -> list[str]:
        """Connection options of psql and its like."""
        return ["-h", str(self.socket), "-p", str(PORT), "-U", SUPERUSER, "-d", database]

    def psql_command(self, database: str) -> list[Argument]:
        """psql without the user's own start-up file."""
        psql = self.installation.program("psql")
        return [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", *self.connection(database)]

    def psql(
        self, database: str, *arguments: str, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """Runs psql."""
        options.setdefault("env", client_environment())
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run(
            [*self.psql_command(database), *arguments], universal_newlines=True, **options
        )

    def execute(self, database: str, *commands: str) -> None:
        """Runs SQL that is expected to succeed, each command in its own transaction."""
        arguments = [part for command in commands for part in ("-c", command)]
        done = self.psql(database, *arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            complain(indent(done.stdout))
            raise Failure(f"this failed in database {database}: {'; '.join(commands)}")

    def fresh_database(self, name: str) -> None:
        """Creates a database, replacing one of the same name."""
        self.execute(
            "postgres",
            f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
            f'CREATE DATABASE "{name}" TEMPLATE template0',
        )

    def create_anew(self) -> None:
        """Replaces whatever an earlier run has left by an empty cluster, and starts it."""
        self._clear_remains()
        if self.data.exists():
            shutil.rmtree(self.data)
        self.ensure_running()

    def ensure_running(self) -> None:
        """Starts the cluster, creating it the first time."""
        if self.is_ready():
            return
        self._clear_remains()
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        self._write_configuration()
        options = f"-c config_file={shlex.quote(str(self.configuration))}"
        arguments = ["-w", "-t", str(STARTUP_SECONDS), "-l", self.log, "-o", options, "start"]
        if not self._pg_ctl(*arguments):
            complain(indent(tail(self.log)))
            raise Failure(f"the private server does not start (its log is {self.log})")

    def stop(self) -> None:
        """Stops the server if it runs."""
        stop_server(self.data, signal.SIGINT)

    def crash(self) -> None:
        """Stops the server as `pg_ctl stop -m immediate` does: the next start is a recovery."""
        if not stop_server(self.data, signal.SIGQUIT):
            raise Failure(f"the private server in {self.data} was to crash, but does not run")

    def wait_until_ready(self) -> None:
        """Waits for a server that recovers on its own."""
        deadline = time.monotonic() + STARTUP_SECONDS
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise Failure(f"the private server does not recover (its log is {self.log})")
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Whether the server accepts connections."""
        program = self.installation.program("pg_isready")
        return running_server(self.data) is not None and succeeds(
            [program, "-q", "-h", str(self.socket), "-p", str(PORT)]
        )

    def _clear_remains(self) -> None:
        """Clears away what a killed server leaves behind."""
        stop_server(self.data, signal.SIGQUIT)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for remains in self.socket.glob(f".s.PGSQL.{PORT}*"):
            remains.unlink()

    def _initdb(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        if self.data.exists():
            shutil.rmtree(self.data)
        self.account.make_private_directory(self.data)
        command = [self.installation.program("initdb"), "-D", self.data, "-U", SUPERUSER]
        command += ["-A", "trust", "-E", "UTF8", f"--locale={_locale()}", "--no-sync"]
        done = self._run_as_account(command)
        if done.returncode != 0:
            complain(indent(done.stdout))
            raise Failure(f"initdb cannot create a cluster in {self.data}")

    def _write_configuration(self) -> None:
        # Quoted twice: as a member of a list of directories, and as a string.
        settings = {**self.settings, "unix_socket_directories": f'"{self.socket}"'}
        lines = [
            "{} = '{}'".format(name, value.replace("'", "''")) for name, value in settings.items()
        ]
        self.configuration.write_text("\n".join(lines) + "\n")

    def _pg_ctl(self, *arguments: Any) -> bool:
        command = [self.installation.program("pg_ctl"), "-s", "-D", self.data, *arguments]
        if self.address_space is not None:
            command = ["sh", "-c", 'ulimit -v "$0" && exec "$@"', str(self.address_space), *command]
        done = self._run_as_account(command)
        if done.returncode != 0:
            complain(indent(done.stdout))
        return done.returncode == 0

    def _run_as_account(self, command: list[Any]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.directory,
            env={**client_environment(), "HOME": str(self.directory)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            **self.account.process_options(),
        )


def _socket_directory(directory: Path, account: Account) -> Path:
    """The cluster's own directory, or one under /tmp if that makes too long a socket path."""
    directory.mkdir(parents=True, exist_ok=True)
    socket = directory / "socket"
    if len(os.fsencode(socket / f".s.PGSQL.{PORT}")) > LONGEST_SOCKET_PATH:
        socket = Path("/tmp") / f"{EXTENSION}-{account.uid}-{short_hash(str(directory))}"
        if not socket.exists():
            step(f"this checkout's path is too long for a Unix socket: the socket is in {socket}")
    account.make_private_directory(socket)
    return socket


def _locale() -> str:
    """A UTF-8 locale without any language's rules, where the system has one."""
    known = subprocess.run(
        ["locale", "-a"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        universal_newlines=True,
    )
    names = {line.strip().lower() for line in known.stdout.splitlines()}
    return "C.UTF-8" if names & {"c.utf8", "c.utf-8"} else "C"


def running_server(data: Path) -> Optional[int]:
    """The server's process, if the one that left its number in postmaster.pid still runs."""
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        return None
    # The number may belong to another program by now.
    return pid if os.fsencode(data) in command else None


def stop_server(data: Path, shutdown: signal.Signals) -> bool:
    """Stops the server of a data directory if it runs (SIGINT: fast, SIGQUIT: immediate)."""
    pid = running_server(data)
    if pid is None:
        return False
    os.kill(pid, shutdown)
    deadline = time.monotonic() + SHUTDOWN_SECONDS
    while running_server(data) is not None:
        if time.monotonic() > deadline:
            raise Failure(f"the private server in {data} (process {pid}) does not stop")
        time.sleep(0.05)
    return True


def data_directories(home: Path) -> list[Path]:
    """The data directories of every cluster made so far."""
    return [path.parent for path in sorted(home.glob("pg*/*/data/PG_VERSION"))]
