"""Django's range fields and lookups together with the extension's aggregates and window functions."""

from datetime import datetime, timedelta, timezone

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import IntegrityError
from django.db.models import Count, DurationField, F, Q, RowRange, Value, Window
from django.test import TestCase
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from example.functions import (
    HasOverlap,
    IsContiguous,
    Island,
    MaxDepth,
    MaxDepthAt,
    MaxLoad,
    RangeGaps,
    RangeLength,
    RangeLengthOf,
    RangeMerge,
    RangeRelation,
    RangeShift,
    RangeUnion,
    RunOf,
)
from example.models import Booking, Room


def at(day, hour=0):
    """A moment in July 2025."""
    return datetime(2025, 7, day, hour, tzinfo=timezone.utc)


class Bookings(TestCase):
    """Four bookings of two rooms."""

    @classmethod
    def setUpTestData(cls):
        birch, fir = (Room.objects.create(name=name) for name in ("Birch", "Fir"))
        # docs: insert
        Booking.objects.create(room=birch, guest="Ana", during=(at(1, 9), at(1, 12)), people=(2, 5))
        Booking.objects.create(room=birch, guest="Ben", during=(at(1, 12), at(1, 14)), people=(1, 3))
        Booking.objects.create(room=birch, guest="Cem", during=(at(2, 9), at(2, 10)), people=Range(6, None))
        Booking.objects.create(room=fir, guest="Dua", during=(at(1, 11), at(1, 15)), people=Range(empty=True))
        # docs: end

    def guests(self, **lookups):
        """Whose bookings match."""
        return "".join(sorted(Booking.objects.filter(**lookups).values_list("guest", flat=True)))

    def test_lookups(self):
        # docs: ranges are `Range`
        noon = (at(1, 12), at(1, 13))
        for lookup, value, guests in (
            ("during", Range(at(1, 9), at(1, 12)), "Ana"),
            ("during__contains", at(1, 12), "BenDua"),
            ("during__contains", noon, "BenDua"),
            ("during__contains", F("during__startswith"), "AnaBenCemDua"),
            ("during__contained_by", (at(1), at(2)), "AnaBenDua"),
            ("during__overlap", noon, "BenDua"),
            ("during__overlap", F("during"), "AnaBenCemDua"),
            ("during__adjacent_to", (at(1, 12), at(1, 14)), "Ana"),
            ("during__fully_lt", (at(1, 14), at(1, 16)), "AnaBen"),
            ("during__fully_gt", noon, "Cem"),
            ("during__not_lt", (at(1, 11), at(1, 12)), "BenCemDua"),
            ("during__not_gt", (at(1, 10), at(1, 14)), "AnaBen"),
            ("during__startswith", at(1, 11), "Dua"),
            ("during__startswith__lt", at(1, 12), "AnaDua"),
            ("during__startswith__date", at(2).date(), "Cem"),
            ("during__endswith__hour", 14, "Ben"),
            ("during__isempty", False, "AnaBenCemDua"),
            ("people__isempty", True, "Dua"),
            ("people__contains", 2, "AnaBen"),
            ("people__contains", (2, 3), "AnaBen"),
            ("people__lower_inc", True, "AnaBenCem"),
            ("people__upper_inf", True, "Cem"),
            ("people__lower_inf", True, ""),
            ("people__upper_inc", True, ""),
            ("people__startswith__gte", 2, "AnaCem"),
        ):
            with self.subTest(f"{lookup}={value}"):
                self.assertEqual(self.guests(**{lookup: value}), guests)

    def test_index(self):
        room = Room.objects.create(name="Oak")
        hour = timedelta(hours=1)
        Booking.objects.bulk_create(
            Booking(room=room, guest="x", during=(at(1) + k * hour, at(1) + (k + 1) * hour)) for k in range(4000)
        )
        plan = Booking.objects.filter(during__contains=at(9, 12)).explain()
        self.assertRegex(plan, "Index Scan (using|on) (booking_during|one_booking_at_a_time)")

    def test_aggregates(self):
        # docs: multiranges are `Multirange`
        # docs: aggregates
        day = Range(at(1, 8), at(1, 18))
        use = Booking.objects.filter(during__overlap=day).aggregate(
            whole=RangeMerge("during"),
            taken=RangeUnion("during"),
            free=RangeGaps("during", Value(day, DateTimeRangeField())),
            length=RangeLengthOf("during", output_field=DurationField()),
            rooms=MaxDepth("during"),
            busiest=MaxDepthAt("during"),
            overlap=HasOverlap("during"),
            contiguous=IsContiguous("during"),
        )
        # docs: end
        self.assertEqual(
            use,
            {
                "whole": Range(at(1, 9), at(1, 15)),
                "taken": Multirange([Range(at(1, 9), at(1, 15))]),
                "free": Multirange([Range(at(1, 8), at(1, 9)), Range(at(1, 15), at(1, 18))]),
                "length": timedelta(hours=6),
                "rooms": 2,
                "busiest": Range(at(1, 11), at(1, 14)),
                "overlap": True,
                "contiguous": True,
            },
        )

    def test_groups(self):
        # docs: groups
        rooms = Room.objects.annotate(
            taken=RangeUnion("bookings__during"),
            first_day=RangeLengthOf(
                "bookings__during",
                filter=Q(bookings__during__startswith__lt=at(2)),
                output_field=DurationField(),
            ),
            at_most=MaxLoad("bookings__during", F("bookings__people__startswith")),
        ).order_by("name")
        # docs: end
        self.assertEqual(
            list(rooms.values_list("name", "taken", "first_day", "at_most")),
            [
                ("Birch", Multirange([Range(at(1, 9), at(1, 14)), Range(at(2, 9), at(2, 10))]), timedelta(hours=5), 6),
                ("Fir", Multirange([Range(at(1, 11), at(1, 15))]), timedelta(hours=4), None),
            ],
        )
        busy = rooms.annotate(bookings_=Count("bookings")).filter(first_day__gt=timedelta(hours=4))
        self.assertEqual([room.name for room in busy], ["Birch"])

    def test_nothing(self):
        none = Booking.objects.none()
        self.assertEqual(none.aggregate(r=RangeMerge("during")), {"r": None})
        empty = Value(Range(empty=True), DateTimeRangeField())
        self.assertEqual(none.aggregate(r=RangeMerge("during", default=empty)), {"r": Range(empty=True)})

    def test_windows(self):
        # docs: windows
        by_room = {"partition_by": "room", "order_by": "during"}
        rows = Booking.objects.annotate(
            island=Window(Island("during"), **by_room),
            run=Window(RunOf("during"), **by_room),
            day=Window(RunOf("during", timedelta(days=1)), **by_room),
            hull=Window(RangeMerge("during"), **by_room),
            so_far=Window(RangeUnion("during"), **by_room),
            open=Window(RangeGaps("during"), **by_room),
            two=Window(MaxDepth("during"), order_by="during", frame=RowRange(start=-1, end=0)),
        ).order_by("guest")
        # docs: end
        morning, day_2 = Range(at(1, 9), at(1, 14)), Range(at(2, 9), at(2, 10))
        both_days, dua = Range(at(1, 9), at(2, 10)), Range(at(1, 11), at(1, 15))
        self.assertEqual(
            list(rows.values_list("guest", "island", "run", "day", "so_far", "two")),
            [
                ("Ana", 1, morning, both_days, Multirange([Range(at(1, 9), at(1, 12))]), 1),
                ("Ben", 1, morning, both_days, Multirange([morning]), 2),
                ("Cem", 2, day_2, both_days, Multirange([morning, day_2]), 1),
                ("Dua", 1, dua, dua, Multirange([dua]), 2),
            ],
        )
        cem = rows[2]
        self.assertEqual(cem.hull, both_days)
        self.assertEqual(cem.open, Multirange([Range(at(1, 14), at(2, 9))]))

    def test_functions(self):
        rows = Booking.objects.annotate(
            length=RangeLength("during", output_field=DurationField()),
            relation=RangeRelation("during", Value(Range(at(1, 12), at(1, 14)), DateTimeRangeField())),
            later=RangeShift("during", timedelta(hours=1)),
        )
        self.assertEqual(
            [(row.length, row.relation, row.later.lower) for row in rows.order_by("guest")],
            [
                (timedelta(hours=3), "meets", at(1, 10)),
                (timedelta(hours=2), "equals", at(1, 13)),
                (timedelta(hours=1), "preceded_by", at(2, 10)),
                (timedelta(hours=4), "contains", at(1, 12)),
            ],
        )
        Booking.objects.filter(guest="Cem").update(during=RangeShift("during", timedelta(days=1)))
        self.assertEqual(Booking.objects.get(guest="Cem").during, Range(at(3, 9), at(3, 10)))

    def test_constraint(self):
        taken = Booking(room=Room.objects.get(name="Fir"), guest="Eli", during=(at(1, 14), at(1, 16)))
        with self.assertRaisesMessage(Exception, "The room is taken."):
            taken.full_clean()
        with self.assertRaisesMessage(IntegrityError, "one_booking_at_a_time"):
            taken.save()
