"""inetrange as a model field and a form field, and results of several ranges."""

# docs: fields
from ipaddress import ip_address, ip_network, summarize_address_range

from django import forms
from django.contrib.postgres.fields import RangeField
from django.contrib.postgres.fields.ranges import RangeContains
from django.core.exceptions import ValidationError
from django.db import models
from psycopg.types.multirange import MultirangeInfo, register_multirange
from psycopg.types.range import Range, RangeInfo, register_range


def register_types(connection, **kwargs):
    """Tells psycopg about inetrange on each new connection; see apps.py."""
    with connection.cursor() as cursor:
        driver = cursor.connection
        if info := RangeInfo.fetch(driver, "inetrange"):
            register_range(info, driver)
        if info := MultirangeInfo.fetch(driver, "inetmultirange"):
            register_multirange(info, driver)


def as_range(value):
    """Range("a", "b", "[]") from it, an address, a network, a pair, or a str: "a", "a/length", "a-b"."""
    if value is None or isinstance(value, Range):
        return value
    if isinstance(value, (list, tuple)):
        return Range(*value, "[]")
    first, dash, last = str(value).partition("-")
    if dash:
        return Range(str(ip_address(first.strip())), str(ip_address(last.strip())), "[]")
    network = ip_network(str(value).strip())
    return Range(str(network[0]), str(network[-1]), "[]")


def as_text(value):
    """The short form of a range of addresses, as inetrange_text() gives it."""
    if value is None or value.isempty or value.lower is None or value.upper is None:
        return "" if value is None else str(value)
    first, last = ip_address(value.lower), ip_address(value.upper)
    if first == last:
        return str(first)
    if first.version == last.version:
        networks = list(summarize_address_range(first, last))
        return str(networks[0]) if len(networks) == 1 else f"{first}-{last}"
    return str(value)


class InetRangeFormField(forms.CharField):
    """One text box: 10.0.0.0/8, 10.0.0.1-10.0.0.9 or 10.0.0.1."""

    def to_python(self, value):
        text = super().to_python(value)
        try:
            found = as_range(text) if text else None
        except ValueError as error:
            raise ValidationError(f"Enter an address, a network or a pair: {error}.", code="invalid")
        if found and ip_address(found.lower) > ip_address(found.upper):
            raise ValidationError("The first address must not be above the last.", code="bound_ordering")
        return found

    def prepare_value(self, value):
        return as_text(value) if isinstance(value, Range) else value


class InetRangeField(RangeField):
    """Ranges of addresses. In Python Range("10.0.0.0", "10.255.255.255", "[]")."""

    base_field = models.GenericIPAddressField
    range_type = Range
    form_field = InetRangeFormField

    def db_type(self, connection):
        return "inetrange"

    def to_python(self, value):
        # What begins with a brace comes from a fixture.
        return super().to_python(value) if str(value).startswith("{") else as_range(value)

    def get_prep_value(self, value):
        value = as_range(value)
        if value is None or value.isempty:
            return value
        # Of addresses instead of str, so that psycopg sends an inetrange.
        lower, upper = (None if bound is None else ip_address(bound) for bound in (value.lower, value.upper))
        return Range(lower, upper, value.bounds)


@InetRangeField.register_lookup
class InetRangeContains(RangeContains):
    """net__contains= an address, a network, a range; or an expression that is an address."""

    def get_prep_lookup(self):
        if hasattr(self.rhs, "resolve_expression"):
            return super().get_prep_lookup()
        return self.lhs.output_field.get_prep_value(self.rhs)


# docs: end


class MultirangeField(models.Field):
    """Several ranges, as a result only: psycopg's Multirange, a sequence of Range."""
