"""Ranked search as expressions, beside Django's SearchQuery and SearchRank."""

# docs: search
from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import FloatField, Func, Value

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


def refresh_statistics():
    """Counts the words anew; once in a while, or after a large import."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_create_stats('example_article', 'words', 'title', 'body')")


# docs: end
