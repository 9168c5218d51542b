#!/usr/bin/env python3
"""Benchmarks of snippets, suggestions and completions, in the manner of bench.py and with its options.

    python3 bench/snippets.py --psql /path/to/psql --host /socket/directory --port 5432

The peer of search_snippet is core's ts_headline with its usual options: both find the same query in every
document, and both say in how many of them they marked something. Documents are made of words with
Zipf's frequencies, in sentences: plain ones, and ones in which every ninth word has letters beyond
ASCII and others are numbers or compounds. A vocabulary of 500,000 words (fewer with fewer --rows) is
asked for completions and suggestions: the goal is a time, and the peers are an index on the words
with text_pattern_ops, and fuzzystrmatch over all of them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from bench import SESSION, Comparison, Measured, Server, Setup, options, report, wanted

DATABASE = "rangerank_bench_snippets"

# Letters of a word by its number; the hash is the same on every run.
SYLLABLES = "babecidofugahejikolumanepiqorusatevix"
WORDS = f"""
CREATE FUNCTION bits(n bigint, size int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT (hashint8(n) & 1073741823) % size $$;
CREATE FUNCTION word(n int, syllables int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(substr('{SYLLABLES}', 1 + bits(n * 31::bigint + k, 18) * 2, 2), '' ORDER BY k)
        || (ARRAY['', 's', 'ing', 'ed', 'ly', 'er', 'ation'])[1 + bits(n, 7)]
    FROM generate_series(1, syllables) AS k
$$;
CREATE UNLOGGED TABLE vocabulary AS SELECT n, word(n, 2 + n % 3) AS word FROM generate_series(1, 20000) AS n;
CREATE UNIQUE INDEX ON vocabulary (n);
CREATE FUNCTION document(seed int, words int) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(CASE WHEN k % 13 = 0 THEN initcap(word) ELSE word END || CASE WHEN k % 13 = 12 THEN '. ' WHEN k % 7 = 3 THEN ', ' ELSE ' ' END, '' ORDER BY k)
    FROM (SELECT k, greatest((20000 ^ (bits(seed * 100003::bigint + k, 1048576) / 1048576.0))::int, 1) AS n FROM generate_series(1, words) AS k) AS drawn
    JOIN vocabulary USING (n)
$$;
CREATE FUNCTION mixed(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(CASE WHEN k % 9 = 0 THEN translate(w, 'aou', 'äöü') WHEN k % 41 = 0 THEN w || '-' || w WHEN k % 53 = 0 THEN k || '.5' ELSE w END, ' ' ORDER BY k)
    FROM regexp_split_to_table($1, ' ') WITH ORDINALITY AS t (w, k)
$$;
"""

SIZES = {"2 kB": ("small", 220, "{rows} / 500", 0.5), "100 kB": ("large", 10700, "greatest({rows} / 25000, 4)", 0.3)}


def _documents() -> str:
    tables = [WORDS]
    for table, words, count, _ in SIZES.values():
        tables.append(f"CREATE UNLOGGED TABLE {table}_plain AS SELECT document(i, {words}) AS body FROM generate_series(1, {count}) AS i;")
        tables.append(f"CREATE UNLOGGED TABLE {table}_mixed AS SELECT mixed(body) AS body FROM {table}_plain;")
    return "\n".join([*tables, "VACUUM ANALYZE;"])


CORPUS = """
CREATE EXTENSION fuzzystrmatch;
CREATE UNLOGGED TABLE corpus_words AS
SELECT word, 1 + bits(n, 9) AS documents FROM (SELECT min(n) AS n, word COLLATE "C" AS word FROM generate_series(1, {rows}) AS n, word(n, 3 + n % 3) AS word GROUP BY 2) AS w
ORDER BY n LIMIT {rows} / 2;
CREATE UNLOGGED TABLE corpus AS
SELECT string_agg(word, ' ') AS body, ''::tsvector AS tsv FROM corpus_words, generate_series(1, 9) AS copy WHERE copy <= documents GROUP BY bits(hashtext(word), {rows} / 100), copy;
SELECT search_create_stats('corpus', 'tsv', 'body');
CREATE INDEX ON corpus_words (word);
VACUUM ANALYZE;
"""

SETUPS = [Setup("documents", _documents()), Setup("corpus", CORPUS)]

# Of a frequent, a less frequent and a rare word.
QUERY = "(SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery FROM vocabulary, unnest(to_tsvector('english', word)) WHERE n IN (5, 50, 700))"


def marked(call: str, table: str) -> str:
    # The subquery keeps the call from being evaluated twice, and the query from being made for each row.
    return f"SELECT count(*) FROM (SELECT {call} AS shown FROM {table}, (SELECT {QUERY} AS query OFFSET 0) AS q OFFSET 0) AS s WHERE shown LIKE '%<mark>%'"


def comparisons() -> list[Comparison]:
    headline = "ts_headline('english', body, query, 'StartSel=<mark>, StopSel=</mark>')"
    return [
        Comparison(f"snippet, {kind} text of {size}", "ts_headline", marked(headline, f"{table}_{kind}"), marked("search_snippet('english', body, query)", f"{table}_{kind}"), goal)
        for size, (table, _, _, goal) in SIZES.items()
        for kind in ("plain", "mixed")
    ]


@dataclass(frozen=True)
class Lookup:
    """The time of one call for each of many words, ours and a peer's."""

    what: str
    peer: str
    words: str
    peer_call: str
    our_call: str
    peer_count: int
    same: bool
    goal: float = 5.0
    count: int = 200

    def measure(self, server: Server, rounds: int) -> Measured:
        def script(call: str, count: int) -> str:
            return f"SELECT count(*), md5(string_agg(found.word, ' ' ORDER BY n, place)) FROM (SELECT row_number() OVER () AS n, asked FROM ({self.words} LIMIT {count}) AS a) AS a, LATERAL ({call}) AS found;"

        ours = script(self.our_call, self.count)
        theirs = script(self.peer_call, self.peer_count)
        if self.same and server.run(ours) != server.run(script(self.peer_call, self.count)):
            raise SystemExit(f"{self.what}: the answers differ")
        turns = [r"\timing on"] + [r"\echo peer", theirs, r"\echo ours", ours] * (rounds + 1)
        output = server.run("\n".join([SESSION, *turns]))
        times: dict[str, list[float]] = {"peer": [], "ours": []}
        name = ""
        for line in output.splitlines():
            if line in times:
                name = line
            elif line.startswith("Time: "):
                times[name].append(float(line.split()[1]))
        peer, own = min(times["peer"][1:]) / self.peer_count, min(times["ours"][1:]) / self.count
        return Measured(self.what, self.peer, peer, own, self.goal, "ms", absolute=True)


ASKED = "SELECT {} AS asked FROM corpus_words ORDER BY hashtext(word)"
# Two neighbours exchanged.
TYPO = "left(word, 2) || substr(word, 4, 1) || substr(word, 3, 1) || substr(word, 5)"

LOOKUPS = [
    Lookup(
        f"search_complete, {letters} letters",
        "index on words, sort",
        ASKED.format(f"left(word, {letters})"),
        "SELECT word, row_number() OVER () AS place FROM (SELECT word FROM corpus_words WHERE word >= asked AND word < asked || '~' ORDER BY documents DESC, word LIMIT 10) AS w",
        "SELECT word, place FROM search_complete('corpus_tsv_stats', asked, 10) WITH ORDINALITY AS w (word, documents, place)",
        20,
        True,
    )
    for letters in (1, 3, 6)
] + [
    Lookup(
        "search_suggest, neighbours exchanged",
        "levenshtein_less_equal",
        ASKED.format(TYPO),
        "SELECT word, row_number() OVER () AS place FROM (SELECT word FROM corpus_words WHERE levenshtein_less_equal(word, asked, 2) <= 2 ORDER BY levenshtein(word, asked), documents DESC, word LIMIT 5) AS w",
        "SELECT word, place FROM search_suggest('corpus_tsv_stats', asked) WITH ORDINALITY AS w (word, distance, documents, place)",
        5,
        False,
    ),
    Lookup(
        "search_suggest, nothing alike",
        "levenshtein_less_equal",
        ASKED.format("reverse(word) || 'zz'"),
        "SELECT word, row_number() OVER () AS place FROM (SELECT word FROM corpus_words WHERE levenshtein_less_equal(word, asked, 2) <= 2 ORDER BY levenshtein(word, asked), documents DESC, word LIMIT 5) AS w",
        "SELECT word, place FROM search_suggest('corpus_tsv_stats', asked) WITH ORDINALITY AS w (word, distance, documents, place)",
        5,
        False,
    ),
]


def main() -> None:
    arguments = options(__doc__, rounds=3)
    server = Server(arguments, DATABASE)
    chosen = [entry for entry in [*comparisons(), *LOOKUPS] if wanted(entry, arguments.only)]
    if not chosen:
        print(f"snippets.py: nothing matches {arguments.only}")
        return
    server.make(SETUPS, arguments.rows)
    lines = []
    for entry in chosen:
        print(f"measuring {entry.what} against {entry.peer} …", file=sys.stderr, flush=True)
        if isinstance(entry, Comparison):
            lines.append(server.compare(entry, arguments.rounds))
        else:
            lines.append(entry.measure(server, arguments.rounds))
    words = server.run("SELECT count(*) FROM corpus_words").strip()
    report(
        server,
        lines,
        f"{arguments.rows // 500} small documents and {words} words, all in memory.\n"
        f"Times are the least of {arguments.rounds} rounds in turns; those of words are for one call, warm.\n"
        "A ratio holds for this run on this machine.",
    )


if __name__ == "__main__":
    main()
