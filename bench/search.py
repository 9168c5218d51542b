#!/usr/bin/env python3
"""Benchmarks of corpus statistics, queries and BM25, in the manner of bench.py and with its options.

    python3 bench/search.py --psql /path/to/psql --host /socket/directory --port 5432

The corpus is that of corpus.py, half a million passages of real text; its packages are fetched once into
the directory --data. The peers are core's: ts_stat and ts_parse read all that statistics are counted from,
ts_rank and ts_rank_cd score the same matches of the same query. For what has no peer of its kind the goal is
a time.

--collections names a directory with collections of documents, queries and relevance judgements, each a
directory with docs.csv (id, title, body), queries.csv (id, text) and qrels.csv (query, document, grade). How
well the documents are ranked is measured by nDCG@10 with core's functions as peers, and with typos.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import re
import shutil
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Optional

import corpus
from bench import SESSION, WORKERS, Comparison, Measured, Server, Setup, options, report, wanted
from snippets import Lookup

DATABASE = "rangerank_bench_search"
STATS = "passages_tsv_stats"

SETUP = r"""
CREATE EXTENSION fuzzystrmatch;
CREATE UNLOGGED TABLE lines (n int GENERATED ALWAYS AS IDENTITY, body text);
\copy lines (body) FROM '{file}'
CREATE TABLE passages AS SELECT body, to_tsvector('english', body) AS tsv FROM lines WHERE n <= {rows} ORDER BY n;
DROP TABLE lines;
CREATE INDEX ON passages USING gin (tsv);
SELECT search_create_stats('passages', 'tsv', 'body');
-- All words as core's parser finds them; and those that people may type, in no order.
CREATE TABLE vocabulary AS SELECT lower(token) AS word, count(*) AS times FROM passages, ts_parse('default', body)
    WHERE tokid IN (1, 2, 3, 9, 10, 11) AND octet_length(lower(token)) <= 255 GROUP BY 1;
CREATE TABLE words AS SELECT word FROM vocabulary WHERE times > 1 AND word ~ '^[a-z]{3,}$' ORDER BY hashtext(word);
CREATE TABLE queries AS SELECT string_agg(word, ' ') AS words FROM (SELECT word, row_number() OVER () / 8 AS n FROM words) AS w
    GROUP BY n HAVING count(*) = 8 ORDER BY n LIMIT 1000;
-- As an application has them prepared: one statement, a new snapshot, other words each time.
CREATE FUNCTION ours(words text) RETURNS text LANGUAGE plpgsql VOLATILE AS
    $$ BEGIN RETURN bm25_query(search_query('english', words, 'any'), 'passages_tsv_stats'); END $$;
CREATE FUNCTION core(words text) RETURNS text LANGUAGE plpgsql VOLATILE AS
    $$ BEGIN RETURN websearch_to_tsquery('english', words); END $$;
CREATE FUNCTION expanded(word text) RETURNS text LANGUAGE plpgsql VOLATILE AS
    $$ BEGIN RETURN search_query('english', word, 'any', 'passages_tsv_stats'); END $$;
VACUUM ANALYZE;
"""


@dataclass(frozen=True)
class Counting:
    """The time in which statistics are made or counted again; afterwards they must be right."""

    what: str
    peer: str
    peer_sql: str
    our_sql: str
    # The columns that are counted besides the tsvector.
    texts: str
    goal: float
    our_settings: str = ""
    # For a new table the old one goes before each turn; a peer that is ours makes one too.
    anew: bool = False

    def measure(self, server: Server, rounds: int) -> Measured:
        made = f"SELECT search_create_stats('passages', 'tsv'{self.texts});"
        script = [SESSION, made]
        for _ in range(rounds + 1):
            for name, settings, sql in (("peer", "", self.peer_sql), ("ours", self.our_settings, self.our_sql)):
                script += [f"DROP TABLE IF EXISTS {STATS};" if self.anew else "", "RESET ALL;", SESSION, settings]
                script += [rf"\echo {name}", r"\timing on", f"{sql};", r"\timing off"]
        script += ["RESET ALL;", r"\echo different", DIFFERENT_LEXEMES]
        if self.texts:
            script += [DIFFERENT_WORDS]
        timed, _, different = server.run("\n".join(["SET client_min_messages = warning;", *script])).partition("different\n")
        if set(different.split()) != {"0"}:
            raise SystemExit(f"{self.what}: the statistics differ from the passages: {different}")
        times: dict[str, list[float]] = {"peer": [], "ours": []}
        name = ""
        for line in timed.splitlines():
            if line in times:
                name = line
            elif line.startswith("Time: "):
                times[name].append(float(line.split()[1]))
        return Measured(self.what, self.peer, min(times["peer"][1:]), min(times["ours"][1:]), self.goal)


DIFFERENT_LEXEMES = f"""
SELECT count(*) FROM (SELECT word, documents FROM {STATS} WHERE kind = 'l') AS ours
FULL JOIN ts_stat('SELECT tsv FROM passages') AS core USING (word) WHERE ours.documents IS DISTINCT FROM core.ndoc;
"""
DIFFERENT_WORDS = f"SELECT documents - (SELECT count(*) FROM vocabulary) FROM {STATS} WHERE kind = 'f';"


def countings() -> list[Counting]:
    entries = []
    recompute = f"SELECT search_refresh_stats('{STATS}', true)"
    stat = "SELECT count(*), sum(ndoc) FROM ts_stat('SELECT tsv FROM passages')"
    parse = "SELECT count(*) FROM (SELECT ts_parse('default', body) FROM passages OFFSET 0) AS t"
    for texts, words, peer, core, goal in [("", "", "ts_stat", stat, 1.0), (", 'body'", " with words", "ts_parse", parse, 1.5)]:
        create = f"SELECT search_create_stats('passages', 'tsv'{texts})"
        for how, sql, anew in [("new", create, True), ("counted again", recompute, False)]:
            name = f"statistics{words}, {how}"
            entries += [
                Counting(name, peer, core, sql, texts, goal, anew=anew),
                Counting(f"{name}, 2 workers", "ours, serial", sql, sql, texts, 1.0, WORKERS, anew),
            ]
    return entries


def rankings(server: Server) -> list[Comparison]:
    """Scores of all matches; both sides count them."""
    common = server.run(
        f"SELECT word FROM {STATS} WHERE kind = 'l' AND word ~ '^[a-z]{{3,}}$' ORDER BY documents DESC, word LIMIT 4"
    ).split()
    entries = []
    for words, terms in [("one common term", common[:1]), ("OR of 4 common terms", common)]:
        query = f"'{' | '.join(terms)}'::tsquery"

        def scored(score: str, query: str = query) -> str:
            return f"SELECT count({score}) FROM passages WHERE tsv @@ {query}"

        ours = scored(f"bm25_score(tsv, (SELECT bm25_query({query}, '{STATS}')))")
        inline = scored(f"bm25_rank(tsv, {query}, '{STATS}')")
        entries += [
            Comparison(f"floor: finding the matches, {words}", "count(*)", scored("*"), scored("tsv")),
            Comparison(f"bm25_score, {words}", "ts_rank", scored(f"ts_rank(tsv, {query})"), ours, 1.0),
            Comparison(f"bm25_score, {words}", "ts_rank_cd", scored(f"ts_rank_cd(tsv, {query})"), ours, 0.5),
            Comparison(f"bm25_rank, {words}", "ts_rank", scored(f"ts_rank(tsv, {query})"), inline),
        ]
    return entries


# Of eight and more letters, two neighbours exchanged; most of these the corpus does not have.
MISTYPED = "SELECT left(word, 3) || substr(word, 5, 1) || substr(word, 4, 1) || substr(word, 6) AS asked FROM words WHERE length(word) >= 8"
NEAR = "SELECT string_agg(word, ' ') AS word, 1 AS place FROM vocabulary WHERE levenshtein_less_equal(word, asked, {0}) <= {0}"

LOOKUPS = [
    Lookup(
        "search_query and bm25_query, 8 words",
        "websearch_to_tsquery",
        "SELECT words AS asked FROM queries",
        "SELECT core(asked) AS word, 1 AS place",
        "SELECT ours(asked) AS word, 1 AS place",
        1000,
        False,
        1.0,
        1000,
    ),
    *(
        Lookup(
            f"search_query, a word of 8 or more letters, ~{typos}",
            "levenshtein_less_equal",
            MISTYPED,
            NEAR.format(typos),
            f"SELECT expanded(asked || '~{typos}') AS word, 1 AS place",
            3,
            False,
        )
        for typos in (1, 2)
    ),
]


class Collection:
    """Documents with queries whose good answers are known."""

    def __init__(self, server: Server, directory: Path) -> None:
        self.server = server
        self.name = directory.name
        self.queries = [(row["id"], row["text"]) for row in self._rows(directory / "queries.csv")]
        self.grades: dict[str, dict[str, float]] = defaultdict(dict)
        for row in self._rows(directory / "qrels.csv"):
            if float(row["grade"]) > 0:
                self.grades[row["query"]][row["document"]] = float(row["grade"])
        self.titled = any(row["title"] for row in self._rows(directory / "docs.csv"))
        server.run(
            f"""
            SET client_min_messages = warning;
            DROP TABLE IF EXISTS document, document_tsv_stats, document_labelled_stats;
            CREATE TABLE document (id text, title text, body text);
            \\copy document FROM '{directory / "docs.csv"}' (FORMAT csv, HEADER, FORCE_NOT_NULL (title, body))
            ALTER TABLE document
                ADD tsv tsvector GENERATED ALWAYS AS (to_tsvector('english', title || ' ' || body)) STORED,
                ADD labelled tsvector GENERATED ALWAYS AS (
                    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'D')) STORED;
            SELECT search_create_stats('document', 'tsv', 'title', 'body'), search_create_stats('document', 'labelled');
            """
        )

    @staticmethod
    def _rows(path: Path) -> list[dict[str, str]]:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def ndcg(self, score: str, column: str = "tsv", queries: Optional[list[tuple[str, str]]] = None) -> float:
        """nDCG@10 of the documents that match, mean over the judged queries; equal scores by id."""
        values = ", ".join(f"({literal(name)}, {literal(text)})" for name, text in queries or self.queries)
        answer = self.server.run(
            f"""
            SELECT name, id FROM (
                SELECT q.name, d.id, row_number() OVER (PARTITION BY q.name ORDER BY {score} DESC, d.id COLLATE "C") AS place
                FROM (SELECT name, search_query('english', typed, 'any', 'document_tsv_stats') AS query
                    FROM (VALUES {values}) AS t (name, typed) OFFSET 0) AS q
                JOIN document AS d ON d.{column} @@ q.query) AS ranked
            WHERE place <= 10 ORDER BY name, place;
            """
        )
        found: dict[str, list[str]] = defaultdict(list)
        for line in answer.splitlines():
            name, document = line.split("|")
            found[name].append(document)
        total = 0.0
        for name, grades in self.grades.items():
            best = sorted(grades.values(), reverse=True)[:10]
            total += gain(grades.get(document, 0) for document in found[name]) / gain(best)
        return total / len(self.grades)

    def figures(self) -> list[str]:
        """One line of the table."""
        core = max(
            (self.ndcg(f"{function}(d.tsv, q.query, {normalization})"), f"{function}, {normalization}")
            for function in ("ts_rank", "ts_rank_cd")
            for normalization in (0, 1, 2, 4, 8, 16, 32)
        )
        plain = "bm25_rank(d.tsv, q.query, 'document_tsv_stats')"
        labels = "bm25_rank(d.labelled, q.query, 'document_labelled_stats', weights => '{1,1,1,3}')"
        bm25 = self.ndcg(plain)
        kept = [self.ndcg(plain, queries=mistyped(self.queries, random.Random(seed))) / bm25 for seed in range(5)]
        return [
            self.name,
            f"{core[0]:.3f} ({core[1]})",
            f"{bm25:.3f}",
            f"{self.ndcg(labels, 'labelled'):.3f}" if self.titled else "",
            f"{sum(kept) / len(kept):.3f}",
        ]


def gain(grades: Iterable[float]) -> float:
    """Discounted cumulative gain, as TREC's ndcg_cut has it: grade / log2(place + 1)."""
    return sum(grade / math.log2(place + 1) for place, grade in enumerate(grades, 1))


def literal(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def mistyped(queries: list[tuple[str, str]], chance: random.Random) -> list[tuple[str, str]]:
    """One edit in each word of four and more letters; every word asks for what differs by one."""
    letters = "abcdefghijklmnopqrstuvwxyz"

    def edited(word: str) -> str:
        at = chance.randrange(len(word))
        kind = chance.choice(("insert", "delete", "replace", "exchange"))
        if kind == "insert":
            return word[:at] + chance.choice(letters) + word[at:]
        if kind == "delete":
            return word[:at] + word[at + 1 :]
        unlike = [place for place in range(len(word) - 1) if word[place] != word[place + 1]]
        if kind == "exchange" and unlike:
            at = chance.choice(unlike)
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return word[:at] + chance.choice(letters.replace(word[at].lower(), "")) + word[at + 1 :]

    def typed(word: str) -> str:
        return (edited(word) if len(word) >= 4 else word) + "~1"

    return [(name, re.sub("[A-Za-z]+", lambda word: typed(word[0]), text)) for name, text in queries]


def print_collections(server: Server, directory: Path) -> None:
    """The table of nDCG@10."""
    lines = [["collection", "best of core", "BM25", "BM25, title × 3", "kept with typos"]]
    for documents in sorted(directory.glob("**/docs.csv")):
        print(f"ranking {documents.parent.name} …", file=sys.stderr, flush=True)
        lines.append(Collection(server, documents.parent).figures())
    if len(lines) == 1:
        raise SystemExit(f"search.py: no docs.csv below {directory}")
    widths = [max(map(len, column)) for column in zip(*lines)]
    lines.insert(1, ["-" * width for width in widths])
    print("\nnDCG@10; core's best is that of ts_rank and ts_rank_cd with each normalization, for the same queries.")
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def setup(arguments: argparse.Namespace) -> Setup:
    """The passages, fetched if they are not there yet."""
    directory = Path(arguments.data).resolve()
    file = directory / "passages.txt"
    if not file.exists():
        if not shutil.which("apt-get"):
            raise SystemExit(f"search.py: the passages are in packages of Debian: without apt-get, {file} must be there")
        print(f"fetching the corpus into {directory} …", flush=True)
        corpus.fetch(directory)
        partial = directory / "passages.partial"
        corpus.write(directory, partial)
        partial.rename(file)
    return Setup(f"passages of {file.stat().st_size} bytes", SETUP.replace("{file}", str(file)))


def main() -> None:
    arguments = options(__doc__, rounds=5)
    server = Server(arguments, DATABASE)
    server.prepare([setup(arguments)], arguments.rows)
    entries = [*countings(), *rankings(server), *LOOKUPS]
    chosen = [entry for entry in entries if wanted(entry, arguments.only)]
    if not chosen and not arguments.collections:
        print(f"search.py: nothing matches {arguments.only}")
        return
    lines = []
    for entry in chosen:
        print(f"measuring {entry.what} against {entry.peer} …", file=sys.stderr, flush=True)
        if isinstance(entry, Comparison):
            lines.append(server.compare(entry, arguments.rounds))
        else:
            lines.append(entry.measure(server, arguments.rounds))
    # The last ones to be counted have the words, which what comes next time needs.
    server.run("SELECT search_create_stats('passages', 'tsv', 'body')")
    if lines:
        counts = server.run(
            f"SELECT (SELECT count(*) FROM passages), count(*), (SELECT count(*) FROM vocabulary) FROM {STATS} WHERE kind = 'l'"
        )
        passages, lexemes, words = counts.strip().split("|")
        report(
            server,
            lines,
            f"{passages} passages with {lexemes} lexemes and {words} words, all in memory.\n"
            f"Times are the least of {arguments.rounds} rounds in turns; those of queries are for one call, the mean of\n"
            "many with other words, warm. Scores are those of all matches, whose finding is in both times (see the\n"
            "floor). A ratio holds for this run on this machine.",
        )
    if arguments.collections:
        print_collections(server, Path(arguments.collections).resolve())


if __name__ == "__main__":
    main()
