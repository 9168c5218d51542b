"""Full-text search: a SearchVectorField with a GIN index, typed queries, BM25 beside SearchRank."""

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import F
from django.test import TestCase

from example.models import Article
from example.search import BM25Rank, TypedQuery, refresh_statistics


class Search(TestCase):
    """Three short articles, and many about something else."""

    @classmethod
    def setUpTestData(cls):
        for title, body in (
            ("Ranges", "A range has two bounds. A multirange is a list of ranges."),
            ("Folk songs", "Home on the range, and other songs."),
            ("Addresses", "Networks are ranges of addresses."),
        ):
            Article.objects.create(title=title, body=body)
        Article.objects.bulk_create(Article(title=f"Note {n}", body=f"Something else, number {n}.") for n in range(500))
        refresh_statistics()

    def titles(self, *query):
        """What is found, best first."""
        typed = TypedQuery(*query)
        found = Article.objects.filter(words=typed).order_by(BM25Rank("words", typed).desc())
        return list(found.values_list("title", flat=True))

    def test_search(self):
        # docs: ranking
        query = TypedQuery("ranges -songs")
        found = Article.objects.filter(words=query).annotate(score=BM25Rank("words", query)).order_by("-score")
        # docs: end
        self.assertEqual([article.title for article in found], ["Ranges", "Addresses"])
        self.assertGreater(found[0].score, found[1].score)

    def test_what_people_type(self):
        for query, titles in (
            (["range addresses"], ["Addresses", "Ranges", "Folk songs"]),
            (["range addresses", "all"], ["Addresses"]),
            (['"two bounds" OR songs'], ["Folk songs", "Ranges"]),
            (["addr", "prefix"], ["Addresses"]),
            (["rangse~ -songs", "all"], ["Ranges", "Addresses"]),
            (["A:ranges"], ["Ranges"]),
            (['"unfinished (quote'], []),
            (["the"], []),
        ):
            with self.subTest(query):
                self.assertEqual(sorted(self.titles(*query)), sorted(titles))

    def test_beside_django(self):
        """Both ranks on one page; a TypedQuery is a SearchQuery, to be combined with others."""
        query = TypedQuery("ranges") & SearchQuery("network", config="english")
        found = Article.objects.filter(words=query).annotate(
            bm25=BM25Rank("words", query), rank=SearchRank(F("words"), query)
        )
        (article,) = found
        self.assertEqual(article.title, "Addresses")
        self.assertGreater(article.bm25, 0)
        self.assertGreater(article.rank, 0)

    def test_index(self):
        Article.objects.bulk_create(Article(title=f"Note {n}", body=f"Something {n}.") for n in range(5000))
        with connection.cursor() as cursor:
            # What autovacuum does on its own.
            cursor.execute("ANALYZE example_article")
            cursor.execute("SELECT gin_clean_pending_list('article_words')")
        plan = Article.objects.filter(words=TypedQuery("bounds")).explain()
        self.assertIn("Bitmap Index Scan on article_words", plan)

    def test_rare_words_count_more(self):
        """What SearchRank does not know: a word that nearly every article has says little."""
        query = TypedQuery("something bounds")
        best = Article.objects.filter(words=query).order_by(BM25Rank("words", query).desc()).first()
        self.assertEqual(best.title, "Ranges")
