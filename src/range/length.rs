//! Length: how much the values cover, in the natural unit of their subtype.

use addresses::address::Size;
use intervals::Span;
use pgrx::pg_sys::{self, Datum};

use super::{
    aggregate::{Shape, finish},
    union::Islands,
};
use crate::{
    error,
    pg::{self, Call, ContextAllocator, ServerLine, Varlena, pg_function, with_line},
};

/// Microseconds of a day.
const DAY: i128 = 86_400_000_000;

/// What a length is measured in, by the range type.
#[derive(Clone, Copy)]
enum Unit {
    /// bigint: elements of int4range and int8range.
    Elements,
    /// integer: days of daterange.
    Days,
    /// interval: days and time of tsrange and tstzrange.
    Time,
    /// numeric: addresses of inetrange.
    Addresses,
    /// numeric: the difference of the bounds.
    Numeric,
    /// float8: what `subtype_diff` says.
    Float,
}

/// The total length of disjoint spans; `None` where it is unbounded, but for floats.
fn length<L: ServerLine>(line: &L, unit: Unit, spans: &[Span<L::Cut>]) -> Option<Datum> {
    match unit {
        Unit::Elements => {
            let total = total(line, spans, |value| Some(value.value() as i64))?;
            Some(i64::try_from(total).map_or_else(|_| error::out_of_range("bigint"), Datum::from))
        }
        // Subtypes of four bytes; the values of both are sign-extended by `values`.
        Unit::Days => {
            let finite = |value: Datum| {
                let day = value.value() as i32;
                (day != i32::MIN && day != i32::MAX).then_some(i64::from(day))
            };
            let total = total(line, spans, finite)?;
            Some(i32::try_from(total).map_or_else(|_| error::out_of_range("integer"), Datum::from))
        }
        Unit::Time => {
            let finite = |value: Datum| {
                let time = value.value() as i64;
                (time != i64::MIN && time != i64::MAX).then_some(time)
            };
            let total = total(line, spans, finite)?;
            let interval = pg_sys::Interval {
                time: (total % DAY) as i64,
                day: i32::try_from(total / DAY).unwrap_or_else(|_| error::out_of_range("interval")),
                month: 0,
            };
            Some(Datum::from(ContextAllocator::current().put(interval)))
        }
        Unit::Addresses => {
            let mut total = Size::default();
            for (i, span) in spans.iter().enumerate() {
                // Disjoint: all together no more than there are addresses.
                total = total.checked_add(line.addresses(span)?)?;
                line.pause_at(i);
            }
            Some(pg::numeric_of(total))
        }
        Unit::Numeric => {
            spans.iter().try_fold(pg::numeric(0), |total, span| match ends(line, span) {
                Ends::Same => Some(total),
                Ends::Unbounded => None,
                Ends::Finite(lower, upper) => {
                    let length = pg::call2(pg_sys::numeric_sub, upper, lower);
                    Some(pg::call2(pg_sys::numeric_add, total, length))
                }
            })
        }
        Unit::Float => {
            let mut total = 0.0;
            for span in spans {
                total += match ends(line, span) {
                    Ends::Same => 0.0,
                    Ends::Unbounded => f64::INFINITY,
                    Ends::Finite(lower, upper) => line.range_type().difference(upper, lower),
                };
            }
            Some(Datum::from(f64::to_bits(total)))
        }
    }
}

/// The bounds of a span over a type that measures by subtraction.
enum Ends {
    /// One point, which may be infinity: from it to itself there is nothing.
    Same,
    /// A bound is missing, infinite or NaN.
    Unbounded,
    Finite(Datum, Datum),
}

fn ends<L: ServerLine>(line: &L, span: &Span<L::Cut>) -> Ends {
    let (Some(lower), Some(upper)) = line.values(span) else { return Ends::Unbounded };
    let base = pg::base_type(line.range_type().element());
    if line.compare(line.cut(lower, false), line.cut(upper, false)).is_eq() {
        Ends::Same
    } else if pg::is_endless(base, lower) || pg::is_endless(base, upper) {
        Ends::Unbounded
    } else {
        Ends::Finite(lower, upper)
    }
}

/// The sum of `upper − lower`; `None` where a bound is missing or not finite.
fn total<L: ServerLine>(
    line: &L,
    spans: &[Span<L::Cut>],
    finite: impl Fn(Datum) -> Option<i64>,
) -> Option<i128> {
    spans.iter().enumerate().try_fold(0_i128, |total, (i, span)| {
        if i % 65_536 == 65_535 {
            line.pause();
        }
        let (lower, upper) = line.values(span);
        Some(total + i128::from(finite(upper?)?) - i128::from(finite(lower?)?))
    })
}

/// `(range or multirange) → length`
///
/// # Safety
/// The call's argument is of the shape, and its type that of the unit; the function is strict.
unsafe fn of_value(call: Call, shape: Shape, unit: Unit) -> Datum {
    // SAFETY: as ours.
    unsafe {
        let Some(value) = call.argument(0) else { return call.null() };
        let range_type = shape.range_type(call, &Varlena::new(value));
        let memory = ContextAllocator::current();
        with_line!(range_type, memory, |line| {
            let mut spans = allocator_api2::vec::Vec::new_in(memory);
            shape.spans(&line, value, |span| spans.push(span));
            length(&line, unit, &spans).unwrap_or_else(|| call.null())
        })
    }
}

/// Declares the functions that measure in one unit.
macro_rules! lengths {
    ($unit:expr, $range:ident, $multirange:ident, $final:ident) => {
        pg_function! {
            /// `(range) → length`
            fn $range(call) { of_value(call, Shape::Range, $unit) }
        }
        pg_function! {
            /// `(multirange) → length`
            fn $multirange(call) { of_value(call, Shape::Multirange, $unit) }
        }
        pg_function! {
            /// `(internal, …) → length`: of the union of all values
            fn $final(call) {
                finish!(call, Islands, |line, union| {
                    let length = length(&line, $unit, union.islands(&line));
                    length.unwrap_or_else(|| call.null())
                })
            }
        }
    };
}

lengths!(
    Unit::Elements,
    range_length_elements,
    multirange_length_elements,
    range_length_elements_final
);
lengths!(Unit::Days, range_length_days, multirange_length_days, range_length_days_final);
lengths!(Unit::Time, range_length_time, multirange_length_time, range_length_time_final);
lengths!(
    Unit::Addresses,
    range_length_addresses,
    multirange_length_addresses,
    range_length_addresses_final
);
lengths!(
    Unit::Numeric,
    range_length_numeric,
    multirange_length_numeric,
    range_length_numeric_final
);
lengths!(Unit::Float, range_length_float, multirange_length_float, range_length_float_final);
