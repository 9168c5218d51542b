"""The tables of the example."""

# docs: models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, IntegerRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models

from .fields import InetRangeField, as_text


class Room(models.Model):
    name = models.CharField(max_length=30, unique=True)
    opening_days = DateRangeField(null=True, blank=True)

    def __str__(self):
        return self.name


class Booking(models.Model):
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="bookings")
    guest = models.CharField(max_length=30)
    during = DateTimeRangeField()
    people = IntegerRangeField(null=True, blank=True, help_text="how many may come")

    class Meta:
        indexes = [GistIndex(fields=["during"], name="booking_during")]
        constraints = [
            # Needs btree_gist, for the equality of rooms.
            ExclusionConstraint(
                name="one_booking_at_a_time",
                expressions=[("room", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                violation_error_message="The room is taken.",
            )
        ]

    def __str__(self):
        return f"{self.guest} in {self.room}"


class Subscription(models.Model):
    customer = models.CharField(max_length=30)
    during = DateRangeField()
    every = models.DurationField()


class Order(models.Model):
    ordered = models.DateField()
    total = models.IntegerField()


class Network(models.Model):
    name = models.CharField(max_length=30)
    net = InetRangeField()

    class Meta:
        indexes = [GistIndex(fields=["net"], name="network_net")]
        constraints = [
            ExclusionConstraint(
                name="networks_share_no_address",
                expressions=[("net", RangeOperators.OVERLAPS)],
                violation_error_message="Another network has some of these addresses.",
            )
        ]

    def __str__(self):
        return f"{self.name} ({as_text(self.net)})"


class Visit(models.Model):
    address = models.GenericIPAddressField()


class Article(models.Model):
    title = models.CharField(max_length=100)
    body = models.TextField()
    words = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="english") + SearchVector("body", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        indexes = [GinIndex(fields=["words"], name="article_words")]


# docs: end
