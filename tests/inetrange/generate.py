#!/usr/bin/env python3
"""What Python's ipaddress makes of networks and spans of addresses, instead of us.

    python3 tests/inetrange/generate.py

writes expected.sql beside this file, which tests/pg_regress/sql/inetrange_expected.sql reads. The
output is the same on every run. Each row is a question: what is asked, of which texts, and the
answer, each an array of texts:

* cover: first and last address; summarize_address_range.
* merge: networks of both families; collapse_addresses of each family.
* subnets: a span by its first and last address, and a prefix length; the networks of that length
  that lie in it, by brute force over ipaddress' subnets of the networks of its cover.
* exact: first and last address; the network that they are, or nothing.
* distance: two addresses; their difference.
* text: a text; first and last address of what ipaddress reads it as, or nothing.
"""

from __future__ import annotations

import ipaddress
import random
from pathlib import Path

OUTPUT = Path(__file__).with_name("expected.sql")
WIDTH = {4: 32, 6: 128}
ADDRESS = {4: ipaddress.IPv4Address, 6: ipaddress.IPv6Address}


def address(rng: random.Random, version: int) -> int:
    """Bits, often close to an end of the family, or with a long run of zeros or ones."""
    width = WIDTH[version]
    top = (1 << width) - 1
    bits = rng.getrandbits(width)
    shift = rng.randrange(width)
    return rng.choice([rng.randrange(40), top - rng.randrange(40), bits << shift & top, ~(bits << shift) & top, bits])


def span(rng: random.Random, version: int) -> tuple[int, int]:
    """Of two addresses, or a short one."""
    top = (1 << WIDTH[version]) - 1
    first, last = address(rng, version), address(rng, version)
    if version == 6 or rng.random() < 0.5:
        last = min(top, first + (1 << rng.randrange(24)) - rng.randrange(2))
    return min(first, last), max(first, last)


def shown(version: int, bits: int) -> str:
    return str(ADDRESS[version](bits))


def questions(rng: random.Random):
    for version in (4, 6):
        top = (1 << WIDTH[version]) - 1
        spans = [span(rng, version) for _ in range(45)]
        spans += [(0, top), (1, top), (0, top - 1), (1, top - 1), (top, top), (0, 0), (0, top >> 1), ((top >> 1) + 1, top)]
        for first, last in spans:
            ends = [ADDRESS[version](first), ADDRESS[version](last)]
            texts = [str(end) for end in ends]
            cover = list(ipaddress.summarize_address_range(*ends))
            yield "cover", texts, [str(network) for network in cover]
            yield "exact", texts, [str(network) for network in cover] if len(cover) == 1 else []
            near = min(WIDTH[version], rng.choice(cover).prefixlen + rng.randrange(3))
            for prefix in (near, rng.randrange(WIDTH[version] + 1)):
                # A network that is short enough to hold those of the length lies in one of the cover.
                inside = [network for network in cover if network.prefixlen <= prefix]
                if sum(1 << (prefix - network.prefixlen) for network in inside) <= 20:
                    parts = [str(part) for network in inside for part in network.subnets(new_prefix=prefix)]
                    yield "subnets", [*texts, str(prefix)], parts
        for _ in range(60):
            a, b = address(rng, version), address(rng, version)
            yield "distance", [shown(version, a), shown(version, b)], [str(a - b)]
        for _ in range(60):
            bits, prefix = address(rng, version), rng.randrange(WIDTH[version] + 1)
            network = ipaddress.ip_network((bits, prefix), strict=False)
            # ipaddress knows no netmasks of IPv6.
            mask = network.netmask if version == 4 and rng.random() < 0.5 else prefix
            yield text(f"{shown(version, bits)}/{mask}")
            yield text(f"{network.network_address}/{mask}")
            yield text(rng.choice([str(ADDRESS[version](bits)), ADDRESS[version](bits).exploded]))
            yield text("".join(rng.sample(str(network), len(str(network)))))
    for _ in range(50):
        networks = []
        for version in (4, 6):
            # Few places, so that many networks meet.
            base = address(rng, version) >> 12 << 12
            for _ in range(rng.randrange(14)):
                prefix = WIDTH[version] - rng.randrange(10)
                networks.append(ipaddress.ip_network((base + rng.randrange(512), prefix), strict=False))
        rng.shuffle(networks)
        merged = []
        for version in (4, 6):
            merged += ipaddress.collapse_addresses(network for network in networks if network.version == version)
        yield "merge", [str(network) for network in networks], [str(network) for network in merged]


def text(given: str):
    try:
        if "/" in given and "." in given.split("/")[1]:
            # ipaddress also takes host masks, 10.0.0.0/0.0.0.255, which we do not.
            mask = int(ipaddress.IPv4Address(given.split("/")[1]))
            if mask & ((~mask & 0xFFFFFFFF) >> 1):
                raise ValueError
        network = ipaddress.ip_network(given)
        return "text", [given], [str(network[0]), str(network[-1])]
    except ValueError:
        return "text", [given], []


def array(texts: list[str]) -> str:
    return "'{" + ",".join(f'"{text}"' for text in texts) + "}'"


def main() -> None:
    rng = random.Random(4)
    rows = [f"    ('{what}', {array(asked)}, {array(answer)})" for what, asked, answer in questions(rng)]
    OUTPUT.write_text(
        "-- Written by generate.py beside it.\n"
        "CREATE TABLE expected (n int GENERATED ALWAYS AS IDENTITY, what text, asked text[], answer text[]);\n"
        "INSERT INTO expected (what, asked, answer) VALUES\n" + ",\n".join(rows) + ";\n"
    )


if __name__ == "__main__":
    main()
