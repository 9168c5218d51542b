"""The extension, before the tables that use its types."""

# docs: migration
from django.contrib.postgres.operations import BtreeGistExtension, CreateExtension
from django.db import migrations

from example.fields import register_types


def register(apps, schema_editor):
    """The connection is older than the types."""
    register_types(schema_editor.connection)


class Migration(migrations.Migration):
    operations = [
        CreateExtension("rangerank"),
        BtreeGistExtension(),
        migrations.RunPython(register, migrations.RunPython.noop),
    ]


# docs: end
