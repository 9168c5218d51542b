"""What people stumble over with ranges in Django, and the way around each."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, IntegerRangeField, RangeBoundary
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Func, Q, Value
from django.db.models.functions import Cast, TruncDate
from django.test import TestCase
from django.utils.timezone import localtime, override
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from example.functions import RangeGaps, RangeLength, RangeShift, RangeUnion
from example.models import Booking, Order, Room
from example.series import generate_series


def at(day, hour=0):
    """A moment in July 2025."""
    return datetime(2025, 7, day, hour, tzinfo=timezone.utc)


class Pitfalls(TestCase):
    """Two bookings."""

    @classmethod
    def setUpTestData(cls):
        cls.room = Room.objects.create(name="Birch")
        Booking.objects.create(room=cls.room, guest="Ana", during=(at(1, 9), at(1, 12)), people=(2, 4))
        Booking.objects.create(room=cls.room, guest="Ben", during=(at(1, 22), at(2, 2)), people=(1, 9))

    def test_a_value_needs_its_type(self):
        """A bare Value(Range(…)) of integers may be of three types: say which, with its field."""
        # docs: value types
        room_for = Value(Range(3, 5), IntegerRangeField())
        shared = ExpressionWrapper(F("people") * room_for, output_field=IntegerRangeField())
        # docs: end
        found = Booking.objects.annotate(shared=shared).order_by("guest")
        self.assertEqual([row.shared for row in found], [Range(3, 4), Range(3, 5)])
        nothing = Booking.objects.annotate(rest=RangeGaps("people", room_for)).order_by("guest")
        self.assertEqual([list(row.rest) for row in nothing], [[Range(4, 5)], []])

    def test_f_with_a_cast(self):
        """A range from two columns or expressions: the constructor as a Func, with a cast where types differ."""
        # docs: casts
        a_week = Func(
            F("ordered"),
            Cast(F("ordered") + timedelta(days=7), output_field=Order._meta.get_field("ordered")),
            RangeBoundary(inclusive_upper=True),
            function="daterange",
            output_field=DateRangeField(),
        )
        # docs: end
        Order.objects.create(ordered=date(2025, 7, 1), total=1)
        order = Order.objects.annotate(week=a_week).get()
        self.assertEqual(order.week, Range(date(2025, 7, 1), date(2025, 7, 9)))
        self.assertEqual(Order.objects.annotate(week=a_week).filter(week__contains=date(2025, 7, 8)).count(), 1)
        self.assertEqual(Order.objects.annotate(week=a_week).aggregate(u=RangeUnion("week"))["u"][0], order.week)

    def test_bounds_in_queries(self):
        """lower() and upper() are the transforms startswith and endswith, in F() too."""
        # docs: bounds in queries
        starts = Booking.objects.annotate(start=F("during__startswith")).order_by("start")
        long = Booking.objects.filter(during__endswith__gt=F("during__startswith") + timedelta(hours=3))
        lengths = Booking.objects.annotate(length=RangeLength("during", output_field=DurationField()))
        # docs: end
        self.assertEqual([row.start for row in starts], [at(1, 9), at(1, 22)])
        self.assertEqual([row.guest for row in long], ["Ben"])
        self.assertEqual([row.length for row in lengths.order_by("guest")], [timedelta(hours=3), timedelta(hours=4)])

    def test_bounds_of_integers(self):
        """Ranges of integers and dates come back as [): compare with what the server makes of them."""
        booking = Booking.objects.get(guest="Ana")
        booking.people = Range(2, 3, "[]")
        booking.save()
        self.assertEqual(booking.people, Range(2, 3, "[]"))
        booking.refresh_from_db()
        self.assertEqual(booking.people, Range(2, 4))
        self.assertTrue(Booking.objects.filter(people=Range(2, 3, "[]"), guest="Ana").exists())

    def test_bounds_of_moments(self):
        """Ranges of moments keep their brackets; [) is the one that lets bookings follow each other."""
        closed = Booking(room=self.room, guest="Cem", during=Range(at(1, 12), at(1, 13), "[]"))
        closed.full_clean()
        closed.during = Range(at(1, 12), at(1, 22), "[]")
        with self.assertRaisesMessage(Exception, "The room is taken."):
            closed.full_clean()
        closed.during = Range(at(1, 12), at(1, 22), "[)")
        closed.full_clean()

    def test_empty_is_not_null(self):
        """An empty range has no bounds and is not NULL: ask isempty, not startswith__isnull."""
        booking = Booking.objects.get(guest="Ana")
        booking.people = (3, 3)
        booking.save()
        booking.refresh_from_db()
        self.assertEqual(booking.people, Range(empty=True))
        self.assertFalse(booking.people)
        self.assertIsNone(booking.people.lower)
        # docs: empty
        nobody = Q(people__isempty=True) | Q(people__isnull=True)
        # docs: end
        self.assertEqual([row.guest for row in Booking.objects.filter(nobody)], ["Ana"])
        self.assertEqual([row.guest for row in Booking.objects.exclude(nobody)], ["Ben"])
        # Empty ranges add nothing to aggregates, but are no NULL either.
        ana = Booking.objects.filter(guest="Ana")
        self.assertEqual(ana.aggregate(u=RangeUnion("people")), {"u": Multirange([])})
        self.assertEqual(ana.filter(pk=0).aggregate(u=RangeUnion("people")), {"u": None})

    def test_unbounded(self):
        """None is an open side. Length is NULL then, and gaps are within what one asks for."""
        Booking.objects.filter(guest="Ben").update(during=(at(1, 22), None))
        lengths = Booking.objects.annotate(length=RangeLength("during", output_field=DurationField()))
        self.assertIsNone(lengths.get(guest="Ben").length)
        day = Value(Range(at(1), at(2)), DateTimeRangeField())
        free = Booking.objects.aggregate(free=RangeGaps("during", day))["free"]
        self.assertEqual(list(free), [Range(at(1), at(1, 9)), Range(at(1, 12), at(1, 22))])

    def test_time_zones(self):
        """The server gives moments in UTC; which day that is, is asked in a zone."""
        berlin = ZoneInfo("Europe/Berlin")
        booking = Booking.objects.get(guest="Ben")
        self.assertEqual(localtime(booking.during.lower, berlin).day, 2)
        # docs: time zones
        by_day = Booking.objects.annotate(day=TruncDate("during__startswith", tzinfo=berlin))
        days = generate_series(at(1), at(3), "1 day", output_field=DateTimeField, zone="Europe/Berlin")
        # docs: end
        self.assertEqual([row.day.day for row in by_day.order_by("guest")], [1, 2])
        self.assertEqual([localtime(row.term, berlin).hour for row in days], [2, 2, 2])
        with override(berlin):
            self.assertEqual(Booking.objects.filter(during__startswith__date=date(2025, 7, 2)).get(), booking)
        # A day in a zone is a range of moments.
        day = Range(datetime(2025, 7, 2, tzinfo=berlin), datetime(2025, 7, 3, tzinfo=berlin))
        self.assertEqual([row.guest for row in Booking.objects.filter(during__overlap=day)], ["Ben"])

    def test_moving(self):
        """Ranges have no + in Python or SQL that moves them: range_shift() does, also by months."""
        # docs: moving
        Booking.objects.filter(guest="Ana").update(during=RangeShift("during", timedelta(days=1)))
        Booking.objects.filter(guest="Ben").update(during=RangeShift("during", Value("1 month")))
        # docs: end
        self.assertEqual(Booking.objects.get(guest="Ana").during, Range(at(2, 9), at(2, 12)))
        self.assertEqual(Booking.objects.get(guest="Ben").during.lower, datetime(2025, 8, 1, 22, tzinfo=timezone.utc))

    def test_operators(self):
        """+, - and * of ranges, with the type of the result said."""
        # docs: operators
        day = Value(Range(at(2), at(3)), DateTimeRangeField())
        that_day = ExpressionWrapper(F("during") * day, output_field=DateTimeRangeField())
        # docs: end
        rows = Booking.objects.annotate(part=that_day).filter(part__isempty=False)
        self.assertEqual([(row.guest, row.part) for row in rows], [("Ben", Range(at(2), at(2, 2)))])
