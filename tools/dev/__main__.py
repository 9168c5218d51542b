"""Entry point: `python3 -m tools.dev <command>`. The Makefile is the usual caller."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import shlex
import shutil
import signal
import subprocess
import sys
from typing import Callable, TextIO

from .bench import run_bench
from .build import cargo_environment, ensure_built, install, install_for_tests, library
from .console import Failure, complain, run_logged, say, step
from .demo import run_demo
from .dependencies import check_dependencies
from .orm import CLIENTS, run_orm
from .package import make_package, prefix_of
from .paths import LOGS, ROOT, WORK, cargo_target
from .postgres import Installation, chosen_installation
from .server import Cluster, data_directories, stop_server
from .suites import Counts, docs, run_regress, run_suites
from .system import install_packages, server_account, server_home

Arguments = argparse.Namespace


def _test(_: Arguments) -> Counts:
    return run_suites(chosen_installation(), quick=False)


def _test_quick(_: Arguments) -> Counts:
    return run_suites(chosen_installation(), quick=True)


def _test_orm(arguments: Arguments) -> Counts:
    return run_orm(chosen_installation(), arguments.names)


def _demo(_: Arguments) -> None:
    run_demo(chosen_installation())


def _bench(arguments: Arguments) -> None:
    run_bench(chosen_installation(), arguments.rest)


def _build(_: Arguments) -> None:
    installation = chosen_installation()
    ensure_built(installation)
    say(f"{library(installation)} is up to date for {installation.version}")


def _install(_: Arguments) -> None:
    installation = chosen_installation()
    ensure_built(installation)
    step(f"installing for {installation.version}")
    for path in install(installation, os.environ.get("DESTDIR", "")):
        say(f"    {path}")


def _installcheck(_: Arguments) -> Counts:
    installation = chosen_installation()
    step("pg_regress on the server that the libpq environment (PGHOST, PGPORT, …) names")
    output = WORK / installation.key / "installcheck"
    output.mkdir(parents=True, exist_ok=True)
    counts = run_regress(installation, output, [], dict(os.environ))
    say(f"{counts}")
    return counts


def _package(_: Arguments) -> None:
    installation = chosen_installation()
    package = make_package(installation)
    say(f"{package}")
    say(f"    unpack it with: tar -xzf {package.name} -C {prefix_of(installation)}")


def _docs(arguments: Arguments) -> Counts:
    installation = chosen_installation()
    ensure_built(installation)
    install_for_tests(installation)
    cluster = Cluster(installation, "test")
    try:
        cluster.create_anew()
        return docs(cluster, arguments.write)
    finally:
        cluster.stop()


def _stop(_: Arguments) -> None:
    _stop_servers()
    say("no private server of this checkout is running")


def _clean(_: Arguments) -> None:
    _stop_servers()
    # Not a directory that CARGO_TARGET_DIR names: other projects may use it too.
    for directory in {server_home(server_account()), ROOT / "target"}:
        step(f"removing {directory}")
        shutil.rmtree(directory, ignore_errors=True)


def _stop_servers() -> None:
    for data in data_directories(server_home(server_account())):
        if stop_server(data, signal.SIGINT):
            step(f"stopped the server in {data}")


def _clippy(_: Arguments) -> None:
    installation = chosen_installation()
    # The release profile shares the build's generated bindings.
    command = ["cargo", "clippy", "--release", "--locked", "--workspace", "--all-targets"]
    command += [*_cargo_options(installation), "--", "-D", "warnings"]
    _cargo(installation, command, "clippy")


def _rustdoc(_: Arguments) -> None:
    installation = chosen_installation()
    command = ["cargo", "doc", "--release", "--locked", "--workspace", "--no-deps"]
    command += ["--document-private-items", *_cargo_options(installation)]
    _cargo(installation, command, "rustdoc")


def _cargo_options(installation: Installation) -> list[str]:
    return [f"--features=pg{installation.major}", f"--target-dir={cargo_target()}"]


def _cargo(installation: Installation, command: list[str], name: str) -> None:
    step(" ".join(command))
    env = cargo_environment(installation)
    # Private items are documented too, so links to them do lead somewhere.
    env["RUSTDOCFLAGS"] = "-D warnings -A rustdoc::private_intra_doc_links"
    run_logged(command, LOGS / f"{name}.log", f"{name} failed", env=env, cwd=ROOT)


def _env(_: Arguments) -> None:
    """For one's own cargo runs: eval "$(python3 -m tools.dev env)"."""
    with contextlib.redirect_stdout(sys.stderr):
        env = cargo_environment(chosen_installation())
    for name in sorted(env):
        if env[name] != os.environ.get(name):
            say(f"export {name}={shlex.quote(env[name])}")


def _packages(arguments: Arguments) -> None:
    install_packages(arguments.names, "the test matrix")


def _dependencies(_: Arguments) -> Counts:
    counts = check_dependencies()
    say(f"{counts}")
    return counts


COMMANDS: dict[str, Callable[[Arguments], object]] = {
    "bench": _bench,
    "build": _build,
    "clean": _clean,
    "clippy": _clippy,
    "demo": _demo,
    "dependencies": _dependencies,
    "docs": _docs,
    "env": _env,
    "install": _install,
    "installcheck": _installcheck,
    "package": _package,
    "packages": _packages,
    "rustdoc": _rustdoc,
    "stop": _stop,
    "test": _test,
    "test-orm": _test_orm,
    "test-quick": _test_quick,
}


def _parse() -> Arguments:
    parser = argparse.ArgumentParser(prog="python3 -m tools.dev", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in COMMANDS:
        command = commands.add_parser(name)
        if name == "docs":
            command.add_argument(
                "--write", action="store_true", help="put the examples' output into the pages"
            )
        if name == "packages":
            command.add_argument("names", nargs="+", help="Debian packages to install")
        if name == "test-orm":
            command.add_argument("names", nargs="*", help=f"of {', '.join(CLIENTS)}; all if none")
        if name == "bench":
            command.add_argument("rest", nargs="*", help="passed on to the scripts in bench/")
    return parser.parse_args()


def _lock(command: str) -> TextIO:
    """One run at a time: two would replace each other's clusters."""
    WORK.mkdir(parents=True, exist_ok=True)
    lock = (WORK / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        step(f"{command} waits for another run in this checkout")
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Runs one command; the exit code is 1 if a test or the command itself failed."""
    arguments = _parse()
    # Directories have to stay readable for the account that runs the server.
    os.umask(0o022)
    # A terminated run stops its servers like an interrupted one.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with _lock(arguments.command):
            result = COMMANDS[arguments.command](arguments)
    except Failure as failure:
        complain(f"error: {failure}")
        return 1
    except PermissionError as error:
        complain(f"error: {error.filename}: permission denied (files of another user's run?)")
        return 1
    except subprocess.CalledProcessError as error:
        complain(f"error: {error}: {error.stderr or ''}")
        return 1
    except OSError as error:
        complain(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        complain("interrupted")
        return 130
    return 1 if isinstance(result, Counts) and result.failed else 0


if __name__ == "__main__":
    sys.exit(main())
