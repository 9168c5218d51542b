"""Ranked search as expressions, beside Django's SearchQuery and SearchRank."""

# docs: search
from django.contrib.postgres.search import SearchConfig, SearchQuery
from django.db import connection
from django.db.models import FloatField, Func, JSONField, TextField, Value

STATISTICS = "example_article_words_stats"


class TypedQuery(SearchQuery):
    """What somebody typed. match: "any" of the words, "all", or "prefix" while it is being typed."""

    def __init__(self, typed, match="any", config="english"):
        super().__init__(typed, config=config)
        self.function = "search_query"
        # The statistics know which words there are: for word~, and for prefixes of stems.
        self.set_source_expressions([*self.get_source_expressions(), Value(match), Value(STATISTICS)])


class BM25Rank(Func):
    """How well a document fits: BM25Rank("words", query), higher is better."""

    function = "bm25_rank"
    output_field = FloatField()

    def __init__(self, document, query, **extra):
        super().__init__(document, query, Value(STATISTICS), **extra)


class Snippet(Func):
    """The best passage of a text, words of the query marked, all else escaped: Snippet("body", query)."""

    function = "search_snippet"
    output_field = TextField()

    def __init__(self, text, query, options=None, config="english", **extra):
        expressions = [SearchConfig.from_parameter(config), text, query]
        if options:
            expressions.append(Value(options, JSONField()))
        super().__init__(*expressions, **extra)


class RRF(Func):
    """Reciprocal rank fusion: RRF(Window(RowNumber(), …)) + RRF(…) joins lists of different kinds."""

    function = "rrf_score"
    output_field = FloatField()


def rows_of(call, *arguments):
    """The rows of a function, for those that belong to no model."""
    places = ", ".join(["%s"] * (1 + len(arguments)))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {call}({places})", [STATISTICS, *arguments])
        return cursor.fetchall()


def did_you_mean(typed):
    """The query with unknown words replaced by what was probably meant."""
    ((corrected,),) = rows_of("search_correct", typed)
    return corrected


def completions(prefix):
    """Words that begin so, the most frequent first."""
    return [word for word, documents in rows_of("search_complete", prefix)]


def suggestions(word):
    """Words that are spelled like this one."""
    return [word for word, distance, documents in rows_of("search_suggest", word)]


def refresh_statistics():
    """Adds up what has changed; in a nightly job, say."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_refresh_stats(%s)", [STATISTICS])


# docs: end
