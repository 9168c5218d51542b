#!/usr/bin/env python3
"""Draws the pictures of docs/ranges.md from the answers of a server.

    python3 tools/pictures.py [--psql PROGRAM] [--database NAME] [--check]

The tables are those that the page creates in its first example; the queries are below. All
happens in one transaction that is rolled back, so any database of a server that has the
extension's files will do. PGHOST, PGPORT and their like choose the server, as always with psql.
Equal answers give equal files. With --check nothing is written: the exit code is 1 if a file
differs from what the server says.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional
from xml.sax.saxutils import escape

from dev.documentation import examples_in

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "ranges.md"
PICTURES = ROOT / "docs" / "pictures"


@dataclass(frozen=True)
class Rows:
    """Rows of a picture: a query of (label, range or multirange to draw, text beside it)."""

    kind: str
    query: str


@dataclass(frozen=True)
class Picture:
    """One file: its name, the axis from 0, and what is drawn above it from top to bottom."""

    name: str
    upto: int
    rows: tuple[Rows, ...]


def _input(query: str) -> Rows:
    return Rows("input", query)


def _output(query: str) -> Rows:
    return Rows("output", query)


STAY = _input("SELECT name, r, r::text FROM stay ORDER BY name")


def _ranges_of(call: str) -> Rows:
    """The result of an aggregate, a range or a multirange."""
    return _output(f"SELECT '{call}', {call}, {call}::text FROM stay")


def _value_of(call: str) -> Rows:
    """The result of an aggregate, nothing to be drawn."""
    return _output(f"SELECT '{call}', NULL::numrange, {call}::text FROM stay")


def _call(*arguments: tuple[str, str], result: str) -> tuple[Rows, ...]:
    """Arguments given as (label, value), and the result of a call."""
    shown = [_input(f"SELECT '{label}', {value}, {value}::text") for label, value in arguments]
    label, call = result.split(" = ", 1)
    return (*shown, _output(f"SELECT '{label}', {call}, ({call})::text"))


ONE = "numrange(2, 10)"
TWO = "numrange(4, 7)"
MANY = "'{[1,4),[6,8)}'::nummultirange"
OTHERS = "'{[3,7),[10,12)}'::nummultirange"

PICTURES_OF_THE_PAGE = (
    Picture("range_merge", 14, (STAY, _ranges_of("range_merge(r)"))),
    Picture("range_union_agg", 14, (STAY, _ranges_of("range_union_agg(r)"))),
    Picture(
        "range_gaps_agg",
        14,
        (
            STAY,
            _ranges_of("range_gaps_agg(r)"),
            _input("SELECT 'within', numrange(0, 14), numrange(0, 14)::text"),
            _output(
                "SELECT 'range_gaps_agg(r, within)', range_gaps_agg(r, numrange(0, 14)),"
                " range_gaps_agg(r, numrange(0, 14))::text FROM stay"
            ),
        ),
    ),
    Picture(
        "range_length_agg",
        14,
        (
            STAY,
            _output(
                "SELECT 'range_length_agg(r)', range_union_agg(r), range_length_agg(r)::text"
                " FROM stay"
            ),
        ),
    ),
    Picture(
        "range_max_depth",
        14,
        (STAY, _value_of("range_max_depth(r)"), _ranges_of("range_max_depth_at(r)")),
    ),
    Picture(
        "range_max_load",
        14,
        (
            _input("SELECT name, r, format('%s  weight %s', r, weight) FROM stay ORDER BY name"),
            _value_of("range_max_load(r, weight)"),
        ),
    ),
    Picture(
        "range_has_overlap",
        14,
        (STAY, _value_of("range_has_overlap(r)"), _value_of("range_is_contiguous(r)")),
    ),
    Picture(
        "range_length",
        14,
        (
            _input(f"SELECT 'm', {MANY}, {MANY}::text"),
            _output(f"SELECT 'range_length(m)', NULL::numrange, range_length({MANY})::text"),
        ),
    ),
    Picture(
        "range_gaps",
        14,
        (
            *_call(("m", MANY), result=f"range_gaps(m) = range_gaps({MANY})"),
            *_call(
                ("within", "numrange(0, 12)"),
                result=f"range_gaps(m, within) = range_gaps({MANY}, numrange(0, 12))",
            ),
        ),
    ),
    Picture(
        "range_subtract",
        14,
        _call(
            ("a", ONE), ("b", TWO), result=f"range_subtract(a, b) = range_subtract({ONE}, {TWO})"
        ),
    ),
    Picture(
        "range_symmetric_difference",
        14,
        _call(
            ("a", MANY),
            ("b", OTHERS),
            result="range_symmetric_difference(a, b) = "
            f"range_symmetric_difference({MANY}, {OTHERS})",
        ),
    ),
    Picture(
        "range_split",
        14,
        (
            _input(f"SELECT 'r', {ONE}, {ONE}::text"),
            _output(
                "SELECT CASE WHEN n = 1 THEN 'range_split(r, 4, 7)' ELSE '' END, piece, piece::text"
                f" FROM range_split({ONE}, 4, 7) WITH ORDINALITY AS p (piece, n) ORDER BY n"
            ),
        ),
    ),
    Picture(
        "range_shift",
        14,
        (
            _input(f"SELECT 'r', {TWO}, {TWO}::text"),
            _output(
                f"SELECT 'range_shift(r, 3)', range_shift({TWO}, 3), range_shift({TWO}, 3)::text"
            ),
            _output(
                f"SELECT 'range_expand(r, 1)', range_expand({TWO}, 1), range_expand({TWO}, 1)::text"
            ),
            _output(
                f"SELECT 'range_expand(r, 0, 4)', range_expand({TWO}, 0, 4),"
                f" range_expand({TWO}, 0, 4)::text"
            ),
        ),
    ),
    Picture(
        "range_relation",
        14,
        (
            _input("SELECT 'b', numrange(5, 9), numrange(5, 9)::text"),
            _output(
                "SELECT CASE WHEN n = 1 THEN 'a and range_relation(a, b)' ELSE '' END, a,"
                " rpad(a::text, 8) || range_relation(a, numrange(5, 9))"
                " FROM (SELECT row_number() OVER () AS n, numrange(lower, upper) AS a"
                " FROM (VALUES (2, 4), (2, 5), (2, 7), (2, 9), (2, 12), (5, 7), (5, 9), (5, 12),"
                " (6, 8), (7, 9), (7, 12), (9, 12), (10, 12)) AS v (lower, upper)) AS pairs"
                " ORDER BY n"
            ),
        ),
    ),
    Picture(
        "multirange_nth",
        14,
        (
            _input(f"SELECT 'm', {OTHERS}, {OTHERS}::text"),
            _output(
                f"SELECT 'multirange_count(m)', NULL::numrange, multirange_count({OTHERS})::text"
            ),
            _output(
                f"SELECT format('multirange_nth(m, %s)', n), multirange_nth({OTHERS}, n),"
                f" multirange_nth({OTHERS}, n)::text FROM (VALUES (1), (-1)) AS v (n)"
            ),
        ),
    ),
    Picture(
        "range_profile",
        14,
        (
            STAY,
            Rows(
                "steps",
                "SELECT 'range_profile(array_agg(r))', span, depth::text"
                " FROM range_profile((SELECT array_agg(r) FROM stay))",
            ),
        ),
    ),
    Picture(
        "range_island",
        14,
        (
            _input(
                "SELECT name, r, rpad(r::text, 9) || 'island ' || range_island(r) OVER (ORDER BY r)"
                " FROM stay ORDER BY r"
            ),
            _output(
                "SELECT 'range_session(r)', session, session::text FROM"
                " (SELECT DISTINCT range_session(r) OVER (ORDER BY r) AS session FROM stay) AS s"
                " ORDER BY s.session"
            ),
            _output(
                "SELECT DISTINCT 'range_session(r, 2)', session, session::text FROM"
                " (SELECT range_session(r, 2) OVER (ORDER BY r) AS session FROM stay) AS s"
            ),
        ),
    ),
)

# What psql runs before the queries. Bounds are drawn by their numbers.
FUNCTIONS = """
CREATE FUNCTION pg_temp.shape(r numrange) RETURNS json LANGUAGE sql AS $$
    SELECT json_build_object('lower', lower(r), 'upper', upper(r),
        'lower_inc', lower_inc(r), 'upper_inc', upper_inc(r))
    WHERE NOT isempty(r)
$$;
CREATE FUNCTION pg_temp.shapes(r numrange) RETURNS json LANGUAGE sql AS $$
    SELECT json_build_array(pg_temp.shape(r)) WHERE NOT isempty(r)
$$;
CREATE FUNCTION pg_temp.shapes(m nummultirange) RETURNS json LANGUAGE sql AS $$
    SELECT json_agg(pg_temp.shape(r) ORDER BY r) FROM unnest(m) AS r
$$;
"""

Row = dict[str, Any]


def rows_of_all_pictures(psql: str, database: Optional[str]) -> dict[str, list[Row]]:
    """Asks the server for every row of every picture."""
    setup = examples_in(PAGE.read_text())[0].sql
    script = [
        "SET client_min_messages = warning;",
        "BEGIN;",
        "CREATE EXTENSION IF NOT EXISTS rangerank;",
        setup,
        FUNCTIONS,
    ]
    for picture in PICTURES_OF_THE_PAGE:
        for rows in picture.rows:
            script.append(
                f"SELECT json_build_object('picture', '{picture.name}', 'kind', '{rows.kind}',"
                " 'label', label, 'shapes', pg_temp.shapes(drawn), 'text', beside)"
                f" FROM ({rows.query}) AS q (label, drawn, beside);"
            )
    script.append("ROLLBACK;")
    command = [psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
    done = subprocess.run(
        command + (["-d", database] if database else []),
        input="\n".join(script),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    if done.returncode != 0:
        sys.exit(f"{psql} failed: {done.stderr.strip()}")
    found: dict[str, list[Row]] = {picture.name: [] for picture in PICTURES_OF_THE_PAGE}
    for line in done.stdout.splitlines():
        row = json.loads(line)
        found[row["picture"]].append(row)
    return found


# The look. Lengths are in pixels of the drawing; GitHub scales it to the width of the page.
WIDTH = 840
LABEL_AT = 16
AXIS_LEFT, AXIS_RIGHT = 256, 592
TEXT_AT = 618
TOP = 14
ROW = 26
STEP = 13
BAR = 8
BRACKET = 15

STYLE = """
    .paper { fill: #ffffff; stroke: #d0d7de; }
    .grid { stroke: #d8dee4; stroke-width: 1; }
    .rule { stroke: #afb8c1; stroke-width: 1; }
    text {
      font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
      fill: #1f2328;
    }
    .tick { font-size: 11px; fill: #59636e; text-anchor: middle; }
    .input { fill: #54aeff; }
    .input-bracket { stroke: #0550ae; }
    .output { fill: #4ac26b; }
    .output-bracket { stroke: #116329; }
    .bracket { fill: none; stroke-width: 1.6; stroke-linecap: round; }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #0d1117; stroke: #3d444d; }
      .grid { stroke: #262c36; }
      .rule { stroke: #656c76; }
      text { fill: #e6edf3; }
      .tick { fill: #9198a1; }
      .input { fill: #1f6feb; }
      .input-bracket { stroke: #a5d6ff; }
      .output { fill: #238636; }
      .output-bracket { stroke: #7ee787; }
    }
"""


def drawing(picture: Picture, rows: list[Row]) -> str:
    """The SVG file of a picture."""
    blocks = _blocks(rows)
    parts: list[str] = []
    y = TOP
    previous = ""
    for kind, block in blocks:
        if previous and previous != kind:
            y += 5
            parts.append(_line("rule", LABEL_AT, y, WIDTH - LABEL_AT, y))
            y += 5
        previous = kind
        if kind == "steps":
            height = _height_of_steps(block)
            parts += _steps(picture, block, y + height)
            y += height
            continue
        for row in block:
            parts += _row(picture, row, y + ROW / 2)
            y += ROW
    bottom = y + 6
    grid = []
    for value in range(0, picture.upto + 1):
        x = _x(picture, value)
        grid.append(_line("grid", x, TOP, x, bottom))
        if value % 2 == 0:
            grid.append(f'<text class="tick" x="{_number(x)}" y="{bottom + 15}">{value}</text>')
    height = bottom + 26
    body = "\n".join("  " + part for part in [*grid, *parts])
    inner = f'width="{WIDTH - 1}" height="{height - 1}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
        f' viewBox="0 0 {WIDTH} {height}" role="img">\n'
        f"  <title>{escape(_title(rows))}</title>\n"
        f"  <style>{STYLE}  </style>\n"
        f'  <rect class="paper" x="0.5" y="0.5" {inner} rx="6"/>\n'
        f"{body}\n</svg>\n"
    )


def _blocks(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """Neighbouring rows of one kind."""
    blocks: list[tuple[str, list[Row]]] = []
    for row in rows:
        if not blocks or blocks[-1][0] != row["kind"]:
            blocks.append((row["kind"], []))
        blocks[-1][1].append(row)
    return blocks


def _title(rows: list[Row]) -> str:
    """What a screen reader reads: every label with its text."""
    said = [f"{row['label']} {row['text']}".strip() for row in rows]
    return "; ".join(said)


def _row(picture: Picture, row: Row, middle: float) -> list[str]:
    parts = [_text(LABEL_AT, middle + 4, row["label"])]
    for shape in row["shapes"] or []:
        parts += _bar(picture, row["kind"], shape, middle)
    parts.append(_text(TEXT_AT, middle + 4, row["text"]))
    return parts


def _bar(picture: Picture, kind: str, shape: Row, middle: float) -> list[str]:
    left, right = _ends(picture, shape)
    parts = [
        f'<rect class="{kind}" x="{_number(left)}" y="{_number(middle - BAR / 2)}"'
        f' width="{_number(max(right - left, 2))}" height="{BAR}"/>'
    ]
    if shape["lower"] is not None:
        parts.append(_bracket(kind, left, middle, shape["lower_inc"], 1))
    if shape["upper"] is not None:
        parts.append(_bracket(kind, right, middle, shape["upper_inc"], -1))
    return parts


def _bracket(kind: str, x: float, middle: float, inclusive: bool, inwards: int) -> str:
    """A square bracket or a parenthesis whose outermost point is the bound."""
    top, half, deep = middle - BRACKET / 2, BRACKET / 2, 4 * inwards
    if inclusive:
        path = f"M{_number(x + deep)} {_number(top)}h{-deep}v{BRACKET}h{deep}"
    else:
        bow = f"q{-2 * deep} {_number(half)} 0 {BRACKET}"
        path = f"M{_number(x + deep)} {_number(top)}{bow}"
    return f'<path class="bracket {kind}-bracket" d="{path}"/>'


def _height_of_steps(rows: list[Row]) -> int:
    return ROW + STEP * max(int(row["text"]) for row in rows)


def _steps(picture: Picture, rows: list[Row], bottom: float) -> list[str]:
    """A step function: the text of each row is the height of its range."""
    height = _height_of_steps(rows)
    parts = [_text(LABEL_AT, bottom - height + ROW / 2 + 4, rows[0]["label"])]
    for row in rows:
        left, right = _ends(picture, row["shapes"][0])
        depth = int(row["text"])
        top = bottom - depth * STEP
        parts.append(
            f'<rect class="output" x="{_number(left)}" y="{_number(top)}"'
            f' width="{_number(max(right - left, 2))}" height="{depth * STEP}"/>'
        )
        x, y = _number((left + right) / 2), _number(top - 4)
        parts.append(f'<text class="tick" x="{x}" y="{y}">{depth}</text>')
    return parts


def _ends(picture: Picture, shape: Row) -> tuple[float, float]:
    """Where a range begins and ends; an unbounded side at the end of the axis."""
    lower = 0 if shape["lower"] is None else shape["lower"]
    upper = picture.upto if shape["upper"] is None else shape["upper"]
    return _x(picture, lower), _x(picture, upper)


def _x(picture: Picture, value: float) -> float:
    return AXIS_LEFT + (AXIS_RIGHT - AXIS_LEFT) * value / picture.upto


def _line(name: str, x1: float, y1: float, x2: float, y2: float) -> str:
    ends = zip(("x1", "y1", "x2", "y2"), (x1, y1, x2, y2))
    return f'<line class="{name}" ' + " ".join(f'{k}="{_number(v)}"' for k, v in ends) + "/>"


def _text(x: float, y: float, text: str) -> str:
    # Runs of spaces align the parts of a text.
    return f'<text x="{_number(x)}" y="{_number(y)}" xml:space="preserve">{escape(text)}</text>'


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--psql", default="psql", help="the psql to run (default: psql)")
    parser.add_argument("--database", help="a database to connect to (default: psql's)")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    arguments = parser.parse_args()
    rows = rows_of_all_pictures(arguments.psql, arguments.database)
    wanted = {
        PICTURES / f"{picture.name}.svg": drawing(picture, rows[picture.name])
        for picture in PICTURES_OF_THE_PAGE
    }
    if arguments.check:
        differing = [
            path
            for path, text in wanted.items()
            if not path.exists() or path.read_text(encoding="utf-8") != text
        ]
        for path in differing:
            print(f"{path.relative_to(ROOT)} differs from what the server says")
        return 1 if differing else 0
    PICTURES.mkdir(parents=True, exist_ok=True)
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
