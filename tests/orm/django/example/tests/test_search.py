"""Full-text search: a SearchVectorField with a GIN index, typed queries, BM25 beside SearchRank."""

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.test import TestCase

from example.models import Article
from example.search import (
    RRF,
    BM25Rank,
    Snippet,
    TypedQuery,
    completions,
    did_you_mean,
    refresh_statistics,
    suggestions,
)


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

    def test_snippets(self):
        Article.objects.create(title="Markup", body="Of <b>networks</b> & their ranges.")
        # docs: snippets
        query = TypedQuery("network")
        found = Article.objects.filter(words=query).annotate(
            passage=Snippet("body", query),
            plain=Snippet("body", query, {"start": "[", "stop": "]", "escape": "none"}),
        )
        # docs: end
        self.assertEqual(
            list(found.order_by("title").values_list("passage", "plain")),
            [
                ("<mark>Networks</mark> are ranges of addresses.", "[Networks] are ranges of addresses."),
                (
                    "Of &lt;b&gt;<mark>networks</mark>&lt;/b&gt; &amp; their ranges.",
                    "Of <b>[networks]</b> & their ranges.",
                ),
            ],
        )

    def test_helping(self):
        # docs: helping
        self.assertEqual(did_you_mean('multirnage -songs "two bonds"'), 'multirange -songs "two bounds"')
        self.assertEqual(completions("ad"), ["addresses"])
        self.assertIn("networks", suggestions("netwroks"))
        # docs: end

    def test_fusion(self):
        """Two lists in one: by BM25, and by the newest first."""
        # docs: fusion
        query = TypedQuery("ranges")
        found = Article.objects.filter(words=query).annotate(
            by_score=Window(RowNumber(), order_by=BM25Rank("words", query).desc()),
            by_age=Window(RowNumber(), order_by=F("id").desc()),
            fused=RRF(F("by_score")) + RRF(F("by_age")),
        )
        # docs: end
        # The best by its words is the oldest of the three.
        scores = {article.title: article.fused for article in found}
        self.assertAlmostEqual(scores["Ranges"], 1 / 61 + 1 / 63)
        self.assertEqual(len(scores), 3)

    def test_tracking(self):
        """An article counts from the moment it is saved, in its own transaction too."""
        self.assertEqual(completions("zebr"), [])
        Article.objects.create(title="Zebras", body="Zebras live in herds.")
        self.assertEqual(self.titles("zebras"), ["Zebras"])
        self.assertEqual(completions("zebr"), ["zebras"])
        refresh_statistics()
        self.assertEqual(completions("zebr"), ["zebras"])

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
