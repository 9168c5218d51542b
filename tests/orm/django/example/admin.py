"""The admin: ranges and networks are listed, filtered, searched and edited."""

# docs: admin
from ipaddress import ip_network

from django.contrib import admin
from django.utils.timezone import now

from .fields import as_text
from .models import Booking, Network, Room


class WhenFilter(admin.SimpleListFilter):
    """Bookings by how they lie to this moment."""

    title = "when"
    parameter_name = "when"
    conditions = {"past": "during__endswith__lte", "present": "during__contains", "future": "during__startswith__gt"}

    def lookups(self, request, model_admin):
        return [(name, name.title()) for name in self.conditions]

    def queryset(self, request, queryset):
        condition = self.conditions.get(self.value())
        return queryset.filter(**{condition: now()}) if condition else queryset


class FamilyFilter(admin.SimpleListFilter):
    """Networks by the family of their addresses."""

    title = "family"
    parameter_name = "family"

    def lookups(self, request, model_admin):
        return [("0.0.0.0/0", "IPv4"), ("::/0", "IPv6")]

    def queryset(self, request, queryset):
        return queryset.filter(net__overlap=self.value()) if self.value() else queryset


admin.site.register(Room)


@admin.register(Booking)
class BookingAdmin(admin.ModelAdmin):
    list_display = ["guest", "room", "during", "people"]
    list_filter = ["room", WhenFilter]
    search_fields = ["guest"]


@admin.register(Network)
class NetworkAdmin(admin.ModelAdmin):
    list_display = ["name", "addresses"]
    list_filter = [FamilyFilter]
    search_fields = ["name"]
    search_help_text = "A name, or an address or network to look up"

    @admin.display(ordering="net")
    def addresses(self, network):
        return as_text(network.net)

    def get_search_results(self, request, queryset, search_term):
        try:
            return queryset.filter(net__contains=ip_network(search_term)), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)


# docs: end
