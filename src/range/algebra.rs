//! Functions of ranges and multiranges that need no more than their bounds.

use core::cmp::Ordering::{Equal, Greater, Less};

use allocator_api2::vec::Vec;
use intervals::{
    Span,
    union::{Union, gaps_within},
};
use pgrx::pg_sys::Datum;

use super::{
    aggregate::Shape,
    gaps::{multirange_islands, value_span},
};
use crate::pg::{self, ContextAllocator, ServerLine, Varlena, pg_function, with_line};

/// Allen's relation of two spans (Allen 1983, "Maintaining knowledge about temporal intervals").
///
/// *meets* means that no point lies between them, the relation that core calls adjacent.
fn relation<L: ServerLine>(line: &L, a: Span<L::Cut>, b: Span<L::Cut>) -> &'static str {
    let touch = |end, start| line.compare(end, start) == Equal || line.adjoins(end, start);
    let before = |end, start| line.compare(end, start) == Less;
    if touch(a.end, b.start) {
        return "meets";
    } else if touch(b.end, a.start) {
        return "met_by";
    } else if before(a.end, b.start) {
        return "precedes";
    } else if before(b.end, a.start) {
        return "preceded_by";
    }
    match (line.compare(a.start, b.start), line.compare(a.end, b.end)) {
        (Less, Less) => "overlaps",
        (Less, Equal) => "finished_by",
        (Less, Greater) => "contains",
        (Equal, Less) => "starts",
        (Equal, Equal) => "equals",
        (Equal, Greater) => "started_by",
        (Greater, Less) => "during",
        (Greater, Equal) => "finishes",
        (Greater, Greater) => "overlapped_by",
    }
}

pg_function! {
    /// `(anyrange, anyrange) → text`: Allen's relation, NULL where a side is empty.
    fn range_relation(call) {
        let (Some(a), Some(b)) = (call.argument(0), call.argument(1)) else { return call.null() };
        let range_type = Shape::Range.range_type(call, &Varlena::new(a));
        with_line!(range_type, ContextAllocator::current(), |line| {
            match (value_span(&line, a), value_span(&line, b)) {
                (Some(a), Some(b)) => pg::text(relation(&line, a, b)),
                _ => call.null(),
            }
        })
    }
}

pg_function! {
    /// `(anyrange, anyrange) → anymultirange`: the points of the first that are not in the second.
    fn range_subtract(call) {
        let (Some(a), Some(b)) = (call.argument(0), call.argument(1)) else { return call.null() };
        let range_type = Shape::Range.range_type(call, &Varlena::new(a));
        with_line!(range_type, ContextAllocator::current(), |line| {
            let (a, b) = (value_span(&line, a), value_span(&line, b));
            let mut rest = Vec::new_in(ContextAllocator::current());
            if let Some(a) = a {
                rest.extend(gaps_within(&line, b.as_slice(), a));
            }
            line.multirange(&rest)
        })
    }
}

pg_function! {
    /// `(anymultirange, anymultirange) → anymultirange`: the points in exactly one of them.
    fn range_symmetric_difference(call) {
        let (Some(a), Some(b)) = (call.argument(0), call.argument(1)) else { return call.null() };
        let range_type = Shape::Multirange.range_type(call, &Varlena::new(a));
        let memory = ContextAllocator::current();
        with_line!(range_type, memory, |line| {
            let (a, b) = (multirange_islands(&line, a), multirange_islands(&line, b));
            let mut union = Union::new_in(memory);
            for (spans, others) in [(&a, &b), (&b, &a)] {
                for span in spans {
                    gaps_within(&line, others, *span).for_each(|part| union.push(&line, part));
                }
            }
            line.multirange(union.islands(&line))
        })
    }
}

pg_function! {
    /// `(anymultirange) → integer`: the number of its ranges.
    fn multirange_count(call) {
        let Some(value) = call.argument(0) else { return call.null() };
        Datum::from(pg::multirange_count(Varlena::new(value)) as i32)
    }
}

pg_function! {
    /// `(anymultirange, integer) → anyrange`: its n-th range, from the end where n is negative.
    fn multirange_nth(call) {
        let (Some(value), Some(n)) = (call.argument(0), call.argument(1)) else {
            return call.null();
        };
        let start = Varlena::new(value);
        let (count, n) = (pg::multirange_count(start) as i64, i64::from(n.value() as i32));
        let wanted = if n < 0 { count + n } else { n - 1 };
        let range_type = Shape::Multirange.range_type(call, &start);
        with_line!(range_type, ContextAllocator::current(), |line| {
            let (mut i, mut found) = (0, None);
            Shape::Multirange.spans(&line, value, |span| {
                if i == wanted {
                    found = Some(span);
                }
                i += 1;
            });
            if found.is_some() { line.range(found) } else { call.null() }
        })
    }
}
