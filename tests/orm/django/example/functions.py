"""The functions of the extension as expressions: Func, Aggregate, and what goes into Window."""

# docs: functions
from django.contrib.postgres.fields import ArrayField
from django.db.models import Aggregate, BigIntegerField, BooleanField, CharField, Func, TextField

from .fields import MultirangeField


class RangeMerge(Aggregate):
    """The smallest range around all."""

    function = "range_merge"


class RangeUnion(Aggregate):
    """What they cover."""

    function = "range_union_agg"
    output_field = MultirangeField()


class RangeGaps(Aggregate):
    """What they leave open: RangeGaps("during", Value(day))."""

    function = "range_gaps_agg"
    output_field = MultirangeField()


class RangeLengthOf(Aggregate):
    """How much they cover; give the output_field: DurationField(), IntegerField(), …"""

    function = "range_length_agg"


class MaxDepth(Aggregate):
    """How many share a point at most."""

    function = "range_max_depth"
    output_field = BigIntegerField()


class MaxDepthAt(Aggregate):
    """Where they do."""

    function = "range_max_depth_at"


class MaxLoad(Aggregate):
    """The largest sum of weights: MaxLoad("during", "guests")."""

    function = "range_max_load"
    output_field = BigIntegerField()


class HasOverlap(Aggregate):
    """Whether two of them share a point."""

    function = "range_has_overlap"
    output_field = BooleanField()


class IsContiguous(Aggregate):
    """Whether there is no gap between them."""

    function = "range_is_contiguous"
    output_field = BooleanField()


class Island(Func):
    """Window(Island("during"), order_by="during"): the number of the run of ranges that a row is in."""

    function = "range_island"
    output_field = BigIntegerField()
    window_compatible = True


class RunOf(Func):
    """The same, and the smallest range around that run. A second argument is the gap that is jumped."""

    function = "range_session"
    window_compatible = True

    def _resolve_output_field(self):
        return self.get_source_fields()[0]


class RangeShift(Func):
    """Both bounds moved: RangeShift("during", timedelta(hours=1))."""

    function = "range_shift"

    def _resolve_output_field(self):
        return self.get_source_fields()[0]


class RangeLength(Func):
    """How long a range is."""

    function = "range_length"


class RangeRelation(Func):
    """Allen's relation: meets, overlaps, during, …"""

    function = "range_relation"
    output_field = TextField()


class Terms(Func):
    """One row for each term: annotate(due=Terms("during", "every", output_field=DateField()))."""

    function = "generate_series"
    set_returning = True


class Pieces(Func):
    """One row for each piece of a range."""

    function = "generate_range_series"
    set_returning = True

    def _resolve_output_field(self):
        return self.get_source_fields()[0]


class InetRangeText(Func):
    """The shortest form that people read."""

    function = "inetrange_text"
    output_field = TextField()


class Cidrs(Func):
    """One row for each network of the fewest that make up a range."""

    function = "inetrange_cidrs"
    output_field = CharField()
    set_returning = True


class CidrMerge(Aggregate):
    """The fewest networks that hold exactly these addresses."""

    function = "cidr_merge_agg"
    output_field = ArrayField(CharField())
    # docs: end
