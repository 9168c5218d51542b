"""What the package django-generate-series is used for, with generate_series() of example/series.py.

Every kind of series: integers, big integers, decimals, dates, datetimes, and ranges of each; used as a
queryset of its own, within another query, and around one.
"""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from django.contrib.postgres.fields import (
    BigIntegerRangeField,
    DateRangeField,
    DateTimeRangeField,
    DecimalRangeField,
    IntegerRangeField,
)
from django.db import DataError
from django.db.models import (
    BigIntegerField,
    Count,
    DateField,
    DateTimeField,
    DecimalField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce
from django.test import TestCase
from psycopg.types.range import Range

from example.functions import Pieces, Terms
from example.models import Order, Subscription
from example.series import generate_series

MARCH_1 = date(2024, 3, 1)
NOON = datetime(2024, 3, 1, 12, tzinfo=timezone.utc)
DAY = timedelta(days=1)


def terms(*arguments, **options):
    """The terms of a series as a list."""
    return [row.term for row in generate_series(*arguments, **options)]


class Kinds(TestCase):
    """Each kind of series, as a queryset of its own."""

    def test_integers(self):
        for field in (IntegerField, BigIntegerField):
            with self.subTest(field=field):
                self.assertEqual(terms(0, 4, output_field=field), [0, 1, 2, 3, 4])
                self.assertEqual(terms(-12, 12, 6, output_field=field), [-12, -6, 0, 6, 12])
                self.assertEqual(terms(1, 1, output_field=field), [1])

    def test_decimals(self):
        found = terms(Decimal("0.000"), Decimal("10.000"), Decimal("1.234"), output_field=DecimalField)
        self.assertEqual(found, [Decimal("1.234") * k for k in range(9)])

    def test_dates(self):
        self.assertEqual(
            terms(MARCH_1, MARCH_1 + 4 * DAY, "2 days", output_field=DateField),
            [MARCH_1, MARCH_1 + 2 * DAY, MARCH_1 + 4 * DAY],
        )
        self.assertEqual(terms(MARCH_1, MARCH_1 + DAY, DAY, output_field=DateField), [MARCH_1, MARCH_1 + DAY])
        # Months end where they end, and do not drift.
        self.assertEqual(
            terms(date(2024, 1, 31), date(2024, 5, 1), "1 month", output_field=DateField),
            [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)],
        )

    def test_datetimes(self):
        self.assertEqual(
            terms(NOON, NOON + DAY, "8 hours", output_field=DateTimeField),
            [NOON + timedelta(hours=8 * k) for k in range(4)],
        )
        # Noon in Berlin stays noon when the clocks are put forward on March 31.
        before = datetime(2024, 3, 30, 11, tzinfo=timezone.utc)
        found = terms(before, before + 2 * DAY, "1 day", output_field=DateTimeField, zone="Europe/Berlin")
        self.assertEqual([term.hour for term in found], [11, 10, 10])

    def test_ranges_of_numbers(self):
        for field in (IntegerRangeField, BigIntegerRangeField):
            with self.subTest(field=field):
                self.assertEqual(terms(0, 2, output_field=field), [Range(0, 1), Range(1, 2), Range(2, 3)])
                self.assertEqual(terms(0, 9, 5, 5, output_field=field), [Range(0, 5), Range(5, 10)])
                self.assertEqual(terms(0, 5, 5, 2, output_field=field), [Range(0, 2), Range(5, 7)])
        found = terms(Decimal(0), Decimal(1), Decimal("0.5"), output_field=DecimalRangeField)
        halves = [Decimal(0), Decimal("0.5"), Decimal(1), Decimal("1.5")]
        self.assertEqual(found, [Range(*pair) for pair in zip(halves, halves[1:])])

    def test_ranges_of_dates(self):
        self.assertEqual(
            terms(MARCH_1, MARCH_1 + 10 * DAY, "4 days", output_field=DateRangeField),
            [Range(MARCH_1, MARCH_1 + 4 * DAY), Range(MARCH_1 + 4 * DAY, MARCH_1 + 8 * DAY)],
        )
        self.assertEqual(terms(MARCH_1, MARCH_1, "1 day", output_field=DateRangeField), [])
        # The rest of a piece, where it is wanted.
        self.assertEqual(
            terms(MARCH_1, MARCH_1 + 5 * DAY, "4 days", output_field=DateRangeField, partial_pieces="clip")[-1],
            Range(MARCH_1 + 4 * DAY, MARCH_1 + 5 * DAY),
        )

    def test_ranges_of_datetimes(self):
        week = timedelta(days=7)
        self.assertEqual(
            terms(NOON, NOON + 2 * week, "7 days", output_field=DateTimeRangeField),
            [Range(NOON, NOON + week), Range(NOON + week, NOON + 2 * week)],
        )

    def test_numbers_of_rows(self):
        rows = generate_series(10, 14, 2, output_field=IntegerField)
        self.assertEqual(list(rows.values_list("id", "term")), [(1, 10), (2, 12), (3, 14)])

    def test_errors(self):
        with self.assertRaisesMessage(DataError, "step size cannot equal zero"):
            terms(0, 9, 0, output_field=IntegerField)


class Querysets(TestCase):
    """A series is a queryset as any other."""

    def test_series(self):
        rows = generate_series(0, 9, output_field=IntegerField)
        self.assertEqual(rows.count(), 10)
        self.assertEqual(rows.first().term, 0)
        self.assertEqual(rows.last().term, 9)
        self.assertEqual(rows.filter(term__gte=7).count(), 3)
        self.assertEqual(rows.aggregate(sum=Sum("term"), count=Count("term")), {"sum": 45, "count": 10})
        self.assertEqual(list(rows.order_by("-term").values_list("term", flat=True)[:3]), [9, 8, 7])
        self.assertTrue(rows.filter(term=3).exists())

    def test_within_a_query(self):
        Order.objects.bulk_create(Order(ordered=MARCH_1 + k * DAY, total=k) for k in range(10))
        days = generate_series(MARCH_1, MARCH_1 + 4 * DAY, "2 days", output_field=DateField)
        for inner in (days.values("term"), Subquery(days.values("term"))):
            self.assertEqual(Order.objects.filter(ordered__in=inner).aggregate(Sum("total"))["total__sum"], 0 + 2 + 4)
        same = days.filter(term=OuterRef("ordered"))
        self.assertEqual(Order.objects.filter(Exists(same)).count(), 3)
        annotated = Order.objects.annotate(due=Subquery(same.values("term"))).filter(due__isnull=False)
        self.assertEqual([order.due for order in annotated.order_by("due")], [MARCH_1 + k * DAY for k in (0, 2, 4)])

    def test_around_a_query(self):
        Order.objects.create(ordered=MARCH_1, total=5)
        days = generate_series(MARCH_1, MARCH_1 + 9 * DAY, "1 day", output_field=DateField)
        self.assertEqual(days.filter(term__in=Order.objects.values("ordered")).get().term, MARCH_1)
        self.assertEqual(days.exclude(term__in=Order.objects.values("ordered")).count(), 9)


class Reports(TestCase):
    """Sums over days and buckets, none of them missing."""

    @classmethod
    def setUpTestData(cls):
        for offset, total in ((0, 40), (0, 10), (2, 25), (8, 60)):
            Order.objects.create(ordered=MARCH_1 + offset * DAY, total=total)

    def test_daily_sums(self):
        # docs: daily sums
        orders = Order.objects.filter(ordered=OuterRef("term")).values("ordered")
        sums = orders.annotate(sum=Sum("total")).values("sum")
        days = generate_series(MARCH_1, MARCH_1 + 3 * DAY, "1 day", output_field=DateField)
        report = days.annotate(total=Coalesce(Subquery(sums), 0)).order_by("term")
        # docs: end
        self.assertEqual([row.total for row in report], [50, 0, 25, 0])

    def test_weeks(self):
        # What lies in a range is no GROUP BY of equal values: so SUM is called as a Func.
        inside = Order.objects.filter(ordered__contained_by=OuterRef("term")).order_by()
        sums = inside.annotate(sum=Func(F("total"), function="SUM")).values("sum")
        weeks = generate_series(MARCH_1, MARCH_1 + 14 * DAY, "7 days", output_field=DateRangeField)
        self.assertEqual([row.sum for row in weeks.annotate(sum=Subquery(sums)).order_by("term")], [75, 60])

    def test_histogram(self):
        inside = Order.objects.filter(total__contained_by=OuterRef("term")).order_by()
        counts = inside.annotate(count=Func(F("pk"), function="COUNT")).values("count")
        buckets = generate_series(0, 60, 20, 20, output_field=IntegerRangeField).annotate(count=Subquery(counts))
        self.assertEqual(
            [(row.term, row.count) for row in buckets.order_by("term")],
            [(Range(0, 20), 1), (Range(20, 40), 1), (Range(40, 60), 1), (Range(60, 80), 1)],
        )


class OneForEachRow(TestCase):
    """Series over columns, which no call with fixed arguments can make."""

    def test_terms(self):
        Subscription.objects.create(customer="Ana", during=(MARCH_1, MARCH_1 + 20 * DAY), every=7 * DAY)
        Subscription.objects.create(customer="Ben", during=(MARCH_1, MARCH_1 + 20 * DAY), every=10 * DAY)
        # docs: terms
        due = Subscription.objects.annotate(due=Terms("during", "every", output_field=DateField()))
        # docs: end
        self.assertEqual(
            list(due.order_by("due", "customer").values_list("customer", "due")),
            [
                ("Ana", MARCH_1),
                ("Ben", MARCH_1),
                ("Ana", MARCH_1 + 7 * DAY),
                ("Ben", MARCH_1 + 10 * DAY),
                ("Ana", MARCH_1 + 14 * DAY),
            ],
        )

    def test_pieces(self):
        Subscription.objects.create(customer="Ana", during=(MARCH_1, MARCH_1 + 20 * DAY), every=15 * DAY)
        parts = Subscription.objects.annotate(part=Pieces("during", "every"))
        self.assertEqual(
            [row.part for row in parts.order_by("part")],
            [Range(MARCH_1, MARCH_1 + 15 * DAY), Range(MARCH_1 + 15 * DAY, MARCH_1 + 20 * DAY)],
        )
