"""Ranges of addresses through the binary protocol of real drivers, as the driver's own types.

What goes out and comes back is compared with the value that was sent; what the server understood, with
the text that its own input function gives.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from ipaddress import ip_address, ip_network
from typing import Any, Iterator, Optional

from tools.dev.console import Failure, complain, indent, step, tail
from tools.dev.downloads import pip
from tools.dev.paths import LOGS, WORK
from tools.dev.robustness import Case, expect, fresh_database
from tools.dev.server import Cluster

DATABASE = "drivers"
PACKAGES = ["psycopg[binary]==3.2.13", "asyncpg==0.32.0"]

# Closed ranges, None for an unbounded side, and what the server's text for them is.
RANGES: list[tuple[Optional[str], Optional[str], str]] = [
    ("10.0.0.1", "10.0.0.9", "[10.0.0.1,10.0.0.9]"),
    ("192.0.2.7", "192.0.2.7", "[192.0.2.7,192.0.2.7]"),
    ("::1", "2001:db8::", "[::1,2001:db8::]"),
    ("255.255.255.250", "::5", "[255.255.255.250,::5]"),
    ("::", None, "[::,)"),
    (None, "10.0.0.0", "(,10.0.0.0]"),
    (None, None, "(,)"),
]


def cases(cluster: Cluster) -> Iterator[Case]:
    """The checks, in order."""
    _install()
    fresh_database(cluster, DATABASE)
    yield Case("psycopg, binary", lambda: _psycopg(_parameters(cluster)))
    yield Case("asyncpg", lambda: asyncio.run(_asyncpg(_parameters(cluster))))


def _install() -> None:
    """Puts the drivers where this interpreter finds them, once."""
    major, minor = sys.version_info[:2]
    directory = WORK / f"drivers-{major}.{minor}"
    done = directory / "complete"
    wanted = "\n".join(PACKAGES)
    if not done.exists() or done.read_text() != wanted:
        step(f"installing {' and '.join(PACKAGES)} in {directory}")
        log = LOGS / "drivers.log"
        command = [*pip(), "install", "--no-input", "--disable-pip-version-check", "--only-binary=:all:"]
        with log.open("wb") as sink:
            status = subprocess.run(
                [*command, "--upgrade", f"--target={directory}", *PACKAGES],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
            ).returncode
        if status != 0:
            complain(indent(tail(log, 5)))
            raise Failure(f"pip cannot install the drivers (the whole output is in {log})")
        done.write_text(wanted)
    if str(directory) not in sys.path:
        sys.path.insert(0, str(directory))


def _parameters(cluster: Cluster) -> dict[str, str]:
    host, port, user = cluster.connection(DATABASE)[1:6:2]
    return {"host": host, "port": port, "user": user}


def _address(text: Optional[str]) -> Any:
    return None if text is None else ip_address(text)


def _psycopg(parameters: dict[str, str]) -> None:
    import psycopg
    from psycopg.types.multirange import Multirange, MultirangeInfo, register_multirange
    from psycopg.types.range import Range, RangeInfo, register_range

    with psycopg.connect(dbname=DATABASE, **parameters) as connection:
        info = RangeInfo.fetch(connection, "inetrange")
        several = MultirangeInfo.fetch(connection, "inetmultirange")
        if info is None or several is None:
            raise Failure("psycopg does not find the types")
        register_range(info, connection)
        register_multirange(several, connection)
        cursor = connection.cursor(binary=True)

        def ask(query: str, *values: Any) -> Any:
            return cursor.execute(query, values).fetchone()

        sent = []
        for lower, upper, text in RANGES:
            bounds = ("(" if lower is None else "[") + (")" if upper is None else "]")
            value = Range(_address(lower), _address(upper), bounds)
            sent.append(value)
            expect(text, ask("SELECT %b::inetrange, (%b::inetrange)::text", value, value), (value, text))
        empty = Range(empty=True)
        expect("empty", ask("SELECT %b::inetrange", empty), (empty,))
        both = Multirange(sent[:3:2])
        expect("multirange", ask("SELECT %b::inetmultirange", both), (both,))
        found = ask(
            "SELECT inetrange(%b), inetrange(%b) @> %b, %b::inetrange >>= %b",
            *(ip_network("10.0.0.0/8"), "10.0.0.0/8", ip_address("10.1.1.1"), sent[0], ip_address("10.0.0.3")),
        )
        network = Range(ip_address("10.0.0.0"), ip_address("10.255.255.255"), "[]")
        expect("network and operators", found, (network, True, True))


async def _asyncpg(parameters: dict[str, str]) -> None:
    import asyncpg

    connection = await asyncpg.connect(database=DATABASE, **parameters)
    try:
        sent = []
        for lower, upper, text in RANGES:
            value = asyncpg.Range(
                _address(lower), _address(upper), lower_inc=lower is not None, upper_inc=upper is not None
            )
            sent.append(value)
            row = await connection.fetchrow("SELECT $1::inetrange, ($1::inetrange)::text", value)
            expect(text, tuple(row), (value, text))
        empty = asyncpg.Range(empty=True)
        expect("empty", await connection.fetchval("SELECT $1::inetrange", empty), empty)
        both = sent[:3:2]
        expect("multirange", await connection.fetchval("SELECT $1::inetmultirange", both), both)
        row = await connection.fetchrow(
            "SELECT inetrange($1::cidr), inetrange($2::text) @> $3::inet, $4::inetrange >>= $3",
            *(ip_network("10.0.0.0/8"), "10.0.0.0/8", ip_address("10.0.0.3"), sent[0]),
        )
        network = asyncpg.Range(ip_address("10.0.0.0"), ip_address("10.255.255.255"), upper_inc=True)
        expect("network and operators", tuple(row), (network, True, True))
    finally:
        await connection.close()
