"""The application: psycopg learns inetrange on every connection."""

# docs: apps
from django.apps import AppConfig
from django.db.backends.signals import connection_created

from .fields import register_types


class ExampleConfig(AppConfig):
    name = "example"

    def ready(self):
        connection_created.connect(lambda connection, **_: register_types(connection), weak=False)


# docs: end
