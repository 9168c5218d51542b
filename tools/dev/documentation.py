"""The SQL examples of the documentation: finds them, runs them, compares what they print.

A fence ```sql is run; a ```text fence that follows it at once is what psql must print.
A fence ```sql no-run is only shown.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from .paths import EXTENSION, ROOT
from .server import Cluster

MARK = "--8<-- end of example"


@dataclass(frozen=True)
class Example:
    """One ```sql fence and the output printed under it. Line numbers count from 0."""

    line: int
    sql: str
    # First and last line of the output inside its fence (the last one excluded).
    output_lines: Optional[tuple[int, int]]
    output: str


def pages() -> list[Path]:
    """The pages whose examples are run."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def examples_in(text: str) -> list[Example]:
    """The runnable examples of a page."""
    lines = text.splitlines()
    fences = _fences(lines)
    examples = []
    for index, (info, first, last) in enumerate(fences):
        if info != "sql":
            continue
        lines_of_output = None
        if index + 1 < len(fences):
            next_info, next_first, next_last = fences[index + 1]
            between = "".join(lines[last + 1 : next_first - 1]).strip()
            if next_info == "text" and not between:
                lines_of_output = (next_first, next_last)
        output = "\n".join(lines[slice(*lines_of_output)]) if lines_of_output else ""
        sql = "\n".join(lines[first:last])
        examples.append(Example(first - 1, sql, lines_of_output, output))
    return examples


def _fences(lines: list[str]) -> list[tuple[str, int, int]]:
    """Fenced blocks: info string, first line of the content, line of the closing fence."""
    fences = []
    opened: Optional[tuple[str, str, int]] = None
    for number, line in enumerate(lines):
        found = re.match(r"\s*(```+)\s*(.*?)\s*$", line)
        if not found:
            continue
        ticks, info = found.groups()
        if opened is None:
            opened = (ticks, info, number + 1)
        elif ticks == opened[0] and not info:
            fences.append((opened[1], opened[2], number))
            opened = None
    return fences


@dataclass(frozen=True)
class Outcome:
    """What became of one example: what it printed, or why there is nothing."""

    printed: str
    error: str


def run_examples(cluster: Cluster, database: str, examples: list[Example]) -> list[Outcome]:
    """Runs the examples of a page in one session; after an error the rest is not run."""
    cluster.fresh_database(database)
    if not any(re.search(rf"(?i)create\s+extension[^;]*{EXTENSION}", e.sql) for e in examples):
        cluster.execute(database, f"CREATE EXTENSION {EXTENSION}")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        for example in examples:
            script.write(f"{example.sql}\n\\echo {MARK}\n")
        script.flush()
        done = cluster.psql(
            database,
            "-f",
            script.name,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
        )
    printed = done.stdout.split(f"{MARK}\n")[:-1]
    outcomes = [Outcome(text, "") for text in printed]
    if len(outcomes) < len(examples):
        errors = re.sub(r"(?m)^psql:\S+?:\d+: ", "", done.stderr).strip()
        outcomes.append(Outcome("", errors or f"psql ended with {done.returncode}"))
    missing = len(examples) - len(outcomes)
    return outcomes + [Outcome("", "not run: an earlier example failed")] * missing


def differs(example: Example, outcome: Outcome) -> bool:
    """Whether the page shows something other than what was printed."""
    return example.output_lines is not None and _trimmed(outcome.printed) != _trimmed(
        example.output
    )


def rewritten(text: str, examples: list[Example], outcomes: list[Outcome]) -> str:
    """The page with the printed output in place of what it shows."""
    lines = text.splitlines()
    for example, outcome in reversed(list(zip(examples, outcomes))):
        if example.output_lines is not None and not outcome.error:
            lines[slice(*example.output_lines)] = _trimmed(outcome.printed)
    return "\n".join(lines) + "\n"


def _trimmed(text: str) -> list[str]:
    """Lines without trailing blanks, and without blank lines at the ends."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n").split("\n")
