#!/usr/bin/env python3
"""Puts tested code, and a table of what the tests prove, into docs/orms.md.

    python3 tools/clients.py [--check]

A line `<!-- code: FILE PART -->` in the page is followed by a fence with that part of the file: what stands
there between the comments `docs: PART` and `docs: end`. Between `<!-- table -->` and `<!-- end -->` is a
table, client by feature. A feature is there if the client's files have a test of its name; how a client
holds a value is said by a comment `docs: ranges are …` within the test that shows it. With --check nothing
is written: the exit code is 1 if the page differs.
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "orms.md"
TESTS = ROOT / "tests" / "orm"

LANGUAGES = {".py": "python", ".rs": "rust", ".rb": "ruby", ".mjs": "js"}
COMMENT = r"[ \t]*(?:#|//) docs: "
# How a test begins, in any of the languages.
TEST = r'(?:(?:async )?def test_|(?:async )?fn |test\(")'
HELD = {"ranges": "a range", "multiranges": "a multirange", "inetranges": "an inetrange"}
FEATURES = {
    "index": "indexes",
    "aggregates": "aggregates",
    "windows": "window functions",
    "series": "series",
    "search": "ranked search",
}


@dataclass(frozen=True)
class Client:
    """A row of the table: what it is called, where its version is pinned, the tests."""

    name: str
    pin: str
    files: tuple[str, ...]

    def text(self) -> str:
        """All of its tests."""
        paths = [path for pattern in self.files for path in sorted(TESTS.glob(pattern))]
        if not paths:
            raise SystemExit(f"there are no tests {', '.join(self.files)}")
        return "\n".join(path.read_text() for path in paths)


CLIENTS = [
    Client("psycopg", "python/requirements.txt", ("python/test_psycopg.py",)),
    Client("asyncpg", "python/requirements.txt", ("python/test_asyncpg.py",)),
    Client("SQLAlchemy", "python/requirements.txt", ("python/test_sqlalchemy.py",)),
    Client("Django", "django/requirements-*.txt", ("django/example/tests/*.py",)),
    Client("PostgREST-like", "", ("python/test_json_calls.py",)),
    Client("sqlx", "rust/Cargo.lock", ("rust/tests/sqlx.rs",)),
    Client("Diesel", "rust/Cargo.lock", ("rust/tests/diesel.rs",)),
    Client("ActiveRecord", "", ("ruby/test_active_record.rb",)),
    Client("Drizzle", "node/package.json", ("node/drizzle.test.mjs",)),
    Client("Sequelize", "node/package.json", ("node/sequelize.test.mjs",)),
]
# What a client is called where its version is pinned, if that is another name.
PACKAGES = {"Drizzle": "drizzle-orm"}


def part_of(file: str, part: str) -> str:
    """The code between the comments."""
    text = (ROOT / file).read_text()
    found = re.findall(rf"(?ms)^{COMMENT}{re.escape(part)}\n(.*?)^{COMMENT}end$", text)
    if len(found) != 1:
        raise SystemExit(f"{file} has {len(found)} parts that are called {part}")
    # Comments for the table are not for the reader of the code.
    code = re.sub(rf"(?m)^{COMMENT}.*\n", "", found[0])
    return textwrap.dedent(code).strip("\n")


def versions(client: Client) -> str:
    """The version or versions that are pinned."""
    name = PACKAGES.get(client.name, client.name.lower())
    patterns = (rf'(?im)^name = "{name}"\nversion = "(.*)"', rf"(?im)^{name}==(\S+)", rf'"{name}": "(.*)"')
    if not client.pin:
        return ""
    texts = [path.read_text() for path in sorted(TESTS.glob(client.pin))]
    found = [match for text in texts for pattern in patterns for match in re.findall(pattern, text)]
    if not found:
        raise SystemExit(f"no version of {client.name} is pinned in {client.pin}")
    return " " + " and ".join(found)


def table() -> str:
    """Clients by features."""
    rows = [["", *HELD.values(), *FEATURES.values()]]
    rows.append(["---"] * len(rows[0]))
    for client in CLIENTS:
        text = client.text()
        row = [client.name + versions(client)]
        for kind in HELD:
            found = re.findall(rf"(?m)^{COMMENT}{kind} are (.*)$", text)
            if len(found) != 1:
                raise SystemExit(f"{client.name} says {len(found)} times what {kind} are")
            row += found
        row += ["yes" if re.search(rf"(?m)^\s*{TEST}{name}\b", text) else "–" for name in FEATURES]
        rows.append(row)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def rewritten(page: str) -> str:
    """The page with the code and the table of now."""

    def code(match: re.Match[str]) -> str:
        file, part = match["file"], match["part"]
        language = LANGUAGES[Path(file).suffix]
        return f"{match['mark']}\n```{language}\n{part_of(file, part)}\n```\n"

    page = re.sub(
        r"(?ms)^(?P<mark><!-- code: (?P<file>\S+) (?P<part>[^\n]+) -->)\n(?:```\w+\n.*?^```\n)?", code, page
    )
    return re.sub(
        r"(?ms)^<!-- table -->\n.*?^<!-- end -->$",
        lambda _: f"<!-- table -->\n{table()}\n<!-- end -->",
        page,
    )


def main() -> int:
    """Writes the page, or compares it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    arguments = parser.parse_args()
    page = PAGE.read_text()
    wanted = rewritten(page)
    if arguments.check:
        if page != wanted:
            print(f"{PAGE.relative_to(ROOT)} is not what tests/orm says: run tools/clients.py")
        return int(page != wanted)
    PAGE.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
