#!/usr/bin/env python3
"""Writes what Python's ipaddress makes of addresses, for the tests of crates/addresses.

    python3 tests/addresses/generate.py        # rewrites crates/addresses/src/testdata/

The output is the same on every run.
"""

import ipaddress
import pathlib
import random
import re

DATA = pathlib.Path(__file__).resolve().parents[2] / "crates/addresses/src/testdata"
NOTE = "# Written by tests/addresses/generate.py from Python's ipaddress.\n"
CLASSES = {4: ipaddress.IPv4Address, 6: ipaddress.IPv6Address}
WIDTH = {4: 32, 6: 128}


def some_address(rng, version):
    """Often close to an end of the family, or with long runs of zeros or ones."""
    width = WIDTH[version]
    top = (1 << width) - 1
    bits = rng.getrandbits(width)
    bits = rng.choice([
        rng.randrange(300),
        top - rng.randrange(300),
        bits << rng.randrange(width) & top,
        ~(bits << rng.randrange(width)) & top,
        bits & rng.getrandbits(width) & rng.getrandbits(width),
        bits,
    ])
    return CLASSES[version](bits)


def meaning(text):
    """The first and last address of a text, or None.

    Three things that ipaddress takes are not asked of it, because the project refuses them:
    zones, host masks (10.0.0.0/0.0.0.255) and prefix lengths with leading zeros.
    """
    try:
        if "-" in text:
            lower, upper = (ipaddress.ip_address(part.strip()) for part in text.split("-"))
            if lower.version != upper.version:
                return None
            # In either order, as ip4r takes them.
            return min(lower, upper), max(lower, upper)
        network = ipaddress.ip_network(text)
        return network[0], network[-1]
    except ValueError:
        return None


def asked(text):
    address, _, mask = text.partition("/")
    zero_first = re.fullmatch("0[0-9]+", mask)
    return "%" not in text and not zero_first and (
        "." not in mask or mask == "0.0.0.0" or mask.startswith(("128", "192", "2")))


def spoil(rng, text):
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(["", "0", "1", "f", ":", "::", ".", "/", "-", " "]) + text[at + rng.randrange(2):]


def texts(rng):
    for _ in range(700):
        version = rng.choice([4, 6])
        address = some_address(rng, version)
        prefix = rng.randrange(WIDTH[version] + 1)
        network = ipaddress.ip_network((address, prefix), strict=False)
        text = rng.choice([
            lambda: str(address),
            lambda: address.exploded.upper(),
            lambda: str(network),
            lambda: f"{address}/{prefix}",
            lambda: network.with_netmask if version == 4 else network.with_prefixlen,
            lambda: "{}{}{}".format(
                address, rng.choice(["-", " - ", "- "]), some_address(rng, rng.choice([4, 6, 6]))),
            lambda: "::{}".format(some_address(rng, 4)),
            lambda: "64:ff9b::{}".format(some_address(rng, 4)),
        ])()
        yield text
        yield spoil(rng, text)


def main():
    rng = random.Random(20)
    with open(DATA / "texts.txt", "w") as out:
        out.write(NOTE)
        for text in texts(rng):
            if not asked(text) or text != text.strip():
                continue
            pair = meaning(text)
            if pair:
                out.write(f"{text}\t{pair[0].version} {int(pair[0]):x} {int(pair[1]):x}\n")
            else:
                out.write(f"{text}\t-\n")
    with open(DATA / "covers.txt", "w") as out:
        out.write(NOTE)
        for version in [4] * 90 + [6] * 24:
            lower = some_address(rng, version)
            if rng.randrange(3):
                upper = some_address(rng, version)
            else:
                top = (1 << WIDTH[version]) - 1
                upper = CLASSES[version](min(top, int(lower) + rng.randrange(5000)))
            lower, upper = sorted([lower, upper])
            blocks = ipaddress.summarize_address_range(lower, upper)
            words = [f"{int(b[0]):x}/{b.prefixlen}" for b in blocks]
            out.write(f"{version} {int(lower):x} {int(upper):x} {' '.join(words)}\n")


main()
