"""InetRangeField: saving, lookups, constraint, index, forms, fixtures, aggregates."""

from ipaddress import ip_address, ip_network

from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Exists, F, GenericIPAddressField, OuterRef, Value
from django.db.models.functions import Cast
from django.forms import modelform_factory
from django.test import TestCase
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from example.fields import InetRangeField
from example.functions import CidrMerge, Cidrs, InetRangeText, MaxDepth, RangeGaps, RangeMerge, RangeUnion, Terms
from example.models import Network, Visit

OFFICE = Range("10.0.0.0", "10.0.0.255", "[]")
GUESTS = Range("10.0.1.0", "10.0.1.99", "[]")
LAB = Range("2001:db8::", "2001:db8::ff", "[]")


class Addresses(TestCase):
    """Three networks: one that is a network, one that is not, one of IPv6."""

    @classmethod
    def setUpTestData(cls):
        # docs: addresses
        Network.objects.create(name="office", net="10.0.0.0/24")
        Network.objects.create(name="guests", net="10.0.1.0-10.0.1.99")
        Network.objects.create(name="lab", net=Range("2001:db8::", "2001:db8::ff", "[]"))
        # docs: end

    def names(self, **lookups):
        """Which networks match."""
        return sorted(Network.objects.filter(**lookups).values_list("name", flat=True))

    def test_values(self):
        # docs: inetranges are `Range` of `str`
        for name, net in (("office", OFFICE), ("guests", GUESTS), ("lab", LAB)):
            self.assertEqual(Network.objects.get(name=name).net, net)
        network = Network(name="more", net=ip_network("10.9.0.0/16"))
        network.save()
        network.refresh_from_db()
        self.assertEqual((network.net.lower, network.net.upper), ("10.9.0.0", "10.9.255.255"))
        self.assertEqual(str(network), "more (10.9.0.0/16)")
        network.net = ip_address("192.0.2.1")
        network.save()
        self.assertEqual(self.names(net=Range("192.0.2.1", "192.0.2.1", "[]")), ["more"])

    def test_lookups(self):
        for lookup, value, names in (
            ("net", OFFICE, ["office"]),
            ("net", "10.0.0.0/24", ["office"]),
            ("net__contains", "10.0.1.7", ["guests"]),
            ("net__contains", ip_address("10.0.1.7"), ["guests"]),
            ("net__contains", "10.0.0.64/26", ["office"]),
            ("net__contains", "10.0.1.0/24", []),
            ("net__contains", Range("2001:db8::1", "2001:db8::9", "[]"), ["lab"]),
            ("net__contains", Cast(Value("10.0.1.7"), GenericIPAddressField()), ["guests"]),
            ("net__contained_by", "10.0.0.0/8", ["guests", "office"]),
            ("net__overlap", "10.0.1.99-10.0.2.0", ["guests"]),
            ("net__overlap", ["10.0.0.200", "10.0.1.3"], ["guests", "office"]),
            ("net__adjacent_to", "10.0.0.0/24", ["guests"]),
            ("net__fully_lt", "2001:db8::/32", ["guests", "office"]),
            ("net__fully_gt", "10.0.0.0/24", ["guests", "lab"]),
            ("net__not_lt", "10.0.1.0/24", ["guests", "lab"]),
            ("net__not_gt", "10.0.1.0/24", ["guests", "office"]),
            ("net__startswith", "10.0.1.0", ["guests"]),
            ("net__endswith", "10.0.0.255", ["office"]),
            ("net__isempty", False, ["guests", "lab", "office"]),
            ("net__upper_inf", False, ["guests", "lab", "office"]),
            ("net__lower_inc", True, ["guests", "lab", "office"]),
        ):
            with self.subTest(f"{lookup}={value}"):
                self.assertEqual(self.names(**{lookup: value}), names)

    def test_join(self):
        Visit.objects.bulk_create(Visit(address=address) for address in ("10.0.1.7", "10.0.0.9", "192.0.2.1"))
        # docs: join
        whose = Network.objects.filter(net__contains=OuterRef("address"))
        visits = Visit.objects.annotate(network=whose.values("name")[:1]).order_by("id")
        strangers = Visit.objects.filter(~Exists(whose))
        # docs: end
        self.assertEqual([visit.network for visit in visits], ["guests", "office", None])
        self.assertEqual([visit.address for visit in strangers], ["192.0.2.1"])

    def test_index(self):
        blocks = ip_network("10.16.0.0/12").subnets(new_prefix=24)
        Network.objects.bulk_create(Network(name="x", net=block) for block in blocks)
        for value in ("10.17.2.3", "10.17.2.0/28"):
            plan = Network.objects.filter(net__contains=value).explain()
            self.assertRegex(plan, "Index Scan (using|on) (network_net|networks_share_no_address)")

    def test_constraint(self):
        again = Network(name="again", net="10.0.0.128/25")
        with self.assertRaisesMessage(ValidationError, "Another network has some of these addresses."):
            again.full_clean()
        with self.assertRaisesMessage(IntegrityError, "networks_share_no_address"):
            again.save()

    def test_aggregates(self):
        ipv4 = Network.objects.filter(net__contained_by="0.0.0.0/0")
        within = Value(Range("10.0.0.0", "10.0.1.255", "[]"), InetRangeField())
        self.assertEqual(
            ipv4.aggregate(
                hull=RangeMerge("net"), used=RangeUnion("net"), free=RangeGaps("net", within), depth=MaxDepth("net")
            ),
            {
                "hull": Range("10.0.0.0", "10.0.1.99", "[]"),
                "used": Multirange([Range("10.0.0.0", "10.0.1.99", "[]")]),
                "free": Multirange([Range("10.0.1.100", "10.0.1.255", "[]")]),
                "depth": 1,
            },
        )

    def test_functions(self):
        named = Network.objects.annotate(text=InetRangeText("net")).order_by("net")
        self.assertEqual([row.text for row in named], ["10.0.0.0/24", "10.0.1.0-10.0.1.99", "2001:db8::/120"])
        blocks = Network.objects.filter(name="guests").annotate(block=Cidrs("net")).order_by("block")
        self.assertEqual([row.block for row in blocks], ["10.0.1.0/26", "10.0.1.64/27", "10.0.1.96/30"])
        few = Network.objects.filter(name="guests").annotate(
            address=Terms("net", 40, output_field=GenericIPAddressField())
        )
        self.assertEqual([row.address for row in few], ["10.0.1.0", "10.0.1.40", "10.0.1.80"])
        Visit.objects.bulk_create(Visit(address=f"10.0.0.{last}") for last in range(4))
        self.assertEqual(Visit.objects.aggregate(c=CidrMerge("address")), {"c": ["10.0.0.0/30"]})

    def test_f(self):
        # Both bounds, compared with each other and moved to another row.
        self.assertEqual(self.names(net__startswith__lt=F("net__endswith")), ["guests", "lab", "office"])
        Network.objects.filter(name="lab").delete()
        Network.objects.filter(name="guests").update(name=F("name"), net="10.7.0.0/16")
        self.assertEqual(Network.objects.get(name="guests").net, Range("10.7.0.0", "10.7.255.255", "[]"))

    def test_form(self):
        # docs: form
        NetworkForm = modelform_factory(Network, fields=["name", "net"])
        form = NetworkForm({"name": "printers", "net": "10.0.2.0/28"})
        # docs: end
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.save().net, Range("10.0.2.0", "10.0.2.15", "[]"))
        for text, message in (
            ("10.0.0.0/33", "Enter an address, a network or a pair"),
            ("10.0.2.9-10.0.2.1", "The first address must not be above the last."),
            ("", "This field is required."),
            ("10.0.0.7", "Another network has some of these addresses."),
        ):
            with self.subTest(text):
                self.assertIn(message, str(NetworkForm({"name": "x", "net": text}).errors))
        # Shown in the short form, and unchanged if nobody changes it.
        office = Network.objects.get(name="office")
        self.assertInHTML(
            '<input type="text" name="net" value="10.0.0.0/24" required id="id_net">',
            str(NetworkForm(instance=office)["net"]),
        )
        same = NetworkForm({"name": "office", "net": "10.0.0.0/24"}, instance=office)
        self.assertFalse(same.has_changed())

    def test_fixture(self):
        text = serializers.serialize("json", Network.objects.order_by("net"))
        Network.objects.all().delete()
        for loaded in serializers.deserialize("json", text):
            loaded.save()
        self.assertEqual(list(Network.objects.order_by("net").values_list("net", flat=True)), [OFFICE, GUESTS, LAB])
