"""An async view, and a REST view whose number of queries does not depend on the number of rows."""

# docs: async
from asyncio import gather

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import connection
from django.db.models import Prefetch, Value, Window
from django.http import JsonResponse
from django.utils.dateparse import parse_datetime
from psycopg import AsyncConnection
from psycopg.types.range import Range
from rest_framework import serializers, viewsets

from .functions import Island, MaxDepth, RangeUnion
from .models import Booking, Room


async def overview(request):
    """Two queries at the same time: one by the ORM, one on a connection of psycopg's own."""
    span = Range(parse_datetime(request.GET["from"]), parse_datetime(request.GET["to"]))

    async def free():
        # libpq's environment variables say the rest; else take it from connection.settings_dict.
        async with await AsyncConnection.connect(dbname=connection.settings_dict["NAME"]) as database:
            cursor = await database.execute(
                """
                SELECT room.name, range_gaps_agg(during, %s)
                FROM example_room AS room LEFT JOIN example_booking AS booking ON room.id = booking.room_id
                GROUP BY room.name
                """,
                [span],
            )
            return {name: [[slot.lower, slot.upper] for slot in slots] for name, slots in await cursor.fetchall()}

    use = Booking.objects.filter(during__overlap=Value(span, DateTimeRangeField()))
    totals, by_room = await gather(use.aaggregate(at_once=MaxDepth("during")), free())
    return JsonResponse({"at_once": totals["at_once"], "free": by_room})
    # docs: end


# docs: rest
class RangeSerializerField(serializers.Field):
    """A range as {"lower": …, "upper": …, "bounds": "[)"} or {"empty": true}; child is the field of a bound."""

    default_error_messages = {
        "invalid": "Give an object with lower, upper and bounds, or with empty.",
        "bound_ordering": "The lower bound must not be above the upper one.",
    }

    def __init__(self, child, **kwargs):
        super().__init__(**kwargs)
        self.child = child

    def to_representation(self, value):
        if value.isempty:
            return {"empty": True}
        lower, upper = (
            None if bound is None else self.child.to_representation(bound) for bound in (value.lower, value.upper)
        )
        return {"lower": lower, "upper": upper, "bounds": value.bounds}

    def to_internal_value(self, data):
        if not isinstance(data, dict) or data.get("bounds", "[)") not in ("[)", "[]", "(]", "()"):
            self.fail("invalid")
        if data.get("empty"):
            return Range(empty=True)
        lower, upper = (
            None if data.get(end) is None else self.child.run_validation(data[end]) for end in ("lower", "upper")
        )
        if lower is not None and upper is not None and lower > upper:
            self.fail("bound_ordering")
        return Range(lower, upper, data.get("bounds", "[)"))


class BookingSerializer(serializers.ModelSerializer):
    during = RangeSerializerField(serializers.DateTimeField())
    run = serializers.IntegerField(read_only=True)

    class Meta:
        model = Booking
        fields = ["guest", "during", "run"]


class RoomSerializer(serializers.ModelSerializer):
    taken = serializers.ListField(child=RangeSerializerField(serializers.DateTimeField()), read_only=True)
    bookings = BookingSerializer(many=True, read_only=True)

    class Meta:
        model = Room
        fields = ["name", "taken", "bookings"]


class RoomViewSet(viewsets.ReadOnlyModelViewSet):
    """Rooms, when they are taken, and their bookings with the number of the run that each belongs to."""

    serializer_class = RoomSerializer
    runs = Booking.objects.annotate(run=Window(Island("during"), partition_by="room", order_by="during"))
    queryset = (
        Room.objects.annotate(taken=RangeUnion("bookings__during"))
        .prefetch_related(Prefetch("bookings", runs.order_by("during")))
        .order_by("name")
    )
    # docs: end
