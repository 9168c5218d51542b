"""The package django-range-merge, replaced: its migration removed, its documented calls unchanged.

An existing project takes "django_range_merge" out of INSTALLED_APPS and creates the extension instead; the
aggregate that the package's migration has made is dropped before.
"""

from datetime import datetime, timezone

from django.apps import apps
from django.contrib.postgres.operations import CreateExtension
from django.db import connection, migrations
from django.db.migrations.state import ProjectState
from django.db.models import Aggregate, F, Window
from django.test import TestCase
from psycopg.types.range import Range

from example.models import Booking, Room


def at(day):
    """Noon of a day in July 2025."""
    return datetime(2025, 7, day, 12, tzinfo=timezone.utc)


class DropIn(TestCase):
    """The calls of the package's documentation."""

    @classmethod
    def setUpTestData(cls):
        room = Room.objects.create(name="Birch")
        for guest, days, people in (
            ("Birthday", (1, 2), (2, 3)),
            ("Bake Sale", (5, 6), (30, 50)),
            ("Band Camp", (3, 4), (22, 28)),
            ("Cooking Show", (8, 9), (7, 20)),
            ("Pajama Day", (6, 7), (15, 30)),
        ):
            during = tuple(map(at, days))
            Booking.objects.create(room=room, guest=guest, during=during, people=people)

    def test_not_installed(self):
        self.assertFalse(apps.is_installed("django_range_merge"))

    def test_aggregate(self):
        # docs: range_merge
        found = Booking.objects.filter(during__overlap=(at(1), at(30))).aggregate(
            output=Aggregate(F("people"), function="range_merge")
        )
        # docs: end
        self.assertEqual(found, {"output": Range(2, 50)})

    def test_datetimes(self):
        found = Booking.objects.filter(guest__startswith="B").aggregate(
            output=Aggregate(F("during"), function="range_merge")
        )
        self.assertEqual(found, {"output": Range(at(1), at(6))})

    def test_edges(self):
        """What the package's aggregate does with NULL, empty and unbounded ranges, and with no row."""
        merged = Aggregate(F("people"), function="range_merge")
        self.assertEqual(Booking.objects.none().aggregate(r=merged), {"r": None})
        Booking.objects.filter(guest="Birthday").update(people=None)
        self.assertEqual(Booking.objects.aggregate(r=merged), {"r": Range(7, 50)})
        Booking.objects.filter(guest="Bake Sale").update(people=Range(40, None))
        self.assertEqual(Booking.objects.aggregate(r=merged), {"r": Range(7, None)})
        Booking.objects.update(people=Range(empty=True))
        self.assertEqual(Booking.objects.aggregate(r=merged), {"r": Range(empty=True)})

    def test_group_and_window(self):
        groups = Room.objects.annotate(r=Aggregate(F("bookings__people"), function="range_merge"))
        self.assertEqual([room.r for room in groups], [Range(2, 50)])
        rows = Booking.objects.annotate(
            r=Window(Aggregate(F("people"), function="range_merge"), order_by="during")
        ).order_by("during")
        self.assertEqual([row.r.lower for row in rows], [2, 2, 2, 2, 2])
        self.assertEqual([row.r.upper for row in rows], [3, 28, 50, 50, 50])

    def test_existing_project(self):
        """The step from the package's aggregate to the extension, as a project's migration takes it."""
        with connection.cursor() as cursor:
            cursor.execute("DROP EXTENSION rangerank CASCADE")
            # What the package's migration has left.
            cursor.execute("CREATE AGGREGATE range_merge(anyrange) (SFUNC = range_merge, STYPE = anyrange)")

        # docs: existing project
        class Migration(migrations.Migration):
            operations = [
                migrations.RunSQL("DROP AGGREGATE IF EXISTS range_merge(anyrange)", migrations.RunSQL.noop),
                CreateExtension("rangerank"),
            ]

        # docs: end
        with connection.schema_editor() as editor:
            Migration("0003_rangerank", "example").apply(ProjectState(), editor)
        found = Booking.objects.aggregate(r=Aggregate(F("people"), function="range_merge"))
        self.assertEqual(found, {"r": Range(2, 50)})
