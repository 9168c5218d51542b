"""Scores of BM25 against a computation in Python, from what core prints and the formula alone.

The documents are the paragraphs of the manual. Of the server the computation takes the text of each
tsvector and tsquery, and core's `@@`; document frequencies, lengths, phrases, labels and the formula are
its own. Source of the formula: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
Beyond" (2009), with the idf of Lucene; docs/search.md says it in words.
"""

from __future__ import annotations

import json
import math
import random
import re
from typing import Iterator, NamedTuple, Union

from tools.dev.console import Failure
from tools.dev.paths import ROOT
from tools.dev.robustness import Case, ask, fresh_database
from tools.dev.server import Cluster

DATABASE = "scores"
LABELS = "DCBA"
# Relative; the issue is the formula, not the last bit.
CLOSE = 1e-9

# Lexeme to places: (position, label), none for a stripped one.
Vector = dict[str, list[tuple[int, str]]]


class Word(NamedTuple):
    lexeme: str
    prefix: bool
    labels: str


class Node(NamedTuple):
    operator: str
    operands: tuple[Tree, ...]
    distance: int = 0


Tree = Union[Word, Node]


def unquote(text: str) -> str:
    return re.sub(r"''|\\\\", lambda found: found[0][0], text[1:-1])


QUOTED = r"'(?:[^'\\]|''|\\\\)*'"


def read_vector(text: str) -> Vector:
    """A tsvector as core prints it."""
    vector: Vector = {}
    for word, places in re.findall(rf"({QUOTED})(?::([0-9A-D,]+))?", text):
        vector[unquote(word)] = [
            (int(re.match(r"\d+", place)[0]), place.lstrip("0123456789") or "D")
            for place in places.split(",")
            if place
        ]
    return vector


def read_query(text: str) -> Tree:
    """A tsquery as core prints it."""
    tokens = re.findall(rf"{QUOTED}(?::[*A-D]+)?|<(?:-|\d+)>|[&|!()]", text)
    at = 0

    def binary(level: int) -> Tree:
        nonlocal at
        if level == 3:
            return unary()
        tree = binary(level + 1)
        while at < len(tokens) and tokens[at][0] == "|&<"[level]:
            token = tokens[at]
            at += 1
            distance = 0
            if level == 2:
                distance = 1 if token == "<->" else int(token[1:-1])
            tree = Node(token[0], (tree, binary(level + 1)), distance)
        return tree

    def unary() -> Tree:
        nonlocal at
        token = tokens[at]
        at += 1
        if token == "!":
            return Node("!", (unary(),))
        if token == "(":
            tree = binary(0)
            at += 1
            return tree
        quoted = re.match(QUOTED, token)[0]
        marks = token[len(quoted) + 1 :]
        return Word(unquote(quoted), "*" in marks, "".join(sorted(marks.replace("*", ""))))

    return binary(0)


class Corpus(NamedTuple):
    documents: list[Vector]
    frequency: dict[str, int]
    average: dict[str, float]

    @staticmethod
    def of(documents: list[Vector]) -> Corpus:
        frequency: dict[str, int] = {}
        for document in documents:
            for lexeme in document:
                frequency[lexeme] = frequency.get(lexeme, 0) + 1
        totals = [lengths(document) for document in documents]
        average = {label: sum(t[label] for t in totals) / len(documents) for label in LABELS}
        return Corpus(documents, frequency, average)

    def df(self, word: Word) -> int:
        if word.prefix:
            found = sum(n for lexeme, n in self.frequency.items() if lexeme.startswith(word.lexeme))
            return min(found, len(self.documents))
        return self.frequency.get(word.lexeme, 0)

    def idf(self, df: int) -> float:
        return math.log(1 + (len(self.documents) - df + 0.5) / (df + 0.5))


def lengths(document: Vector) -> dict[str, int]:
    counts = dict.fromkeys(LABELS, 0)
    for places in document.values():
        for _, label in places or [(0, "D")]:
            counts[label] += 1
    return counts


def matches(word: Word, document: Vector) -> list[list[tuple[int, str]]]:
    return [
        [place for place in places if not word.labels or place[1] in word.labels]
        for lexeme, places in document.items()
        if lexeme == word.lexeme or word.prefix and lexeme.startswith(word.lexeme)
    ]


def places(tree: Tree, document: Vector) -> dict[int, str]:
    """Where a phrase, or a part of one, matches, with the label there."""
    if isinstance(tree, Word):
        return {at: label for places in matches(tree, document) for at, label in places}
    left, right = (places(operand, document) for operand in tree.operands)
    if tree.operator == "|":
        return left | right
    return {at: label for at, label in right.items() if at - tree.distance in left}


def phrase_words(tree: Tree) -> list[list[Word]]:
    """The words of a phrase, each with its alternatives."""
    if isinstance(tree, Word):
        return [[tree]]
    left, right = (phrase_words(operand) for operand in tree.operands)
    return [left[0] + right[0]] if tree.operator == "|" else left + right


def terms(tree: Tree) -> Iterator[Tree]:
    """What scores: words and phrases, none under `!`."""
    if isinstance(tree, Word) or tree.operator == "<":
        yield tree
    elif tree.operator != "!":
        for operand in tree.operands:
            yield from terms(operand)


def score(
    corpus: Corpus, document: Vector, query: Tree, k1: float, b: float, weights: dict[str, float]
) -> float:
    """The score of a document that satisfies the query."""
    mean = sum(weights[label] * corpus.average[label] for label in LABELS)
    length = sum(weights[label] * count for label, count in lengths(document).items())
    repeated: dict[Tree, int] = {}
    for term in terms(query):
        repeated[term] = repeated.get(term, 0) + 1
    total = 0.0
    for term, times in repeated.items():
        if isinstance(term, Word):
            idf = corpus.idf(corpus.df(term))
            # Without positions a lexeme occurs once, with label D.
            bare = {lexeme: places or [(0, "D")] for lexeme, places in document.items()}
            tf = sum(weights[label] for places in matches(term, bare) for _, label in places)
        else:
            alternatives = [sum(map(corpus.df, words)) for words in phrase_words(term)]
            idf = sum(corpus.idf(min(df, len(corpus.documents))) for df in alternatives)
            tf = sum(weights[label] for label in places(term, document).values())
        norm = k1 * (1 - b + b * (length / mean if mean > 0 else 0))
        total += times * idf * (tf / (tf + norm) if tf > 0 else 0.0)
    return total


def paragraphs() -> list[tuple[str, str]]:
    """(title, text) of the manual's paragraphs."""
    found = []
    for page in sorted([ROOT / "README.md", ROOT / "ARCHITECTURE.md", *(ROOT / "docs").glob("*.md")]):
        title = page.stem
        for paragraph in re.split(r"\n\s*\n", page.read_text(encoding="utf-8")):
            if paragraph.startswith("#"):
                title = paragraph.splitlines()[0].strip("# ")
            found.append((title, paragraph))
    return found


def typed(generator: random.Random, words: list[str]) -> str:
    """Something that a person could type."""
    pick = lambda: generator.choice(words)
    kinds = [
        pick,
        pick,
        lambda: f'"{" ".join(generator.choice(PAIRS))}"',
        lambda: f'"{" ".join(generator.choice(PAIRS))}"~2',
        lambda: pick()[:3] + "*",
        lambda: f"A:{pick()}",
        lambda: f"-{pick()}",
        lambda: f"({pick()} OR {pick()})",
        lambda: f"+{pick()}",
        lambda: " ".join([pick()] * 2),
    ]
    return " ".join(generator.choice(kinds)() for _ in range(generator.randint(1, 5)))


PAIRS: list[tuple[str, str]] = []

SETTINGS = [
    (1.2, 0.75, (1, 1, 1, 1)),
    (1.2, 0.75, (1, 1, 1, 3)),
    (0.0, 0.5, (0.5, 0, 2, 1)),
    (3.0, 0.0, (1, 1, 1, 1)),
    (0.9, 1.0, (0, 0, 0, 1)),
]


def cases(cluster: Cluster) -> Iterator[Case]:
    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    def every_score() -> None:
        fresh_database(cluster, DATABASE)
        documents = paragraphs()
        for title, text in documents:
            both = re.findall(r"[a-z]{4,}", text)
            PAIRS.extend(zip(both, both[1:]))
        words = [word for pair in PAIRS for word in pair]
        rows = json.dumps([{"id": n, "title": t, "body": b} for n, (t, b) in enumerate(documents)])
        ask(
            cluster,
            DATABASE,
            f"""CREATE TABLE page (id int PRIMARY KEY, title text, body text, tsv tsvector);
            INSERT INTO page SELECT id, title, body, setweight(to_tsvector('english', title), 'A')
                || CASE id % 7 WHEN 0 THEN strip(to_tsvector('english', body))
                    WHEN 1 THEN setweight(to_tsvector('english', body), 'C')
                    ELSE to_tsvector('english', body) END
                FROM json_to_recordset({quoted(rows)}) AS r(id int, title text, body text);
            SELECT search_create_stats('page', 'tsv')""",
        )
        text = ask(cluster, DATABASE, "SELECT json_agg(tsv::text ORDER BY id) FROM page")
        corpus = Corpus.of([read_vector(vector) for vector in json.loads(text)])
        generator = random.Random(1)
        compared = 0
        for n in range(200):
            what = typed(generator, words)
            k1, b, weights = SETTINGS[n % len(SETTINGS)]
            array = "{" + ",".join(map(str, weights)) + "}"
            match = generator.choice(["any", "any", "all"])
            answer = ask(
                cluster,
                DATABASE,
                f"WITH q AS MATERIALIZED (SELECT search_query('english', {quoted(what)}, '{match}') AS q)"
                " SELECT json_build_object('query', (SELECT q::text FROM q), 'scores', (SELECT"
                f" json_agg(json_build_array(id, tsv @@ q, bm25_rank(tsv, q, 'page_tsv_stats', {k1}, {b},"
                f" '{array}'), bm25_score(tsv, bm25_query(q, 'page_tsv_stats', {k1}, {b}, '{array}')),"
                " (SELECT coalesce(sum(score), 0) FROM bm25_explain(tsv, bm25_query(q, 'page_tsv_stats',"
                f" {k1}, {b}, '{array}'))))) FROM page, q))",
            )
            found = json.loads(answer)
            if not found["query"]:
                continue
            tree = read_query(found["query"])
            labels = dict(zip(LABELS, weights))
            for document, satisfied, *scores in found["scores"]:
                vector = corpus.documents[document]
                expected = score(corpus, vector, tree, k1, b, labels) if satisfied else 0.0
                for got in scores:
                    if abs(got - expected) > CLOSE * max(abs(expected), 1e-300):
                        raise Failure(f"{what}: document {document} has {got}, not {expected}")
                compared += expected > 0
        if compared < 5000:
            raise Failure(f"only {compared} scores above 0 were compared")

    yield Case("every score is that of the formula", every_score)
