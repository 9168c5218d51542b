"""Statistics of the words of all articles, for ranking."""

# docs: statistics
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("example", "0002_initial")]
    operations = [
        migrations.RunSQL(
            "SELECT search_create_stats('example_article', 'words', 'title', 'body')",
            "DROP TABLE example_article_words_stats",
        ),
        # From now on every change of an article is counted. Without this, refresh them now and then.
        migrations.RunSQL(
            "SELECT search_track_stats('example_article_words_stats', true)",
            "SELECT search_track_stats('example_article_words_stats', false)",
        ),
    ]


# docs: end
