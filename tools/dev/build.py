"""Builds the library for one server and installs the extension's files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .bootstrap import build_environment, cargo_is_at_hand
from .console import Failure, run_logged, say, step
from .paths import EXTENSION, LOGS, ROOT, WORK, cargo_target, version
from .postgres import Installation
from .system import privilege_prefix

SOURCES = ("Cargo.toml", "Cargo.lock", ".cargo", "src", "crates")


def cargo_environment(installation: Installation) -> dict[str, str]:
    """The environment in which cargo can build the extension package for a server."""
    env = build_environment()
    pgrx_home = WORK / "pgrx"
    pgrx_home.mkdir(parents=True, exist_ok=True)
    env["PGRX_HOME"] = str(pgrx_home)
    env["PGRX_PG_CONFIG_PATH"] = str(installation.pg_config)
    return env


def library(installation: Installation) -> Path:
    """Where the library built for a server is kept."""
    return WORK / installation.key / f"{EXTENSION}.so"


def ensure_built(installation: Installation) -> None:
    """Builds the library unless the one at hand was built from these very sources."""
    built = library(installation)
    stamp = built.with_suffix(".json")
    wanted = _fingerprint(installation)
    if built.exists() and stamp.exists() and json.loads(stamp.read_text()) == wanted:
        return
    if not cargo_is_at_hand():
        named = "" if installation.embedded else f" PG_CONFIG={installation.pg_config}"
        raise Failure(
            f"cargo is missing, and there is no finished build for {installation.version}: install "
            f"Rust (rustup), or first run `make build{named}` as the user who has it"
        )
    env = cargo_environment(installation)
    step(f"building {EXTENSION} for {installation.version} (takes minutes the first time)")
    target = cargo_target()
    run_logged(
        ["cargo", "build", "--release", "--locked", f"--features=pg{installation.major}"]
        + [f"--target-dir={target}"],
        LOGS / f"build-{installation.key}.log",
        "the build failed",
        env=env,
        cwd=ROOT,
    )
    built.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(target / "release" / f"lib{EXTENSION}.so", built)
    stamp.write_text(json.dumps(wanted, indent=1) + "\n")


def _fingerprint(installation: Installation) -> dict[str, str]:
    """What a build depends on. Contents, not times: `sudo make install` must find it unchanged."""
    digest = hashlib.sha256()
    for name in SOURCES:
        place = ROOT / name
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in files:
            if path.is_file():
                digest.update(f"{path.relative_to(ROOT)}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return {
        "sources": digest.hexdigest(),
        "server": installation.version,
        "configure": installation.configure,
    }


def extension_files(installation: Installation) -> dict[Path, bytes]:
    """Every file of the installed extension, by its place in the installation."""
    control = (ROOT / f"{EXTENSION}.control").read_text().replace("@VERSION@", version())
    directory = installation.extension_directory
    files = {
        installation.pkglibdir / f"{EXTENSION}.so": library(installation).read_bytes(),
        directory / f"{EXTENSION}.control": control.encode(),
        directory / f"{EXTENSION}--{version()}.sql": install_script().encode(),
    }
    for script in sorted((ROOT / "sql").glob(f"{EXTENSION}--*--*.sql")):
        files[directory / script.name] = script.read_bytes()
    return files


def install_script() -> str:
    """The extension's SQL: the numbered files in the order of their names."""
    guard = f'\\echo Use "CREATE EXTENSION {EXTENSION}" to load this file. \\quit\n'
    parts = [path.read_text() for path in sorted((ROOT / "sql").glob("[0-9]*.sql"))]
    return "\n".join([guard, *parts])


def install(installation: Installation, destdir: str = "") -> list[Path]:
    """Installs for `make install`: under DESTDIR, with the caller's own rights only."""
    written = []
    for place, content in extension_files(installation).items():
        target = Path(destdir + str(place)) if destdir else place
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _replace(target, content)
        except PermissionError as error:
            raise Failure(
                f"{target.parent} is not writable: "
                f"run `sudo make install PG_CONFIG={installation.pg_config}`"
            ) from error
        written.append(target)
    return written


def install_for_tests(installation: Installation) -> None:
    """Installs what differs from the files in place, with sudo if that works unasked."""
    changed = {
        place: content
        for place, content in extension_files(installation).items()
        if not place.exists() or place.read_bytes() != content
    }
    if not changed:
        return
    step(f"installing {EXTENSION} {version()} in {installation.sharedir}")
    if all(_writable(place.parent) for place in changed):
        for place, content in changed.items():
            _replace(place, content)
        return
    prefix = privilege_prefix()
    if prefix is None:
        raise Failure(
            f"{installation.pkglibdir} is not writable: run `make build`, then "
            f"`sudo make install`, each with PG_CONFIG={installation.pg_config}, and then this again"
        )
    with tempfile.TemporaryDirectory() as scratch:
        for place, content in changed.items():
            copy = Path(scratch) / place.name
            copy.write_bytes(content)
            subprocess.run(
                prefix + ["install", "-D", "-m", "644", copy, place],
                check=True,
                stdin=subprocess.DEVNULL,
            )


def _writable(directory: Path) -> bool:
    return directory.is_dir() and os.access(directory, os.W_OK)


def _replace(place: Path, content: bytes) -> None:
    """Writes beside the file and renames: servers keep the library they have mapped."""
    beside = place.with_name(f".{place.name}.new")
    beside.write_bytes(content)
    beside.chmod(0o644)
    beside.replace(place)


def report_installed(paths: list[Path]) -> None:
    """Says what was installed where."""
    for path in paths:
        say(f"    {path}")
