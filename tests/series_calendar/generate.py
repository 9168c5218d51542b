#!/usr/bin/env python3
"""Expected terms of calendar series, by dateutil and zoneinfo instead of by us.

Writes expected.sql beside this file, which tests/pg_regress/sql/series_calendar.sql reads. To make
it again, with exactly these versions:

    python3 -m venv /tmp/calendar
    /tmp/calendar/bin/pip install python-dateutil==2.9.0.post0 tzdata==2025.2
    PYTHONTZPATH= /tmp/calendar/bin/python tests/series_calendar/generate.py

The output depends on nothing else: no clock, no random numbers, no zone file of the machine. All
times in zones lie before 2025, as rules for the future change. Years before 1 AD do not exist in
Python; they are in tests/pg_regress/sql/series.sql.

Term k is the anchor plus k times the step, months first, the day cut to the month's length. With a
time zone, months and days are counted on its clock and time of day is added after: a clock time
that does not exist is read with the offset before the gap, one that comes twice is the later one,
as PostgreSQL reads both. Term 0 is the anchor itself. Where a zone skips a whole day, the time of that
day and of the next are the same moment, which is one term.
"""

from __future__ import annotations

import importlib.metadata
from datetime import date, datetime, timedelta, timezone
from itertools import product
from pathlib import Path
from typing import Callable, Iterator, Optional
from zoneinfo import TZPATH, ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.tz import datetime_exists

VERSIONS = {"python-dateutil": "2.9.0.post0", "tzdata": "2025.2"}
OUTPUT = Path(__file__).with_name("expected.sql")
TERMS = 8
# Terms in zones end here.
END = datetime(2025, 1, 1, tzinfo=timezone.utc)

DATES = ["2023-01-31", "2023-12-31", "2024-01-29", "2024-01-30", "2024-01-31", "2024-02-29", "1999-12-31"]
DATES += ["1900-02-28", "1896-02-29", "2000-02-29", "0001-01-31", "9990-08-31"]
DATE_STEPS = ["1 month", "-1 month", "2 months", "3 months", "5 months", "1 year", "-1 year", "4 years", "100 years"]
DATE_STEPS += ["1 day", "-1 day", "7 days", "30 days", "1 month 1 day", "1 month -1 day", "1 year -1 month 3 days"]

TIMES = ["2024-01-31 23:59:59.999999", "2023-02-28 12:34:56.000001", "1999-12-31 00:00:00"]
TIME_STEPS = ["1 month", "-1 month", "1 month 1 hour", "1 month -1 day", "1 year -1 day", "90 minutes", "1 day 1 hour"]
TIME_STEPS += ["-3 months -1 day", "0.1 seconds"]

# Anchors as clock times, days before a change of the clock, within hours that are skipped or come twice.
ZONES = {
    "Europe/Berlin": ["2024-03-28 02:30", "2024-10-25 02:30", "2024-03-31 03:30", "2023-10-31 00:00", "1979-12-31 12:00"],
    "America/New_York": ["2024-03-08 02:30", "2024-11-01 01:30", "2024-01-31 02:15", "2006-12-31 23:59"],
    "America/St_Johns": ["2024-03-08 02:15", "2008-10-31 00:00:30"],
    "Australia/Lord_Howe": ["2024-10-04 02:15", "2024-04-05 01:45", "2023-07-31 02:10"],
    "Australia/Sydney": ["2024-10-04 02:30", "2024-04-05 02:30"],
    "America/Sao_Paulo": ["2018-11-02 00:00", "2018-02-15 23:30"],
    "Asia/Kathmandu": ["1985-12-29 00:05", "2024-01-31 00:00"],
    # Days that are skipped: 2011-12-30, 1993-08-21 and 1994-12-31.
    "Pacific/Apia": ["2011-12-28 10:00", "2011-11-30 23:59:59", "2012-01-02 00:00", "2012-12-30 12:00"],
    "Pacific/Kwajalein": ["1993-08-19 00:00", "1993-08-24 18:30", "1993-06-21 12:00"],
    "Pacific/Kiritimati": ["1994-12-30 12:00", "1994-10-31 00:30"],
    "UTC": ["2024-01-31 02:30"],
}
ZONE_STEPS = ["1 day", "-1 day", "1 month", "-1 month", "-1 year", "7 days", "1 day 1 hour", "1 day -30 minutes"]
ZONE_STEPS += ["1 hour", "30 minutes", "24 hours", "1 month 90 minutes"]
# The hour that comes twice, as the first of the two.
FIRST_OF_TWO = {"Europe/Berlin": "2024-10-27 02:30", "America/New_York": "2024-11-03 01:30"}


def parts(step: str) -> tuple[int, int, timedelta]:
    """Months, days and time of day of a step."""
    months, days, time = 0, 0, timedelta()
    words = step.split()
    for number, unit in zip(words[::2], words[1::2]):
        unit = unit.rstrip("s")
        if unit in ("year", "month"):
            months += int(number) * (12 if unit == "year" else 1)
        elif unit == "day":
            days += int(number)
        else:
            time += timedelta(**{f"{unit}s": float(number)})
    return months, days, time


def clock(anchor: date, step: str, k: int) -> date:
    """A term without a zone; a date for a date."""
    months, days, time = parts(step)
    return anchor + relativedelta(months=k * months) + timedelta(days=k * days) + k * time


def resolve(civil: datetime, zone: ZoneInfo) -> datetime:
    """The moment, in universal time, at which a zone's clock shows a time."""
    exists = datetime_exists(civil, zone)
    return civil.replace(tzinfo=zone, fold=int(exists)).astimezone(timezone.utc)


def zoned(anchor: datetime, step: str, k: int, zone: ZoneInfo) -> datetime:
    """A term on a zone's clock; the anchor and the result are in universal time."""
    months, days, time = parts(step)
    if k == 0 or not (months or days):
        return anchor + k * time
    civil = anchor.astimezone(zone).replace(tzinfo=None, fold=0)
    civil += relativedelta(months=k * months)
    return resolve(civil + timedelta(days=k * days), zone) + k * time


def terms(term: Callable[[int], date]) -> Optional[list[date]]:
    """The first terms, if each lies beyond the one before and Python can count so far."""
    try:
        every = [term(k) for k in range(TERMS)]
    except (OverflowError, ValueError):
        return None
    every = [term for n, term in enumerate(every) if n == 0 or term != every[n - 1]]
    order = [a < b for a, b in zip(every, every[1:])]
    return every if all(order) or not any(order) else None


def rows() -> Iterator[tuple[str, str, str, list[date]]]:
    """Kind or zone, step, and expected terms."""
    for anchor, step in product(DATES, DATE_STEPS):
        found = terms(lambda k: clock(date.fromisoformat(anchor), step, k))
        if found:
            yield "date", step, found
    for anchor, step in product(TIMES, TIME_STEPS):
        found = terms(lambda k: clock(datetime.fromisoformat(anchor), step, k))
        if found:
            yield "timestamp", step, found
    for name, anchors in ZONES.items():
        zone = ZoneInfo(name)
        starts = [resolve(datetime.fromisoformat(anchor), zone) for anchor in anchors]
        if name in FIRST_OF_TWO:
            civil = datetime.fromisoformat(FIRST_OF_TWO[name])
            starts.append(civil.replace(tzinfo=zone, fold=0).astimezone(timezone.utc))
        for start, step in product(starts, ZONE_STEPS):
            found = terms(lambda k: zoned(start, step, k, zone))
            found = [term for term in found or [] if term < END]
            if len(found) > 1:
                yield name, step, found


def text(value: date) -> str:
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)
        return value.isoformat(" ", "microseconds" if value.microsecond else "seconds")
    return value.isoformat()


def main() -> None:
    for package, version in VERSIONS.items():
        installed = importlib.metadata.version(package)
        if installed != version:
            raise SystemExit(f"{package} {version} is needed, not {installed}")
    if TZPATH:
        raise SystemExit("set PYTHONTZPATH to nothing, so that tzdata is what is read")
    lines = ["-- Made by generate.py; not to be edited."]
    lines += ["CREATE TABLE expected (n int PRIMARY KEY, zone text, step interval, terms text[]);", "COPY expected FROM stdin;"]
    for n, (kind, step, found) in enumerate(rows(), 1):
        array = ",".join(f'"{text(term)}"' if isinstance(term, datetime) else text(term) for term in found)
        lines.append(f"{n}\t{kind}\t{step}\t{{{array}}}")
    OUTPUT.write_text("\n".join([*lines, "\\.", ""]))


if __name__ == "__main__":
    main()
