"""The async view and the REST view."""

import asyncio
from datetime import datetime, timezone

from django.db import connection
from django.test import TestCase, TransactionTestCase
from psycopg import AsyncConnection
from psycopg.types.range import Range

from example.models import Booking, Room


def at(day, hour=0):
    """A moment in July 2025."""
    return datetime(2025, 7, day, hour, tzinfo=timezone.utc)


def book():
    """Three rooms, two of them with bookings."""
    birch, fir, _ = (Room.objects.create(name=name) for name in ("Birch", "Fir", "Oak"))
    Booking.objects.create(room=birch, guest="Ana", during=(at(1, 9), at(1, 12)))
    Booking.objects.create(room=birch, guest="Ben", during=(at(1, 12), at(1, 14)))
    Booking.objects.create(room=birch, guest="Cem", during=(at(1, 17), at(1, 18)))
    Booking.objects.create(room=fir, guest="Dua", during=(at(1, 11), at(1, 15)))


class Async(TransactionTestCase):
    """With committed rows, which the view's other connection can see."""

    async def test_overview(self):
        from asgiref.sync import sync_to_async

        await sync_to_async(book)()
        answer = await self.async_client.get(
            "/overview/", {"from": "2025-07-01T08:00:00Z", "to": "2025-07-01T18:00:00Z"}
        )
        self.assertEqual(answer.status_code, 200)
        found = answer.json()
        self.assertEqual(found["at_once"], 2)
        self.assertEqual(
            {room: [[moment[11:13] for moment in slot] for slot in slots] for room, slots in found["free"].items()},
            {"Birch": [["08", "09"], ["14", "17"]], "Fir": [["08", "11"], ["15", "18"]], "Oak": [["08", "18"]]},
        )

    async def test_concurrently(self):
        """When each of two queries runs, by the server's clock: as ranges that overlap."""
        room = await Room.objects.acreate(name="Birch")
        clock = "SELECT tstzrange(statement_timestamp(), clock_timestamp()) FROM pg_sleep(0.5)"

        async def by_driver():
            async with await AsyncConnection.connect(dbname=connection.settings_dict["NAME"]) as database:
                return (await (await database.execute(clock)).fetchone())[0]

        async def by_orm():
            query = "SELECT id, name, opening_days, slept FROM example_room, LATERAL (%s) AS s (slept)" % clock
            return [row async for row in Room.objects.raw(query)][0]

        row, driver = await asyncio.gather(by_orm(), by_driver())
        self.assertEqual(row.pk, room.pk)
        self.assertLess(max(row.slept.lower, driver.lower), min(row.slept.upper, driver.upper))


class Rest(TestCase):
    """A queryset with annotations and a prefetch, through serializers."""

    def test_rooms(self):
        book()
        # docs: queries
        # One for the rooms, one for all their bookings.
        with self.assertNumQueries(2):
            rooms = self.client.get("/api/rooms/", headers={"accept": "application/json"}).json()
        # docs: end
        self.assertEqual([room["name"] for room in rooms], ["Birch", "Fir", "Oak"])
        self.assertEqual(
            rooms[0]["taken"],
            [
                {"lower": "2025-07-01T09:00:00Z", "upper": "2025-07-01T14:00:00Z", "bounds": "[)"},
                {"lower": "2025-07-01T17:00:00Z", "upper": "2025-07-01T18:00:00Z", "bounds": "[)"},
            ],
        )
        self.assertEqual([(b["guest"], b["run"]) for b in rooms[0]["bookings"]], [("Ana", 1), ("Ben", 1), ("Cem", 2)])
        self.assertEqual((rooms[2]["taken"], rooms[2]["bookings"]), (None, []))

    def test_more_rooms_no_more_queries(self):
        book()
        Room.objects.bulk_create(Room(name=f"Room {number}") for number in range(50))
        with self.assertNumQueries(2):
            self.assertEqual(len(self.client.get("/api/rooms/", headers={"accept": "application/json"}).json()), 53)

    def test_input(self):
        from example.views import BookingSerializer

        sent = {"guest": "Ana", "during": {"lower": "2025-07-01T09:00:00Z", "upper": None}}
        serializer = BookingSerializer(data=sent)
        self.assertTrue(serializer.is_valid(), serializer.errors)
        booking = serializer.save(room=Room.objects.create(name="Birch"))
        booking.refresh_from_db()
        self.assertEqual(booking.during, Range(at(1, 9), None))
        for during in (
            {"lower": "no moment"},
            {"lower": "2025-07-02T09:00:00Z", "upper": "2025-07-01T09:00:00Z"},
            {"lower": None, "bounds": "[["},
            "2025-07-01",
        ):
            with self.subTest(during):
                refused = BookingSerializer(data={"guest": "Ana", "during": during})
                self.assertFalse(refused.is_valid())
                self.assertEqual(list(refused.errors), ["during"])
