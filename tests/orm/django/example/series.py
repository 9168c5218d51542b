"""Querysets over series: every row a term, to be filtered, annotated, joined and counted as any other."""

# docs: series
from functools import lru_cache, partial

from django.contrib.postgres import fields as postgres
from django.db import models
from django.db.models import Func, QuerySet, Value
from django.db.models.functions import Cast
from django.db.models.sql import Query
from django.db.models.sql.datastructures import BaseTable
from psycopg.types.range import Range

# The range type over which a field's terms, or pieces, are generated.
OVER = {
    models.IntegerField: postgres.IntegerRangeField,
    models.BigIntegerField: postgres.BigIntegerRangeField,
    models.DecimalField: postgres.DecimalRangeField,
    models.DateField: postgres.DateRangeField,
    models.DateTimeField: postgres.DateTimeRangeField,
}


class SeriesTable(BaseTable):
    """What stands in FROM: a call instead of a table's name."""

    def __init__(self, call, table_name, alias):
        super().__init__(table_name, alias)
        self.call = call

    def as_sql(self, compiler, connection):
        sql, params = compiler.compile(self.call)
        # As Django quotes it, which depends on its version: "series" or "series" alias.
        alias = super().as_sql(compiler, connection)[0].split()[-1]
        return f"{sql} WITH ORDINALITY AS {alias} (term, id)", params

    def relabeled_clone(self, change_map):
        return SeriesTable(self.call, self.table_name, change_map.get(self.table_alias, self.table_alias))


@lru_cache
def term_model(output_field):
    """A model with the term, and the number of its row as key; it has no table."""
    field = output_field(max_digits=30, decimal_places=10) if output_field is models.DecimalField else output_field()
    meta = type("Meta", (), {"app_label": "example", "managed": False, "db_table": "series"})
    id_field = models.BigIntegerField(primary_key=True)
    members = {"__module__": __name__, "Meta": meta, "id": id_field, "term": field}
    return type(f"{output_field.__name__}Term", (models.Model,), members)


def generate_series(start, stop, step=None, span=None, *, output_field, bounds=None, partial_pieces=None, zone=None):
    """
    A queryset with the terms from start to stop (included), or, for the output_field of a range type, with
    pieces of length span, a step apart. Numbers step by 1 unless told otherwise; dates and times step by a
    timedelta or a str like "1 month".

    Pieces of numbers begin at each term, whatever lies behind stop; pieces of time are whole and end at stop.
    bounds ("[]", "[)", …) and partial_pieces ("clip", "drop", "keep") change that; zone names the time zone
    whose days and months are meant.
    """
    pieces = issubclass(output_field, postgres.RangeField)
    over = output_field if pieces else OVER[output_field]
    of_time = over in (postgres.DateRangeField, postgres.DateTimeRangeField)
    bounds = bounds or ("[)" if pieces and of_time else "[]")
    arguments = [Cast(Value(Range(start, stop, bounds), output_field=over()), over())]
    if step is None and (pieces or over is postgres.DecimalRangeField):
        step = 1
    if step is not None:
        arguments.append(Value(step))
    if pieces:
        span = step if span is None else span
        arguments += [Value(span), Value(partial_pieces or ("drop" if of_time else "keep"))]
    if zone:
        arguments.append(Value(zone))
    model = term_model(output_field)
    call = Func(*arguments, function="generate_range_series" if pieces else "generate_series")
    query = Query(model)
    query.base_table_class = partial(SeriesTable, call.resolve_expression(query))
    return QuerySet(model, query)


# docs: end
